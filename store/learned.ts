import { limits } from '../domain/limits.ts'
import type { Learned } from '../domain/message.ts'
import type { Db, Tx } from './store.ts'

/** What the codecs learned from each sender's earlier messages: names of numbers, units, classes. `sender`: its user name. */

/** The oldest first. */
export async function learnedOf(db: Db, sender: string): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('learned')
    .select(['key', 'value'])
    .where('sender', '=', sender)
    .orderBy('at')
    .orderBy('key')
    .execute()
  return new Map(rows.map(({ key, value }) => [key, value]))
}

/** Keeps what was learned; of a sender that teaches beyond the limit the oldest is forgotten. What is replayed teaches only what
 *  is not known. `at`: epoch ms. */
export async function keepLearned(
  tx: Tx,
  sender: string,
  learned: readonly Learned[],
  { at, isReplay }: { at: number; isReplay: boolean },
): Promise<void> {
  for (const { key, value } of learned)
    await tx
      .insertInto('learned')
      .values({ sender, key, value, at })
      .onConflict((conflict) => {
        const known = conflict.columns(['sender', 'key'])
        return isReplay ? known.doNothing() : known.doUpdateSet({ value, at })
      })
      .execute()
  const { count } = await tx
    .selectFrom('learned')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('sender', '=', sender)
    .executeTakeFirstOrThrow()
  if (count > limits.learnedPerSender) await forgetOldest(tx, sender, count - limits.learnedPerSender)
}

async function forgetOldest(tx: Tx, sender: string, many: number): Promise<void> {
  const rows = await tx
    .selectFrom('learned')
    .select('key')
    .where('sender', '=', sender)
    .orderBy('at')
    .orderBy('key')
    .limit(many)
    .execute()
  const keys = rows.map(({ key }) => key)
  if (keys.length > 0) await tx.deleteFrom('learned').where('sender', '=', sender).where('key', 'in', keys).execute()
}
