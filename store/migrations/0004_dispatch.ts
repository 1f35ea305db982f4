import { type ColumnDataType, type Kysely, type RawBuilder, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Engine } from '../migrate.ts'

type Column = ColumnDataType | RawBuilder<unknown>
type Schema = Kysely<unknown>['schema']

/** Plans, rotas, teams and channels; the plan, the lease and the times of a ticket; what becomes of a notice; workers' beats. */
export function dispatch(engine: Engine): Migration {
  const text: Column = engine === 'sqlite' ? 'text' : sql`text collate "C"`
  return {
    async up(db: Kysely<unknown>) {
      await registry(db.schema, text)
      await reach(db.schema, text)
      await tickets(db.schema, text)
      await leases(db)
      await outbox(db.schema, text)
      await deliveries(db.schema, text, engine)
      await db.schema
        .createTable('beats')
        .addColumn('worker', text, (c) => c.primaryKey())
        .addColumn('at', 'bigint', (c) => c.notNull())
        .execute()
    },
  }
}

async function registry(schema: Schema, text: Column) {
  const named = (table: string) =>
    schema
      .createTable(table)
      .addColumn('id', text, (c) => c.primaryKey())
      .addColumn('name', text, (c) => c.notNull())
      .addColumn('area', text, (c) => c.references('areas.id'))
      .addColumn('body', text, (c) => c.notNull())
  await named('plans')
    .addColumn('home', text, (c) => c.references('homes.id').onDelete('cascade'))
    .addColumn('resident', text, (c) => c.references('residents.id').onDelete('cascade'))
    .execute()
  for (const table of ['rotas', 'teams', 'channels']) await named(table).execute()
  for (const table of ['plans', 'rotas', 'teams', 'channels'])
    await schema.createIndex(`${table}_area`).on(table).columns(['area', 'id']).execute()
  for (const column of ['home', 'resident'])
    await schema.createIndex(`plans_${column}`).on('plans').columns([column, 'id']).execute()
}

async function reach(schema: Schema, text: Column) {
  for (const table of ['operators', 'contacts']) {
    await schema
      .alterTable(table)
      .addColumn('ways', text, (c) => c.notNull().defaultTo('[]'))
      .execute()
    await schema.alterTable(table).addColumn('language', text).execute()
  }
  await schema.createIndex('operators_area').on('operators').columns(['area', 'id']).execute()
}

async function tickets(schema: Schema, text: Column) {
  await schema.alterTable('tickets').addColumn('plan', text).execute()
  for (const column of ['plan_run', 'plan_round', 'plan_step', 'plan_part'])
    await schema
      .alterTable('tickets')
      .addColumn(column, 'integer', (c) => c.notNull().defaultTo(0))
      .execute()
  await schema
    .alterTable('tickets')
    .addColumn('to_do', text, (c) => c.notNull().defaultTo('[]'))
    .execute()
  const instants = ['lease_until', 'shown_at', 'contacted_at', 'dispatched_at', 'on_scene_at', 'resolved_at']
  for (const column of instants) await schema.alterTable('tickets').addColumn(column, 'bigint').execute()
  await schema.createIndex('tickets_holder').on('tickets').columns(['holder', 'state']).execute()
}

/** Who holds a ticket from before has it for a shift from its last change; then it is everybody's like any other. */
async function leases(db: Kysely<unknown>) {
  const shift = sql.lit(8 * 3_600_000)
  const held = sql`holder is not null and state <> 'closed'`
  await sql`update tickets set lease_until = updated_at + ${shift} where ${held}`.execute(db)
  await sql`insert into timers (ticket, what, due_at) select id, 'lease', lease_until from tickets where ${held}`.execute(
    db,
  )
}

async function outbox(schema: Schema, text: Column) {
  for (const column of ['ticket', 'recipient', 'result'])
    await schema.alterTable('outbox').addColumn(column, text).execute()
  for (const column of ['urgency', 'attempts'])
    await schema
      .alterTable('outbox')
      .addColumn(column, 'integer', (c) => c.notNull().defaultTo(0))
      .execute()
  await schema
    .alterTable('outbox')
    .addColumn('next_at', 'bigint', (c) => c.notNull().defaultTo(0))
    .execute()
  await schema
    .createIndex('outbox_due')
    .on('outbox')
    .columns(['channel', 'urgency', 'next_at'])
    .where(sql.ref('sent_at'), 'is', null)
    .execute()
  await schema
    .createIndex('outbox_ticket')
    .on('outbox')
    .columns(['ticket', 'id'])
    .where(sql.ref('ticket'), 'is not', null)
    .execute()
}

async function deliveries(schema: Schema, text: Column, engine: Engine) {
  const table = schema.createTable('deliveries')
  const numbered =
    engine === 'sqlite'
      ? table.addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
      : table.addColumn('id', 'bigint', (c) => c.primaryKey().generatedByDefaultAsIdentity())
  await numbered
    .addColumn('notice', text, (c) => c.notNull())
    .addColumn('ticket', text)
    .addColumn('channel', text, (c) => c.notNull())
    .addColumn('recipient', text, (c) => c.notNull())
    .addColumn('attempt', 'integer', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('took_ms', 'integer', (c) => c.notNull())
    .addColumn('result', text, (c) => c.notNull())
    .addColumn('detail', text, (c) => c.notNull())
    .execute()
  await schema.createIndex('deliveries_ticket').on('deliveries').columns(['ticket', 'id']).execute()
  await schema.createIndex('deliveries_at').on('deliveries').columns(['at']).execute()
}
