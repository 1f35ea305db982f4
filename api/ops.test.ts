import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Counter, Gauge, Registry } from 'prom-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import { openHouse } from './test_house.ts'

/** Another process: answers each path with the JSON that `answers` gives, 404 where it gives none. */
async function openPeer(answers: Record<string, () => unknown>): Promise<URL> {
  const server = createServer(async (request, response) => {
    const answer = await answers[request.url ?? '']?.()
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

const nowhere = new URL('http://127.0.0.1:1')
const healthy = { '/healthz': () => ({ status: 'ok' }) }

/** The metrics of a consumer that has taken `records` and is `lag` behind in the bulk lane. */
function consumerMetrics(room: string, records: number, lag: number) {
  const registry = new Registry()
  const registers = [registry]
  new Counter({ name: `vigil_${room}_records_total`, help: 'records', registers }).inc(records)
  new Counter({ name: 'process_cpu_seconds_total', help: 'cpu', registers }).inc(records / 10)
  new Gauge({ name: `vigil_${room}_lag_records`, help: 'lag', labelNames: ['lane'], registers }).set(
    { lane: 'bulk' },
    lag,
  )
  return { '/metrics.json': () => registry.getMetricsAsJSON() }
}

describe('/readyz', () => {
  it('is ready when store, front door and the other processes answer, and tells how far behind they are', async () => {
    const door = await openPeer(healthy)
    const ingest = await openPeer(consumerMetrics('ingest', 5, 42))
    const peers = async () => [{ process: 'ingest', url: ingest }]
    const house = await openHouse({ frontDoor: async () => door, peers })
    const { status, body } = await house.call('GET', '/readyz')
    expect([status, body]).toEqual([
      200,
      {
        status: 'ready',
        checks: [
          { name: 'store', ok: true, detail: null },
          { name: 'front_door', ok: true, detail: null },
          { name: 'ingest', ok: true, detail: null },
          { name: 'ingest_lag', ok: true, detail: 'records behind, bulk: 42' },
        ],
      },
    ])
  })

  it('names what is not', async () => {
    const peers = async () => [{ process: 'ingest', url: nowhere }]
    const house = await openHouse({ frontDoor: async () => nowhere, peers })
    await house.closeStore()
    const { status, body } = await house.call('GET', '/readyz')
    expect([status, body.status]).toEqual([503, 'not_ready'])
    const checks = body.checks as { name: string; ok: boolean; detail: string }[]
    expect(checks.map(({ name, ok }) => [name, ok])).toEqual([
      ['store', false],
      ['front_door', false],
      ['ingest', false],
    ])
    for (const { detail } of checks) expect(detail.length).toBeGreaterThan(5)
  })

  it('does not wait for a process that hangs', async () => {
    const hung = await openPeer({ '/healthz': () => new Promise(() => {}) })
    const clock = { ...systemClock, after: (_ms: number, fn: () => void) => systemClock.after(20, fn) }
    const house = await openHouse({ frontDoor: async () => hung, clock })
    const { body } = await house.call('GET', '/readyz')
    expect(body.checks).toContainEqual({ name: 'front_door', ok: false, detail: 'no answer in time' })
  })

  it('and being alive are two things', async () => {
    const house = await openHouse()
    await house.closeStore()
    expect((await house.call('GET', '/healthz')).body).toEqual({ status: 'ok' })
  })
})

describe('/metrics', () => {
  it('has the samples of all processes side by side, each metric once', async () => {
    const ingest = await openPeer(consumerMetrics('ingest', 5, 0))
    const alerts = await openPeer(consumerMetrics('alerts', 7, 3))
    const peers = async () => [
      { process: 'ingest', url: ingest },
      { process: 'alerts', url: alerts },
      { process: 'gone', url: nowhere },
    ]
    const house = await openHouse({ peers })
    await house.call('GET', '/api/v1/rules', { token: 'token-viewer' })
    const { text, headers } = await house.call('GET', '/metrics')
    expect(headers.get('content-type')).toContain('text/plain')
    const lines = text.split('\n')
    expect(lines).toContain('vigil_ingest_records_total{process="ingest"} 5')
    expect(lines).toContain('vigil_alerts_records_total{process="alerts"} 7')
    expect(lines).toContain('vigil_alerts_lag_records{lane="bulk",process="alerts"} 3')
    expect(lines).toContain('process_cpu_seconds_total{process="ingest"} 0.5')
    expect(lines).toContain('process_cpu_seconds_total{process="alerts"} 0.7')
    expect(lines.filter((line) => line.startsWith('# TYPE process_cpu_seconds_total'))).toHaveLength(1)
    const own = /^vigil_api_requests_total\{method="GET",route="\/api\/v1\/rules",status="200",process="api"\} [1-9]/m
    expect(text).toMatch(own)
  })
})
