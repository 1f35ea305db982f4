import type { Selectable } from 'kysely'
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

/** Notes the newest word; one that is older by the device's own time changes nothing. */
export async function setLevel(tx: Tx, level: Level): Promise<void> {
  await tx
    .insertInto('levels')
    .values(level)
    .onConflict((conflict) =>
      conflict
        .columns(['device', 'signal'])
        .doUpdateSet(({ ref }) => ({
          is_on: ref('excluded.is_on'),
          at: ref('excluded.at'),
          received_at: ref('excluded.received_at'),
          evidence: ref('excluded.evidence'),
        }))
        .whereRef('excluded.at', '>=', 'levels.at'),
    )
    .execute()
}
