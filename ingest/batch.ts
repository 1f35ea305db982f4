import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../domain/clock.ts'
import type { Lane, StoredRecord } from '../journal/journal.ts'
import { markAnswered } from '../store/commands.ts'
import { keepDeadLetter } from '../store/dead_letters.ts'
import { noteSightings } from '../store/device_states.ts'
import { keepLearned } from '../store/learned.ts'
import { enqueue, type Outgoing } from '../store/outbox.ts'
import { movePosition } from '../store/positions.ts'
import { provision } from '../store/provisioning.ts'
import { administrator, type Reader } from '../store/reader.ts'
import type { Store, Tx } from '../store/store.ts'
import type { ChildrenSeen } from './children.ts'
import { type Judged, judge, judgeRefused, judgeUnknown, type Letter } from './judge.ts'
import {
  answersTaken,
  batchRecords,
  countWarnings,
  messages,
  provisioned,
  readingsStored,
  refused as refusedTotal,
} from './metrics.ts'
import type { SightingFilter } from './sightings.ts'
import type { Point, RefusedPoint, Telemetry } from './telemetry.ts'

export const consumer = 'ingest'

/** Payload bytes worked at once: bounds the memory, since the points of a message are some 20 times its bytes. */
const bytesAtOnce = 4 * 1024 * 1024
/** Payload bytes decoded without a break: some 10 ms. */
const bytesPerTurn = 256 * 1024

/** Messages kept whole in one transaction: some 20 ms, because a ticket may be waiting for its turn to be written. */
const lettersPerWrite = 250
/** Payload bytes that cost as much as one of those more. */
const bytesAsLetter = 4 * 1024
/** Answers that cost as much as one of those. */
const answersAsLetter = 20
/** Between two of those, so that others find their turn, for which they look every few milliseconds. */
const gapMs = 10

export type Ingest = {
  store: Store
  telemetry: Telemetry
  clock: Clock
  reader: Reader
  children: ChildrenSeen
  sightings: SightingFilter
  signal: AbortSignal
}

type Effects = { letters: Letter[]; receipts: Outgoing[] }

/**
 * Works records of one lane, in order: first their readings into telemetry, where a second time changes nothing, then
 * everything else with the position in one transaction. Rejects where telemetry was aborted or the store failed; what
 * was committed till then stays.
 */
export async function workBatch(ingest: Ingest, lane: Lane, records: StoredRecord[]): Promise<void> {
  batchRecords.observe({ lane }, records.length)
  for (const [i, part] of partsOf(records).entries()) {
    if (i > 0) await ingest.clock.sleep(gapMs, ingest.signal)
    await workPart(ingest, lane, part)
  }
}

async function workPart(ingest: Ingest, lane: Lane, records: StoredRecord[]): Promise<void> {
  const judged = await judgeAll(ingest.reader, records)
  const points = judged.flatMap((one) => one.points)
  const refused = points.length > 0 ? await ingest.telemetry.write(points, ingest.signal) : []
  readingsStored.inc(points.length - refused.length)
  if (refused.length > 0) refusedTotal.inc({ code: 'point_refused' }, refused.length)
  for (const [i, some] of runsOf(judged).entries()) {
    if (i > 0) await ingest.clock.sleep(gapMs, ingest.signal)
    await commit(ingest, lane, some, refused)
  }
}

/** Everything but telemetry, with the position. `refused` may hold points of other messages too. */
async function commit(ingest: Ingest, lane: Lane, decoded: Judged[], refused: RefusedPoint[]): Promise<void> {
  const sightings = ingest.sightings.due(decoded.flatMap((one) => one.sightings))
  const children = ingest.children.fresh(decoded.flatMap((one) => one.children))
  const { judged, answered, made } = await ingest.store.write(async (tx) => {
    const done = await takeAnswers(tx, decoded)
    const effects = effectsOf(done.judged, refused)
    for (const letter of effects.letters) await keep(tx, letter)
    for (const receipt of effects.receipts) await enqueue(tx, receipt)
    for (const { record, learned } of done.judged)
      if (learned.length > 0)
        await keepLearned(tx, record.principal ?? administrator, learned, {
          at: record.receivedAt,
          isReplay: record.replayOf !== undefined,
        })
    // Before they are sighted: only what is registered is.
    const made = children.length > 0 ? await provision(tx, children, ingest.clock.now()) : []
    if (sightings.length > 0) await noteSightings(tx, sightings)
    await movePosition(tx, consumer, lane, decoded.at(-1)?.record.seq ?? 0)
    return { ...done, made }
  })
  answersTaken.inc(answered)
  ingest.sightings.noted(sightings)
  ingest.children.settled(children)
  provisioned.inc(made.length)
  messages.inc({ lane }, judged.length)
  for (const code of judged.flatMap((one) => one.codes)) refusedTotal.inc({ code })
  for (const one of judged) countWarnings(one.codec, one.warnings)
}

