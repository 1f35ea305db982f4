import { newSecret } from '../domain/random.ts'
import { deleteOldest } from './oldest.ts'
import type { Db, Store, Tx } from './store.ts'
import { tokenHash } from './tokens.ts'

/** The key that links in messages are signed with: made by whoever asks first, the same for every process and machine. */
export async function linkKey(store: Store): Promise<string> {
  const known = await keyOf(store.db)
  return known ?? store.write(makeKey)
}

const keyOf = async (db: Db): Promise<string | undefined> =>
  (await db.selectFrom('keys').select('value').where('name', '=', 'links').executeTakeFirst())?.value

async function makeKey(tx: Tx): Promise<string> {
  await tx
    .insertInto('keys')
    .values({ name: 'links', value: newSecret(32) })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  return (await keyOf(tx)) ?? ''
}

/** Notes that a link was used; false where it was before. */
export async function useLink(tx: Tx, token: string, at: number): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('used_links')
    .values({ hash: tokenHash(token), at })
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .executeTakeFirstOrThrow()
  return (numInsertedOrUpdatedRows ?? 0n) > 0n
}

export const trimUsedLinks = (tx: Tx, before: number, most: number): Promise<number> =>
  deleteOldest(tx, { table: 'used_links', key: 'hash', time: 'at' }, before, most)
