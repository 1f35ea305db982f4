import { AggregatorRegistry, register } from 'prom-client'
import { z } from 'zod'
import { lastEvent } from '../store/events.ts'
import type { Api, ApiDeps } from './context.ts'
import { answers, localOrToken, withToken } from './openapi.ts'
import { getInTime, type MetricJson, metricsOfPeers, type PeerMetrics } from './peers.ts'

/** How the consumers tell how far behind they are: gauges of records unread, by lane. */
const lagMetric = /^vigil_([a-z]+)_lag_records$/

const Check = z.object({ name: z.string(), ok: z.boolean(), detail: z.string().nullable() })
/** `behind`: of a consumer, how many records it has yet to read, over all lanes. */
type Check = z.infer<typeof Check> & { behind: number | null }

const Readiness = z.object({ status: z.enum(['ready', 'not_ready']), checks: z.array(Check) })

const local = 'Needs no token from this machine itself.'

/** `/healthz`, `/readyz`, `/metrics`: for the supervisor, the load balancer and Prometheus. */
export function opsRoutes(app: Api, deps: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/healthz',
    exposeHeadRoute: true,
    config: { may: 'loopback' },
    schema: {
      summary: 'Whether this process is alive',
      description: local,
      tags: ['operation'],
      security: localOrToken,
      response: answers({ 200: z.object({ status: z.literal('ok') }) }, ...withToken),
    },
    handler: async () => ({ status: 'ok' as const }),
  })
  app.route({
    method: 'GET',
    url: '/readyz',
    exposeHeadRoute: true,
    config: { may: 'loopback' },
    schema: {
      summary: 'Whether the house can do its work, check by check',
      description: `${local} The consumers’ lag is told, but never makes the house unready: a backlog is worked off by itself.`,
      tags: ['operation'],
      security: localOrToken,
      response: answers({ 200: Readiness, 503: Readiness }, ...withToken),
    },
    handler: async (_request, reply) => {
      const checks = await allChecks(deps)
      const ready = checks.every(({ ok }) => ok)
      return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not_ready', checks })
    },
  })
  app.route({
    method: 'GET',
    url: '/metrics',
    config: { may: 'loopback' },
    schema: {
      summary: 'Metrics of all processes for Prometheus',
      description: `${local} Each sample carries the label \`process\`.`,
      tags: ['operation'],
      security: localOrToken,
      response: answers({ 200: ['text/plain', z.string()] }, ...withToken),
    },
    handler: async (_request, reply) => {
      return reply.type(register.contentType).send(await merged(await metricsOfAll(deps)))
    },
  })
}

/** The metrics of every process, this one first. */
async function metricsOfAll(deps: ApiDeps): Promise<PeerMetrics[]> {
  const own = (await register.getMetricsAsJSON()) as unknown as MetricJson[]
  return [{ process: 'api', metrics: own }, ...(await metricsOfPeers(deps.peers, deps))]
}

/** Everything that must be well for the house to do its work. */
export async function allChecks(deps: ApiDeps): Promise<Check[]> {
  const [store, door, [own, ...peers]] = await Promise.all([
    check('store', () => lastEvent(deps.store.db).then(() => null)),
    check('front_door', () => doorAnswers(deps)),
    metricsOfAll(deps),
  ])
  return [
    store,
    door,
    ...peers.map(peerCheck),
    ...[own, ...peers].flatMap((all) => all?.metrics?.flatMap(lagCheck) ?? []),
  ]
}

/** A check fails with the sentence of what failed; what it gives is told as detail. */
async function check(name: string, of: () => Promise<string | null>): Promise<Check> {
  try {
    return { name, ok: true, detail: await of(), behind: null }
  } catch (err) {
    return { name, ok: false, detail: err instanceof Error ? err.message : String(err), behind: null }
  }
}

async function doorAnswers({ frontDoor, clock }: ApiDeps): Promise<null> {
  const base = await frontDoor()
  if (!base) throw new Error('the broker is not running')
  await getInTime(clock, new URL('/healthz', base))
  return null
}

const peerCheck = ({ process, metrics }: PeerMetrics): Check => ({
  name: process,
  ok: metrics !== undefined,
  detail: metrics ? null : 'the process does not answer',
  behind: null,
})

/** How far a consumer is behind; nothing for any other metric. Telling it is all, so it is always `ok`. */
function lagCheck({ name, values }: MetricJson): Check[] {
  const consumer = lagMetric.exec(name)?.[1]
  if (consumer === undefined || values.length === 0) return []
  const told = values.map(({ value, labels }) => `${labels.lane}: ${value}`)
  const behind = values.reduce((all, { value }) => all + value, 0)
  return [{ name: `${consumer}_lag`, ok: true, detail: `records behind, ${told.join(', ')}`, behind }]
}

/** One text for all processes. Each sample is marked with its process first, so that no gauge is summed over processes. */
export async function merged(all: PeerMetrics[]): Promise<string> {
  const marked = all.map(({ process, metrics = [] }) =>
    metrics.map((metric) => ({
      ...metric,
      values: metric.values.map((value) => ({ ...value, labels: { ...value.labels, process } })),
    })),
  )
  return AggregatorRegistry.aggregate(marked).metrics()
}
