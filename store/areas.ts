import { type Selectable, sql } from 'kysely'
import type { z } from 'zod'
import { VigilError } from '../domain/errors.ts'
import { principalKey } from '../domain/principals.ts'
import type { Area, AreaInput } from '../domain/registry.ts'
import { pathBelow, pathEnd } from './area_paths.ts'
import { announce } from './changes.ts'
import { takeGrantsTo } from './grants.ts'
import { areaWithin, freeId, type Listed, mustBeFree, mustExist, mustRefer, type Page, pageOf } from './registry.ts'
import type { Database } from './schema.ts'
import { lookAgain } from './sharings.ts'
import type { Db, Tx } from './store.ts'

type Row = Selectable<Database['areas']>
type Input = z.infer<typeof AreaInput>

/** Levels of the tree. A country has five down to the community (省/市/区/街道/社区); the rest is room. */
const deepest = 12

/** Adds an area below `parent`, or as a root. Throws `id_taken`, `reference_unknown`, `request_invalid` (too deep). */
export async function createArea(tx: Tx, input: Input): Promise<Area> {
  const id = await freeId(tx, 'areas', input.id)
  const parent = input.parent ?? null
  const path = await pathFor(tx, parent, id)
  await tx.insertInto('areas').values({ id, name: input.name, parent, path }).execute()
  return { id, name: input.name, parent }
}

export async function getArea(db: Db, id: string): Promise<Area | undefined> {
  const row = await rowOf(db, id)
  return row && areaOf(row)
}

/** The path (`/city/district/`) of an area, by which lists are bounded; undefined where there is no such area. */
export async function pathOfArea(db: Db, id: string): Promise<string | undefined> {
  return (await rowOf(db, id))?.path
}

/** Areas by path, so that each comes after the one above it. */
export async function listAreas(db: Db, page: Page): Promise<Listed<Area>> {
  const from = page.areaPath ?? '/'
  const rows = await db
    .selectFrom('areas')
    .selectAll()
    .where('path', '>=', from)
    .where('path', '<', pathEnd(from))
    .$if(page.after !== undefined, (query) => query.where('path', '>', page.after ?? ''))
    .orderBy('path')
    .limit(page.most + 1)
    .execute()
  return pageOf(rows, page.most, (row) => row.path, areaOf)
}

/**
 * Renames or moves an area. Moving takes everything below along, and with it who sees the tickets and live events of
 * these areas: the people of a community must go on seeing their cases when it comes under another street.
 * Throws `not_found`, `reference_unknown`, `request_invalid` (below itself, too deep).
 */
export async function updateArea(tx: Tx, id: string, change: Partial<Omit<Input, 'id'>>, now: number): Promise<Area> {
  const row = await rowOf(tx, id)
  if (!row) throw new VigilError('not_found', `there is no area ${id}`)
  const name = change.name ?? row.name
  const parent = change.parent === undefined ? row.parent : change.parent
  const path = parent === row.parent ? row.path : await pathFor(tx, parent, id, row.path)
  await tx.updateTable('areas').set({ name, parent }).where('id', '=', id).execute()
  if (path !== row.path) {
    await movePaths(tx, row.path, path)
    await tellIntegrations(tx, path, now)
    await lookAgain(tx, now)
  }
  return { id, name, parent }
}

/** Removes an area. Throws `not_found`; `still_referenced` while an area, home, operator, integration, plan, rota, team or channel belongs to it. */
export async function deleteArea(tx: Tx, id: string): Promise<void> {
  await mustExist(tx, 'areas', id)
  const users: Parameters<typeof mustBeFree>[2] = [
    ['areas', 'parent'],
    ['homes', 'area'],
    ['operators', 'area'],
    ['integrations', 'area'],
    ['sharings', 'from_area'],
    ['sharings', 'to_area'],
    ['partners', 'area'],
    ['plans', 'area'],
    ['rotas', 'area'],
    ['teams', 'area'],
    ['channels', 'area'],
  ]
  await mustBeFree(tx, 'area', users, id)
  await takeGrantsTo(tx, id)
  await tx.deleteFrom('areas').where('id', '=', id).execute()
}

const areaOf = ({ id, name, parent }: Row): Area => ({ id, name, parent })

function rowOf(db: Db, id: string): Promise<Row | undefined> {
  return db.selectFrom('areas').selectAll().where('id', '=', id).executeTakeFirst()
}

/** The path of area `id` below `parent`; `moved` is its own path so far, below which it cannot go. */
async function pathFor(tx: Tx, parent: string | null, id: string, moved?: string): Promise<string> {
  await mustRefer(tx, 'areas', parent)
  const above = parent === null ? null : ((await pathOfArea(tx, parent)) ?? null)
  if (moved !== undefined && above?.startsWith(moved))
    throw new VigilError('request_invalid', `area ${id} cannot come below itself`)
  const path = pathBelow(above, id)
  if (levelOf(path) + (await levelsBelow(tx, moved)) > deepest)
    throw new VigilError('request_invalid', `the tree of areas is at most ${deepest} levels deep`)
  return path
}

const levelOf = (path: string): number => path.split('/').length - 2

/** How many levels there are below the area with this path. */
async function levelsBelow(tx: Tx, path: string | undefined): Promise<number> {
  if (path === undefined) return 0
  const { rows } = await sql<{ levels: number }>`
    select max(length(path) - length(replace(path, '/', ''))) as levels
    from areas where path >= ${path} and path < ${pathEnd(path)}`.execute(tx)
  return (rows[0]?.levels ?? 0) - 1 - levelOf(path)
}

/** Integrations whose area lies there read other tickets than before. */
async function tellIntegrations(tx: Tx, path: string, at: number): Promise<void> {
  const rows = await tx
    .selectFrom('integrations')
    .select('id')
    .where(areaWithin(sql.ref<string | null>('integrations.area'), path))
    .execute()
  for (const { id } of rows)
    await announce(tx, { kind: 'access', subject: principalKey({ kind: 'integration', id }), at })
}

/** Rewrites the beginning of every path that is `from` or lies below it. */
async function movePaths(tx: Tx, from: string, to: string): Promise<void> {
  const rest = sql.lit(from.length + 1)
  const end = pathEnd(from)
  await sql`update areas set path = ${to} || substr(path, ${rest})
    where path >= ${from} and path < ${end}`.execute(tx)
  for (const table of ['tickets', 'events'] as const) {
    await sql`update ${sql.table(table)} set area_path = ${to} || substr(area_path, ${rest})
      where area_path >= ${from} and area_path < ${end}`.execute(tx)
    await sql`update ${sql.table(table)} set shared_with = replace(shared_with, ${`"${from}`}, ${`"${to}`})
      where shared_with <> '[]'`.execute(tx)
  }
}
