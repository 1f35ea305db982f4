import { type Selectable, sql } from 'kysely'
import type { z } from 'zod'
import { VigilError } from '../domain/errors.ts'
import type { FloorPlan, Home, HomeInput } from '../domain/registry.ts'
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
import { holdsWords } from './search.ts'
import type { Db, Tx } from './store.ts'

type Input = z.infer<typeof HomeInput>

/** Adds a home. Throws `id_taken`, `reference_unknown`. */
export async function createHome(tx: Tx, input: Input): Promise<Home> {
  const id = await freeId(tx, 'homes', input.id)
  await mustRefer(tx, 'areas', input.area)
  const { area, address, lat = null, lon = null, notes = null, floor_plan = null } = input
  const home = { id, area, address, lat, lon, notes, floor_plan }
  await tx
    .insertInto('homes')
    .values({ ...home, floor_plan: planText(floor_plan) })
    .execute()
  return home
}

const planText = (plan: FloorPlan | null): string | null => (plan === null ? null : JSON.stringify(plan))

const homeOf = (row: Selectable<Database['homes']>): Home => ({
  ...row,
  floor_plan: row.floor_plan === null ? null : (JSON.parse(row.floor_plan) as FloorPlan),
})

export async function getHome(db: Db, id: string): Promise<Home | undefined> {
  const row = await db.selectFrom('homes').selectAll().where('id', '=', id).executeTakeFirst()
  return row && homeOf(row)
}

/** The path of the area that a home lies in; undefined where there is no such home. */
export async function pathOfHome(db: Db, id: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('homes')
    .innerJoin('areas', 'areas.id', 'homes.area')
    .select('areas.path')
    .where('homes.id', '=', id)
    .executeTakeFirst()
  return row?.path
}

type HomePage = Page & { q?: string | undefined; ids?: string[] | undefined }

/** Homes by id; `q`: only those with these words in their id or address; `ids`: only these. */
export async function listHomes(db: Db, page: HomePage): Promise<Listed<Home>> {
  const rows = await db
    .selectFrom('homes')
    .selectAll()
    .$if(page.areaPath !== undefined, (query) =>
      query.where(areaWithin(sql.ref<string>('homes.area'), page.areaPath ?? '/')),
    )
    .$if(page.ids !== undefined, (query) => query.where('id', 'in', page.ids ?? []))
    .$if(page.q !== undefined, (query) => query.where((e) => holdsWords([e.ref('id'), e.ref('address')], page.q ?? '')))
    .$if(page.after !== undefined, (query) => query.where('id', '>', page.after ?? ''))
    .orderBy('id')
    .limit(page.most + 1)
    .execute()
  return pageOf(rows, page.most, (row) => row.id, homeOf)
}

/** Changes a home. Tickets keep the area they were opened in. Throws `not_found`, `reference_unknown`. */
export async function updateHome(tx: Tx, id: string, change: Partial<Omit<Input, 'id'>>): Promise<Home> {
  await mustExist(tx, 'homes', id)
  await mustRefer(tx, 'areas', change.area)
  const { area, address, lat, lon, notes, floor_plan: plan } = change
  const floor_plan = plan === undefined ? undefined : planText(plan)
  const named = namedFields({ area, address, lat, lon, notes, floor_plan })
  if (named) await tx.updateTable('homes').set(named).where('id', '=', id).execute()
  const home = await getHome(tx, id)
  if (!home) throw new VigilError('not_found', `there is no home ${id}`)
  return home
}

/** Removes a home, and what was noted of its absences. Throws `not_found`; `still_referenced` while somebody or something belongs to it, or a ticket is open. */
export async function deleteHome(tx: Tx, id: string): Promise<void> {
  await mustExist(tx, 'homes', id)
  const users: Parameters<typeof mustBeFree>[2] = [
    ['residents', 'home'],
    ['devices', 'home'],
    ['contacts', 'home'],
    ['tickets', 'home', notClosed],
  ]
  await mustBeFree(tx, 'home', users, id)
  await tx.deleteFrom('absences').where('home', '=', id).execute()
  await tx.deleteFrom('homes').where('id', '=', id).execute()
}
