import type { Insertable, Selectable, Updateable } from 'kysely'
import type { Doubt, SignalKind } from '../domain/signals.ts'
import { nextNumber } from './counters.ts'
import type { Database } from './schema.ts'
import type { Db, Tx } from './store.ts'
import type { EvidenceDetail, TicketRow } from './tickets.ts'

export type EvidenceRow = Selectable<Database['evidence']>
type NewTicket = Omit<Insertable<Database['tickets']>, 'number' | 'doubts' | 'shared_with'> & {
  doubts: Doubt[]
  /** Area paths. */
  shared_with?: string[]
}
type NewEvidence = Omit<Insertable<Database['evidence']>, 'id' | 'doubts' | 'detail' | 'repeats' | 'claim_key'> & {
  doubts: Doubt[]
  detail: EvidenceDetail
  /** 0 where absent. */
  repeats?: number
  /** None where absent. */
  claim_key?: string | null
}
type NewEntry = Omit<Insertable<Database['timeline']>, 'id'>

/** Opens a ticket with the next number. Fails where the id exists; see `rowOf`. */
export async function insertTicket(tx: Tx, ticket: NewTicket): Promise<TicketRow> {
  const number = await nextNumber(tx, 'ticket')
  return tx
    .insertInto('tickets')
    .values({
      ...ticket,
      number,
      doubts: JSON.stringify(ticket.doubts),
      shared_with: JSON.stringify(ticket.shared_with ?? []),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Changes columns of a ticket; `doubts` and `shared_with` are JSON text here, as in the row. */
export async function updateTicket(tx: Tx, id: string, change: Updateable<Database['tickets']>): Promise<void> {
  await tx.updateTable('tickets').set(change).where('id', '=', id).execute()
}

/** Adds evidence; false where this very record's signal is kept already, and then nothing changes. */
export async function addEvidence(tx: Tx, evidence: NewEvidence): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('evidence')
    .values({
      ...evidence,
      doubts: JSON.stringify(evidence.doubts),
      detail: JSON.stringify(evidence.detail),
      repeats: evidence.repeats ?? 0,
      claim_key: evidence.claim_key ?? null,
    })
    .onConflict((conflict) => conflict.columns(['lane', 'seq', 'n']).doNothing())
    .executeTakeFirstOrThrow()
  return (numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** Evidence of the same claim of the same device, by the instant that the device itself gave; newest first. */
export function sameClaims(db: Db, device: string, signal: SignalKind, deviceAt: number): Promise<EvidenceRow[]> {
  return db
    .selectFrom('evidence')
    .selectAll()
    .where('device', '=', device)
    .where('signal', '=', signal)
    .where('device_at', '=', deviceAt)
    .orderBy('id', 'desc')
    .execute()
}

/** Evidence of the same device and signal that its codec gave the same key; newest first. */
export function sameKeys(db: Db, device: string, signal: SignalKind, key: string): Promise<EvidenceRow[]> {
  return db
    .selectFrom('evidence')
    .selectAll()
    .where('device', '=', device)
    .where('signal', '=', signal)
    .where('claim_key', '=', key)
    .orderBy('id', 'desc')
    .limit(keysMost)
    .execute()
}
/** Copies that are told apart by doubts are few. */
const keysMost = 20

export function evidenceRow(db: Db, id: number): Promise<EvidenceRow | undefined> {
  return db.selectFrom('evidence').selectAll().where('id', '=', id).executeTakeFirst()
}

/** The evidence that this journal record's signal `n` became, by its number. */
export async function evidenceOf(db: Db, lane: string, seq: number, n: number): Promise<number | undefined> {
  const row = await db
    .selectFrom('evidence')
    .select('id')
    .where('lane', '=', lane)
    .where('seq', '=', seq)
    .where('n', '=', n)
    .executeTakeFirst()
  return row?.id
}

/** Whether this journal record's signal `n` is kept as evidence. */
export const hasEvidence = async (db: Db, lane: string, seq: number, n: number): Promise<boolean> =>
  (await evidenceOf(db, lane, seq, n)) !== undefined

/** Counts so many more repeats on a piece of evidence. */
export async function countRepeats(tx: Tx, evidenceId: number, times: number): Promise<void> {
  await tx
    .updateTable('evidence')
    .set((e) => ({ repeats: e('repeats', '+', times) }))
    .where('id', '=', evidenceId)
    .execute()
}

export async function addTimeline(tx: Tx, entry: NewEntry): Promise<void> {
  await tx.insertInto('timeline').values(entry).execute()
}

/** Sets the ticket's timer of this name, or moves it. `dueAt` in epoch ms. */
export async function setTimer(tx: Tx, ticket: string, what: string, dueAt: number): Promise<void> {
  await tx
    .insertInto('timers')
    .values({ ticket, what, due_at: dueAt })
    .onConflict((conflict) => conflict.columns(['ticket', 'what']).doUpdateSet({ due_at: dueAt }))
    .execute()
}

/** Removes the ticket's timers: the one named, or all. */
export async function clearTimers(tx: Tx, ticket: string, what?: string): Promise<void> {
  const all = tx.deleteFrom('timers').where('ticket', '=', ticket)
  await (what === undefined ? all : all.where('what', '=', what)).execute()
}

/** When the next timer is due (epoch ms), or undefined while there is none. */
export async function nextTimerAt(db: Db): Promise<number | undefined> {
  const row = await db.selectFrom('timers').select('due_at').orderBy('due_at').limit(1).executeTakeFirst()
  return row?.due_at
}
