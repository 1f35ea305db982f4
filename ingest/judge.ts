import { codecOf } from '../codecs/codecs.ts'
import { isoTime } from '../domain/clock.ts'
import { type ErrorCode, errorTable } from '../domain/errors.ts'
import { idPattern } from '../domain/ids.ts'
import { limits } from '../domain/limits.ts'
import type { Answer, Decoded, Learned, Reading, Warning } from '../domain/message.ts'
import { receiptTarget } from '../domain/principals.ts'
import { isChildOf } from '../domain/sources.ts'
import type { Receipt } from '../domain/ticket.ts'
import { receiptsTopic, topicOf } from '../domain/topics.ts'
import type { StoredRecord } from '../journal/journal.ts'
import type { Refused } from '../store/dead_letters.ts'
import type { Sighting } from '../store/device_states.ts'
import type { Outgoing } from '../store/outbox.ts'
import type { Child } from '../store/provisioning.ts'
import type { Point, RefusedPoint } from './telemetry.ts'

/** A dead letter, and the one that it goes on with where the message was a replay of it. */
export type Letter = Refused & { replayOf: string | undefined }

/**
 * What one message means to ingest. Decided from the record alone, so that a second time gives the same; only whether
 * there is the command that an answer names is for the store to say.
 */
export type Judged = {
  record: StoredRecord
  device: string | undefined
  points: Point[]
  letter: Letter | undefined
  answers: Answer[]
  receipt: Outgoing | undefined
  sightings: Sighting[]
  learned: Learned[]
  /** Devices behind its sender that it speaks of: such as are not registered yet are. */
  children: Child[]
  warnings: Warning[]
  /** The format that it was in; undefined where no codec takes its topic. */
  codec: string | undefined
  /** Whether somebody tells the device anyway, or did: alerts for a signal, an earlier receipt for a replay. */
  isAnswered: boolean
  codes: ErrorCode[]
}

/** Decides what becomes of a record that was read: points to store, and where something was refused a dead letter and,
 *  unless a signal is in it (then alerts answers), a receipt. */
export function judge(record: StoredRecord, decoded: Decoded): Judged {
  const { refusals, signals } = decoded
  const device = decoded.device ?? record.device
  const isAnswered = signals.length > 0 || record.replayOf !== undefined
  const [first] = refusals
  return {
    record,
    device,
    points: pointsOf(decoded, device),
    letter: first && letterOf(record, first.code, refusals.map(({ code, detail }) => `${code}: ${detail}`).join('; ')),
    answers: decoded.answers,
    receipt: first && !isAnswered ? receiptOf(record, first.code, first.detail) : undefined,
    sightings: isHeard(record) ? sightingsOf(record, device, decoded) : [],
    learned: record.refused === undefined ? decoded.learned : [],
    children: isHeard(record) ? childrenOf(record, decoded) : [],
    warnings: decoded.warnings,
    codec: codecOf(record.topic)?.name,
    isAnswered,
    codes: refusals.map(({ code }) => code),
  }
}

/**
 * What becomes of points that the database refused: one dead letter each, which holds that reading alone so that its
 * replay stores nothing else again, and one receipt a message. `n` is the reading's place in the message.
 */
export function judgeRefused(judged: Judged, refused: RefusedPoint[]): { letters: Letter[]; receipt?: Outgoing } {
  const { record, points } = judged
  const letters = refused.map(({ point, reason }) => pointLetter(record, points.indexOf(point), point, reason))
  const isTold = judged.isAnswered || judged.receipt !== undefined
  const [first] = refused
  const receipt = first && !isTold ? receiptOf(record, 'point_refused', first.reason) : undefined
  return { letters, ...(receipt && { receipt }) }
}

/** Adds the refusal of answers to commands that there are not to what else was refused of their message. */
export function judgeUnknown(judged: Judged, unknown: string[]): Judged {
  if (unknown.length === 0) return judged
  const { record, letter, receipt, isAnswered } = judged
  const told = unknown.slice(0, limits.refusalsPerMessage)
  const detail = `command: ${told.map((id) => JSON.stringify(id)).join(', ')}`
  const code = 'command_unknown'
  const whole = [letter?.detail, `${code}: ${detail}`].filter(Boolean).join('; ')
  return {
    ...judged,
    letter: letterOf(record, letter?.code ?? code, whole),
    receipt: receipt ?? (isAnswered ? undefined : receiptOf(record, code, detail)),
    codes: [...judged.codes, ...told.map((): ErrorCode => code)],
  }
}

