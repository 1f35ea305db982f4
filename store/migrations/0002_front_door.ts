import { type ColumnDataType, type Kysely, type RawBuilder, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Engine } from '../migrate.ts'

type Column = ColumnDataType | RawBuilder<unknown>
type Schema = Kysely<unknown>['schema']

/** Vendors, gateways, integrations, credentials, claim codes, commands, changes and the audit. */
export function frontDoor(engine: Engine): Migration {
  const text: Column = engine === 'sqlite' ? 'text' : sql`text collate "C"`
  return {
    async up(db: Kysely<unknown>) {
      await vendors(db.schema, text)
      await accounts(db.schema, text)
      await credentials(db, text)
      await commands(db.schema, text, engine)
      await watching(db.schema, text, engine)
    },
  }
}

async function vendors(schema: Schema, text: Column) {
  await schema
    .createTable('vendors')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('name', text, (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('revoked_at', 'bigint')
    .addColumn('quota', text)
    .execute()
  await schema
    .createTable('authorities')
    .addColumn('fingerprint', text, (c) => c.primaryKey())
    .addColumn('vendor', text, (c) => c.notNull().references('vendors.id'))
    .addColumn('subject', text, (c) => c.notNull())
    .addColumn('pem', text, (c) => c.notNull())
    .addColumn('not_after', 'bigint', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute()
  await schema.createIndex('authorities_vendor').on('authorities').columns(['vendor', 'fingerprint']).execute()
  await schema
    .createTable('revoked_certificates')
    .addColumn('vendor', text, (c) => c.notNull().references('vendors.id'))
    .addColumn('serial', text, (c) => c.notNull())
    .addColumn('revoked_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('revoked_certificates_key', ['vendor', 'serial'])
    .execute()
}

async function accounts(schema: Schema, text: Column) {
  const addTo = (table: string, column: string, target: string) =>
    schema
      .alterTable(table)
      .addColumn(column, text, (c) => c.references(target))
      .execute()
  await addTo('devices', 'vendor', 'vendors.id')
  await addTo('devices', 'gateway', 'devices.id')
  await schema.alterTable('devices').addColumn('revoked_at', 'bigint').execute()
  await schema.createIndex('devices_vendor').on('devices').columns(['vendor', 'id']).execute()
  await schema.createIndex('devices_gateway').on('devices').columns(['gateway', 'id']).execute()
  await addTo('operators', 'vendor', 'vendors.id')
  await schema
    .createTable('integrations')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('name', text, (c) => c.notNull())
    .addColumn('area', text, (c) => c.references('areas.id'))
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute()
  await schema
    .createTable('claims')
    .addColumn('device', text, (c) => c.primaryKey().references('devices.id').onDelete('cascade'))
    .addColumn('code_hash', text, (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('claimed_at', 'bigint')
    .execute()
  await schema.createIndex('claims_expires').on('claims').column('expires_at').execute()
}

/** The devices' tokens move here and go on working; their ids are the devices', which are as unique as random ones. */
async function credentials(db: Kysely<unknown>, text: Column) {
  const { schema } = db
  await schema
    .createTable('credentials')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('principal', text, (c) => c.notNull())
    .addColumn('token_hash', text, (c) => c.notNull().unique())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint')
    .execute()
  await schema.createIndex('credentials_principal').on('credentials').columns(['principal', 'created_at']).execute()
  await schema
    .createIndex('credentials_expires')
    .on('credentials')
    .column('expires_at')
    .where(sql.ref('expires_at'), 'is not', null)
    .execute()
  await sql`insert into credentials (id, principal, token_hash, created_at)
    select 'token-' || id, 'device:' || id, token_hash, created_at from devices`.execute(db)
  await schema.alterTable('devices').dropColumn('token_hash').execute()
}

async function commands(schema: Schema, text: Column, engine: Engine) {
  await numbered(schema, 'commands', 'seq', engine)
    .addColumn('id', text, (c) => c.notNull())
    .addColumn('device', text, (c) => c.notNull())
    .addColumn('body', text, (c) => c.notNull())
    .addColumn('created_by', text, (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('delivered_at', 'bigint')
    .addColumn('answered_at', 'bigint')
    .addColumn('answer', text)
    .addUniqueConstraint('commands_id', ['device', 'id'])
    .execute()
  await schema.createIndex('commands_device').on('commands').columns(['device', 'seq']).execute()
  await schema
    .createIndex('commands_undelivered')
    .on('commands')
    .columns(['device', 'expires_at', 'seq'])
    .where(sql.ref('delivered_at'), 'is', null)
    .execute()
  await schema.createIndex('commands_expires').on('commands').column('expires_at').execute()
}

async function watching(schema: Schema, text: Column, engine: Engine) {
  await numbered(schema, 'changes', 'seq', engine)
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('kind', text, (c) => c.notNull())
    .addColumn('subject', text, (c) => c.notNull())
    .execute()
  await schema.createIndex('changes_at').on('changes').columns(['at', 'seq']).execute()
  await numbered(schema, 'audit', 'id', engine)
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('last_at', 'bigint', (c) => c.notNull())
    .addColumn('who', text, (c) => c.notNull())
    .addColumn('what', text, (c) => c.notNull())
    .addColumn('subject', text, (c) => c.notNull())
    .addColumn('detail', text, (c) => c.notNull())
    .addColumn('address', text)
    .addColumn('vendor', text)
    .addColumn('count', 'integer', (c) => c.notNull())
    .execute()
  await schema.createIndex('audit_subject').on('audit').columns(['subject', 'what', 'id']).execute()
  await schema.createIndex('audit_vendor').on('audit').columns(['vendor', 'id']).execute()
  await schema.createIndex('audit_what').on('audit').columns(['what', 'id']).execute()
  await schema.createIndex('audit_last').on('audit').columns(['last_at', 'id']).execute()
}

/** A table whose rows are numbered in the order of their insertion, and no number is given twice. */
const numbered = (schema: Schema, table: string, column: string, engine: Engine) =>
  engine === 'sqlite'
    ? schema.createTable(table).addColumn(column, 'integer', (c) => c.primaryKey().autoIncrement())
    : schema.createTable(table).addColumn(column, 'bigint', (c) => c.primaryKey().generatedByDefaultAsIdentity())
