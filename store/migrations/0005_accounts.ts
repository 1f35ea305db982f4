import { type ColumnDataType, type Kysely, type RawBuilder, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Engine } from '../migrate.ts'

/** What a program may do, and by whom else people are known: scopes of integrations, logging in by OpenID Connect. */
export function accounts(engine: Engine): Migration {
  const text: ColumnDataType | RawBuilder<unknown> = engine === 'sqlite' ? 'text' : sql`text collate "C"`
  return {
    async up(db: Kysely<unknown>) {
      const { schema } = db
      await schema.alterTable('integrations').addColumn('scope', text).execute()
      await schema.alterTable('operators').addColumn('email', text).execute()
      await schema.alterTable('operators').addColumn('oidc_subject', text).execute()
      await schema.createIndex('operators_email').on('operators').column('email').unique().execute()
      await schema.createIndex('operators_oidc_subject').on('operators').column('oidc_subject').unique().execute()
      await schema
        .createTable('oidc_logins')
        .addColumn('secret_hash', text, (c) => c.primaryKey())
        .addColumn('subject', text)
        .addColumn('expires_at', 'bigint', (c) => c.notNull())
        .execute()
      await schema.createIndex('oidc_logins_expires').on('oidc_logins').column('expires_at').execute()
    },
  }
}
