/**
 * The frame of the GSM elder watches: `[3G*6907919734*003e*AL,…]`, with an index between id and length in some. The length is
 * wrong in one public frame of five, so the brackets count.
 */
export type WatchFrame = {
  /** Two letters of the maker (`3G`, `SG`, `CS`, `ZJ`), which an answer repeats. */
  maker: string
  id: string
  index: string | undefined
  type: string
  /** What follows the type, unescaped. */
  fields: string[]
  /** Whether it is closed by its bracket. */
  isWhole: boolean
  isLengthWrong: boolean
}

const header = /^\s*\[([A-Za-z0-9]{2})\*([A-Za-z0-9]{1,32})\*(?:([0-9A-Za-z]{1,8})\*)?([0-9A-Fa-f]{1,8})\*/

/** Bytes -> frame; undefined where not even its header can be read. Never throws. */
export function parseWatchFrame(bytes: Uint8Array): WatchFrame | undefined {
  const text = Buffer.from(bytes).toString('latin1').trimEnd()
  const found = header.exec(text)
  if (!found) return undefined
  const isWhole = text.endsWith(']')
  const body = text.slice(found[0].length, isWhole ? -1 : undefined)
  // Commas of a Wi-Fi's name are escaped, so the fields are parted first.
  const [type = '', ...fields] = body.split(',').map(unescaped)
  const length = Number.parseInt(found[4]!, 16)
  return {
    maker: found[1]!,
    id: found[2]!,
    index: found[3],
    type,
    fields,
    isWhole,
    isLengthWrong: length !== body.length && length !== unescaped(body).length,
  }
}

const escapes: Record<string, string> = { '\x01': '}', '\x02': '[', '\x03': ']', '\x04': ',', '\x05': '*' }

/** `}` and a byte from 1 to 5 stand for what frames are made of. */
const unescaped = (text: string): string => text.replaceAll(/\}(.)/gs, (whole, byte: string) => escapes[byte] ?? whole)

/** What a watch is sent, in its own words. */
export function watchAnswer({ maker, id, index }: WatchFrame, content: string): string {
  const length = content.length.toString(16).padStart(4, '0')
  return `[${[maker, id, ...(index === undefined ? [] : [index]), length, content].join('*')}]`
}
