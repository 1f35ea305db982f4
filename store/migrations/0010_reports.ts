import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Tickets by when they opened, which is how reports count them. */
export function reports(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema.createIndex('tickets_opened').on('tickets').columns(['opened_at', 'id']).execute()
    },
  }
}
