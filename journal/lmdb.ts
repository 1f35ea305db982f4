import { access, mkdir, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { open, type RootDatabase } from 'lmdb'
import type { Clock } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { causeOf, groupCommits } from './group_commit.ts'
import { type Journal, type JournalRecord, type Lane, lanes, type StoredRecord } from './journal.ts'

/** A record as LMDB keeps it (msgpack): positions instead of names, because names would be a third of a small record. */
type Row = [
  receivedAt: number,
  topic: string,
  principal: string | undefined,
  device: string | undefined,
  partition: number,
  payload: Uint8Array,
  retained: boolean,
  refused: string | undefined,
  replayOf: string | undefined,
]

type LaneDb = RootDatabase<Row, number>

/** How often readers look for new records, and the writer at its free space. A look costs some microseconds. */
const lookEveryMs = 5
const spaceEveryMs = 1_000
/** Payload bytes after which a read ends: thousands of small records, and never gigabytes of the largest. */
const readBytes = 8 * 1024 * 1024
/** Records that one step of a trim takes away: few enough that appends hardly notice. */
const trimStep = 1_000

export type LmdbOptions = {
  /** Folder of the journal; made where absent. */
  path: string
  clock: Clock
  readOnly?: boolean
  /** Bytes a lane may hold; the bulk lane refuses beyond. */
  laneBytes?: number
  /** Free bytes on the volume below which the bulk lane refuses. */
  diskReserveBytes?: number
}

/**
 * The embedded journal: one LMDB environment a lane, so that an urgent append never waits for a bulk commit.
 * A commit is fsynced before it becomes visible (overlappingSync is off), so what a reader sees is durable. Rejects where
 * another process has it open for writing, and, opened for reading, where no writer has made it yet.
 */
export async function openLmdbJournal(options: LmdbOptions): Promise<Journal> {
  if (options.readOnly) await access(madeMark(options.path))
  else await mkdir(options.path, { recursive: true })
  const release = options.readOnly ? () => {} : lockForWriting(options.path)
  const dbs = Object.fromEntries(lanes.map((lane) => [lane, openLane(options, lane)])) as Record<Lane, LaneDb>
  if (!options.readOnly) await writeFile(madeMark(options.path), '')
  const next = Object.fromEntries(lanes.map((lane) => [lane, newest(dbs[lane]) + 1])) as Record<Lane, number>
  const put = { urgent: groupCommits(dbs.urgent), bulk: groupCommits(dbs.bulk) }
  const closing = new AbortController()
  let refusing: string | undefined

  async function watchSpace(): Promise<void> {
    while (!closing.signal.aborted) {
      refusing = await shortOfSpace(options, dbs.bulk)
      await options.clock.sleep(spaceEveryMs, closing.signal)
    }
  }
  const watching = options.readOnly ? Promise.resolve() : watchSpace()

  return {
    async append(lane, record) {
      if (lane === 'bulk' && refusing) throw new VigilError('journal_full', refusing)
      return put[lane](next[lane]++, toRow(record))
    },
    continueAfter(lane, seq) {
      next[lane] = Math.max(next[lane], seq + 1)
    },
    async read(lane, after, most) {
      dbs[lane].resetReadTxn()
      const rows = dbs[lane].getRange({ start: after + 1, limit: most, snapshot: false })
      const records: StoredRecord[] = []
      let bytes = 0
      for (const { key, value } of rows) {
        const record = fromRow(lane, key, value)
        records.push(record)
        bytes += record.payload.byteLength
        if (bytes >= readBytes) break
      }
      return records
    },
    async waitBeyond(lane, after, signal) {
      while (!signal.aborted && newest(dbs[lane]) <= after) await options.clock.sleep(lookEveryMs, signal)
    },
    async head(lane) {
      return newest(dbs[lane])
    },
    trim: (lane, rule) => trimLane(dbs[lane], rule, options.clock),
    async close() {
      closing.abort()
      await watching
      for (const lane of lanes) await dbs[lane].close()
      release()
    },
  }
}

/**
 * Stands in the folder once both lanes are made. LMDB does not survive that one process makes an environment while
 * another opens it (seen: a segmentation fault in the reader), so readers wait for this.
 */
const madeMark = (path: string): string => join(path, 'made')

function openLane(options: LmdbOptions, lane: Lane): LaneDb {
  return open<Row, number>({
    path: join(options.path, `${lane}.mdb`),
    readOnly: options.readOnly ?? false,
    noSubdir: true,
    overlappingSync: false,
    // Commits are grouped by group_commit.ts; lmdb's own grouping leaves a promise unhandled when a commit fails.
    eventTurnBatching: false,
    // Freed pages are not wiped in memory before they are written: nothing in here is more secret than its neighbour.
    noMemInit: true,
    maxReaders: 64,
  })
}

/** The newest sequence number as of now, past the transaction that this process last read in. */
function newest(db: LaneDb): number {
  db.resetReadTxn()
  for (const key of db.getKeys({ reverse: true, limit: 1 })) return key
  return 0
}

/**
 * Two writers would give one number twice, and the second message would replace the first. SQLite's exclusive lock is
 * held by the kernel for the life of the process: unlike a pid file it can be neither stale nor fooled by a reused pid.
 */
function lockForWriting(path: string): () => void {
  const lock = new DatabaseSync(join(path, 'writer.lock'))
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    throw new VigilError('journal_unwritable', `another process writes the journal in ${path}`, { cause })
  }
  return () => lock.close()
}

