import { type Expression, type SqlBool, sql } from 'kysely'
import { VigilError } from '../domain/errors.ts'
import { newId } from '../domain/random.ts'
import { pathEnd } from './area_paths.ts'
import type { Db, Tx } from './store.ts'

/** What the lists and changes of areas, homes, residents, devices, contacts, operators, vendors and integrations have in common. */

export type Page = {
  /** `next` of the page before. */
  after?: string | undefined
  most: number
  /** Path of the area that bounds what the caller may see; absent: everything. */
  areaPath?: string | undefined
}
export type Listed<T> = { items: T[]; next: string | null }

/** Makes a page of rows of which one more was read than the page may hold. */
export function pageOf<R, T>(rows: R[], most: number, cursor: (row: R) => string, item: (row: R) => T): Listed<T> {
  const page = rows.slice(0, most)
  const last = page.at(-1)
  return { items: page.map(item), next: rows.length > most && last !== undefined ? cursor(last) : null }
}

type Table =
  | 'areas'
  | 'homes'
  | 'residents'
  | 'devices'
  | 'contacts'
  | 'operators'
  | 'vendors'
  | 'integrations'
  | 'sharings'
  | 'partners'
  | 'plans'
  | 'rotas'
  | 'teams'
  | 'channels'
  | 'absences'
const nouns: Record<Table, string> = {
  areas: 'area',
  homes: 'home',
  residents: 'resident',
  devices: 'device',
  contacts: 'contact',
  operators: 'operator',
  vendors: 'vendor',
  integrations: 'integration',
  sharings: 'sharing',
  partners: 'partner',
  plans: 'plan',
  rotas: 'rota',
  teams: 'team',
  channels: 'channel',
  absences: 'absence',
}

async function exists(db: Db, table: Table, id: string): Promise<boolean> {
  const { rows } = await sql`select 1 from ${sql.table(table)} where id = ${id}`.execute(db)
  return rows.length > 0
}

/** The caller's id, or a new one. Throws `id_taken`. Writes run one at a time, so the answer holds till the insert. */
export async function freeId(tx: Tx, table: Table, id: string | undefined): Promise<string> {
  if (id === undefined) return newId(nouns[table])
  if (await exists(tx, table, id)) throw new VigilError('id_taken', `${nouns[table]} ${id} exists already`)
  return id
}

/** Throws `reference_unknown` unless the row exists; null and undefined refer to nothing, which is fine. */
export async function mustRefer(tx: Tx, table: Table, id: string | null | undefined): Promise<void> {
  if (id === null || id === undefined || (await exists(tx, table, id))) return
  throw new VigilError('reference_unknown', `there is no ${nouns[table]} ${id}`)
}

/** Throws `not_found` unless the row exists. */
export async function mustExist(tx: Tx, table: Table, id: string): Promise<void> {
  if (!(await exists(tx, table, id))) throw new VigilError('not_found', `there is no ${nouns[table]} ${id}`)
}

/** Throws `still_referenced` when one of the conditions holds for a row of its table; `what` names it to the caller. */
export async function mustBeFree(
  tx: Tx,
  what: string,
  users: [table: Table | 'tickets', column: string, extra?: Expression<SqlBool>][],
  id: string,
): Promise<void> {
  for (const [table, column, extra] of users) {
    const only = extra ? sql` and ${extra}` : sql``
    const { rows } = await sql<{ id: string }>`
      select id from ${sql.table(table)} where ${sql.ref(column)} = ${id}${only} limit 1`.execute(tx)
    const user = rows[0]
    if (user) throw new VigilError('still_referenced', `${what} ${id} is still used in ${table}: ${user.id}`)
  }
}

/** An open ticket still needs the home it is about and the person who holds it. */
export const notClosed = sql<SqlBool>`state <> 'closed'`

/** The fields that a change really names: an absent one stays as it is, null clears it. Undefined when there is none. */
export function namedFields<T extends object>(change: T): Partial<T> | undefined {
  const named = Object.entries(change).filter(([, value]) => value !== undefined)
  return named.length === 0 ? undefined : (Object.fromEntries(named) as Partial<T>)
}

/** Whether `area` (an expression that gives an area's id) is the area with this path or one below it. */
export const areaWithin = (area: Expression<string | null>, path: string) =>
  sql<SqlBool>`${area} in (select id from areas where path >= ${path} and path < ${pathEnd(path)})`

/** Whether `home` (an expression that gives a home's id) lies in the area with this path or one below it. */
export const homeWithin = (home: Expression<string | null>, path: string) =>
  sql<SqlBool>`${home} in (select id from homes where ${areaWithin(sql.ref<string>('homes.area'), path)})`
