import { limits } from '../domain/limits.ts'
import { signals } from '../domain/signals.ts'
import { codecOf } from './codecs.ts'
import { decodeRecord } from './decode.ts'

/**
 * Whether a message must travel in the urgent lane: by its topic, by its codec's claim, or by a look at its bytes.
 * Errs towards urgent: true whenever `decodeRecord` finds a signal in it. Called for every message at the front door.
 *
 * The look costs a few nanoseconds a byte and is over the whole payload: a signal at the end of a long batch must not
 * wait either. Only where it finds a hazard's word (`smoke`, which every smoke detector says all day) or an escape that
 * could hide one does the codec itself decide, and of a payload that is too large nobody: it is urgent.
 */
export function isUrgent(topic: string, payload: Uint8Array): boolean {
  const codec = codecOf(topic)
  if (codec?.urgent(topic, payload)) return true
  if (codec?.isBinary) return false
  const seen = lookAt(payload)
  if (seen !== 'perhaps') return seen === 'yes'
  // It is refused for its size, and read for its signals alone: not here, where all others wait meanwhile.
  if (payload.byteLength > limits.payloadBytes) return true
  return decodeRecord({ topic, payload, receivedAt: 0 }).signals.length > 0
}

type Seen = 'no' | 'perhaps' | 'yes'

/** A word that the look knows: of sos and fall also as the beginning of a longer name (`fall_suspected`). */
type Word = { bytes: Uint8Array; opens: boolean; sees: 'perhaps' | 'yes' }

/** `alarm` is no signal of its own, but where it says yes somebody should hurry. */
const words: Word[] = [
  ...Object.entries(signals).flatMap(([kind, { words }]) =>
    words.map((word) => ({ word, sees: kind === 'sos' || kind === 'fall' ? ('yes' as const) : ('perhaps' as const) })),
  ),
  { word: 'alarm', sees: 'yes' as const },
].map(({ word, sees }) => ({ bytes: new TextEncoder().encode(word), opens: sees === 'yes', sees }))

const isLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39

/** For each byte: 0 no part of a name, 1 digit or underscore, 2 letter. */
const nameByte = Uint8Array.from({ length: 256 }, (_, byte) =>
  isLetter(byte) ? 2 : isDigit(byte) || byte === 0x5f ? 1 : 0,
)

/** The words by their first two letters, and `signal`, which is looked at apart. */
const key = (first: number, second: number): number => ((first & 0x1f) << 5) | (second & 0x1f)
const signalWord = new TextEncoder().encode('signal')
const begins: (Word[] | undefined)[] = Array.from({ length: 1024 })
for (const word of words) {
  const at = key(word.bytes[0]!, word.bytes[1]!)
  begins[at] = [...(begins[at] ?? []), word]
}
const signalBegins = key(signalWord[0]!, signalWord[1]!)
/** 1 for the first two letters of any word: most words of a payload are passed over by this alone. */
const isBeginning = Uint8Array.from(begins, (found, at) => (found || at === signalBegins ? 1 : 0))

const backslash = 0x5c

/** What the look stops at: 2 letters, where a word begins; 3 escapes and NUL. */
const stops = nameByte.map((sort, byte) => (byte === backslash || byte === 0 ? 3 : sort))

function lookAt(bytes: Uint8Array): Seen {
  let seen: Seen = 'no'
  let before = 0
  for (let i = 0; i < bytes.length; i++) {
    const stop = stops[bytes[i]!]!
    if (stop === 3 || (stop === 2 && before !== 2 && isBeginning[key(bytes[i]!, bytes[i + 1] ?? 0)])) {
      const here = stop === 3 ? escapeAt(bytes, i) : wordAt(bytes, i)
      if (here === 'yes') return here
      if (here === 'perhaps') seen = here
    }
    before = stop
  }
  return seen
}

/**
 * NUL is UTF-16, or padding between the letters; an escaped ASCII letter (`\u0073`) could spell anything; other escapes
 * could part a word from what is before it.
 */
