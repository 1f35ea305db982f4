import { decodeRecord } from '../codecs/decode.ts'
import { idPattern } from '../domain/ids.ts'
import { limits } from '../domain/limits.ts'
import { type Decoded, nothingDecoded, type Signal } from '../domain/message.ts'
import { type Doubt, type SignalKind, signals } from '../domain/signals.ts'
import type { StoredRecord } from '../journal/journal.ts'
import type { EvidenceDetail } from '../store/tickets.ts'
import type { Alert } from './detectors/detector.ts'
import { detectorOf } from './detectors/list.ts'
import { decide } from './episodes.ts'
import { type EventTime, eventTime } from './event_time.ts'

/** What turns records into tickets; all of it pure, so that the same journal gives the same tickets. */
export type Rules = {
  /** What a message says; async where the registry is asked. */
  decode(record: StoredRecord): Decoded | Promise<Decoded>
  detect(signal: Signal): Alert
  decide: typeof decide
}

export const currentRules: Rules = {
  decode: decodeRecord,
  detect: (signal) => detectorOf(signal.signal).detect(signal),
  decide,
}

/** An alert with all that its record says of it; what the registry knows is not in it yet. */
export type RecordAlert = Alert & {
  record: StoredRecord
  /** The signal's index in the record. */
  n: number
  /** Whose signal it is: the device that the topic names. */
  device: string
  signal: SignalKind
  time: EventTime
  detail: EvidenceDetail
  /** Signals of the same message and sort that are only counted with this one. */
  copies: number
  /** As the signal has them. */
  key: Signal['key']
  press: Signal['press']
  level: boolean
}

/** A device's word that what it said is over. */
export type RecordClear = { record: StoredRecord; device: string; signal: SignalKind; time: EventTime }

/** `errors`: what our own code threw over the record; the alerts are complete all the same. */
export type Judgement = { record: StoredRecord; alerts: RecordAlert[]; clears: RecordClear[]; errors: unknown[] }

/** Decodes a record and puts every signal in it before its detector. Never throws, whatever `rules` do; rejects only where
 *  the registry cannot be read. */
export async function judge(record: StoredRecord, rules: Rules): Promise<Judgement> {
  const errors: unknown[] = []
  const guarded = <T>(work: () => T, otherwise: T): T => {
    try {
      return work()
    } catch (error) {
      errors.push(error)
      return otherwise
    }
  }
  const decoded = await guarded(() => rules.decode(record), nothingDecoded())
  const own = deviceOf(record, decoded)
  const alerts = decoded.signals.map((signal, n) => {
    const device = signal.device === undefined ? own : storable(signal.device)
    const full = (alert: Alert) => recordAlert({ record, device, n, signal, alert })
    return guarded(() => full(rules.detect(signal)), full(brokenAlert(signal.signal)))
  })
  const clears = decoded.clears.map(({ device = own, signal, at }) => ({
    record,
    device: storable(device),
    signal,
    time: eventTime(at, record.receivedAt),
  }))
  return { record, alerts: withoutCopies(alerts), clears, errors }
}

/**
 * Of very many signals of one sort in a message only the newest are left, the oldest of them with the others as its
 * copies: among a buffer of old ones may be one of now.
 */
function withoutCopies(alerts: RecordAlert[]): RecordAlert[] {
  const most = limits.signalsPerMessage
  if (alerts.length <= most) return alerts
  const sorts = Map.groupBy(alerts, ({ device, signal, kind, severity, press, doubts }) =>
    [device, signal, kind, severity, press, ...doubts].join(),
  )
  const left = [...sorts.values()].flatMap((sort) => {
    if (sort.length <= most) return sort
    const newest = sort.toSorted((a, b) => b.time.at - a.time.at || a.n - b.n).slice(0, most)
    return newest.map((alert, i) => (i === most - 1 ? { ...alert, copies: sort.length - most } : alert))
  })
  return left.sort((a, b) => a.n - b.n)
}

