import type { ChannelRecord, Rota, Team, Way } from '../domain/dispatch.ts'
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
