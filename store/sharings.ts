import { type Selectable, sql } from 'kysely'
import type { z } from 'zod'
import { isoTime, parseTime } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import type { Sharing, SharingInput } from '../domain/sharing.ts'
import { areaWithin, freeId, type Listed, mustRefer, namedFields, type Page, pageOf } from './registry.ts'
import type { Database } from './schema.ts'
import type { Db, Tx } from './store.ts'

/** Sharings between areas. What they do to tickets is done by alerts/, which looks at each when it is due. */

type Input = z.infer<typeof SharingInput>
export type SharingRow = Selectable<Database['sharings']>

/** Adds a sharing, which begins at `starts_at`. Throws `id_taken`, `reference_unknown`, `request_invalid`. */
export async function createSharing(tx: Tx, input: Input, now: number): Promise<Sharing> {
  const id = await freeId(tx, 'sharings', input.id)
  const starts_at = instantOf(input.starts_at) ?? now
  const row: SharingRow = {
    id,
    from_area: input.from,
    to_area: input.to,
    kinds: listText(input.kinds),
    severities: listText(input.severities),
    starts_at,
    ends_at: instantOf(input.ends_at),
    reason: input.reason,
    state: 'waiting',
    due_at: starts_at,
  }
  await mustHold(tx, row)
  await tx.insertInto('sharings').values(row).execute()
  return sharingOf(row)
}

export async function getSharing(db: Db, id: string): Promise<Sharing | undefined> {
  const row = await rowOf(db, id)
  return row && sharingOf(row)
}

/** Sharings by id; with a bound, those of tickets within it. */
export async function listSharings(db: Db, page: Page): Promise<Listed<Sharing>> {
  const rows = await db
    .selectFrom('sharings')
    .selectAll()
    .where('state', '!=', 'removed')
    .$if(page.areaPath !== undefined, (query) =>
      query.where(areaWithin(sql.ref<string | null>('sharings.from_area'), page.areaPath ?? '/')),
    )
    .$if(page.after !== undefined, (query) => query.where('id', '>', page.after ?? ''))
    .orderBy('id')
    .limit(page.most + 1)
    .execute()
  return pageOf(rows, page.most, (row) => row.id, sharingOf)
}

/** Changes a sharing, and has it looked at anew. Throws `not_found`, `reference_unknown`, `request_invalid`. */
export async function updateSharing(tx: Tx, id: string, change: Partial<Input>, now: number): Promise<Sharing> {
  const row = await rowOf(tx, id)
  if (!row) throw new VigilError('not_found', `there is no sharing ${id}`)
  const { from, to, kinds, severities, starts_at, ends_at, reason } = change
  const named = namedFields({
    from_area: from,
    to_area: to,
    kinds: kinds === undefined ? undefined : listText(kinds),
    severities: severities === undefined ? undefined : listText(severities),
    starts_at: starts_at === undefined ? undefined : (instantOf(starts_at) ?? now),
    ends_at: ends_at === undefined ? undefined : instantOf(ends_at),
    reason,
  })
  const changed: SharingRow = { ...row, ...named, due_at: now }
  await mustHold(tx, changed)
  await tx.updateTable('sharings').set(changed).where('id', '=', id).execute()
  return sharingOf(changed)
}

/** Removes a sharing; the worker takes back what it gave, and then its row. Throws `not_found`. */
export async function deleteSharing(tx: Tx, id: string, now: number): Promise<void> {
  if (!(await rowOf(tx, id))) throw new VigilError('not_found', `there is no sharing ${id}`)
  await tx.updateTable('sharings').set({ state: 'removed', due_at: now }).where('id', '=', id).execute()
}

/** Has all that run looked at anew, because areas have moved and other tickets lie below `from` than before. */
export async function lookAgain(tx: Tx, now: number): Promise<void> {
  await tx.updateTable('sharings').set({ due_at: now }).where('state', '=', 'running').execute()
}

/** Sharings that must be looked at, the longest overdue first. `now`: epoch ms. */
export function dueSharings(db: Db, now: number, most: number): Promise<SharingRow[]> {
  return db.selectFrom('sharings').selectAll().where('due_at', '<=', now).orderBy('due_at').limit(most).execute()
}

/** Notes that a sharing is as it should be: in this state until `dueAt` (epoch ms; null: for good). */
export async function settleSharing(
  tx: Tx,
  id: string,
  state: SharingRow['state'],
  dueAt: number | null,
): Promise<void> {
  await tx.updateTable('sharings').set({ state, due_at: dueAt }).where('id', '=', id).execute()
}

export async function dropSharing(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('sharings').where('id', '=', id).execute()
}

/** Those that run for tickets in the area of this path, by id. */
export async function runningSharings(db: Db, areaPath: string): Promise<SharingRow[]> {
  const rows = await db
    .selectFrom('sharings')
    .selectAll()
    .where('from_area', 'in', areaPath.split('/').filter(Boolean))
    .where('state', '=', 'running')
    .execute()
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1))
}

function rowOf(db: Db, id: string): Promise<SharingRow | undefined> {
  return db.selectFrom('sharings').selectAll().where('id', '=', id).where('state', '!=', 'removed').executeTakeFirst()
}

async function mustHold(tx: Tx, { from_area, to_area, starts_at, ends_at }: SharingRow): Promise<void> {
  await mustRefer(tx, 'areas', from_area)
  await mustRefer(tx, 'areas', to_area)
  if (from_area === to_area) throw new VigilError('request_invalid', 'an area sees its own tickets already')
  if (ends_at !== null && ends_at <= starts_at)
    throw new VigilError('request_invalid', 'ends_at is not after starts_at')
}

const listText = (list: readonly string[] | null | undefined): string | null => (list ? JSON.stringify(list) : null)
const instantOf = (iso: string | null | undefined): number | null => (iso ? (parseTime(iso) ?? null) : null)

const sharingOf = (row: SharingRow): Sharing => ({
  id: row.id,
  from: row.from_area,
  to: row.to_area,
  kinds: row.kinds === null ? null : JSON.parse(row.kinds),
  severities: row.severities === null ? null : JSON.parse(row.severities),
  starts_at: isoTime(row.starts_at),
  ends_at: row.ends_at === null ? null : isoTime(row.ends_at),
  reason: row.reason,
  state: row.state === 'removed' ? 'over' : row.state,
})
