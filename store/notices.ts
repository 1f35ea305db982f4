import type { Selectable } from 'kysely'
import { deleteOldest } from './oldest.ts'
import type { Database, NoticeResult } from './schema.ts'
import type { Db, Tx } from './store.ts'

/** The part of the outbox that is tried until it is delivered: notices to people and programs, and what partners are told. */
export type NoticeChannel = 'notice' | 'partner'

export type DueNotice = {
  id: number
  stable_id: string
  target: string
  body: unknown
  created_at: number
  ticket: string | null
  recipient: string
  urgency: number
  /** The number of the attempt that was claimed; 1 is the first. */
  attempt: number
}

export type DeliveryRow = Selectable<Database['deliveries']>

const waiting = (db: Db, channel: NoticeChannel) =>
  db.selectFrom('outbox').where('channel', '=', channel).where('sent_at', 'is', null)

export type ClaimRule = {
  now: number
  most: number
  retryAt: number
  passOver?: readonly string[]
  only?: string
}

/** Whether anything is due at `now` (epoch ms), so that the place of a writer is taken only for something. */
export async function isNoticeDue(db: Db, channel: NoticeChannel, now: number): Promise<boolean> {
  const row = await waiting(db, channel).select('id').where('next_at', '<=', now).limit(1).executeTakeFirst()
  return row !== undefined
}

/**
 * Takes what is due, the most urgent first, at most `most`, and puts its next attempt off until `retryAt`: should this process
 * die in the attempt, another makes it then. `passOver`: targets that are not to be tried now; `only`: the one that is.
 */
export async function claimNotices(
  tx: Tx,
  channel: NoticeChannel,
  { now, most, retryAt, passOver = [], only }: ClaimRule,
): Promise<DueNotice[]> {
  const rows = await waiting(tx, channel)
    .selectAll()
    .where('next_at', '<=', now)
    .$if(passOver.length > 0, (query) => query.where('target', 'not in', passOver))
    .$if(only !== undefined, (query) => query.where('target', '=', only ?? ''))
    .orderBy('urgency')
    .orderBy('next_at')
    .limit(most)
    .execute()
  if (rows.length === 0) return []
  await tx
    .updateTable('outbox')
    .set((e) => ({ next_at: retryAt, attempts: e('attempts', '+', 1) }))
    .where(
      'id',
      'in',
      rows.map(({ id }) => id),
    )
    .execute()
  return rows.map(({ id, stable_id, target, body, created_at, ticket, recipient, urgency, attempts }) => ({
    id,
    stable_id,
    target,
    body: JSON.parse(body) as unknown,
    created_at,
    ticket,
    recipient: recipient ?? '',
    urgency,
    attempt: attempts + 1,
  }))
}

/** Keeps the record of one attempt. */
export async function recordDelivery(tx: Tx, delivery: Omit<DeliveryRow, 'id'>): Promise<void> {
  await tx.insertInto('deliveries').values(delivery).execute()
}

/** Ends a notice that is not over yet. Gives whether it was this call that did: it may have been cancelled meanwhile. */
export async function endNotice(tx: Tx, id: number, result: NoticeResult, at: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('outbox')
    .set({ sent_at: at, result })
    .where('id', '=', id)
    .where('sent_at', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

/** Whether a notice is over: delivered, refused, or cancelled while it was on its way. */
export async function isOver(tx: Tx, id: number): Promise<boolean> {
  const row = await tx.selectFrom('outbox').select('sent_at').where('id', '=', id).executeTakeFirst()
  return row === undefined || row.sent_at !== null
}

/** Puts a notice off until `nextAt` (epoch ms). */
export async function putOff(tx: Tx, id: number, nextAt: number): Promise<void> {
  await tx.updateTable('outbox').set({ next_at: nextAt }).where('id', '=', id).where('sent_at', 'is', null).execute()
}

/** Ends what still waits to call people to a ticket, because it is not to be called for any more. */
export async function cancelNotices(tx: Tx, ticket: string, at: number): Promise<void> {
  await tx
    .updateTable('outbox')
    .set({ sent_at: at, result: 'cancelled' })
    .where('ticket', '=', ticket)
    .where('channel', '=', 'notice')
    .where('sent_at', 'is', null)
    .execute()
}

/** What became of the notices of a ticket, an attempt a row, oldest first. */
export function deliveriesOf(db: Db, ticket: string): Promise<DeliveryRow[]> {
  return db.selectFrom('deliveries').selectAll().where('ticket', '=', ticket).orderBy('id').execute()
}

/** The newest attempts by a channel. */
export function deliveriesBy(db: Db, channel: string, most: number): Promise<DeliveryRow[]> {
  return db
    .selectFrom('deliveries')
    .selectAll()
    .where('channel', '=', channel)
    .orderBy('id', 'desc')
    .limit(most)
    .execute()
}

export const trimDeliveries = (tx: Tx, before: number, most: number): Promise<number> =>
  deleteOldest(tx, { table: 'deliveries', key: 'id', time: 'at' }, before, most)
