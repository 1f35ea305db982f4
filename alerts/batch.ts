import type { Logger } from 'pino'
import type { Clock } from '../domain/clock.ts'
import type { StoredRecord } from '../journal/journal.ts'
import { movePosition, readPosition } from '../store/positions.ts'
import type { Store, Tx } from '../store/store.ts'
import { type Outcome, openFold } from './fold.ts'
import { brokenJudgement, type Judgement, judge, type Rules } from './judge.ts'
import { brokenTotal, countOutcomes, failedBatches } from './metrics.ts'

/** The name under which the positions of this consumer are kept. */
export const consumer = 'alerts'

export type Folding = { store: Store; clock: Clock; log: Logger; rules: Rules }

/**
 * Folds records of one lane, in order, and commits their effects together with the position: in one transaction, or in
 * several where much is to be done. Rejects only while the database fails, and then what is not committed has changed
 * nothing. A single record that cannot be committed though the database
 * answers is folded on its own in its simplest form, so that it blocks nothing behind it.
 */
export async function foldBatch(folding: Folding, records: StoredRecord[]): Promise<void> {
  const judgements: Judgement[] = []
  for (const record of records) judgements.push(await judge(record, folding.rules))
  try {
    for (let left = judgements; left.length > 0; ) left = left.slice(await commit(folding, left))
  } catch (error) {
    failedBatches.inc({ lane: records[0]?.lane ?? 'none' })
    if (!(await isWritable(folding, records))) throw error
    folding.log.warn({ err: error }, 'alerts: a batch could not be committed; folding its records one by one')
    for (const judgement of judgements) await commitAlone(folding, judgement)
  }
}

async function commitAlone(folding: Folding, judgement: Judgement): Promise<void> {
  try {
    await commit(folding, [judgement])
  } catch (error) {
    if (!(await isWritable(folding, [judgement.record]))) throw error
    await commit(folding, [brokenJudgement(judgement, error)])
  }
}

/** Whether the database takes a write just now: then a failure was about the record and not about the database. */
async function isWritable({ store }: Folding, [record]: StoredRecord[]): Promise<boolean> {
  if (!record) return false
  return store
    .write(async (tx) => {
      await movePosition(tx, consumer, record.lane, await readPosition(tx, consumer, record.lane))
      return true
    })
    .catch(() => false)
}

/** Gives how many of the records it has committed: one at least. */
async function commit(folding: Folding, judgements: Judgement[]): Promise<number> {
  const { store, clock, rules } = folding
  const { outcomes, records } = await store.write((tx) => foldInto(tx, judgements, clock.now(), rules))
  countOutcomes(outcomes, clock.now())
  const broken = judgements.slice(0, records).flatMap(({ errors }) => errors)
  const errors = [...broken, ...outcomes.flatMap(({ error }) => error ?? [])]
  for (const error of errors) {
    brokenTotal.inc()
    folding.log.error({ err: error }, 'alerts: our own code broke on a record; its signals are ticketed all the same')
  }
  return records
}

/**
 * Signals that a transaction looks at closely, each some tenths of a millisecond: beyond it the next one takes over, so
 * that consoles and the other lane do not wait for long.
 */
const looksMost = 100

/**
 * Effects and position of records of one lane, in order, as many of them as one transaction should hold. What the
 * position says is done is passed over: another instance, or a commit whose answer was lost, may have been here.
 */
export async function foldInto(
  tx: Tx,
  judgements: Judgement[],
  now: number,
  rules: Rules,
): Promise<{ outcomes: Outcome[]; records: number }> {
  const fold = openFold(tx, now, rules)
  const lane = judgements[0]?.record.lane ?? 'urgent'
  const says = ({ alerts, clears }: Judgement): boolean => alerts.length + clears.length > 0
  const done = judgements.some(says) ? await readPosition(tx, consumer, lane) : 0
  let records = 0
  for (const judgement of judgements) {
    if (says(judgement) && judgement.record.seq > done) await fold.record(judgement)
    records += 1
    if (fold.looks >= looksMost) break
  }
  const last = judgements[records - 1]?.record
  if (last) await movePosition(tx, consumer, lane, last.seq)
  return { outcomes: await fold.finish(), records }
}