function letterOf(record: StoredRecord, code: string, detail: string): Letter {
  const { lane, seq, receivedAt, topic, principal, device, payload, retained, replayOf } = record
  const codec = codecOf(topic)?.name
  return {
    id: `${lane}-${seq}`,
    receivedAt,
    topic,
    principal,
    device,
    code,
    detail,
    codec,
    payload,
    retained,
    replayOf,
  }
}

function pointLetter(record: StoredRecord, n: number, point: Point, reason: string): Letter {
  const { at, metric, value }: Reading = point
  const payload = Buffer.from(JSON.stringify({ at: isoTime(at), readings: { [metric]: value } }))
  const topic = topicOf(point.device, 'readings')
  const letter = letterOf(record, 'point_refused', `${metric}: ${reason}`)
  return { ...letter, id: `${letter.id}-${n}`, topic, device: point.device, payload, retained: false }
}

/** Told to the device of the topic, and to whoever published where that one is foreign. */
function receiptOf(record: StoredRecord, code: ErrorCode, detail: string): Outgoing | undefined {
  const target = receiptTarget(record)
  if (target === undefined || receiptsTopic(target) === undefined) return undefined
  const at = isoTime(record.receivedAt)
  const body: Receipt = {
    result: 'refused',
    at,
    topic: record.topic,
    code,
    reason: `${errorTable[code].text} ${detail}`,
  }
  return { stableId: `refused-${record.lane}-${record.seq}`, channel: 'receipt', target, body, at: record.receivedAt }
}

/** What a replayed message says of its device was true long ago; of a refused one nothing is to be believed. */
const isHeard = ({ refused, replayOf }: StoredRecord): boolean => refused === undefined && replayOf === undefined

function pointsOf({ readings }: Decoded, own: string | undefined): Point[] {
  return readings.flatMap(({ device = own, metric, at, value, implausible }) =>
    device === undefined ? [] : [{ device, metric, at, value, implausible }],
  )
}

/** Every device of which the message says something, and what it says of it. */
function sightingsOf({ receivedAt: lastSeenAt }: StoredRecord, own: string | undefined, decoded: Decoded): Sighting[] {
  const said = new Map<string, Sighting>()
  const see = (device: string | undefined): Sighting | undefined => {
    if (device === undefined) return undefined
    const sighting = said.get(device) ?? { device, lastSeenAt }
    said.set(device, sighting)
    return sighting
  }
  see(own)
  for (const part of [decoded.readings, decoded.signals, decoded.clears])
    for (const { device } of part) if (device !== undefined) see(device)
  for (const { device = own, metric, value, at, implausible } of decoded.readings) {
    const sighting = metric === 'battery' && !implausible ? see(device) : undefined
    if (sighting && at >= (sighting.battery?.at ?? at)) sighting.battery = { percent: value, at }
  }
  for (const { device = own, online, firmware } of decoded.statuses) {
    const sighting = see(device)
    if (sighting) Object.assign(sighting, { online }, firmware !== undefined && { firmware })
  }
  return [...said.values()]
}

/** The devices that a message names behind its sender, by the ids that it made for them: nobody else can be meant. */
function childrenOf({ principal, device }: StoredRecord, decoded: Decoded): Child[] {
  if (principal === undefined || !idPattern.test(principal)) return []
  const children = new Map<string, Child>()
  const take = (id: string | undefined, more: Partial<Child> = {}): void => {
    if (id === undefined || !isChildOf(principal, id)) return
    children.set(id, { ...children.get(id), ...more, id, gateway: principal })
  }
  take(device)
  for (const part of [decoded.readings, decoded.signals, decoded.clears, decoded.statuses])
    for (const one of part) take(one.device)
  for (const { source: _, device: id, ...more } of decoded.announced) take(id, more)
  return [...children.values()]
}
