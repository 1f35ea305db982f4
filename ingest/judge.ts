import { decodeRecord } from '../codecs/decode.ts'
import { isoTime } from '../domain/clock.ts'
import { type ErrorCode, errorTable } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import type { Answer, Reading, Status } from '../domain/message.ts'
import { receiptTarget } from '../domain/principals.ts'
import type { Receipt } from '../domain/ticket.ts'
import { receiptsTopic, topicOf } from '../domain/topics.ts'
import type { StoredRecord } from '../journal/journal.ts'
import type { Refused } from '../store/dead_letters.ts'
import type { Sighting } from '../store/device_states.ts'
import type { Outgoing } from '../store/outbox.ts'
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
  sighting: Sighting | undefined
  /** Whether somebody tells the device anyway, or did: alerts for a signal, an earlier receipt for a replay. */
  isAnswered: boolean
  codes: ErrorCode[]
}

/** Decodes a record and decides what becomes of it: points to store, and where something was refused a dead letter and,
 *  unless a signal is in it (then alerts answers), a receipt. */
export function judge(record: StoredRecord): Judged {
  const decoded = decodeRecord(record)
  const { refusals, signals } = decoded
  const device = decoded.device ?? record.device
  const isAnswered = signals.length > 0 || record.replayOf !== undefined
  const [first] = refusals
  return {
    record,
    device,
    points: device === undefined ? [] : decoded.readings.map((reading) => ({ device, ...reading })),
    letter: first && letterOf(record, first.code, refusals.map(({ code, detail }) => `${code}: ${detail}`).join('; ')),
    answers: decoded.answers,
    receipt: first && !isAnswered ? receiptOf(record, first.code, first.detail) : undefined,
    sighting: record.refused ? undefined : sightingOf(record, device, decoded.statuses[0]),
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
  return { id: `${lane}-${seq}`, receivedAt, topic, principal, device, code, detail, payload, retained, replayOf }
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

/** What a replayed message says of its device was true long ago. */
function sightingOf(
  record: StoredRecord,
  device: string | undefined,
  status: Status | undefined,
): Sighting | undefined {
  if (device === undefined || record.replayOf !== undefined) return undefined
  return { device, lastSeenAt: record.receivedAt, ...status }
}
