import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import { VigilError } from '../domain/errors.ts'
import { isMetric, type MetricName, metrics } from '../domain/metrics.ts'
import { minuteMs } from './embedded_schema.ts'
import { inOrder } from './points.ts'
import type { Series, Telemetry, TelemetryQuery } from './telemetry.ts'

/** Rows read without a break: some 5 ms, so that a chart of a week holds up nobody else. */
const rowsPerTurn = 5_000

/** Walks the minutes that hold anything, and in each searches one series: rows come in the order of time, unsorted. */
const rowsOfSeries = `
  WITH RECURSIVE kept (minute) AS (
    SELECT min(minute) FROM points WHERE minute >= :first
    UNION ALL
    SELECT (SELECT min(points.minute) FROM points WHERE points.minute > kept.minute) FROM kept WHERE kept.minute < :last
  )
  SELECT points.minute * ${minuteMs} + points.ms AS at, points.value AS value
  FROM kept CROSS JOIN points ON points.minute = kept.minute AND points.series = :series
  WHERE at >= :from AND at < :to`

/**
 * The reading side, on a connection of its own: of the process that writes, or of another one. The file is opened when first asked
 * for, because it may not be there yet.
 */
export function embeddedReader(path: string): Pick<Telemetry, 'read' | 'close'> {
  let db: DatabaseSync | undefined
  return {
    async read(query) {
      db ??= openToRead(path)
      return db ? readSeries(db, query) : []
    },
    async close() {
      db?.close()
      db = undefined
    },
  }
}

function openToRead(path: string): DatabaseSync | undefined {
  if (!existsSync(path)) return undefined
  const db = new DatabaseSync(path, { readOnly: true, timeout: 100 })
  if (db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'points'").get()) return db
  db.close()
  return undefined
}

async function readSeries(db: DatabaseSync, query: TelemetryQuery): Promise<Series[]> {
  const found = [...new Set(query.devices)].flatMap((device) => seriesOf(db, device, query.metric))
  const series: Series[] = []
  let left = query.most
  for (const { id, device, metric } of found) {
    const points = await readPoints(db, id, query, left)
    left -= points.length
    series.push({ device, metric, unit: metrics[metric].unit, points })
  }
  return inOrder(series)
}

function seriesOf(db: DatabaseSync, device: string, wanted?: MetricName) {
  const rows = db.prepare('SELECT id, metric FROM series WHERE device = ?').all(device)
  return rows.flatMap(({ id, metric }) => {
    const name = String(metric)
    return isMetric(name) && (wanted ?? name) === name ? [{ id: Number(id), device, metric: name }] : []
  })
}

/** One series, raw or as means; at most `most` points. */
async function readPoints(
  db: DatabaseSync,
  series: number,
  query: TelemetryQuery,
  most: number,
): Promise<Series['points']> {
  const { from, to } = query
  const bounds = { first: Math.floor(from / minuteMs), last: Math.floor(to / minuteMs), from, to, series }
  const collect = query.every === undefined ? raw() : means(Math.max(1, Math.round(query.every)))
  const rows = db.prepare(rowsOfSeries).iterate(bounds)
  try {
    for (let count = 1, row = rows.next(); !row.done; count++, row = rows.next()) {
      collect.add(Number(row.value.at), Number(row.value.value))
      if (collect.points.length > most) throw new VigilError('too_many_points', `more than ${query.most} points`)
      if (count % rowsPerTurn === 0) await turn()
    }
  } finally {
    rows.return?.()
  }
  return collect.points
}

type Collector = { points: Series['points']; add(at: number, value: number): void }

function raw(): Collector {
  const points: Series['points'] = []
  return { points, add: (at, value) => void points.push([at, value]) }
}

/** Means by bucket of `every` ms; rows come by time, so a bucket is done when the next one begins. */
function means(every: number): Collector {
  const points: Series['points'] = []
  let sum = 0
  let count = 0
  return {
    points,
    add(at, value) {
      const bucket = Math.floor(at / every) * every
      let last = points.at(-1)
      if (last?.[0] !== bucket) {
        last = [bucket, 0]
        points.push(last)
        sum = 0
        count = 0
      }
      sum += value
      count += 1
      last[1] = sum / count
    },
  }
}