function escapeAt(bytes: Uint8Array, i: number): Seen {
  if (bytes[i] === 0) return 'yes'
  const next = bytes[i + 1] ?? 0
  if (next !== 0x75) return isLetter(next) ? 'perhaps' : 'no'
  const isAscii = bytes[i + 2] === 0x30 && bytes[i + 3] === 0x30 && (bytes[i + 4] ?? 0x38) < 0x38
  return isAscii ? 'yes' : 'perhaps'
}

function wordAt(bytes: Uint8Array, i: number): Seen {
  const at = key(bytes[i]!, bytes[i + 1] ?? 0)
  if (at === signalBegins) {
    const end = endOf(bytes, i, signalWord)
    if (end > 0 && !nameByte[bytes[end] ?? 0] && claims(bytes, end)) return 'yes'
  }
  let seen: Seen = 'no'
  for (const word of begins[at] ?? []) {
    const here = seenAs(bytes, i, word)
    if (here === 'yes') return 'yes'
    if (here === 'perhaps') seen = 'perhaps'
  }
  return seen
}

function seenAs(bytes: Uint8Array, i: number, word: Word): Seen {
  let end = endOf(bytes, i, word.bytes)
  if (end === 0) return 'no'
  if (word.opens) end = endOfName(bytes, end)
  else if (nameByte[bytes[end] ?? 0]) return 'no'
  return saysNo(bytes, end) ? 'no' : word.sees
}

/** Where the word that begins at `i` ends, or 0 where it is another one. An underscore stands for any gap. */
function endOf(bytes: Uint8Array, i: number, word: Uint8Array): number {
  let at = i
  for (const byte of word) {
    if (byte !== 0x5f) {
      if (((bytes[at] ?? 0) | 0x20) !== byte) return 0
      at++
      continue
    }
    const gap = at
    while (at < bytes.length && nameByte[bytes[at]!] !== 2 && !isDigit(bytes[at]!)) at++
    if (at === gap) return 0
  }
  return at
}

/** The longest name that is read to its end. Without a bound `sos1sos1sos1…` would be read over and over again. */
const nameBytes = 64

function endOfName(bytes: Uint8Array, from: number): number {
  let end = from
  while (end < from + nameBytes && nameByte[bytes[end] ?? 0]) end++
  return end
}

/** Past quotes, escapes and white space. */
function skipGap(bytes: Uint8Array, from: number): number {
  let i = from
  while (i < bytes.length && isGap(bytes[i]!)) i++
  return i
}
const isGap = (byte: number): boolean =>
  byte === 0x22 ||
  byte === 0x27 ||
  byte === backslash ||
  byte === 0x20 ||
  (byte >= 0x09 && byte <= 0x0d) ||
  byte === 0xa0

/** Where the value begins after a name that ends at `from`, or 0 where the name is no key. */
function valueAfter(bytes: Uint8Array, from: number): number {
  const colon = skipGap(bytes, from)
  return bytes[colon] === 0x3a || bytes[colon] === 0x3d ? skipGap(bytes, colon + 1) : 0
}

/** `signal` as a key, unless its value is a number: then it is the strength of a radio signal. */
function claims(bytes: Uint8Array, end: number): boolean {
  const value = valueAfter(bytes, end)
  if (value === 0) return false
  const first = bytes[value] ?? 0
  return !isDigit(first) && first !== 0x2d
}

/** Whether a name is a key whose value is 0, negative, false or null: `"smoke":0` says that all is well. */
function saysNo(bytes: Uint8Array, end: number): boolean {
  const value = valueAfter(bytes, end)
  if (value === 0) return false
  const first = (bytes[value] ?? 0) | 0x20
  if (first === 0x66 || first === 0x6e) return true
  if (bytes[value] === 0x2d) return true
  return isZero(bytes, value)
}

function isZero(bytes: Uint8Array, from: number): boolean {
  let i = from
  while (bytes[i] === 0x30 || bytes[i] === 0x2e) i++
  if (i === from) return false
  const after = bytes[i]
  return after === undefined || after === 0x2c || after === 0x7d || after === 0x5d || isGap(after)
}
