import { HttpError } from '@influxdata/influxdb-client'
import { InfluxMisconfigured, InfluxTookPart } from './influx_server.ts'

/** What a failed write means for its lines. */
export type Verdict =
  /** The server is away, busy or failing: the same again later. `waitMs`: what it asked for itself. */
  | { kind: 'passing'; reason: string; waitMs: number }
  /** A person must mend something; the lines are as good as ever. */
  | { kind: 'misconfigured'; reason: string }
  /** The same in smaller parts. */
  | { kind: 'too_large'; reason: string }
  /** Some of the lines are bad: `dropped` of them, where the server counts. `metric`: the one it names as the cause. */
  | { kind: 'refused'; reason: string; dropped: number | undefined; metric: string | undefined; wholeLine: boolean }

/** A mistaken Retry-After must not stop telemetry for a day. */
const longestWaitMs = 15 * 60_000

/**
 * The texts by which InfluxDB refuses points, not requests. A 400 without any of them comes from something else on the way
 * (a proxy, a TLS port) and must not send good readings to the dead letters.
 */
const refusal = new RegExp(
  [
    'partial write',
    'unable to parse',
    'type conflict',
    'beyond retention',
    'outside (the )?(time )?range',
    'max-(series|values)-per',
    'line protocol',
    'only a portion of the data',
    'invalid column type',
  ].join('|'),
  'i',
)
/** Refusals that are due to the instant or the series, so that no field of the line would fare better. */
const wholeLine = /beyond retention|outside (the )?(time )?range|max-(series|values)-per/i

/** Judges what a write rejected with. `now`: epoch ms, for a Retry-After that is a date. */
export function verdictOf(err: unknown, now: number): Verdict {
  const reason = reasonOf(err)
  if (err instanceof InfluxMisconfigured) return { kind: 'misconfigured', reason }
  if (err instanceof InfluxTookPart) return refused(reason)
  if (!(err instanceof HttpError)) return { kind: 'passing', reason, waitMs: 0 }
  const { statusCode } = err
  if (statusCode === 413) return { kind: 'too_large', reason }
  if ((statusCode === 400 || statusCode === 422) && refusal.test(reason)) return refused(reason)
  if (statusCode >= 500 || statusCode === 408 || statusCode === 425 || statusCode === 429)
    return { kind: 'passing', reason, waitMs: retryAfterMs(err.headers?.['retry-after'], now) }
  return { kind: 'misconfigured', reason }
}

const refused = (reason: string): Verdict => ({
  kind: 'refused',
  reason,
  dropped: numberIn(/dropped=(\d+)/.exec(reason)),
  metric: /(?:input field|column) ["']([a-z0-9_]+)["']/i.exec(reason)?.[1],
  wholeLine: wholeLine.test(reason),
})

const numberIn = (found: RegExpExecArray | null): number | undefined => (found ? Number(found[1]) : undefined)

/** The server's own words where it gave any, in one line. */
function reasonOf(err: unknown): string {
  if (!(err instanceof Error)) return String(err)
  if (!(err instanceof HttpError)) return err.message || err.name
  const said = saidIn(err.body) ?? err.body ?? err.statusMessage ?? ''
  return `${err.statusCode}: ${said.replaceAll(/\s+/g, ' ').trim().slice(0, 500)}`
}

/** `{"error": …}` of 1.x and 3.x (whose `data` names the lines), `{"message": …}` of 2.x. */
function saidIn(body: string | undefined): string | undefined {
  try {
    const { error, message, data } = JSON.parse(body ?? '') as Record<string, unknown>
    const [first] = Array.isArray(data) ? (data as { error_message?: string }[]) : []
    const said = typeof error === 'string' ? error : message
    return typeof said === 'string' ? [said, first?.error_message].filter(Boolean).join(': ') : undefined
  } catch {
    return undefined
  }
}

/** RFC 9110: seconds or a date -> ms from now; 0 where there is none. (The client library takes seconds for ms.) */
function retryAfterMs(header: string | string[] | undefined, now: number): number {
  if (typeof header !== 'string') return 0
  const seconds = Number(header)
  const wait = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - now
  return Number.isFinite(wait) ? Math.min(longestWaitMs, Math.max(0, wait)) : 0
}
