import { type Migration, Migrator } from 'kysely/migration'
import { first } from './migrations/0001_first.ts'
import { frontDoor } from './migrations/0002_front_door.ts'
import { codecs } from './migrations/0003_codecs.ts'
import { dispatch } from './migrations/0004_dispatch.ts'
import { accounts } from './migrations/0005_accounts.ts'
import { sharing } from './migrations/0006_sharing.ts'
import { sessionLock } from './migrations/0007_session_lock.ts'
import { absences } from './migrations/0008_absences.ts'
import { floorPlans } from './migrations/0009_floor_plans.ts'
import { reports } from './migrations/0010_reports.ts'
import type { Tx } from './store.ts'

export type Engine = 'sqlite' | 'postgres'

/** Every step that the tables have gone through, in order. A step that was released is never changed; a new one follows. */
const steps: Record<string, (engine: Engine) => Migration> = {
  '0001_first': first,
  '0002_front_door': frontDoor,
  '0003_codecs': codecs,
  '0004_dispatch': dispatch,
  '0005_accounts': accounts,
  '0006_sharing': sharing,
  '0007_session_lock': sessionLock,
  '0008_absences': absences,
  '0009_floor_plans': floorPlans,
  '0010_reports': reports,
}

/** Runs the steps that this database has not had yet. The caller's write transaction is the lock round them. */
export async function migrate(tx: Tx, engine: Engine): Promise<void> {
  const migrations = Object.fromEntries(Object.entries(steps).map(([name, step]) => [name, step(engine)]))
  const migrator = new Migrator({ db: tx, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error) throw error
}
