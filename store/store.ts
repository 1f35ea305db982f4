import type { Kysely, Transaction } from 'kysely'
import type { Database } from './schema.ts'

export type Tx = Transaction<Database>
/** Anything that queries run on: the database itself, or a transaction. */
export type Db = Kysely<Database>

/**
 * The database behind registry and tickets. `db` is for reads; every change goes through `write`.
 *
 * `write` runs one transaction at a time over all processes (SQLite: BEGIN IMMEDIATE; PostgreSQL: an advisory lock), so
 * that read-check-write needs no row locks and counters have no gaps. `work` may run again after a passing failure of
 * the database and must therefore have no effect but through `tx`; it must await nothing but `tx`. When `write`
 * resolves the change is durable.
 */
export type Store = {
  db: Db
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  close(): Promise<void>
}
