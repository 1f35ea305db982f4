import { isoTime } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import { isMetric, type MetricName, metrics } from '../domain/metrics.ts'
import { measurement } from './influx_lines.ts'
import { type InfluxServer, identifier, literal } from './influx_server.ts'
import { inOrder } from './points.ts'
import type { Series, TelemetryQuery } from './telemetry.ts'

/** What InfluxDB can hold: 64 bits of nanoseconds round 1970. */
const earliest = Date.UTC(1677, 8, 22)
const latest = Date.UTC(2262, 3, 11)
/** A query that has not ended by then is given up; the caller has long gone. */
export const queryMs = 60_000

type Rows = { tags?: Record<string, string>; values?: [at: number, value: number | null][] }
type Document = { error?: string; results?: { error?: string; series?: Rows[] }[] }

/** Reads series in InfluxQL, which 1.x, 2.x and 3.x all speak (Flux is gone from 3.x). One statement a metric, so that
 *  a metric's rows have no empty columns of all the others. */
export async function readSeries(server: InfluxServer, query: TelemetryQuery, signal: AbortSignal): Promise<Series[]> {
  const { devices, metric, from, to } = query
  if (devices.length === 0 || Math.max(from, earliest) >= Math.min(to, latest)) return []
  const series: Series[] = []
  let count = 0
  for (const name of metric ? [metric] : await knownMetrics(server, signal)) {
    const found = new Map<string, Series>()
    for await (const { tags, values } of rowsOf(server, statement(query, name, query.most - count + 1), signal)) {
      const device = tags?.device ?? ''
      const one = found.get(device) ?? { device, metric: name, unit: metrics[name].unit, points: [] }
      found.set(device, one)
      for (const [at, value] of values ?? []) if (value !== null) one.points.push([at, value])
      count += values?.length ?? 0
      if (count > query.most) throw new VigilError('too_many_points', `more than ${query.most} points`)
    }
    series.push(...found.values())
  }
  return inOrder(series)
}

/** The metrics that were ever written. */
async function knownMetrics(server: InfluxServer, signal: AbortSignal): Promise<MetricName[]> {
  const names: MetricName[] = []
  for await (const { values } of rowsOf(server, `SHOW FIELD KEYS FROM ${identifier(measurement)}`, signal))
    for (const [name] of (values ?? []) as unknown as string[][]) if (name && isMetric(name)) names.push(name)
  return names
}

/** `limit` is per device; what all devices together may give is counted while reading. */
export function statement({ devices, from, to, every }: TelemetryQuery, metric: MetricName, limit: number): string {
  const field = identifier(metric)
  const isOne = devices.map((device) => `"device" = ${literal(device)}`).join(' OR ')
  const start = `time >= '${isoTime(Math.max(from, earliest))}'`
  const end = `time < '${isoTime(Math.min(to, latest))}'`
  const what = every === undefined ? field : `MEAN(${field})`
  const buckets = every === undefined ? '' : `time(${Math.max(1, Math.round(every))}ms), `
  const where = `(${isOne}) AND ${start} AND ${end}`
  const fill = every === undefined ? '' : ' fill(none)'
  return `SELECT ${what} FROM ${identifier(measurement)} WHERE ${where} GROUP BY ${buckets}"device"${fill} LIMIT ${limit}`
}

/** The rows of one statement, chunk by chunk. A database that does not exist yet holds nothing. */
async function* rowsOf(server: InfluxServer, text: string, signal: AbortSignal): AsyncGenerator<Rows> {
  for await (const document of server.query(text, signal)) {
    const { error, results } = document as Document
    const problem = error ?? results?.find((result) => result.error)?.error
    if (problem && /database not found/i.test(problem)) return
    if (problem) throw new Error(`InfluxDB cannot answer: ${problem}`)
    for (const result of results ?? []) yield* result.series ?? []
  }
}
