import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Clock } from '../domain/clock.ts'
import { limits } from '../domain/limits.ts'
import { embeddedReader } from './embedded_read.ts'
import { minuteMs, schema, spent } from './embedded_schema.ts'
import { retries } from './metrics.ts'
import { sortOut } from './points.ts'
import type { Point, RefusedPoint, Telemetry } from './telemetry.ts'

export type EmbeddedOptions = {
  /** Folder of `telemetry.sqlite`; made where absent. */
  data: string
  clock: Clock
  log: Logger
  /** Only reads, while another process writes. */
  readOnly?: boolean
  keepMs?: number
  /** Bytes of points and index; the file itself may be larger by what comes in between two trims. */
  bytes?: number
}

/** Points of one transaction: large enough that its fsync is cheap, small enough to hold up the process some 10 ms only. */
const pointsPerWrite = 5_000
/** Rows of one statement; a statement a row costs twice as much. */
const rowsPerInsert = 50
/** Points that one step of a trim takes away. */
const pointsPerTrim = 10_000
/** Ids of series kept in memory: 100,000 devices with ten metrics each. */
const seriesKnownMost = 1_000_000
const firstRetryMs = 250
const longestRetryMs = 10_000

/**
 * The embedded telemetry store: one SQLite file (WAL, synchronous FULL), one process that writes, any number that read.
 * A full disk makes `write` wait, and nothing is lost.
 */
export function openEmbedded(options: EmbeddedOptions): Telemetry {
  const path = join(options.data, 'telemetry.sqlite')
  const reader = embeddedReader(path)
  if (options.readOnly)
    return { ...reader, write: () => Promise.reject(new Error('opened for reading')), trim: async () => {} }
  mkdirSync(options.data, { recursive: true })
  const db = new DatabaseSync(path, { timeout: 100 })
  db.exec(schema)
  const insert = inserter(db)
  return {
    ...reader,
    write: (points, signal) => writeAll(options, insert, points, signal),
    trim: () => trimAll(db, options),
    async close() {
      await reader.close()
      db.close()
    },
  }
}

async function writeAll(
  options: EmbeddedOptions,
  insert: (points: Point[]) => void,
  points: Point[],
  signal: AbortSignal,
): Promise<RefusedPoint[]> {
  const { good, refused } = sortOut(points)
  for (let start = 0; start < good.length; start += pointsPerWrite) {
    await insertPatiently(options, () => insert(good.slice(start, start + pointsPerWrite)), signal)
    await turn()
  }
  return refused
}

/** Tries until it succeeds, while what hinders it can pass: no space, a lock, a failing disk. Rejects when aborted. */
async function insertPatiently(
  { clock, log }: EmbeddedOptions,
  insert: () => void,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted()
    try {
      insert()
      if (attempt > 1) log.info({ attempt }, 'telemetry can be written again')
      return
    } catch (err) {
      if (!canPass(err)) throw err
      const waitMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(attempt - 1, 16))
      retries.inc({ reason: 'disk' })
      log.error({ err, attempt, waitMs }, 'telemetry cannot be written (disk full or failing), trying again')
      await clock.sleep(waitMs, signal)
    }
  }
}

/** SQLITE_BUSY, LOCKED, IOERR, FULL, CANTOPEN; extended codes carry them in the low byte. */
const passing = new Set([5, 6, 10, 13, 14])
const canPass = (err: unknown): boolean =>
  err instanceof Error && 'errcode' in err && typeof err.errcode === 'number' && passing.has(err.errcode & 0xff)

/** One transaction for some points. Synchronous, so that nothing comes between its statements. */
function inserter(db: DatabaseSync): (points: Point[]) => void {
  const many = db.prepare(upsert(rowsPerInsert))
  const one = db.prepare(upsert(1))
  const seriesOf = seriesIds(db)
  return (points) => {
    db.exec('BEGIN IMMEDIATE')
    try {
      let start = 0
      for (; start + rowsPerInsert <= points.length; start += rowsPerInsert)
        many.run(...points.slice(start, start + rowsPerInsert).flatMap((point) => row(seriesOf.id(point), point)))
      for (const point of points.slice(start)) one.run(...row(seriesOf.id(point), point))
      db.exec('COMMIT')
    } catch (err) {
      // What was rolled back with the points are also the series that they brought.
      seriesOf.forget()
      if (db.isTransaction) db.exec('ROLLBACK')
      throw err
    }
  }
}

const upsert = (rows: number): string => `INSERT INTO points (minute, series, ms, value, implausible)
  VALUES ${Array(rows).fill('(?, ?, ?, ?, ?)').join(', ')}
  ON CONFLICT DO UPDATE SET value = excluded.value, implausible = excluded.implausible`

function row(series: number, { at, value, implausible }: Point): number[] {
  const minute = Math.floor(at / minuteMs)
  return [minute, series, at - minute * minuteMs, value, Number(implausible)]
}

/** Numbers for (device, metric), made where absent. */
function seriesIds(db: DatabaseSync): { id(point: Point): number; forget(): void } {
  const known = new Map<string, number>()
  const find = db.prepare('SELECT id FROM series WHERE device = ? AND metric = ?')
  const make = db.prepare('INSERT INTO series (device, metric) VALUES (?, ?)')
  return {
    id({ device, metric }) {
      const key = `${metric} ${device}`
      let id = known.get(key)
      if (id === undefined) {
        id = Number(find.get(device, metric)?.id ?? make.run(device, metric).lastInsertRowid)
        if (known.size >= seriesKnownMost) known.clear()
        known.set(key, id)
      }
      return id
    },
    forget: () => known.clear(),
  }
}

/** Takes away the oldest minutes, step by step, until what is left is young and small enough. */
async function trimAll(db: DatabaseSync, options: EmbeddedOptions): Promise<void> {
  const { keepMs = limits.telemetryKeepMs, bytes = limits.telemetryBytes } = options
  const firstKept = Math.floor((options.clock.now() - keepMs) / minuteMs)
  const edge = db.prepare('SELECT minute, series, ms FROM points ORDER BY minute, series, ms LIMIT 1 OFFSET ?')
  const remove = db.prepare('DELETE FROM points WHERE (minute, series, ms) < (?, ?, ?) AND minute < ?')
  for (;;) {
    const before = spent(db) > bytes ? Number.MAX_SAFE_INTEGER : firstKept
    const next = edge.get(pointsPerTrim) ?? { minute: Number.MAX_SAFE_INTEGER, series: 0, ms: 0 }
    if (remove.run(Number(next.minute), Number(next.series), Number(next.ms), before).changes === 0) return
    await turn()
  }
}
