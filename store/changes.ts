import type { Selectable } from 'kysely'
import { deleteOldest } from './oldest.ts'
import type { Database } from './schema.ts'
import type { Db, Tx } from './store.ts'

/** `subject` is a principal's key; `at` epoch ms. */
export type Change = Selectable<Database['changes']>

/**
 * Tells every broker process that the access of a principal changed (`access`) or that a command waits for it
 * (`command`), in the transaction that changes it. Of a vendor, it is about its account, its authorities and all client
 * certificates that these issued.
 */
export async function announce(
  tx: Tx,
  { kind, subject, at }: { kind: Change['kind']; subject: string; at: number },
): Promise<void> {
  await tx.insertInto('changes').values({ kind, subject, at }).execute()
}

/** Changes after number `seq`, oldest first. Numbers may have gaps; a later commit never has a smaller one. */
export function changesAfter(db: Db, seq: number, most: number): Promise<Change[]> {
  return db.selectFrom('changes').selectAll().where('seq', '>', seq).orderBy('seq').limit(most).execute()
}

/** The number of the newest change; 0 where there is none. */
export async function lastChange(db: Db): Promise<number> {
  const { last } = await db
    .selectFrom('changes')
    .select((e) => e.fn.max<number | null>('seq').as('last'))
    .executeTakeFirstOrThrow()
  return last ?? 0
}

/** Removes at most `most` changes from before `before` (epoch ms). Gives how many. */
export const trimChanges = (tx: Tx, before: number, most: number): Promise<number> =>
  deleteOldest(tx, { table: 'changes', key: 'seq', time: 'at' }, before, most)
