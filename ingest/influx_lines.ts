import { Point as InfluxPoint } from '@influxdata/influxdb-client'
import type { Point } from './telemetry.ts'

export const measurement = 'readings'

/** All points of one device and one instant, as one line of the line protocol. */
export type Line = {
  points: Point[]
  /** The implausible metrics of the instant, `heart_rate,spo2`; empty where there are none. */
  flagged: string
  text: string
}

/**
 * Points -> lines, in order. Only the device is a tag, so that a point keeps its identity whatever happens to the
 * registry, and nothing personal is in an index. Values are always floats: InfluxDB fixes a field's type for good.
 */
export function linesOf(points: Point[]): Line[] {
  const instants = new Map<string, Map<string, Point>>()
  for (const point of points) {
    const key = `${point.at} ${point.device}`
    const instant = instants.get(key)
    if (instant) instant.set(point.metric, point)
    else instants.set(key, new Map([[point.metric, point]]))
  }
  return [...instants.values()].map((instant) => lineOf([...instant.values()]))
}

/** Points of one device and instant as one line; `flagged` where they are only a part of what the device said then. */
export function lineOf(points: Point[], flagged = flaggedOf(points)): Line {
  const { device, at } = points[0]!
  const line = new InfluxPoint(measurement).tag('device', device)
  for (const { metric, value } of points) line.floatField(metric, value)
  if (flagged) line.stringField('flagged', flagged)
  const text = line.timestamp(at).toLineProtocol({ convertTime: String }) ?? ''
  return { points, flagged, text }
}

const flaggedOf = (points: Point[]): string =>
  points
    .filter((point) => point.implausible)
    .map((point) => point.metric)
    .sort()
    .join(',')

/** The lines with one metric's points taken out, and those points in lines of their own. */
export function withoutMetric(lines: Line[], metric: string): { rest: Line[]; only: Line[] } {
  const rest: Line[] = []
  const only: Line[] = []
  for (const line of lines) {
    const others = line.points.filter((point) => point.metric !== metric)
    const own = line.points.filter((point) => point.metric === metric)
    if (own.length === 0) rest.push(line)
    else only.push(lineOf(own, line.flagged))
    if (own.length > 0 && others.length > 0) rest.push(lineOf(others, line.flagged))
  }
  return { rest, only }
}
