import type { Logger } from 'pino'
import type { Clock } from '../domain/clock.ts'
import type { Journal, Lane, StoredRecord } from './journal.ts'

/** Waits between tries of a batch that failed: short first, because an SOS may be in it. */
const firstRetryMs = 50
const longestRetryMs = 5_000

export type Consumption = {
  journal: Journal
  lane: Lane
  /** The position: the last sequence number whose effects are committed. */
  after: number
  /** Most records of one batch. */
  most: number
  signal: AbortSignal
  /** Commits the effects of the records and the new position together, or rejects having done neither. */
  handle(records: StoredRecord[]): Promise<void>
  clock: Clock
  log: Logger
}

/**
 * Follows one lane until `signal` aborts: reads on from the position, hands over batches in order, and tries a batch
 * again, with back-off and without end, while `handle` rejects. So a consumer never passes over a record, and one
 * that was killed goes on where its last commit stood. Resolves when aborted; never rejects.
 */
export async function consume(c: Consumption): Promise<void> {
  let after = c.after
  let retryMs = firstRetryMs
  await tellLoss(c)
  while (!c.signal.aborted) {
    try {
      const records = await c.journal.read(c.lane, after, c.most)
      if (records.length > 0) {
        await c.handle(records)
        after = records[records.length - 1]!.seq
      }
      retryMs = firstRetryMs
      // An own turn of the event loop for every batch: a backlog in one lane must not keep the other from running.
      if (records.length > 0) await new Promise<void>((resolve) => setImmediate(resolve))
      else await c.journal.waitBeyond(c.lane, after, c.signal)
    } catch (err) {
      if (c.signal.aborted) return
      c.log.error({ err, lane: c.lane, after }, 'batch failed, trying again')
      await c.clock.sleep(retryMs, c.signal)
      retryMs = Math.min(longestRetryMs, retryMs * 2)
    }
  }
}

/** The front door numbers above every position, so what comes is read; what is missing in between is worth an alarm. */
async function tellLoss({ journal, lane, after, log }: Consumption): Promise<void> {
  const head = await journal.head(lane).catch(() => after)
  if (head < after) log.error({ lane, head, after }, 'the journal was lost or replaced: what was not yet read is gone')
}
