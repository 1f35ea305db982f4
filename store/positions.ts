import { PARTITIONS } from '../domain/ids.ts'
import type { Db, Tx } from './store.ts'

const allPartitions = Array.from({ length: PARTITIONS }, (_, partition) => partition)

/** Up to where `consumer` has worked the lane: the lowest over the partitions, where one without a position counts 0. */
export async function readPosition(
  db: Db,
  consumer: string,
  lane: string,
  partitions: number[] = allPartitions,
): Promise<number> {
  if (partitions.length === 0) return 0
  const row = await db
    .selectFrom('positions')
    .select((e) => [e.fn.min('seq').as('lowest'), e.fn.countAll<number>().as('known')])
    .where('consumer', '=', consumer)
    .where('lane', '=', lane)
    .where('partition', 'in', partitions)
    .executeTakeFirstOrThrow()
  return row.known < partitions.length ? 0 : row.lowest
}

/** Notes that `consumer` is done with the lane up to `seq`; in the transaction of the effect. Never moves back. */
export async function movePosition(
  tx: Tx,
  consumer: string,
  lane: string,
  seq: number,
  partitions: number[] = allPartitions,
): Promise<void> {
  if (partitions.length === 0) return
  await tx
    .insertInto('positions')
    .values(partitions.map((partition) => ({ consumer, lane, partition, seq })))
    .onConflict((conflict) =>
      conflict
        .columns(['consumer', 'lane', 'partition'])
        .doUpdateSet((e) => ({ seq: e.ref('excluded.seq') }))
        .whereRef('positions.seq', '<', 'excluded.seq'),
    )
    .execute()
}

/** The furthest that any consumer has come in the lane; 0 where none has begun. */
export async function furthestPosition(db: Db, lane: string): Promise<number> {
  const row = await db
    .selectFrom('positions')
    .select((e) => e.fn.max('seq').as('furthest'))
    .where('lane', '=', lane)
    .executeTakeFirst()
  return row?.furthest ?? 0
}

/** Up to where all of `consumers` are done with the lane, so that the journal may be trimmed; 0 if any has not begun. */
export async function consumedBy(db: Db, consumers: string[], lane: string): Promise<number> {
  const positions = await Promise.all(consumers.map((consumer) => readPosition(db, consumer, lane)))
  return positions.length === 0 ? 0 : Math.min(...positions)
}
