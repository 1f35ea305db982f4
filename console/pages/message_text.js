// @ts-check
/**
 * What Vigil understood of a message, in a line. Pure: words and language are given.
 * @typedef {{ device?: string, at: string, metric: string, value: number | null, unit: string, implausible: boolean }} Reading
 * @typedef {{ device?: string, signal: string, at: string | null, confidence?: number, press?: string, test?: boolean }} Signal
 * @typedef {{ code: string, detail: string }} Told
 * @typedef {{
 *   codec: string | null, readings: Reading[], signals: Signal[], clears: { device?: string, signal: string }[],
 *   motions: { rate_hz: number, samples: number }[], statuses: { online: boolean, firmware?: string }[],
 *   answers: { command: string, result: string }[], refusals: Told[], warnings: Told[], left_out: number,
 * }} Decoded
 * @typedef {{
 *   lane: 'urgent' | 'bulk', seq: number, received_at: string, topic: string, sender: string | null, size: number,
 *   payload: { text?: string, base64?: string, cut: boolean } | null, withheld: boolean, retained: boolean,
 *   replay_of: string | null, refused: string | null, decoded: Decoded, dead_letter: string | null,
 * }} Message as the API gives it (api/message_shown.ts)
 * @typedef {'all' | 'readings' | 'signals' | 'refused'} Kind
 */

/** @type {readonly Kind[]} */
export const kinds = ['all', 'readings', 'signals', 'refused']

/** Readings and so on that a line names; the rest are counted. */
const named = 4

/** @param {Message} message @param {Kind} kind */
export function isOfKind({ decoded }, kind) {
  if (kind === 'readings') return decoded.readings.length > 0
  if (kind === 'signals') return decoded.signals.length + decoded.clears.length > 0
  return kind === 'all' || decoded.refusals.length > 0
}

/** What a message is known by: the stream tells it anew after a break. @param {Message} message */
export const keyOf = ({ lane, seq }) => `${lane}-${seq}`

/** `heart_rate 72 /min`. @param {Reading} reading */
export const readingText = ({ metric, value, unit }) =>
  [metric, value, unit === '1' ? '' : unit].filter((part) => part !== null && part !== '').join(' ')

/**
 * `heart_rate 72 /min, spo2 97 %`; what was refused comes first, a signal before a reading.
 * @param {Message} message @param {{ signal: (name: string) => string, word: (key: 'refused' | 'ended' | 'confidence' | 'motion' | 'online' | 'offline' | 'answer' | 'more' | 'nothing', values?: Record<string, string | number>) => string }} say
 */
export function lineOf({ decoded }, { signal, word }) {
  const { readings, signals, clears, motions, statuses, answers, refusals } = decoded
  const parts = [
    ...refusals
      .slice(0, 1)
      .map(({ code, detail }) => word('refused', { what: [code, detail].filter(Boolean).join(': ') })),
    ...signals.map((one) => [signal(one.signal), one.press, confidenceOf(one, word)].filter(Boolean).join(' ')),
    ...clears.map((one) => word('ended', { what: signal(one.signal) })),
    ...motions.map(({ samples, rate_hz }) => word('motion', { n: samples, rate: rate_hz })),
    ...statuses.map(({ online }) => word(online ? 'online' : 'offline')),
    ...answers.map(({ command, result }) => word('answer', { command, result })),
    ...readings.map(readingText),
  ]
  const more = parts.length - named + decoded.left_out
  if (parts.length === 0) return word('nothing')
  return [...parts.slice(0, named), ...(more > 0 ? [word('more', { n: more })] : [])].join(', ')
}

/** @param {Signal} signal @param {Parameters<typeof lineOf>[1]['word']} word */
const confidenceOf = ({ confidence }, word) =>
  confidence === undefined ? '' : `(${word('confidence', { n: confidence })})`

/**
 * How many of these instants lie in the last minute.
 * @param {number[]} times epoch ms @param {number} now
 */
export const perMinute = (times, now) => times.filter((time) => time > now - 60_000).length

/** @param {number} bytes */
export const sizeText = (bytes) => (bytes < 1_024 ? `${bytes} B` : `${(bytes / 1_024).toFixed(1)} KiB`)
