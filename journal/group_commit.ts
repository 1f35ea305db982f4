import type { Database } from 'lmdb'
import { VigilError } from '../domain/errors.ts'

/** Commits on their way at once: while one is being fsynced, the next is being filled. */
const commitsAtOnce = 2

type Waiting<Row> = { seq: number; row: Row; resolve(seq: number): void; reject(err: unknown): void }

/**
 * Appends rows in commits of as many as have gathered, so that one fsync serves them all. The returned function
 * resolves with `seq` when the row's commit is durable and rejects with `journal_unwritable` when it failed; the rows
 * of a failed commit are not stored. Order of calls is order of numbers is order of commits.
 */
export function groupCommits<Row>(db: Database<Row, number>): (seq: number, row: Row) => Promise<number> {
  let waiting: Waiting<Row>[] = []
  let underWay = 0

  async function commit(): Promise<void> {
    const rows = waiting
    waiting = []
    underWay++
    try {
      await db.batch(() => {
        for (const { seq, row } of rows) void db.put(seq, row)
      })
      for (const { seq, resolve } of rows) resolve(seq)
    } catch (err) {
      const cause = await causeOf(err)
      for (const { reject } of rows) reject(new VigilError('journal_unwritable', String(cause), { cause }))
    }
    underWay--
    if (waiting.length > 0) void commit()
  }

  return (seq, row) =>
    new Promise((resolve, reject) => {
      // All that arrives in this turn of the event loop goes along.
      if (waiting.length === 0 && underWay < commitsAtOnce) setImmediate(() => waiting.length > 0 && void commit())
      waiting.push({ seq, row, resolve, reject })
    })
}

/** lmdb tells the true cause of a failed commit in a promise of its own; left alone it would end the process as unhandled. */
export async function causeOf(err: unknown): Promise<unknown> {
  const { commitError } = err as { commitError?: Promise<never> }
  if (!commitError) return err
  return commitError.catch((cause: unknown) => cause)
}