type Parts = { record: StoredRecord; device: string; n: number; signal: Signal; alert: Alert }

function recordAlert({ record, device, n, signal, alert }: Parts): RecordAlert {
  const time = eventTime(signal.at, record.receivedAt)
  const doubts = new Set([...recordDoubts(record), ...signalDoubts(signal), ...time.doubts, ...alert.doubts])
  return {
    ...alert,
    doubts: [...doubts],
    record,
    n,
    device,
    signal: signal.signal,
    time,
    detail: detailOf(signal),
    copies: 0,
    key: signal.key,
    press: signal.press,
    level: signal.level ?? false,
  }
}

const detailOf = ({ position, confidence }: Signal): EvidenceDetail => ({
  ...(position ? { position } : {}),
  ...(confidence === undefined ? {} : { confidence }),
})

/**
 * A record that the database would not take, in the simplest form that still rings: nothing that the device chose but
 * its name and its signals. Of a thousand signals in such a record the first of each kind is enough.
 */
export function brokenJudgement(judgement: Judgement, error: unknown): Judgement {
  const { receivedAt } = judgement.record
  const record = { ...judgement.record, topic: judgement.record.topic.replaceAll(/[^ -~]/g, '?') }
  const kinds = new Map(judgement.alerts.map((alert) => [alert.signal, alert] as const).reverse())
  const alerts = [...kinds.values()].map(
    (alert): RecordAlert => ({
      ...alert,
      ...brokenAlert(alert.signal),
      record,
      device: alert.device.replaceAll(/[^ -~]/g, '?'),
      time: eventTime(undefined, receivedAt),
      detail: {},
    }),
  )
  return { record, alerts, clears: [], errors: [...judgement.errors, error] }
}

/** What a signal becomes when our own code broke on it: it may be judged wrongly, but not be lost. */
function brokenAlert(kind: SignalKind): Alert {
  return { reason: 'internal_error', kind, severity: signals[kind].severity, doubts: ['internal_error'] }
}

/**
 * The device whose signal it is. Where nobody is named, the topic stands in, so that two nameless sources stay two
 * episodes; with a blank in it, it can be no device's id.
 */
function deviceOf(record: StoredRecord, decoded: Decoded): string {
  const { device, principal, topic } = record
  // An account speaks for thousands; its user name has a slash.
  const sender = principal !== undefined && idPattern.test(principal) ? principal : undefined
  return storable(decoded.device ?? device ?? sender ?? `topic ${topic}`)
}

/** Text that every database takes: PostgreSQL refuses NUL, UTF-8 has no lone surrogates. */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD')

/** What is kept of a key: it may be of any length. */
export const keyText = (id: string): string => storable(id.slice(0, 200))

function recordDoubts(record: StoredRecord): Doubt[] {
  const doubts: Doubt[] = []
  if (record.retained) doubts.push('retained')
  if (record.replayOf !== undefined) doubts.push('replayed')
  if (record.refused !== undefined) doubts.push(refusalDoubt(record.refused))
  return doubts
}

/** Why the front door refused the record, in the words of doubts. */
function refusalDoubt(code: string): Doubt {
  return code === 'topic_foreign' || code === 'payload_too_large' ? code : 'malformed'
}

function signalDoubts(signal: Signal): Doubt[] {
  const doubts: Doubt[] = []
  if (signal.malformed) doubts.push('malformed')
  if (signal.test) doubts.push('test')
  if (signal.learning) doubts.push('learning')
  if (signal.silent) doubts.push('silent')
  if (signal.historical) doubts.push('historical')
  if (signal.foreign) doubts.push('topic_foreign')
  return doubts
}

/** `u17`, `b4`: a record's name in ids, short because dispatchers read them. */
export const recordName = ({ lane, seq }: StoredRecord): string => `${lane.slice(0, 1)}${seq}`
