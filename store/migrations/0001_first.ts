import { type ColumnDataType, type Kysely, type RawBuilder, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Engine } from '../migrate.ts'

type Column = ColumnDataType | RawBuilder<unknown>
type Schema = Kysely<unknown>['schema']

/**
 * What the two engines call the same thing. Text is compared byte by byte on both, so that paging by id and ranges of
 * area paths give the same answer whatever the locale of the server.
 */
const typesOf = (engine: Engine): Record<'text' | 'bytes', Column> =>
  engine === 'sqlite' ? { text: 'text', bytes: 'blob' } : { text: sql`text collate "C"`, bytes: 'bytea' }

/** The tables of store/schema.ts, with the index of each query beside the table. */
export function first(engine: Engine): Migration {
  const { text, bytes } = typesOf(engine)
  return {
    async up(db: Kysely<unknown>) {
      const { schema } = db
      await places(schema, text)
      await people(schema, text)
      await tickets(schema, text)
      await partsOfTickets(schema, text, engine)
      await outgoing(schema, text, engine)
      await deadLetters(schema, text, bytes)
      await counting(schema, text)
    },
  }
}

async function places(schema: Schema, text: Column) {
  await schema
    .createTable('areas')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('name', text, (c) => c.notNull())
    .addColumn('parent', text, (c) => c.references('areas.id'))
    .addColumn('path', text, (c) => c.notNull().unique())
    .execute()
  await schema.createIndex('areas_parent').on('areas').column('parent').execute()
  await schema
    .createTable('homes')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('area', text, (c) => c.notNull().references('areas.id'))
    .addColumn('address', text, (c) => c.notNull())
    .addColumn('lat', 'double precision')
    .addColumn('lon', 'double precision')
    .addColumn('notes', text)
    .execute()
  await schema.createIndex('homes_area').on('homes').columns(['area', 'id']).execute()
  await schema
    .createTable('devices')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('home', text, (c) => c.references('homes.id'))
    .addColumn('model', text)
    .addColumn('category', text)
    .addColumn('place', text)
    .addColumn('token_hash', text, (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute()
  await schema.createIndex('devices_home').on('devices').columns(['home', 'id']).execute()
  await schema
    .createTable('device_states')
    .addColumn('device', text, (c) => c.primaryKey())
    .addColumn('last_seen_at', 'bigint', (c) => c.notNull())
    .addColumn('online', 'integer')
    .addColumn('firmware', text)
    .execute()
}

async function people(schema: Schema, text: Column) {
  await schema
    .createTable('residents')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('home', text, (c) => c.notNull().references('homes.id'))
    .addColumn('name', text, (c) => c.notNull())
    .addColumn('birth_year', 'integer')
    .addColumn('phone', text)
    .addColumn('risks', text)
    .execute()
  await schema.createIndex('residents_home').on('residents').columns(['home', 'id']).execute()
  await schema
    .createTable('contacts')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('home', text, (c) => c.notNull().references('homes.id'))
    .addColumn('name', text, (c) => c.notNull())
    .addColumn('relation', text)
    .addColumn('phone', text, (c) => c.notNull())
    .addColumn('position', 'integer', (c) => c.notNull())
    .execute()
  await schema.createIndex('contacts_home').on('contacts').columns(['home', 'position', 'id']).execute()
  await schema
    .createTable('operators')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('name', text, (c) => c.notNull().unique())
    .addColumn('password_hash', text, (c) => c.notNull())
    .addColumn('role', text, (c) => c.notNull())
    .addColumn('area', text, (c) => c.references('areas.id'))
    .execute()
  await schema
    .createTable('sessions')
    .addColumn('token_hash', text, (c) => c.primaryKey())
    .addColumn('operator', text, (c) => c.notNull().references('operators.id').onDelete('cascade'))
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute()
  await schema.createIndex('sessions_operator').on('sessions').column('operator').execute()
  await schema.createIndex('sessions_expires').on('sessions').column('expires_at').execute()
}

async function tickets(schema: Schema, text: Column) {
  await schema
    .createTable('tickets')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('number', 'bigint', (c) => c.notNull().unique())
    .addColumn('state', text, (c) => c.notNull())
    .addColumn('kind', text, (c) => c.notNull())
    .addColumn('severity', text, (c) => c.notNull())
    .addColumn('home', text)
    .addColumn('area', text)
    .addColumn('area_path', text)
    .addColumn('device', text)
    .addColumn('episode', text, (c) => c.notNull())
    .addColumn('opened_at', 'bigint', (c) => c.notNull())
    .addColumn('updated_at', 'bigint', (c) => c.notNull())
    .addColumn('acknowledged_at', 'bigint')
    .addColumn('closed_at', 'bigint')
    .addColumn('first_at', 'bigint', (c) => c.notNull())
    .addColumn('last_at', 'bigint', (c) => c.notNull())
    .addColumn('doubts', text, (c) => c.notNull())
    .addColumn('outcome', text)
    .addColumn('holder', text)
    .addColumn('shared_with', text, (c) => c.notNull())
    .execute()
  await schema.createIndex('tickets_episode').on('tickets').columns(['episode', 'last_at']).execute()
  await schema.createIndex('tickets_state').on('tickets').columns(['state', 'number']).execute()
  await schema.createIndex('tickets_area').on('tickets').columns(['area_path', 'number']).execute()
}

async function partsOfTickets(schema: Schema, text: Column, engine: Engine) {
  await numbered(schema, 'evidence', engine)
    .addColumn('ticket', text, (c) => c.notNull().references('tickets.id'))
    .addColumn('lane', text, (c) => c.notNull())
    .addColumn('seq', 'bigint', (c) => c.notNull())
    .addColumn('n', 'integer', (c) => c.notNull())
    .addColumn('device', text, (c) => c.notNull())
    .addColumn('signal', text, (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('device_at', 'bigint')
    .addColumn('received_at', 'bigint', (c) => c.notNull())
    .addColumn('topic', text, (c) => c.notNull())
    .addColumn('reason', text, (c) => c.notNull())
    .addColumn('doubts', text, (c) => c.notNull())
    .addColumn('repeats', 'integer', (c) => c.notNull())
    .addColumn('detail', text, (c) => c.notNull())
    .addUniqueConstraint('evidence_record', ['lane', 'seq', 'n'])
    .execute()
  await schema.createIndex('evidence_ticket').on('evidence').columns(['ticket', 'id']).execute()
  await schema.createIndex('evidence_signal').on('evidence').columns(['device', 'signal', 'device_at']).execute()
  await numbered(schema, 'timeline', engine)
    .addColumn('ticket', text, (c) => c.notNull().references('tickets.id'))
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('who', text, (c) => c.notNull())
    .addColumn('what', text, (c) => c.notNull())
    .addColumn('reason', text)
    .execute()
  await schema.createIndex('timeline_ticket').on('timeline').columns(['ticket', 'id']).execute()
  await numbered(schema, 'timers', engine)
    .addColumn('ticket', text, (c) => c.notNull().references('tickets.id'))
    .addColumn('what', text, (c) => c.notNull())
    .addColumn('due_at', 'bigint', (c) => c.notNull())
    .addUniqueConstraint('timers_what', ['ticket', 'what'])
    .execute()
  await schema.createIndex('timers_due').on('timers').columns(['due_at', 'id']).execute()
}

async function outgoing(schema: Schema, text: Column, engine: Engine) {
  await schema
    .createTable('events')
    .addColumn('seq', 'bigint', (c) => c.primaryKey())
    .addColumn('type', text, (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('ticket', text, (c) => c.notNull())
    .addColumn('area_path', text)
    .addColumn('shared_with', text, (c) => c.notNull())
    .addColumn('body', text, (c) => c.notNull())
    .execute()
  await numbered(schema, 'outbox', engine)
    .addColumn('stable_id', text, (c) => c.notNull().unique())
    .addColumn('channel', text, (c) => c.notNull())
    .addColumn('target', text, (c) => c.notNull())
    .addColumn('body', text, (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('sent_at', 'bigint')
    .execute()
  await schema
    .createIndex('outbox_pending')
    .on('outbox')
    .columns(['channel', 'id'])
    .where(sql.ref('sent_at'), 'is', null)
    .execute()
  await schema
    .createIndex('outbox_sent')
    .on('outbox')
    .columns(['sent_at'])
    .where(sql.ref('sent_at'), 'is not', null)
    .execute()
}

async function deadLetters(schema: Schema, text: Column, bytes: Column) {
  await schema
    .createTable('dead_letters')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('received_at', 'bigint', (c) => c.notNull())
    .addColumn('topic', text, (c) => c.notNull())
    .addColumn('principal', text)
    .addColumn('device', text)
    .addColumn('code', text, (c) => c.notNull())
    .addColumn('detail', text, (c) => c.notNull())
    .addColumn('payload', bytes, (c) => c.notNull())
    .addColumn('retained', 'integer', (c) => c.notNull())
    .addColumn('state', text, (c) => c.notNull())
    .execute()
  await schema.createIndex('dead_letters_received').on('dead_letters').columns(['received_at', 'id']).execute()
  await schema.createIndex('dead_letters_device').on('dead_letters').columns(['device', 'received_at', 'id']).execute()
}

async function counting(schema: Schema, text: Column) {
  await schema
    .createTable('positions')
    .addColumn('consumer', text, (c) => c.notNull())
    .addColumn('lane', text, (c) => c.notNull())
    .addColumn('partition', 'integer', (c) => c.notNull())
    .addColumn('seq', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('positions_key', ['consumer', 'lane', 'partition'])
    .execute()
  await schema
    .createTable('counters')
    .addColumn('name', text, (c) => c.primaryKey())
    .addColumn('value', 'bigint', (c) => c.notNull())
    .execute()
}

/** A table whose rows are numbered in the order of their insertion. */
const numbered = (schema: Schema, table: string, engine: Engine) =>
  engine === 'sqlite'
    ? schema.createTable(table).addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
    : schema.createTable(table).addColumn('id', 'bigint', (c) => c.primaryKey().generatedByDefaultAsIdentity())
