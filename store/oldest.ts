import { sql } from 'kysely'
import type { Database } from './schema.ts'
import type { Tx } from './store.ts'

/** Rows of a table that are kept for some time. `time`: the column that tells from when they are, epoch ms. */
export type Ageing<Table extends keyof Database> = {
  table: Table
  key: keyof Database[Table] & string
  time: keyof Database[Table] & string
}

/** Removes at most `most` of the rows from before `before` (epoch ms), the oldest first. Gives how many. */
export async function deleteOldest<Table extends keyof Database>(
  tx: Tx,
  { table, key, time }: Ageing<Table>,
  before: number,
  most: number,
): Promise<number> {
  const [id, at] = [sql.ref(key), sql.ref(time)]
  const oldest = sql`select ${id} from ${sql.table(table)} where ${at} < ${before} order by ${at} limit ${most}`
  const { numAffectedRows } = await sql`delete from ${sql.table(table)} where ${id} in (${oldest})`.execute(tx)
  return Number(numAffectedRows ?? 0)
}
