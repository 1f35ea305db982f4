import { mkdir, open as openFile, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { open, type RootDatabase } from 'lmdb'
import type { Logger } from 'pino'
import type { Clock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import { causeOf } from '../../journal/group_commit.ts'
import { sessionCommitSeconds, sessionsUnwritten } from './metrics.ts'

/** What is kept of one thing (msgpack): its kind, and what that kind needs; see rows.ts. */
export type Row = readonly [kind: number, ...unknown[]]

/** Gives the row as it is when it is written; undefined takes it away. */
type Read = () => Row | undefined

export type Disk = {
  /** Everything that was kept, oldest number first. */
  rows(): Iterable<{ n: number; row: Row }>
  /** A number for something new, above all that there are. */
  nextNumber(): number
  /** Notes that the row of this number is to be written; several notes before a commit are one. */
  note(n: number, read: Read): void
  /** Resolves when all that was noted is durable, and at once while nothing can be written. Never rejects. */
  settled(): Promise<void>
  /** Writes what is still to be written, and closes. */
  close(): Promise<void>
}

export type DiskOptions = { path: string; clock: Clock; log: Logger; diskReserveBytes?: number }

/** Rows of one commit: encoded on the event loop, where a thousand take some 3 ms. */
const rowsPerCommit = 1_000
const retryEveryMs = 1_000
const spaceEveryMs = 1_000

type Pending = { read: Read; ticket: number }
type Waiting = { ticket: number; resolve(): void }

/**
 * Writes rows to LMDB in commits of as many as have gathered, fsynced off the event loop, one after another. Where that
 * fails (disk full, no rights, a broken file) everything goes on in memory and is tried again each second.
 */
export async function openDisk(options: DiskOptions): Promise<Disk> {
  const { clock, log } = options
  let db = await openDatabase(options)
  const isShort = watchSpace(options)
  const closing = new AbortController()
  let pending = new Map<number, Pending>()
  let waiting: Waiting[] = []
  let newest = db ? lastKey(db) : 0
  let lastTicket = 0
  let working: Promise<void> | undefined
  let failing = false
  let quietUntil = 0

  async function work(): Promise<void> {
    while (pending.size > 0) {
      const batch = take(pending, rowsPerCommit)
      try {
        await commit(batch)
        if (failing) log.info('sessions are written again')
        failing = false
      } catch (err) {
        pending = new Map([...batch, ...pending])
        fail(err)
      }
      release()
      if (!failing) continue
      if (closing.signal.aborted) break
      await clock.sleep(retryEveryMs, closing.signal)
    }
    working = undefined
  }

  async function commit(batch: Map<number, Pending>): Promise<void> {
    const short = await isShort()
    if (short) throw new Error(short)
    const into = db
    if (!into) return
    const done = sessionCommitSeconds.startTimer()
    try {
      await into.batch(() => {
        for (const [n, { read }] of batch) {
          const row = read()
          if (row) void into.put(n, row)
          else void into.remove(n)
        }
      })
    } catch (err) {
      throw await causeOf(err)
    }
    done()
  }

  /** Once a second at most: what is full stays full for a while. */
  function fail(err: unknown): void {
    failing = true
    sessionsUnwritten.inc()
    if (clock.now() < quietUntil) return
    quietUntil = clock.now() + 1_000
    log.error({ err, rows: pending.size }, 'sessions not written: they go on in memory and are tried again')
  }

  /** Lets go on whoever waits for what is durable now, and everybody while nothing can be written. */
  function release(): void {
    const [oldest] = pending.values()
    const isDone = ({ ticket }: Waiting) => failing || oldest === undefined || ticket < oldest.ticket
    for (const waiter of waiting.filter(isDone)) waiter.resolve()
    waiting = waiting.filter((waiter) => !isDone(waiter))
  }

  return {
    *rows() {
      for (const { key, value } of db?.getRange({}) ?? []) yield { n: key, row: value }
    },
    nextNumber: () => ++newest,
    note(n, read) {
      if (!db) return
      if (!pending.has(n)) pending.set(n, { read, ticket: ++lastTicket })
      // All that is noted in this turn of the event loop goes along.
      working ??= new Promise<void>((resolve) => setImmediate(resolve)).then(work)
    },
    settled() {
      if (!working || failing) return Promise.resolve()
      return new Promise((resolve) => waiting.push({ ticket: lastTicket, resolve }))
    },
    async close() {
      closing.abort()
      await working
      const closed = db
      // Aedes may still tell of clients that it hangs up on.
      db = undefined
      await closed?.close()
    },
  }
}

/** Takes out the first `most` of a map. */
function take(from: Map<number, Pending>, most: number): Map<number, Pending> {
  const taken = new Map<number, Pending>()
  for (const [n, one] of from) {
    if (taken.size >= most) break
    taken.set(n, one)
    from.delete(n)
  }
  return taken
}

/** Undefined where it cannot be opened: sessions are then kept in memory alone, which is better than no front door. */
async function openDatabase({ path, log }: DiskOptions): Promise<RootDatabase<Row, number> | undefined> {
  try {
    await mkdir(path, { recursive: true })
    const file = join(path, 'sessions.mdb')
    await mustBeLmdb(file)
    return open<Row, number>({
      path: file,
      noSubdir: true,
      overlappingSync: false,
      // As in the journal: lmdb's own grouping leaves a promise unhandled when a commit fails.
      eventTurnBatching: false,
      noMemInit: true,
    })
  } catch (err) {
    sessionsUnwritten.inc()
    log.error(
      { err, path },
      'sessions cannot be opened, they are kept in memory only; delete the folder if it is broken',
    )
    return undefined
  }
}

/** The number with which LMDB marks its files, behind the first page's header of 24 bytes. */
const lmdbMagic = 0xbeefc0de

/** A file that is something else would end the process within lmdb (seen: a segmentation fault). */
async function mustBeLmdb(file: string): Promise<void> {
  const handle = await openFile(file, 'r').catch((err: NodeJS.ErrnoException) => {
    if (err.code === 'ENOENT') return undefined
    throw err
  })
  if (!handle) return
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(28), 0, 28, 0).finally(() => handle.close())
  if (bytesRead > 0 && buffer.readUInt32LE(24) !== lmdbMagic) throw new Error(`${file} is not a file of sessions`)
}

function lastKey(db: RootDatabase<Row, number>): number {
  for (const key of db.getKeys({ reverse: true, limit: 1 })) return key
  return 0
}

/** Tells why nothing may be written now: half of the reserve for safety signals is not touched for receipts. */
function watchSpace({ path, clock, diskReserveBytes }: DiskOptions): () => Promise<string | undefined> {
  let nextAt = 0
  let short: string | undefined
  return async () => {
    if (clock.now() < nextAt) return short
    nextAt = clock.now() + spaceEveryMs
    const disk = await statfs(path)
    const reserve = (diskReserveBytes ?? Math.min(limits.diskReserveBytes, (disk.blocks * disk.bsize) / 10)) / 2
    const free = disk.bavail * disk.bsize
    short = free < reserve ? `${free} bytes are free on the volume, ${reserve} are kept for safety signals` : undefined
    return short
  }
}
