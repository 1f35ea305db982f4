import type { Logger } from 'pino'
import type { Clock } from '../domain/clock.ts'
import type { Line } from './influx_lines.ts'
import { lineOf, linesOf, withoutMetric } from './influx_lines.ts'
import type { InfluxServer } from './influx_server.ts'
import { type Verdict, verdictOf } from './influx_verdict.ts'
import { type RetryReason, retries } from './metrics.ts'
import { sortOut } from './points.ts'
import type { Point, RefusedPoint } from './telemetry.ts'

/** Points of one request, and so its lines at most; InfluxData's own advice is 5,000 to 10,000. */
const pointsPerRequest = 10_000
/** Waits between tries. The longest is also how late the backlog begins to drain after an outage. */
const firstRetryMs = 250
const longestRetryMs = 10_000

export type Writing = { server: InfluxServer; clock: Clock; log: Logger; signal: AbortSignal }
type Refused = Extract<Verdict, { kind: 'refused' }>
type Outcome = { kind: 'stored' } | Refused | Extract<Verdict, { kind: 'too_large' }>

/** Writes points until the server has all of them but those it refuses for good, which are given back. */
export async function writePoints(writing: Writing, points: Point[]): Promise<RefusedPoint[]> {
  const { good, refused } = sortOut(points)
  let underWay: Promise<RefusedPoint[]> = Promise.resolve([])
  for (let start = 0; start < good.length; ) {
    const end = endOfInstant(good, start + pointsPerRequest)
    const lines = linesOf(good.slice(start, end))
    // The next request is made ready while the server works on this one.
    refused.push(...(await underWay))
    underWay = put(writing, lines)
    start = end
  }
  refused.push(...(await underWay))
  return refused
}

/** The first place from `end` on where another device or instant begins: a line should not be torn in two. */
function endOfInstant(points: Point[], end: number): number {
  const last = points[end - 1]
  let next = Math.min(end, points.length)
  while (last && points[next]?.at === last.at && points[next]?.device === last.device) next++
  return next
}

/** Writes lines, in parts where the server does not take them together. Gives the points that it refuses. */
async function put(writing: Writing, lines: Line[]): Promise<RefusedPoint[]> {
  if (lines.length === 0) return []
  const outcome = await send(writing, lines)
  if (outcome.kind === 'stored') return []
  if (outcome.kind === 'too_large') return putHalves(writing, lines)
  return narrow(writing, lines, outcome)
}

/**
 * Finds the bad points among lines of which some were refused. What was good may have been written already; writing it
 * again changes nothing.
 */
async function narrow(writing: Writing, lines: Line[], refusal: Refused): Promise<RefusedPoint[]> {
  const { metric, wholeLine, reason } = refusal
  const indivisible = wholeLine || lines.every((line) => line.points.length === 1)
  if (indivisible && (lines.length === 1 || refusal.dropped === lines.length))
    return lines.flatMap((line) => line.points.map((point) => refusedAs(point, reason)))
  if (metric && !indivisible) {
    const { rest, only } = withoutMetric(lines, metric)
    if (rest.length > 0 && only.length > 0) return [...(await put(writing, rest)), ...(await put(writing, only))]
  }
  if (lines.length > 1) return putHalves(writing, lines)
  const [line] = lines
  return put(writing, line ? line.points.map((point) => lineOf([point], line.flagged)) : [])
}

async function putHalves(writing: Writing, lines: Line[]): Promise<RefusedPoint[]> {
  const middle = Math.ceil(lines.length / 2)
  return [...(await put(writing, lines.slice(0, middle))), ...(await put(writing, lines.slice(middle)))]
}

/** One request, again and again while what hinders it can pass. Rejects only when aborted. */
async function send(writing: Writing, lines: Line[]): Promise<Outcome> {
  const { server, clock, log, signal } = writing
  const texts = lines.map((line) => line.text)
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted()
    try {
      await server.write(texts, signal)
      if (attempt > 1) log.info({ lines: lines.length, attempt }, 'InfluxDB takes writes again')
      return { kind: 'stored' }
    } catch (err) {
      signal.throwIfAborted()
      const verdict = verdictOf(err, clock.now())
      if (verdict.kind === 'refused' || (verdict.kind === 'too_large' && lines.length > 1)) return verdict
      await clock.sleep(noteAndWait(log, verdict, attempt, lines.length), signal)
    }
  }
}

/** Logs and counts a try that failed; gives the ms to wait before the next. */
function noteAndWait(log: Logger, verdict: Exclude<Verdict, Refused>, attempt: number, lines: number): number {
  const backOff = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(attempt - 1, 16))
  const waitMs = Math.max(backOff, verdict.kind === 'passing' ? verdict.waitMs : 0)
  const detail = { reason: verdict.reason, lines, attempt, waitMs }
  if (verdict.kind === 'passing') log.warn(detail, 'InfluxDB does not take writes now, trying again')
  else log.error(detail, 'InfluxDB refuses every write: mend INFLUX_URL, its token or its database; trying again')
  retries.inc({ reason: verdict.kind satisfies RetryReason })
  return waitMs
}

const refusedAs = (point: Point, reason: string): RefusedPoint => ({ point, reason })
