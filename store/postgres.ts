import { Socket } from 'node:net'
import { Kysely, PostgresAdapter, PostgresDialect, type PostgresPool, type PostgresPoolClient, sql } from 'kysely'
import pg from 'pg'
import type { Logger } from 'pino'
import type { Clock } from '../domain/clock.ts'
import { codeOf, retrying, turns } from './retry.ts'
import type { Database } from './schema.ts'
import type { Store, Tx } from './store.ts'

/** The advisory lock that one transaction at a time holds; any number that no other program uses in this database. */
const lockKey = 8_451_744_110
/** Longest wait for that lock before the attempt counts as failed (and is made again). */
const lockWaitMs = 10_000
/** A process that hangs with the lock held must not stop the house: the server ends its transaction after this. */
const idleMs = 30_000
const connectMs = 5_000
/**
 * Silence after which a connection is given up. A server that vanished without a word (power, network) would otherwise be
 * waited for until the kernel gives up, some 15 minutes. Longer than any wait that the server itself ends with a word.
 */
const silentMost = 30_000
/** Connections for reading: the console's lists and polls; one process needs few. */
const readers = 5

/** SQLSTATEs that pass: serialization, deadlock, lock wait over, shutting down or starting up, idle too long, too many
 *  connections. https://www.postgresql.org/docs/15/errcodes-appendix.html */
const passingStates = ['40001', '40P01', '55P03', '57P01', '57P02', '57P03', '57P05', '25P03', '53300']
/** What the operating system says of a server that is away; ENOENT is its unix socket, gone while it restarts. */
const awayCodes = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]
/** The pg module gives these no code. */
const awayMessages =
  /silent for too long|connection terminated|not queryable|timeout exceeded when trying to connect|connection error/i

/** Whether the connection was lost, so that nobody told us what became of the last statement. */
function lost(error: unknown): boolean {
  const code = codeOf(error)
  if (awayCodes.includes(code) || code.startsWith('08') || /^57P0[123]$/.test(code)) return true
  return error instanceof Error && awayMessages.test(error.message)
}
const passing = (error: unknown) => lost(error) || passingStates.includes(codeOf(error))

/** `silentMs`: how long a connection may be silent, if not 30 s. */
type PostgresOptions = { url: string; log?: Logger; silentMs?: number }

/**
 * Opens the store on a PostgreSQL server (13 or newer). Reads go over connections on which the server refuses changes;
 * writes of this process go one after the other over a connection of their own, and an advisory lock puts the writes of
 * all processes in one line. READ COMMITTED is right with that: each statement sees all that was committed before it,
 * and nobody else writes between two of them.
 */
export async function openPostgres(options: PostgresOptions & { clock: Clock }): Promise<Store> {
  const { clock, log } = options
  const db = kyselyOver(pool(options, readers, '-c default_transaction_read_only=on'))
  const writes = kyselyOver(pool(options, 1))
  const inTurn = turns()
  const rule = {
    clock,
    passing,
    firstMs: 50,
    mostMs: 2_000,
    patienceMs: 20_000,
    onRetry: (error: unknown, attempt: number) => log?.warn({ err: error, attempt }, 'store: trying again'),
  }
  return {
    db,
    write: (work) => inTurn(() => retrying(rule, () => once({ db, writes, clock, work }))),
    close: () => inTurn(async () => void (await Promise.all([db.destroy(), writes.destroy()]))),
  }
}

type Attempt<T> = { db: Kysely<Database>; writes: Kysely<Database>; clock: Clock; work: (tx: Tx) => Promise<T> }

/**
 * One attempt at a transaction. A failure before COMMIT has changed nothing and may be tried again. When the connection
 * is lost *during* COMMIT, it may have happened or not, and running `work` again could count twice what has no unique
 * key (a ticket number, an event). So we ask the server what became of that transaction id: committed, and `work`'s
 * answer stands; aborted, and it is as if nothing had been tried. A server that never heard of the id (a standby that
 * took over without this commit) says so with an error: not committed either.
 */
