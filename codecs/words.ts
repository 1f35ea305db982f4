import { type SignalKind, signalOf, signals } from '../domain/signals.ts'

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
      bare: new RegExp(`^[^a-z]*(?:${words})[^a-z0-9:=]*$`),
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
  let text = bytes.toString('latin1')
  if (text.includes('\0')) text = text.replaceAll('\0', '')
  if (text.includes('\\u00')) {
    text = text.replaceAll(/\\u00([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  }
  return text.toLowerCase()
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