/** Why the bulk lane must refuse now, or undefined while there is room. */
async function shortOfSpace(options: LmdbOptions, bulk: LaneDb): Promise<string | undefined> {
  const most = options.laneBytes ?? limits.journalLaneBytes
  if (bytesOf(bulk) > most) return `the bulk lane holds more than ${most} bytes that are not yet consumed or too young`
  const disk = await statfs(options.path)
  // On a small volume a tenth of it is reserve enough.
  const reserve = options.diskReserveBytes ?? Math.min(limits.diskReserveBytes, (disk.blocks * disk.bsize) / 10)
  const free = disk.bavail * disk.bsize
  return free < reserve ? `${free} bytes are free on the volume, ${reserve} are kept for safety signals` : undefined
}

/** Bytes in use by live records: the file itself never shrinks, its free pages are used again. */
function bytesOf(db: LaneDb): number {
  const stats = db.getStats() as {
    pageSize: number
    treeBranchPageCount: number
    treeLeafPageCount: number
    overflowPages: number
  }
  return stats.pageSize * (stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages)
}

async function trimLane(
  db: LaneDb,
  rule: { consumed: number; keepMs: number; mostBytes: number },
  clock: Clock,
): Promise<number> {
  let removed = 0
  // A reader that was killed while it read still holds on to the pages that it saw: the file would grow for ever.
  db.readerCheck()
  for (;;) {
    const [first] = db.getKeys({ limit: 1 })
    // The newest record stays: the next number is derived from it, also after a restart.
    const end = Math.min(first === undefined ? 0 : first + trimStep, rule.consumed + 1, newest(db))
    if (first === undefined || first >= end) return removed
    const last = db.get(end - 1)
    const old = last !== undefined && last[0] < clock.now() - rule.keepMs
    if (!old && bytesOf(db) <= rule.mostBytes) return removed
    await removeRange(db, first, end)
    removed += end - first
  }
}

async function removeRange(db: LaneDb, first: number, end: number): Promise<void> {
  try {
    await db.batch(() => {
      for (let seq = first; seq < end; seq++) void db.remove(seq)
    })
  } catch (err) {
    throw await causeOf(err)
  }
}

const toRow = (r: JournalRecord): Row => [
  r.receivedAt,
  r.topic,
  r.principal,
  r.device,
  r.partition,
  r.payload,
  r.retained,
  r.refused,
  r.replayOf,
]

/** msgpack gives nil back as null where undefined was put. */
const orUndefined = (value: string | null | undefined): string | undefined => value ?? undefined

const fromRow = (lane: Lane, seq: number, row: Row): StoredRecord => ({
  lane,
  seq,
  receivedAt: row[0],
  topic: row[1],
  principal: orUndefined(row[2]),
  device: orUndefined(row[3]),
  partition: row[4],
  payload: row[5],
  retained: row[6],
  refused: orUndefined(row[7]),
  replayOf: orUndefined(row[8]),
})
