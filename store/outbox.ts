import { deleteOldest } from './oldest.ts'
import type { Database } from './schema.ts'
import type { Db, Tx } from './store.ts'

type Channel = Database['outbox']['channel']
/** `ticket`, `recipient`, `urgency` (0 goes first) and `notBefore` (epoch ms) are for notices and partners; see notices.ts. */
export type Outgoing = {
  stableId: string
  channel: Channel
  target: string
  body: unknown
  at: number
  ticket?: string
  recipient?: string
  urgency?: number
  notBefore?: number
}
export type PendingNotice = { id: number; stable_id: string; target: string; body: unknown; created_at: number }

/** Puts something that is to leave the house into the outbox, in the transaction of its cause. The same `stableId`
 *  again changes nothing, even after it was sent. `body` is kept as JSON. */
export async function enqueue(tx: Tx, notice: Outgoing): Promise<void> {
  await tx
    .insertInto('outbox')
    .values({
      stable_id: notice.stableId,
      channel: notice.channel,
      target: notice.target,
      body: JSON.stringify(notice.body ?? null),
      created_at: notice.at,
      sent_at: null,
      ticket: notice.ticket ?? null,
      recipient: notice.recipient ?? null,
      urgency: notice.urgency ?? 0,
      next_at: notice.notBefore ?? notice.at,
    })
    .onConflict((conflict) => conflict.column('stable_id').doNothing())
    .execute()
}

/** What one channel has still to send, oldest first, at most `most`. */
export async function pending(db: Db, channel: Channel, most: number): Promise<PendingNotice[]> {
  const rows = await db
    .selectFrom('outbox')
    .select(['id', 'stable_id', 'target', 'body', 'created_at'])
    .where('channel', '=', channel)
    .where('sent_at', 'is', null)
    .orderBy('id')
    .limit(most)
    .execute()
  return rows.map((row) => ({ ...row, body: JSON.parse(row.body) as unknown }))
}

/** Notes that these left the house at `at`. Until then they are pending, so a crash in between sends them again. */
export async function markSent(tx: Tx, ids: number[], at: number): Promise<void> {
  if (ids.length === 0) return
  await tx.updateTable('outbox').set({ sent_at: at }).where('id', 'in', ids).where('sent_at', 'is', null).execute()
}

/** Removes what was sent before `before` (epoch ms), at most `most` of it. Gives how many. */
export const trimOutbox = (tx: Tx, before: number, most: number): Promise<number> =>
  deleteOldest(tx, { table: 'outbox', key: 'id', time: 'sent_at' }, before, most)
