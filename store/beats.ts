import type { Db, Tx } from './store.ts'

/** Workers that must say every few seconds that they live; by the name of what they work. */
export const workers = ['timers', 'notices'] as const
export type Worker = (typeof workers)[number]

/** Notes that a worker lives at `at` (epoch ms). */
export async function beat(tx: Tx, worker: Worker, at: number): Promise<void> {
  await tx
    .insertInto('beats')
    .values({ worker, at })
    .onConflict((conflict) => conflict.column('worker').doUpdateSet({ at }))
    .execute()
}

/** When each worker last said that it lives; those that never did are not in it. */
export async function beatsOf(db: Db): Promise<Map<string, number>> {
  const rows = await db.selectFrom('beats').selectAll().execute()
  return new Map(rows.map(({ worker, at }) => [worker, at]))
}
