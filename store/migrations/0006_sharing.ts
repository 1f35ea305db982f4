import { type ColumnDataType, type Kysely, type RawBuilder, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Engine } from '../migrate.ts'

type Column = ColumnDataType | RawBuilder<unknown>
type Schema = Kysely<unknown>['schema']

/** Sharing between areas, each grant a row; partners, what each was told and heard of a ticket, and messages lately heard. */
export function sharing(engine: Engine): Migration {
  const text: Column = engine === 'sqlite' ? 'text' : sql`text collate "C"`
  return {
    async up(db: Kysely<unknown>) {
      await sharings(db.schema, text)
      await grants(db, text)
      await partners(db.schema, text)
      await links(db.schema, text)
      await db.schema.alterTable('tickets').addColumn('origin', text).execute()
    },
  }
}

async function sharings(schema: Schema, text: Column) {
  await schema
    .createTable('sharings')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('from_area', text, (c) => c.notNull().references('areas.id'))
    .addColumn('to_area', text, (c) => c.notNull().references('areas.id'))
    .addColumn('kinds', text)
    .addColumn('severities', text)
    .addColumn('starts_at', 'bigint', (c) => c.notNull())
    .addColumn('ends_at', 'bigint')
    .addColumn('reason', text, (c) => c.notNull())
    .addColumn('state', text, (c) => c.notNull())
    .addColumn('due_at', 'bigint')
    .execute()
  await schema.createIndex('sharings_from').on('sharings').columns(['from_area', 'id']).execute()
  await schema
    .createIndex('sharings_due')
    .on('sharings')
    .column('due_at')
    .where(sql.ref('due_at'), 'is not', null)
    .execute()
}

async function grants(db: Kysely<unknown>, text: Column) {
  await db.schema
    .createTable('grants')
    .addColumn('ticket', text, (c) => c.notNull().references('tickets.id'))
    .addColumn('area', text, (c) => c.notNull().references('areas.id'))
    .addColumn('sharing', text, (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('until', 'bigint')
    .addPrimaryKeyConstraint('grants_key', ['ticket', 'area', 'sharing'])
    .execute()
  await db.schema.createIndex('grants_sharing').on('grants').columns(['sharing', 'ticket']).execute()
  await db.schema
    .createIndex('grants_until')
    .on('grants')
    .column('until')
    .where(sql.ref('until'), 'is not', null)
    .execute()
  await keepOldGrants(db as Kysely<OldTables>)
}

type OldTables = {
  tickets: { id: string; shared_with: string; updated_at: number }
  areas: { id: string; path: string }
  grants: { ticket: string; area: string; sharing: string; at: number; until: number | null }
}

/** What was shared before was shared by hand. */
async function keepOldGrants(db: Kysely<OldTables>) {
  const tickets = await db.selectFrom('tickets').selectAll().where('shared_with', '!=', '[]').execute()
  for (const { id, shared_with, updated_at } of tickets) {
    const areas = await db
      .selectFrom('areas')
      .select('id')
      .where('path', 'in', JSON.parse(shared_with) as string[])
      .execute()
    for (const area of areas)
      await db
        .insertInto('grants')
        .values({ ticket: id, area: area.id, sharing: '', at: updated_at, until: null })
        .execute()
  }
}

async function partners(schema: Schema, text: Column) {
  await schema
    .createTable('partners')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('name', text, (c) => c.notNull())
    .addColumn('area', text, (c) => c.notNull().references('areas.id'))
    .addColumn('url', text, (c) => c.notNull())
    .addColumn('secret', text, (c) => c.notNull())
    .addColumn('kinds', text)
    .addColumn('severities', text)
    .addColumn('mode', text, (c) => c.notNull())
    .execute()
  await schema.createIndex('partners_area').on('partners').columns(['area', 'id']).execute()
  await schema
    .createTable('partner_messages')
    .addColumn('partner', text, (c) => c.notNull())
    .addColumn('id', text, (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('answer', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('partner_messages_key', ['id', 'partner'])
    .execute()
  await schema.createIndex('partner_messages_at').on('partner_messages').column('at').execute()
}

async function links(schema: Schema, text: Column) {
  const table = schema
    .createTable('partner_links')
    .addColumn('ticket', text, (c) => c.notNull().references('tickets.id'))
    .addColumn('partner', text, (c) => c.notNull())
    .addColumn('theirs', text)
  const numbers = ['sent', 'heard', 'last_step', 'version', 'told_line', 'quiet']
  await numbers
    .reduce((made, name) => made.addColumn(name, 'bigint', (c) => c.notNull()), table)
    .addColumn('told', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('partner_links_key', ['ticket', 'partner'])
    .execute()
  await schema
    .createIndex('partner_links_theirs')
    .on('partner_links')
    .columns(['partner', 'theirs'])
    .unique()
    .where(sql.ref('theirs'), 'is not', null)
    .execute()
}
