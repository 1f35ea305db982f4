import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Where the rooms of a home lie, as JSON. */
export function floorPlans(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema.alterTable('homes').addColumn('floor_plan', 'text').execute()
    },
  }
}
