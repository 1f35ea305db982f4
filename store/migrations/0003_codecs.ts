import { type ColumnDataType, type Kysely, type RawBuilder, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Engine } from '../migrate.ts'

type Column = ColumnDataType | RawBuilder<unknown>
type Schema = Kysely<unknown>['schema']

/** What formats of other makers need: SOS buttons, keys of claims, states that are told again and again, what was learned. */
export function codecs(engine: Engine): Migration {
  const text: Column = engine === 'sqlite' ? 'text' : sql`text collate "C"`
  return {
    async up(db: Kysely<unknown>) {
      await db.schema.alterTable('devices').addColumn('sos_press', text).execute()
      await claims(db.schema, text)
      await learned(db.schema, text)
      await deadLetters(db.schema, text)
    },
  }
}

async function claims(schema: Schema, text: Column) {
  await schema.alterTable('evidence').addColumn('claim_key', text).execute()
  await schema
    .createIndex('evidence_claim_key')
    .on('evidence')
    .columns(['device', 'signal', 'claim_key'])
    .where(sql.ref('claim_key'), 'is not', null)
    .execute()
  await schema
    .alterTable('tickets')
    .addColumn('late', 'integer', (c) => c.notNull().defaultTo(0))
    .execute()
  await schema
    .createTable('levels')
    .addColumn('device', text, (c) => c.notNull())
    .addColumn('signal', text, (c) => c.notNull())
    .addColumn('is_on', 'integer', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('received_at', 'bigint', (c) => c.notNull())
    .addColumn('evidence', 'bigint')
    .addColumn('tells_ends', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('levels_key', ['device', 'signal'])
    .execute()
  await schema.createIndex('levels_received').on('levels').column('received_at').execute()
}

async function learned(schema: Schema, text: Column) {
  await schema
    .createTable('learned')
    .addColumn('sender', text, (c) => c.notNull())
    .addColumn('key', text, (c) => c.notNull())
    .addColumn('value', text, (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('learned_key', ['sender', 'key'])
    .execute()
}

async function deadLetters(schema: Schema, text: Column) {
  await schema.alterTable('dead_letters').addColumn('vendor', text).execute()
  await schema.alterTable('dead_letters').addColumn('codec', text).execute()
  await schema.createIndex('dead_letters_code').on('dead_letters').columns(['code', 'received_at', 'id']).execute()
  await schema.createIndex('dead_letters_vendor').on('dead_letters').columns(['vendor', 'received_at', 'id']).execute()
}
