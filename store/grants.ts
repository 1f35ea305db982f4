import { type Selectable, sql } from 'kysely'
import { pathEnd } from './area_paths.ts'
import type { Database } from './schema.ts'
import type { SharingRow } from './sharings.ts'
import type { Db, Tx } from './store.ts'
import type { TicketRow } from './tickets.ts'

/** Who may see a ticket beside its own area: a row for each reason. `shared_with` of the ticket is made of them. */

export type GrantRow = Selectable<Database['grants']>
/** `sharing` of what somebody shared by hand. */
export const byHand = ''

/** Adds a grant, or moves its end. Gives whether it is new. */
export async function giveGrant(tx: Tx, grant: GrantRow): Promise<boolean> {
  const { numUpdatedRows } = await grantOf(tx, grant).set({ until: grant.until }).executeTakeFirstOrThrow()
  if (numUpdatedRows > 0n) return false
  await tx.insertInto('grants').values(grant).execute()
  await makeShared(tx, grant.ticket)
  return true
}

/** Ends a grant. Gives whether there was one. */
export async function takeGrant(tx: Tx, grant: Pick<GrantRow, 'ticket' | 'area' | 'sharing'>): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('grants')
    .where('ticket', '=', grant.ticket)
    .where('area', '=', grant.area)
    .where('sharing', '=', grant.sharing)
    .executeTakeFirstOrThrow()
  await makeShared(tx, grant.ticket)
  return numDeletedRows > 0n
}

/** Ends what was shared by hand with an area that goes. */
export async function takeGrantsTo(tx: Tx, area: string): Promise<void> {
  const rows = await tx.selectFrom('grants').selectAll().where('area', '=', area).execute()
  for (const row of rows) await takeGrant(tx, row)
}

const grantOf = (tx: Tx, { ticket, area, sharing }: GrantRow) =>
  tx.updateTable('grants').where('ticket', '=', ticket).where('area', '=', area).where('sharing', '=', sharing)

/** Makes the ticket's `shared_with` of its grants, in the order in which they were given. */
async function makeShared(tx: Tx, ticket: string): Promise<void> {
  const rows = await tx
    .selectFrom('grants')
    .innerJoin('areas', 'areas.id', 'grants.area')
    .select(['areas.path', 'grants.at'])
    .where('grants.ticket', '=', ticket)
    .execute()
  const inOrder = rows.sort((a, b) => a.at - b.at || (a.path < b.path ? -1 : 1))
  const shared_with = JSON.stringify([...new Set(inOrder.map(({ path }) => path))])
  await tx.updateTable('tickets').set({ shared_with }).where('id', '=', ticket).execute()
}

export function grantsOf(db: Db, ticket: string): Promise<GrantRow[]> {
  return db.selectFrom('grants').selectAll().where('ticket', '=', ticket).orderBy('area').orderBy('sharing').execute()
}

/** Grants whose own end has come, the oldest first. `now`: epoch ms. */
export function overdueGrants(db: Db, now: number, most: number): Promise<GrantRow[]> {
  return db.selectFrom('grants').selectAll().where('until', '<=', now).orderBy('until').limit(most).execute()
}

/** What a sharing gave, at most `most`. */
export function grantsBy(db: Db, sharing: string, most: number): Promise<GrantRow[]> {
  return db.selectFrom('grants').selectAll().where('sharing', '=', sharing).limit(most).execute()
}

/** What it gave and would not give now: to another area, or of tickets that do not lie below `from` any more. */
export function strayGrants(db: Db, { id, to_area }: SharingRow, from: string, most: number): Promise<GrantRow[]> {
  return db
    .selectFrom('grants')
    .innerJoin('tickets', 'tickets.id', 'grants.ticket')
    .selectAll('grants')
    .where('grants.sharing', '=', id)
    .where((e) =>
      e.or([
        e('grants.area', '!=', to_area),
        e('tickets.area_path', '<', from),
        e('tickets.area_path', '>=', pathEnd(from)),
      ]),
    )
    .limit(most)
    .execute()
}

/** Tickets that are not closed which it is to give and has not given yet. `from`, `to`: paths. */
export function ungranted(
  db: Db,
  { id, to_area, kinds, severities }: SharingRow,
  { from, to }: { from: string; to: string },
  most: number,
): Promise<TicketRow[]> {
  return db
    .selectFrom('tickets')
    .selectAll()
    .where('area_path', '>=', from)
    .where('area_path', '<', pathEnd(from))
    .where('state', '!=', 'closed')
    .$if(kinds !== null, (query) => query.where('kind', 'in', JSON.parse(kinds ?? '[]')))
    .$if(severities !== null, (query) => query.where('severity', 'in', JSON.parse(severities ?? '[]')))
    .where((e) => e.not(e.and([e('area_path', '>=', to), e('area_path', '<', pathEnd(to))])))
    .where(sql<boolean>`not exists (select 1 from grants where grants.ticket = tickets.id
      and grants.area = ${to_area} and grants.sharing = ${id})`)
    .limit(most)
    .execute()
}

/** When the next thing about sharing is due (epoch ms), or undefined where nothing will be. */
export async function nextSharingAt(db: Db): Promise<number | undefined> {
  const [grant, sharing] = await Promise.all([
    db.selectFrom('grants').select('until as at').where('until', 'is not', null).orderBy('until').limit(1).execute(),
    db
      .selectFrom('sharings')
      .select('due_at as at')
      .where('due_at', 'is not', null)
      .orderBy('due_at')
      .limit(1)
      .execute(),
  ])
  const dues = [...grant, ...sharing].flatMap(({ at }) => at ?? [])
  return dues.length === 0 ? undefined : Math.min(...dues)
}