async function once<T>({ db, writes, clock, work }: Attempt<T>): Promise<T> {
  const progress: { xid?: string; done?: { value: T } } = {}
  try {
    return await writes.transaction().execute(async (tx) => {
      progress.xid = await takeLock(tx)
      const value = await work(tx)
      progress.done = { value }
      return value
    })
  } catch (error) {
    if (!progress.done || !progress.xid || !lost(error)) throw error
    if (await wasCommitted(db, clock, progress.xid)) return progress.done.value
    throw error
  }
}

/**
 * Settings, transaction id and lock in one round trip. `synchronous_commit` is raised where the server has it lower
 * than `on`: an acknowledged change must be on disk.
 */
async function takeLock(tx: Tx): Promise<string> {
  const { rows } = await sql<{ xid: string }>`
    select set_config('lock_timeout', ${String(lockWaitMs)}, true),
      set_config('idle_in_transaction_session_timeout', ${String(idleMs)}, true),
      set_config('synchronous_commit',
        case current_setting('synchronous_commit') when 'remote_apply' then 'remote_apply' else 'on' end, true),
      pg_current_xact_id()::text as xid,
      pg_advisory_xact_lock(${lockKey}::bigint)`.execute(tx)
  return rows[0]!.xid
}

/** Asks until the server answers; while it still counts as in progress there is no answer yet. */
async function wasCommitted(db: Kysely<Database>, clock: Clock, xid: string): Promise<boolean> {
  const rule = { clock, passing: (e: unknown) => e === undecided || passing(e), firstMs: 50, mostMs: 2_000 }
  return retrying({ ...rule, patienceMs: 600_000 }, async () => {
    const { rows } = await sql<{ status: string | null }>`select pg_xact_status(${xid}::xid8) as status`
      .execute(db)
      .catch((error: unknown) => {
        if (codeOf(error) === unknownXid) return { rows: [{ status: 'aborted' }] }
        throw error
      })
    if (rows[0]?.status === 'in progress') throw undecided
    return rows[0]?.status === 'committed'
  })
}
const undecided = new Error('the transaction is still in progress')
/** invalid_parameter_value: "transaction ID … is in the future". */
const unknownXid = '22023'

/** int8 comes as text by default, because it may not fit a double; ours are instants, sizes and counters, which do. */
const int8 = 20
function typeParser(oid: number, format?: 'text' | 'binary') {
  return oid === int8 ? Number : pg.types.getTypeParser(oid, format)
}

/** A connection that ends itself when nothing is heard of the server for too long. */
function watchedSocket(silentMs = silentMost): Socket {
  const socket = new Socket()
  socket.setTimeout(silentMs, () => socket.destroy(new Error('the server was silent for too long')))
  return socket
}

function pool({ url, log, silentMs }: PostgresOptions, max: number, settings?: string): pg.Pool {
  const made = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    stream: () => watchedSocket(silentMs),
    application_name: 'vigil',
    types: { getTypeParser: typeParser as typeof pg.types.getTypeParser },
    ...(settings ? { options: settings } : {}),
  })
  // A connection that dies tells it by an event, idle or in use; without a listener that would end the process. The
  // pool drops the connection by itself, and whoever uses it gets the error from his query.
  const heard = (error: Error) => log?.warn({ err: error }, 'store: connection to PostgreSQL lost')
  made.on('error', heard)
  made.on('connect', (client) => client.on('error', heard))
  return made
}

const kyselyOver = (made: pg.Pool) => new Kysely<Database>({ dialect: new ServerDialect({ pool: storing(made) }) })

/**
 * A pool whose statements take any text. PostgreSQL knows no NUL in a text, and devices write what they like: one such
 * message would be tried for ever, and those behind it would wait.
 */
const storing = (made: pg.Pool): PostgresPool => ({
  options: made.options,
  async connect() {
    const client = await made.connect()
    const query = (text: string, values: readonly unknown[]) => client.query(text, values.map(storable))
    return { query: query as unknown as PostgresPoolClient['query'], release: () => client.release() }
  },
  end: () => made.end(),
})

const storable = (value: unknown): unknown =>
  typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value

class ServerDialect extends PostgresDialect {
  override createAdapter() {
    return new ServerAdapter()
  }
}

/** The lock round a migration is the one that every write holds. */
class ServerAdapter extends PostgresAdapter {
  override async acquireMigrationLock() {}
  override async releaseMigrationLock() {}
}
