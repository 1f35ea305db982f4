// @ts-check
/** What came over the wire, to be looked at. Pure. */

/** @param {string} base64 */
export const bytesOf = (base64) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))

/** Bytes in one line of a dump. */
const lineBytes = 16

/**
 * Bytes as `offset  hex  text`, 16 to a line; what is no letter of ASCII is a dot.
 * @param {Uint8Array} bytes @param {number} [most] bytes that are shown
 */
export function hexDump(bytes, most = 4_096) {
  const lines = []
  for (let at = 0; at < Math.min(bytes.length, most); at += lineBytes) {
    const line = [...bytes.subarray(at, Math.min(at + lineBytes, most))]
    const hex = line.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const text = line.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('')
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(lineBytes * 3 - 1)}  ${text}`)
  }
  return lines.join('\n')
}

/**
 * Bytes as text, JSON laid out; undefined where they are no UTF-8, or hold what no text has.
 * @param {Uint8Array} bytes @returns {string | undefined}
 */
export function textOf(bytes) {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return /[^\P{Cc}\t\n\r]/u.test(text) ? undefined : laidOut(text)
  } catch {
    return undefined
  }
}

/** @param {string} text */
function laidOut(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
