import { isUtf8 } from 'node:buffer'
import type { ErrorCode } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import type { Decoded } from '../domain/message.ts'
import { isRecord, refuse, shown } from './build.ts'

/** What the bytes of a message are: parsed JSON, or why not. `flaw` is set where it could be read all the same. */
export type Parsed =
  | { ok: true; value: unknown; flaw?: { code: ErrorCode; detail: string } }
  | { ok: false; code: ErrorCode; detail: string }

export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** The bytes as text, one letter a byte: what a look for words needs, whatever they are. */
export const latin1 = (bytes: Uint8Array): string => asBuffer(bytes).toString('latin1')

/** Without these signs at its end. By hand: a pattern (`/[#\s]+$/`) looks at a long row of them anew from each of them. */
export function withoutEnd(text: string, signs: string): string {
  let end = text.length
  while (end > 0 && signs.includes(text[end - 1]!)) end--
  return text.slice(0, end)
}

const refused = (code: ErrorCode, detail: string): Parsed => ({ ok: false, code, detail })

/**
 * Bytes -> JSON, within `limits` of size and depth. Broken UTF-8 does not cost the readings: it is replaced, read, and
 * told as a flaw (watches write a resident's name in GBK beside good values).
 */
export function parsePayload(bytes: Uint8Array): Parsed {
  if (bytes.length === 0) return refused('payload_empty', 'no bytes')
  if (bytes.length > limits.payloadBytes) return refused('payload_too_large', `${bytes.length} bytes`)
  if (isTooDeep(bytes)) return refused('payload_too_deep', `deeper than ${limits.payloadDepth} levels`)
  const buffer = asBuffer(bytes)
  const text = withoutMark(buffer.toString('utf8'))
  const parsed = parseText(text)
  if (!parsed) return refused('payload_not_json', text.trim() === '' ? 'only white space' : 'not JSON')
  if (isUtf8(buffer)) return parsed
  return { ...parsed, flaw: { code: 'payload_not_json', detail: 'not valid UTF-8; what could be read was taken' } }
}

/** The JSON of a message in a box; undefined, with a refusal, where it is none. A flaw is noted as a refusal too. */
export function readJson(decoded: Decoded, payload: Uint8Array): { value: unknown } | undefined {
  const parsed = parsePayload(payload)
  if (!parsed.ok) return refuse(decoded, parsed.code, parsed.detail)
  if (parsed.flaw) refuse(decoded, parsed.flaw.code, parsed.flaw.detail)
  return { value: parsed.value }
}

/** The JSON object that a message is; undefined, with a refusal, where it is none. */
export function readRecord(decoded: Decoded, payload: Uint8Array): Record<string, unknown> | undefined {
  const json = readJson(decoded, payload)
  if (!json || isRecord(json.value)) return json?.value as Record<string, unknown> | undefined
  return refuse(decoded, 'payload_invalid', `not an object but ${shown(json.value)}`)
}

const withoutMark = (text: string): string => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)

/** Python and C write `NaN` and `Infinity` into JSON; quoted, they cost their own reading instead of the message. */
function parseText(text: string): { ok: true; value: unknown } | undefined {
  for (const candidate of [text, undefined]) {
    const attempt = candidate ?? quoteNotNumbers(text)
    if (attempt === undefined) return undefined
    try {
      return { ok: true, value: JSON.parse(attempt) }
    } catch {
      // the next candidate, or the caller's refusal, answers
    }
  }
  return undefined
}

function quoteNotNumbers(text: string): string | undefined {
  const quoted = text.replaceAll(/([:,[]\s*)([+-]?(?:NaN|Inf(?:inity)?))(?=\s*[,}\]])/gi, '$1"$2"')
  return quoted === text ? undefined : quoted
}

const quote = 0x22
const backslash = 0x5c

/** Whether the JSON is nested deeper than the limit; looks only at brackets outside of strings, before any parsing. */
export function isTooDeep(bytes: Uint8Array): boolean {
  let depth = 0
  let inString = false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    if (inString) {
      if (byte === backslash) i++
      else if (byte === quote) inString = false
    } else if (byte === quote) inString = true
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > limits.payloadDepth) return true
    } else if (byte === 0x7d || byte === 0x5d) depth--
  }
  return false
}
