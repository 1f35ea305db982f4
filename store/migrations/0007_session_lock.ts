import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** A console that nobody sits before is locked: since when, or null. */
export function sessionLock(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema.alterTable('sessions').addColumn('locked_at', 'bigint').execute()
    },
  }
}
