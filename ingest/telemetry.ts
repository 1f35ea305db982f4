import type { MetricName } from '../domain/metrics.ts'

/** One reading of one device as stored: `at` epoch ms, `value` in the metric's unit. */
export type Point = { device: string; metric: MetricName; at: number; value: number; implausible: boolean }

/** A point that the database refused for good, with its reason. `point` is the very object that was to be written. */
export type RefusedPoint = { point: Point; reason: string }

export type TelemetryQuery = {
  devices: string[]
  metric?: MetricName
  /** Epoch ms, inclusive. */
  from: number
  /** Epoch ms, exclusive. */
  to: number
  /** Bucket width in ms for means, buckets counted from the epoch; raw points where absent. */
  every?: number
  /** At most this many points; one more makes VigilError `too_many_points`. */
  most: number
}

export type Series = { device: string; metric: MetricName; unit: string; points: [at: number, value: number][] }

/**
 * The telemetry seam: InfluxDB (`INFLUX_URL`) or the embedded store. Contract:
 * - `write` resolves when all points are durable but those it gives back as refused for good. Idempotent by
 *   (device, metric, at); of two such points in one call the later counts. It waits and tries again while the database
 *   is away or full, until `signal` aborts (then it rejects). Several calls may be under way at once.
 * - `read` gives series ordered by device and metric, points by time; series without points are left out. Nothing
 *   written yet is no error. It rejects with VigilError `telemetry_unreachable` while the database is away.
 */
export type Telemetry = {
  write(points: Point[], signal: AbortSignal): Promise<RefusedPoint[]>
  read(query: TelemetryQuery): Promise<Series[]>
  /** Drops what is beyond age and size; nothing to do where the database has a retention of its own. */
  trim(): Promise<void>
  close(): Promise<void>
}
