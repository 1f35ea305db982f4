import { type ColumnDataType, type Kysely, type RawBuilder, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Engine } from '../migrate.ts'

type Column = ColumnDataType | RawBuilder<unknown>

/** Who is away, and the battery that a device told of last. */
export function absences(engine: Engine): Migration {
  const text: Column = engine === 'sqlite' ? 'text' : sql`text collate "C"`
  return {
    async up({ schema }: Kysely<unknown>) {
      await schema
        .createTable('absences')
        .addColumn('id', text, (c) => c.primaryKey())
        .addColumn('home', text, (c) => c.notNull().references('homes.id'))
        .addColumn('resident', text, (c) => c.references('residents.id'))
        .addColumn('from_at', 'bigint', (c) => c.notNull())
        .addColumn('to_at', 'bigint')
        .addColumn('reason', text, (c) => c.notNull())
        .addColumn('note', text)
        .execute()
      await schema.createIndex('absences_home').on('absences').columns(['home', 'from_at', 'id']).execute()
      await schema.createIndex('absences_resident').on('absences').column('resident').execute()
      await schema.createIndex('absences_from').on('absences').columns(['from_at', 'id']).execute()
      await schema.alterTable('device_states').addColumn('battery', 'double precision').execute()
      await schema.alterTable('device_states').addColumn('battery_at', 'bigint').execute()
    },
  }
}
