import { type Selectable, sql } from 'kysely'
import type { SignalKind } from '../domain/signals.ts'
import type { Database } from './schema.ts'
import type { Db, Tx } from './store.ts'

/** The last word of a device on a state that it tells again and again until it ends. */
export type Level = Selectable<Database['levels']>

export function levelOf(db: Db, device: string, signal: SignalKind): Promise<Level | undefined> {
  return db
    .selectFrom('levels')
    .selectAll()
    .where('device', '=', device)
    .where('signal', '=', signal)
    .executeTakeFirst()
}

/** Notes the newest word; a beginning that is older by the device's own time changes nothing. Who told one end tells ends. */
export async function setLevel(tx: Tx, level: Omit<Level, 'tells_ends'>): Promise<void> {
  await tx
    .insertInto('levels')
    .values({ ...level, tells_ends: 1 - level.is_on })
    .onConflict((conflict) =>
      conflict
        .columns(['device', 'signal'])
        .doUpdateSet(({ ref }) => ({
          is_on: ref('excluded.is_on'),
          at: ref('excluded.at'),
          received_at: ref('excluded.received_at'),
          evidence: ref('excluded.evidence'),
          tells_ends: sql<number>`case when levels.is_on = 0 or excluded.is_on = 0 then 1 else levels.tells_ends end`,
        }))
        // An end that comes too late only lets the next beginning ring; whoever tells it has looked whether it does.
        .where(({ or, eb, ref }) => or([eb('excluded.is_on', '=', 0), eb('excluded.at', '>=', ref('levels.at'))])),
    )
    .execute()
}

/** Forgets what was last told before `before` (epoch ms), at most `most` of it: such a state would be a new one anyway. */
export async function trimLevels(tx: Tx, before: number, most: number): Promise<number> {
  const rows = await tx
    .selectFrom('levels')
    .select(['device', 'signal'])
    .where('received_at', '<', before)
    .orderBy('received_at')
    .limit(most)
    .execute()
  for (const { device, signal } of rows)
    await tx.deleteFrom('levels').where('device', '=', device).where('signal', '=', signal).execute()
  return rows.length
}
