import { sql } from 'kysely'
import type { ChannelRecord, Rota, Team, Way } from '../domain/dispatch.ts'
import { VigilError } from '../domain/errors.ts'
import { namedStore } from './named.ts'
import { mustRefer } from './registry.ts'
import type { Db, Tx } from './store.ts'

/** Every operator whom a rota names must be there: a shift of nobody would be found out at night. */
async function mustKnowOperators(tx: Tx, { shifts, overrides }: Rota): Promise<void> {
  const named = [...shifts, ...overrides].flatMap(({ operators }) => operators)
  for (const operator of new Set(named)) await mustRefer(tx, 'operators', operator)
}

/** Throws `reference_unknown` for a way whose channel does not exist. */
export async function mustKnowChannels(tx: Tx, ways: readonly Way[]): Promise<void> {
  for (const { channel } of ways) await mustRefer(tx, 'channels', channel)
}

/** A person's row as the API gives it: its ways are JSON in the table. */
export const ofRow = <Row extends { ways: string }>(row: Row): Omit<Row, 'ways'> & { ways: Way[] } => ({
  ...row,
  ways: JSON.parse(row.ways) as Way[],
})

export const rotas = namedStore<Rota>('rotas', mustKnowOperators)
export const teams = namedStore<Team>('teams', (tx, { members }) =>
  mustKnowChannels(
    tx,
    members.flatMap(({ ways }) => ways),
  ),
)
/** With their secrets; the API takes them out. */
export const channels = namedStore<ChannelRecord>('channels', async () => {})

/** Where a team or a channel may be named: as JSON, whose keys and ids need no escaping. */
const naming = [
  ['plans', 'body'],
  ['teams', 'body'],
  ['operators', 'ways'],
  ['contacts', 'ways'],
] as const

/** Throws `still_referenced` while a plan, a team or a person names this team or channel. */
export async function mustBeUnnamed(tx: Tx, noun: 'team' | 'channel', id: string): Promise<void> {
  const text = `"${noun}":"${id}"`
  for (const [table, column] of naming) {
    const { rows } = await sql<{ id: string }>`
      select id from ${sql.table(table)} where replace(${sql.ref(column)}, ${text}, '') <> ${sql.ref(column)} limit 1`.execute(
      tx,
    )
    const user = rows[0]
    if (user) throw new VigilError('still_referenced', `${noun} ${id} is still used in ${table}: ${user.id}`)
  }
}

/** All rotas of an area, by id. */
export async function rotasOf(db: Db, area: string): Promise<Rota[]> {
  const rows = await db.selectFrom('rotas').selectAll().where('area', '=', area).orderBy('id').execute()
  return rows.map(({ id, name, body }) => ({
    ...(JSON.parse(body) as Omit<Rota, 'id' | 'name' | 'area'>),
    id,
    name,
    area,
  }))
}
