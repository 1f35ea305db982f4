import { limits } from '../domain/limits.ts'
import { type SignalKind, signalOf, signals } from '../domain/signals.ts'
import { asBuffer } from './payload.ts'

/** Recognising a safety signal where a device did not write it as the contract asks. Erring towards recognising. */

const printable = /^[\x20-\x7e\t\r\n]{1,64}$/

/** The signal that a value spells, or undefined. ASCII only, so that the cheap look at the bytes sees it as well. */
export const spelled = (value: unknown): SignalKind | undefined =>
  typeof value === 'string' && printable.test(value) ? signalOf(value) : undefined

/** Whether a flag beside a signal's name says yes. Devices write true, "TRUE", "ON", 1, "1". */
export function saysYes(value: unknown): boolean {
  if (typeof value === 'number') return value > 0
  if (typeof value === 'string') return /^(?:1|true|on|yes|alarm|detected)$/i.test(value.trim())
  return value === true
}

/**
 * The signal that a field's name raises when its value says yes: any spelling of sos and fall, but of the hazards only
 * the kind itself, because `co: 0.4` and `flood: 12` are measurements.
 */
export function flagOf(name: string): SignalKind | undefined {
  const kind = spelled(name)
  return kind === 'sos' || kind === 'fall' || kind === name.toLowerCase() ? kind : undefined
}

const kinds = Object.keys(signals) as SignalKind[]

/** What may stand between a key and its value in JSON, in JSON inside JSON, in Python and in YAML. */
const gap = `["'\\s\\\\]*`
const yes = '(?:(?:true|on|yes|alarm|detected)(?![a-z])|[1-9]|0\\.\\d*[1-9])'
const no = '(?:false|null|none|no|off|-|0(?![.\\d])|0\\.0*(?!\\d))'
/** Words that take a claim back in the same breath: `sos_cancelled`, `smoke cleared`. */
const back = '[_\\s-]*(?:cancel|clear|reset|restor|resolv|end|off|over)'

type Patterns = Record<'claim' | 'flag' | 'bare' | 'anywhere', RegExp>

/** One set for each kind and without the `g` flag: the first hit ends the search, also in megabytes of hits. */
const patterns = kinds.map((kind): [SignalKind, Patterns] => {
  const words = asPattern(signals[kind].words)
  const flags = asPattern(signals[kind].words.filter((word) => flagOf(word)))
  return [
    kind,
    {
      claim: new RegExp(`(?<![a-z0-9])signal${gap}[:=]${gap}(?:${words})(?=\\s*(?:["'\\\\,;}\\]]|$))`),
      flag: new RegExp(`(?<![a-z0-9_])(?:${flags})${gap}[:=]${gap}${yes}`),
      bare: new RegExp(`^[^a-z]*(?:${words})[^a-z0-9_:=]*$`),
      anywhere: new RegExp(`(?<![a-z0-9]|\\bno[_\\s-])(?:${words})(?![a-z0-9]|${back}|${gap}[:=]${gap}${no})`),
    },
  ]
})

function asPattern(words: readonly string[]): string {
  const longestFirst = [...words].sort((a, b) => b.length - a.length)
  return longestFirst.map((word) => word.replaceAll('_', '[_\\s-]+')).join('|')
}

const kindsFound = (text: string, pattern: keyof Patterns): SignalKind[] =>
  patterns.filter(([, each]) => each[pattern].test(text)).map(([kind]) => kind)

/** Bytes that are no proper JSON -> lower-case text: UTF-16 and NUL-padded text closed up, ASCII escapes undone. */
export function foldedText(bytes: Buffer): string {
  const closed = bytes.includes(0) ? bytes.filter((byte) => byte !== 0) : bytes
  const plain = Buffer.from(closed.buffer, closed.byteOffset, closed.byteLength).includes('\\u00')
    ? unescaped(closed)
    : closed
  return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength).toString('latin1').toLowerCase()
}

/** `foldedText` of as much of a payload as a payload may have. */
export const foldedPayload = (payload: Uint8Array): string =>
  foldedText(asBuffer(payload.subarray(0, limits.payloadBytes)))

/** Undoes `\u0000` to `\u007f`. By hand, because a payload may be megabytes of nothing else. */
function unescaped(bytes: Uint8Array): Uint8Array {
  const plain = new Uint8Array(bytes.length)
  let length = 0
  for (let i = 0; i < bytes.length; i++) {
    const letter = bytes[i] === backslash ? letterAt(bytes, i) : -1
    plain[length++] = letter < 0 ? bytes[i]! : letter
    if (letter >= 0) i += 5
  }
  return plain.subarray(0, length)
}

/** The ASCII letter whose escape begins at `i`, or -1. */
function letterAt(bytes: Uint8Array, i: number): number {
  if (bytes[i + 1] !== 0x75 || bytes[i + 2] !== zero || bytes[i + 3] !== zero) return -1
  const [high, low] = [digit(bytes[i + 4]), digit(bytes[i + 5])]
  return high < 0 || high > 7 || low < 0 ? -1 : high * 16 + low
}
const backslash = 0x5c
const zero = 0x30

/** The value of a hexadecimal digit, or -1. */
function digit(byte = 0): number {
  if (byte >= zero && byte <= 0x39) return byte - zero
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

/** Signals claimed by a `signal` key and a known word, however broken the rest is. */
export const claimedIn = (folded: string): SignalKind[] => kindsFound(folded, 'claim')

/** Signals raised by flags (`"sos": true`) in text that cannot be parsed, or by the text being just the word. */
export function raisedIn(folded: string): SignalKind[] {
  const bare = folded.length <= bareChars ? kindsFound(folded, 'bare') : []
  return bare.length > 0 ? bare : kindsFound(folded, 'flag')
}
/** The longest spelling, with a byte order mark, quotes and exclamation marks round it. */
const bareChars = 64

/** Signals whose words occur anywhere, unless taken back: for what was sent to a signals topic and claims nothing. */
export const namedIn = (text: string): SignalKind[] => kindsFound(text.toLowerCase(), 'anywhere')
