import type { EventType, Ticket } from '../domain/ticket.ts'
import { nextNumber } from './counters.ts'
import type { Db, Tx } from './store.ts'

export type NewEvent = { type: EventType; at: number; ticket: Ticket; areaPath: string | null; sharedWith: string[] }
/** `body` is the ticket as it was. `area_path` and `shared_with` say who may see it; see `isVisibleFrom` in areas.ts. */
export type StoredEvent = {
  seq: number
  type: EventType
  at: number
  ticket_id: string
  area_path: string | null
  shared_with: string[]
  body: Ticket
}

/** Adds a live event in the transaction of what it tells of, and gives its number. Numbers have no gaps. */
export async function appendEvent(tx: Tx, event: NewEvent): Promise<number> {
  const seq = await nextNumber(tx, 'event')
  await tx
    .insertInto('events')
    .values({
      seq,
      type: event.type,
      at: event.at,
      ticket: event.ticket.id,
      area_path: event.areaPath,
      shared_with: JSON.stringify(event.sharedWith),
      body: JSON.stringify(event.ticket),
    })
    .execute()
  return seq
}

/** The events after number `after`, oldest first, at most `most`. */
export async function readEvents(db: Db, after: number, most: number): Promise<StoredEvent[]> {
  const rows = await db.selectFrom('events').selectAll().where('seq', '>', after).orderBy('seq').limit(most).execute()
  return rows.map(({ ticket, body, shared_with, ...row }) => ({
    ...row,
    ticket_id: ticket,
    shared_with: JSON.parse(shared_with) as string[],
    body: JSON.parse(body) as Ticket,
  }))
}

/** The number of the newest event ever given; 0 before the first. */
export async function lastEvent(db: Db): Promise<number> {
  const row = await db.selectFrom('counters').select('value').where('name', '=', 'event').executeTakeFirst()
  return row?.value ?? 0
}

/** Keeps the newest `keep` events, and removes at most `most` of the others, oldest first. Gives how many were removed. */
export async function trimEvents(tx: Tx, keep: number, most: number): Promise<number> {
  const newest = await lastEvent(tx)
  const { numDeletedRows } = await tx
    .deleteFrom('events')
    .where('seq', 'in', (e) =>
      e
        .selectFrom('events')
        .select('seq')
        .where('seq', '<=', newest - keep)
        .orderBy('seq')
        .limit(most),
    )
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
