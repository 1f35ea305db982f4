import type { Selectable } from 'kysely'
import { sql } from 'kysely'
import { VigilError } from '../domain/errors.ts'
import { areaWithin, freeId, type Listed, mustExist, mustRefer, namedFields, type Page, pageOf } from './registry.ts'
import type { Database } from './schema.ts'
import type { Db, Tx } from './store.ts'

/** Rotas, teams and channels: what has an id, a name and an area, and the rest as JSON. */
export type NamedTable = 'rotas' | 'teams' | 'channels'
type Row = Selectable<Database[NamedTable]>
export type Named = { id: string; name: string; area: string | null }
type Input = { id?: string | undefined; name: string; area?: string | null | undefined }

/** The whole as the API gives it. */
const whole = <T extends Named>({ id, name, area, body }: Row): T =>
  ({ ...(JSON.parse(body) as object), id, name, area }) as T

/** The three have the same columns; kysely cannot tell that of a union of tables. */
const asOne = (table: NamedTable) => table as 'rotas'

/** The five calls of one of these tables. `check` throws VigilError where the whole does not hold together. */
export function namedStore<T extends Named>(table: NamedTable, check: (tx: Tx, made: T) => Promise<void>) {
  const one = asOne(table)

  async function get(db: Db, id: string): Promise<T | undefined> {
    const row = await db.selectFrom(one).selectAll().where('id', '=', id).executeTakeFirst()
    return row && whole<T>(row)
  }

  async function keep(tx: Tx, made: T): Promise<T> {
    const { id, name, area, ...rest } = made
    await check(tx, made)
    const row = { id, name, area, body: JSON.stringify(rest) }
    await tx
      .insertInto(one)
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ name, area, body: row.body }))
      .execute()
    return made
  }

  return {
    get,
    /** By id; with a bound those of an area within it. */
    async list(db: Db, page: Page): Promise<Listed<T>> {
      const rows = await db
        .selectFrom(one)
        .selectAll()
        .$if(page.areaPath !== undefined, (query) =>
          query.where(areaWithin(sql.ref<string | null>(`${table}.area`), page.areaPath ?? '/')),
        )
        .$if(page.after !== undefined, (query) => query.where('id', '>', page.after ?? ''))
        .orderBy('id')
        .limit(page.most + 1)
        .execute()
      return pageOf(
        rows,
        page.most,
        (row) => row.id,
        (row) => whole<T>(row),
      )
    },
    /** Throws `id_taken`, `reference_unknown`, and what `check` throws. */
    async create(tx: Tx, input: Input): Promise<T> {
      const id = await freeId(tx, table, input.id)
      await mustRefer(tx, 'areas', input.area)
      return keep(tx, { ...input, id, area: input.area ?? null } as unknown as T)
    },
    /** An absent field stays as it is. Throws `not_found`, `reference_unknown`, and what `check` throws. */
    async update(tx: Tx, id: string, change: Partial<Input>): Promise<T> {
      await mustRefer(tx, 'areas', change.area)
      const found = await get(tx, id)
      if (!found) throw new VigilError('not_found', `there is nothing called ${id} in ${table}`)
      return keep(tx, { ...found, ...namedFields(change), id })
    },
    /** Throws `not_found`. */
    async remove(tx: Tx, id: string): Promise<void> {
      await mustExist(tx, table, id)
      await tx.deleteFrom(one).where('id', '=', id).execute()
    },
    /** The id of its area; null: of none. */
    areaOf: (found: T): string | null => found.area,
  }
}
