import { chmod } from 'node:fs/promises'
import { resolve } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type TransactionSettings,
} from 'kysely'
import type { Clock } from '../domain/clock.ts'
import { codeOf, retrying, turns } from './retry.ts'
import type { Database } from './schema.ts'
import type { Store } from './store.ts'

/** SQLITE_BUSY, SQLITE_LOCKED and SQLITE_PROTOCOL: another process is at it; the same statement succeeds a little later. */
const passingCodes = ['sqlite:5', 'sqlite:6', 'sqlite:15']
const passing = (error: unknown) => passingCodes.includes(codeOf(error))

/**
 * How long SQLite itself may wait for a lock on the reading connection: it blocks the event loop, and happens only
 * while another process recovers the WAL after a crash.
 */
const readBusyMs = 5_000
/** The WAL file is cut back to this after a checkpoint, so that one large backlog does not keep the disk for ever. */
const walBytes = 64 * 1024 ** 2

/**
 * Opens the embedded store. Two connections: one that only reads (`query_only`) and one that writes, so that a list for
 * the console never waits for a transaction of this process.
 *
 * Waiting for another process's write lock is done on the injected clock and not by SQLite's busy handler, which would
 * stop the event loop, and with it perhaps the very transaction that is waited for. COMMIT needs no care beyond that:
 * it runs in this process, so its outcome is always known.
 */
export async function openSqlite(options: { path: string; clock: Clock }): Promise<Store> {
  const path = resolve(options.path)
  const rule = { clock: options.clock, passing, firstMs: 1, mostMs: 4, patienceMs: 30_000 }
  const writer = await retrying(rule, async () => connect(path, 0))
  await chmod(path, 0o600)
  const reader = connect(path, readBusyMs)
  reader.exec('pragma query_only = on')
  const db = kyselyOver(reader)
  const writes = kyselyOver(writer)
  const inTurn = turnsOf(path)
  return {
    db,
    write: (work) => inTurn(() => retrying(rule, () => writes.transaction().execute(work))),
    close: () =>
      inTurn(async () => {
        await db.destroy()
        await writes.destroy()
        // kysely closes only what it has used; the last one to close puts the WAL back into the file.
        for (const connection of [reader, writer]) if (connection.isOpen) connection.close()
      }),
  }
}

/** One queue a file, shared by all stores of this process on it, so that only other processes ever make it wait. */
const queues = new Map<string, ReturnType<typeof turns>>()
function turnsOf(path: string): ReturnType<typeof turns> {
  const queue = queues.get(path) ?? turns()
  queues.set(path, queue)
  return queue
}

/** Opens the file with what durability and several processes need; the pragmas hold for this connection. */
function connect(path: string, busyMs: number): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: busyMs, enableForeignKeyConstraints: true })
  try {
    database.exec(
      `pragma journal_mode = wal; pragma synchronous = full; pragma case_sensitive_like = on; pragma journal_size_limit = ${walBytes};`,
    )
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

const kyselyOver = (database: DatabaseSync) => new Kysely<Database>({ dialect: new EmbeddedDialect(database) })

class EmbeddedDialect extends SqliteDialect {
  readonly #database: DatabaseSync
  constructor(database: DatabaseSync) {
    super({ database: betterSqliteShape(database) })
    this.#database = database
  }
  override createDriver() {
    return new EmbeddedDriver(this.#database)
  }
  override createAdapter() {
    return new EmbeddedAdapter()
  }
}

/** SQLite's DDL is transactional; the lock round a migration is the write transaction that it runs in. */
class EmbeddedAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl() {
    return true
  }
}

class EmbeddedDriver extends SqliteDriver {
  readonly #database: DatabaseSync
  constructor(database: DatabaseSync) {
    super({ database: betterSqliteShape(database) })
    this.#database = database
  }
  /** A write takes the lock at once: upgrading a read later fails when somebody else wrote in between. */
  override async beginTransaction(connection: DatabaseConnection, settings?: TransactionSettings) {
    const begin = settings?.accessMode === 'read only' ? 'begin' : 'begin immediate'
    await connection.executeQuery(CompiledQuery.raw(begin))
  }
  /** After a full disk or a failed write SQLite has rolled back by itself; a second time would hide the real error. */
  override async rollbackTransaction(connection: DatabaseConnection) {
    if (this.#database.isTransaction) await super.rollbackTransaction(connection)
  }
}

/** Statements kept prepared. Vigil has some hundred; lists of ids of every length make more. */
const statementsMost = 256

/**
 * Preparing costs more than running most of our statements. Kept in order of use, the one unused for longest goes. Not
 * for what is iterated: a statement can be walked through by one only.
 */
function preparing(database: DatabaseSync): (sql: string) => StatementSync {
  const kept = new Map<string, StatementSync>()
  return (sql) => {
    const statement = kept.get(sql) ?? database.prepare(sql)
    kept.delete(sql)
    kept.set(sql, statement)
    const [oldest] = kept.keys()
    if (kept.size > statementsMost && oldest !== undefined) kept.delete(oldest)
    return statement
  }
}

/** node:sqlite in the shape of better-sqlite3 that kysely's driver expects. */
function betterSqliteShape(database: DatabaseSync): SqliteDatabase {
  const prepare = preparing(database)
  return {
    close: () => database.close(),
    prepare(sql) {
      const statement = prepare(sql)
      const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[]
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => statement.run(...values(parameters)),
        iterate: (parameters) => database.prepare(sql).iterate(...values(parameters)),
      }
    },
  }
}
