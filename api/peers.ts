import type { Logger } from 'pino'
import type { Clock } from '../domain/clock.ts'
import type { Peer } from './context.ts'

/** A process on this machine that does not answer by then is busy or hung; the others must still be seen. */
const answerMs = 2_000

/** A GET on loopback that gives up in time. Rejects where there is no good answer. */
export async function getInTime(clock: Clock, url: URL): Promise<Response> {
  const late = new AbortController()
  const cancel = clock.after(answerMs, () => late.abort(new Error('no answer in time')))
  try {
    const response = await fetch(url, { signal: late.signal })
    if (!response.ok) throw new Error(`${url.pathname} answered ${response.status}`)
    // The body counts too: a process may hang in the middle of it.
    return new Response(await response.arrayBuffer())
  } finally {
    cancel()
  }
}

/** One metric as prom-client's `getMetricsAsJSON` gives it. */
export type MetricJson = {
  name: string
  help: string
  type: string
  aggregator: string
  values: { value: number; labels: Record<string, string | number>; metricName?: string }[]
}

export type PeerMetrics = { process: string; metrics: MetricJson[] | undefined }

/** The metrics of every other process; undefined for one that does not give them. */
export async function metricsOfPeers(
  peers: () => Promise<Peer[]>,
  { clock, log }: { clock: Clock; log: Pick<Logger, 'warn'> },
): Promise<PeerMetrics[]> {
  return Promise.all(
    (await peers()).map(async ({ process, url }) => {
      try {
        const answer = await getInTime(clock, new URL('/metrics.json', url))
        const metrics: unknown = await answer.json()
        if (!Array.isArray(metrics)) throw new Error('/metrics.json is no list')
        return { process, metrics: metrics as MetricJson[] }
      } catch (err) {
        log.warn({ err, process }, 'a process gives no metrics')
        return { process, metrics: undefined }
      }
    }),
  )
}
