import type { Selectable, Updateable } from 'kysely'
import { enqueue } from './outbox.ts'
import type { Database } from './schema.ts'
import type { Db, Tx } from './store.ts'

/** What is told to and heard from partners of each ticket that they take part in. */

export type LinkRow = Selectable<Database['partner_links']>
/** What a partner was last told of a ticket's state. */
export type Told = { state: string; severity: string; evidence: number; outcome: string | null; holder: string | null }

/** Notes that a partner takes part in a ticket. `theirs`: its id there, where it came from there. */
export async function addLink(tx: Tx, link: Pick<LinkRow, 'ticket' | 'partner' | 'theirs'>): Promise<LinkRow> {
  const nothing = { sent: 0, heard: 0, last_step: 0, version: 0, told_line: 0, quiet: 0, told: '{}' }
  const row: LinkRow = { ...link, ...nothing }
  await tx.insertInto('partner_links').values(row).execute()
  return row
}

export async function changeLink(
  tx: Tx,
  { ticket, partner }: Pick<LinkRow, 'ticket' | 'partner'>,
  change: Updateable<Database['partner_links']>,
): Promise<void> {
  await tx
    .updateTable('partner_links')
    .set(change)
    .where('ticket', '=', ticket)
    .where('partner', '=', partner)
    .execute()
}

export function linkOf(db: Db, ticket: string, partner: string): Promise<LinkRow | undefined> {
  return db
    .selectFrom('partner_links')
    .selectAll()
    .where('ticket', '=', ticket)
    .where('partner', '=', partner)
    .executeTakeFirst()
}

/** The link of a ticket that came from a partner, by its id there. */
export function linkOfTheirs(db: Db, partner: string, theirs: string): Promise<LinkRow | undefined> {
  return db
    .selectFrom('partner_links')
    .selectAll()
    .where('partner', '=', partner)
    .where('theirs', '=', theirs)
    .executeTakeFirst()
}

export function linksOf(db: Db, ticket: string): Promise<LinkRow[]> {
  return db.selectFrom('partner_links').selectAll().where('ticket', '=', ticket).orderBy('partner').execute()
}

/** Far beyond any clock: a message that waits for the one before it. */
const never = 8.64e15

/** Puts a message to a partner behind those about the same ticket that are not over. `at`: epoch ms. */
export async function enqueueInOrder(
  tx: Tx,
  { ticket, partner, number, body, at }: { ticket: string; partner: string; number: number; body: unknown; at: number },
): Promise<void> {
  const waits = (await firstWaiting(tx, ticket, partner)) !== undefined
  await enqueue(tx, {
    stableId: messageId(ticket, partner, number),
    channel: 'partner',
    target: partner,
    ticket,
    body,
    at,
    notBefore: waits ? never : at,
  })
}

/** No id holds a slash, so no two messages have one name. */
export const messageId = (ticket: string, partner: string, number: number): string => `${ticket}/${partner}/${number}`

/** Lets the next message about a ticket go, when the one before it is over. `at`: epoch ms. */
export async function releaseNext(tx: Tx, ticket: string, partner: string, at: number): Promise<void> {
  const next = await firstWaiting(tx, ticket, partner)
  if (next) await tx.updateTable('outbox').set({ next_at: at }).where('id', '=', next.id).execute()
}

function firstWaiting(db: Db, ticket: string, partner: string): Promise<{ id: number } | undefined> {
  return db
    .selectFrom('outbox')
    .select('id')
    .where('ticket', '=', ticket)
    .where('channel', '=', 'partner')
    .where('target', '=', partner)
    .where('sent_at', 'is', null)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
}