/** Notes what devices answered. Gives the messages with what was refused of that too. */
async function takeAnswers(tx: Tx, decoded: Judged[]): Promise<{ judged: Judged[]; answered: number }> {
  const judged: Judged[] = []
  let answered = 0
  for (const one of decoded) {
    const { answers, device, record } = one
    if (device === undefined || answers.length === 0) {
      judged.push(one)
      continue
    }
    const taken = await markAnswered(tx, device, answers, record.receivedAt)
    answered += taken.answered
    judged.push(judgeUnknown(one, taken.unknown))
  }
  return { judged, answered }
}

/** Cuts messages so that no transaction keeps too many of them whole, or looks for the commands of too many answers. */
function runsOf(judged: Judged[]): Judged[][] {
  const runs: Judged[][] = [[]]
  let costs = 0
  for (const one of judged) {
    const letters = one.letter ? 1 + Math.floor(one.record.payload.byteLength / bytesAsLetter) : 0
    const cost = letters + Math.ceil(one.answers.length / answersAsLetter)
    costs += cost
    if (cost > 0 && costs > lettersPerWrite) {
      runs.push([])
      costs = cost
    }
    runs.at(-1)?.push(one)
  }
  return runs.filter((run) => run.length > 0)
}

/** Cuts records so that none of the parts is too large for memory; a single record is never too large. */
function partsOf(records: StoredRecord[]): StoredRecord[][] {
  const parts: StoredRecord[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const record of records) {
    bytes += record.payload.byteLength
    if (bytes > bytesAtOnce) {
      parts.push([])
      bytes = record.payload.byteLength
    }
    parts.at(-1)?.push(record)
  }
  return parts
}

async function judgeAll(reader: Reader, records: StoredRecord[]): Promise<Judged[]> {
  const judged: Judged[] = []
  let bytes = 0
  for (const record of records) {
    judged.push(judge(record, await reader(record)))
    bytes += record.payload.byteLength
    if (bytes < bytesPerTurn) continue
    bytes = 0
    await turn()
  }
  return judged
}

function effectsOf(judged: Judged[], refused: RefusedPoint[]): Effects {
  const effects: Effects = {
    letters: judged.flatMap(({ letter }) => letter ?? []),
    receipts: judged.flatMap(({ receipt }) => receipt ?? []),
  }
  for (const [one, points] of byMessage(judged, refused)) {
    const { letters, receipt } = judgeRefused(one, points)
    effects.letters.push(...letters)
    if (receipt) effects.receipts.push(receipt)
  }
  return effects
}

function byMessage(judged: Judged[], refused: RefusedPoint[]): Map<Judged, RefusedPoint[]> {
  const found = new Map<Judged, RefusedPoint[]>()
  if (refused.length === 0) return found
  const origin = new Map<Point, Judged>(judged.flatMap((one) => one.points.map((point) => [point, one] as const)))
  for (const one of refused) {
    const message = origin.get(one.point)
    if (message) found.set(message, [...(found.get(message) ?? []), one])
  }
  return found
}

/** A new dead letter; or, where a replay is refused again, the old one goes back to `kept` with the new reason. */
async function keep(tx: Tx, { replayOf, ...letter }: Letter): Promise<void> {
  if (replayOf === undefined) return keepDeadLetter(tx, letter)
  const { code, detail, codec = null } = letter
  const { numUpdatedRows } = await tx
    .updateTable('dead_letters')
    .set({ state: 'kept', code, detail, codec })
    .where('id', '=', replayOf)
    .executeTakeFirstOrThrow()
  // Trimmed in the meantime: then what was refused is kept under its own number.
  if (numUpdatedRows === 0n) await keepDeadLetter(tx, letter)
}
