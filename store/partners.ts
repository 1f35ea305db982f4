import { type Selectable, sql } from 'kysely'
import type { z } from 'zod'
import { VigilError } from '../domain/errors.ts'
import { newSecret } from '../domain/random.ts'
import type { Partner, PartnerInput } from '../domain/sharing.ts'
import { deleteOldest } from './oldest.ts'
import {
  areaWithin,
  freeId,
  type Listed,
  mustBeFree,
  mustExist,
  mustRefer,
  namedFields,
  notClosed,
  type Page,
  pageOf,
} from './registry.ts'
import type { Database } from './schema.ts'
import type { Db, Tx } from './store.ts'

/** Other houses that work tickets with us. */

type Input = z.infer<typeof PartnerInput>
export type PartnerRow = Selectable<Database['partners']>

/** How a partner is called as the holder of a ticket, and in the audit. */
export const partnerKey = (id: string): string => `partner:${id}`

/** Adds a partner; its secret is given this once. Throws `id_taken`, `reference_unknown`. */
export async function createPartner(tx: Tx, input: Input): Promise<Partner & { secret: string }> {
  const id = await freeId(tx, 'partners', input.id)
  await mustRefer(tx, 'areas', input.area)
  const { name, area, url, mode, secret = newSecret(32) } = input
  const row: PartnerRow = {
    id,
    name,
    area,
    url,
    secret,
    kinds: listText(input.kinds),
    severities: listText(input.severities),
    mode,
  }
  await tx.insertInto('partners').values(row).execute()
  return { ...partnerOf(row), secret }
}

export async function getPartner(db: Db, id: string): Promise<Partner | undefined> {
  const row = await partnerRow(db, id)
  return row && partnerOf(row)
}

/** With its secret. */
export function partnerRow(db: Db, id: string): Promise<PartnerRow | undefined> {
  return db.selectFrom('partners').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Partners by id; with a bound, those whose own area lies within it. */
export async function listPartners(db: Db, page: Page): Promise<Listed<Partner>> {
  const rows = await db
    .selectFrom('partners')
    .selectAll()
    .$if(page.areaPath !== undefined, (query) =>
      query.where(areaWithin(sql.ref<string | null>('partners.area'), page.areaPath ?? '/')),
    )
    .$if(page.after !== undefined, (query) => query.where('id', '>', page.after ?? ''))
    .orderBy('id')
    .limit(page.most + 1)
    .execute()
  return pageOf(rows, page.most, (row) => row.id, partnerOf)
}

/** Changes a partner; a new secret counts from the next message on. Throws `not_found`, `reference_unknown`. */
export async function updatePartner(tx: Tx, id: string, change: Partial<Input>): Promise<Partner> {
  await mustExist(tx, 'partners', id)
  await mustRefer(tx, 'areas', change.area)
  const { name, area, url, secret, kinds, severities, mode } = change
  const lists = {
    kinds: kinds === undefined ? undefined : listText(kinds),
    severities: severities === undefined ? undefined : listText(severities),
  }
  const named = namedFields({ name, area, url, secret, mode, ...lists })
  if (named) await tx.updateTable('partners').set(named).where('id', '=', id).execute()
  const partner = await getPartner(tx, id)
  if (!partner) throw new VigilError('not_found')
  return partner
}

/**
 * Removes a partner with all that waited for it. What it took part in stays as it is. Throws `not_found`; `still_referenced`
 * while it holds a ticket.
 */
export async function deletePartner(tx: Tx, id: string, now: number): Promise<void> {
  await mustExist(tx, 'partners', id)
  await mustBeFree(tx, 'partner', [['tickets', 'holder', notClosed]], partnerKey(id))
  await tx
    .updateTable('outbox')
    .set({ sent_at: now, result: 'cancelled' })
    .where('channel', '=', 'partner')
    .where('target', '=', id)
    .where('sent_at', 'is', null)
    .execute()
  await tx.deleteFrom('partner_links').where('partner', '=', id).execute()
  await tx.deleteFrom('partner_messages').where('partner', '=', id).execute()
  await tx.deleteFrom('partners').where('id', '=', id).execute()
}

/** Those that may get tickets in the area of this path, by id. */
export async function partnersOf(db: Db, areaPath: string): Promise<PartnerRow[]> {
  const rows = await db
    .selectFrom('partners')
    .selectAll()
    .where('area', 'in', areaPath.split('/').filter(Boolean))
    .execute()
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** What a message of this id was answered (JSON), or undefined where it was not heard since `since` (epoch ms). */
export async function heardMessage(db: Db, partner: string, id: string, since: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('partner_messages')
    .select('answer')
    .where('partner', '=', partner)
    .where('id', '=', id)
    .where('at', '>=', since)
    .executeTakeFirst()
  return row?.answer
}

/** Remembers a message and its answer, and forgets some of those from before `before` (epoch ms). */
export async function rememberMessage(
  tx: Tx,
  message: Selectable<Database['partner_messages']>,
  before: number,
): Promise<void> {
  await deleteOldest(tx, { table: 'partner_messages', key: 'id', time: 'at' }, before, 10)
  const { at, answer } = message
  await tx
    .insertInto('partner_messages')
    .values(message)
    .onConflict((conflict) => conflict.columns(['partner', 'id']).doUpdateSet({ at, answer }))
    .execute()
}

const listText = (list: readonly string[] | null | undefined): string | null => (list ? JSON.stringify(list) : null)
const partnerOf = ({ secret: _, kinds, severities, ...row }: PartnerRow): Partner => ({
  ...row,
  kinds: kinds === null ? null : JSON.parse(kinds),
  severities: severities === null ? null : JSON.parse(severities),
})
