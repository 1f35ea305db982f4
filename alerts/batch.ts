import type { Logger } from 'pino'
import type { Clock } from '../domain/clock.ts'
import type { StoredRecord } from '../journal/journal.ts'
import { movePosition, readPosition } from '../store/positions.ts'
import type { Store, Tx } from '../store/store.ts'
import { foldRecord, type Outcome } from './fold.ts'
import { brokenJudgement, type Judgement, judge, type Rules } from './judge.ts'
import { brokenTotal, countOutcomes, failedBatches } from './metrics.ts'

/** The name under which the positions of this consumer are kept. */
export const consumer = 'alerts'

export type Folding = { store: Store; clock: Clock; log: Logger; rules: Rules }

/**
 * Folds records of one lane, in order, and commits all effects with the position in one transaction. Rejects, having
 * changed nothing, only while the database fails. A single record that cannot be committed though the database
 * answers is folded on its own in its simplest form, so that it blocks nothing behind it.
 */
export async function foldBatch(folding: Folding, records: StoredRecord[]): Promise<void> {
  const judgements = records.map((record) => judge(record, folding.rules))
  try {
    await commit(folding, judgements)
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

async function commit(folding: Folding, judgements: Judgement[]): Promise<void> {
  const { store, clock, rules } = folding
  const outcomes = await store.write((tx) => foldInto(tx, judgements, clock.now(), rules))
  countOutcomes(outcomes, clock.now())
  const errors = [...judgements.flatMap(({ errors }) => errors), ...outcomes.flatMap(({ error }) => error ?? [])]
  for (const error of errors) {
    brokenTotal.inc()
    folding.log.error({ err: error }, 'alerts: our own code broke on a record; its signals are ticketed all the same')
  }
}

/**
 * Effects and position of records of one lane, in order. What the position says is done is passed over: another
 * instance, or a commit whose answer was lost, may have been here.
 */
export async function foldInto(tx: Tx, judgements: Judgement[], now: number, rules: Rules): Promise<Outcome[]> {
  const last = judgements.at(-1)?.record
  if (!last) return []
  const outcomes: Outcome[] = []
  if (judgements.some(({ alerts }) => alerts.length > 0)) {
    const done = await readPosition(tx, consumer, last.lane)
    for (const judgement of judgements) {
      if (judgement.record.seq > done) outcomes.push(...(await foldRecord(tx, judgement, now, rules)))
    }
  }
  await movePosition(tx, consumer, last.lane, last.seq)
  return outcomes
}
