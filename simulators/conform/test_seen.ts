import { type Decoded, nothingDecoded } from '../../domain/message.ts'
import type { MetricName } from '../../domain/metrics.ts'
import type { SignalKind } from '../../domain/signals.ts'
import { topicOf } from '../../domain/topics.ts'
import { type Hello, type Line, type Message, nothingSeen, type Seen, type Trial } from './seen.ts'

/** Builds by hand what the kit may have seen, for the tests of the clauses. Times are ms after the start. */

export const device = 'watch-1'
export const start = Date.UTC(2026, 10, 22, 8)
export const second = 1_000
export const minute = 60_000

const hello: Hello = {
  at: start,
  protocol: 'MQTT level 4',
  clientId: device,
  userName: device,
  hasPassword: true,
  clean: true,
  keepAliveS: 60,
  will: { topic: topicOf(device, 'status'), payload: '{"online":false}', qos: 1, retain: true },
}

export type LineSketch = Omit<Partial<Line>, 'hello'> & {
  at: number
  until?: number
  hello?: Partial<Hello> | undefined
}

export function line(sketch: LineSketch): Line {
  const { at, until, hello: said, ...rest } = sketch
  const openedAt = start + at
  return {
    number: 0,
    trial: 'watch',
    openedAt,
    secure: true,
    disguise: 'own',
    tls: 'TLSv1.3 a-cipher',
    answer: { at: openedAt, code: 0, by: 'vigil' },
    subscriptions: [{ at: openedAt, topic: topicOf(device, 'receipts'), qos: 1, granted: 1 }],
    downward: [],
    broken: [],
    ...(until !== undefined && { ended: { at: start + until, by: 'kit' } }),
    ...rest,
    ...('hello' in sketch && said === undefined ? {} : { hello: { ...hello, at: openedAt, ...said } }),
  }
}

export type MessageSketch = Partial<Message> & { at: number; measured?: number; seq?: number }

/** A message with one reading, measured when it was sent unless told otherwise; `decoded` and `entries` may be given. */
export function message({ at, measured = at, seq, ...rest }: MessageSketch): Message {
  const payload = Buffer.from(JSON.stringify({ measured, seq }))
  const reading = { at: start + measured, metric: 'heart_rate' as const, value: 70, implausible: false }
  return {
    line: 1,
    trial: 'watch',
    topic: topicOf(device, 'readings'),
    id: 1,
    qos: 1,
    dup: false,
    retain: false,
    payload,
    digest: payload.toString(),
    entries: [{ at: start + measured, ...(seq !== undefined && { seq }), digest: payload.toString() }],
    decoded: { ...nothingDecoded(device), readings: [reading] },
    withheld: false,
    acknowledgedAt: start + at,
    ...rest,
    at: start + at,
  }
}

export const readingOf = (metric: MetricName, value: number, implausible = false): Decoded => ({
  ...nothingDecoded(device),
  readings: [{ at: start, metric, value, implausible }],
})

export const signalOf = (signal: SignalKind, at: number): Decoded => ({
  ...nothingDecoded(device),
  signals: [{ signal, at: start + at }],
})

export function status(at: number, sketch: Partial<Message> = {}): Message {
  const decoded = { ...nothingDecoded(device), statuses: [{ online: true }] }
  return message({ topic: topicOf(device, 'status'), retain: true, decoded, ...sketch, at })
}

/** Puts a run together; `trials` as name, from, to. */
export function run(
  lines: LineSketch[],
  messages: Message[] = [],
  { trials = [], ...rest }: Omit<Partial<Seen>, 'trials' | 'lines'> & { trials?: [Trial, number, number][] } = {},
): Seen {
  return {
    ...nothingSeen(device, start),
    endedAt: start + 20 * minute,
    lines: lines.map((sketch, index) => ({ ...line(sketch), number: index + 1 })),
    messages,
    trials: trials.map(([trial, from, to]) => ({ trial, from: start + from, to: start + to })),
    ...rest,
  }
}
