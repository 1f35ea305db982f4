import { describe, expect, it } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import { startFront } from '../test/influx_front.ts'
import { hastyClock, instants, never, recordingLog, silent } from '../test/telemetry_parts.ts'
import { openInflux } from './influx.ts'

/**
 * 2.x and 3.x do not come with the system. Here stands a server in their place that says what they say (taken from 2.7.12
 * and from the sources of 3.x); it shows only that Vigil then speaks their language.
 */
describe('a server that says it is 2.x or 3.x', () => {
  it.each([
    ['2.7 by its header', { status: 204, headers: { 'x-influxdb-version': 'v2.7.12' } }],
    ['3.x by its header', { status: 200, headers: { 'x-influxdb-version': '3.2.1' }, body: '{}' }],
    [
      '3.x by its body',
      { status: 200, headers: { 'content-type': 'application/json' }, body: '{"version":"3.0.0","revision":"x"}' },
    ],
  ])('%s is written to by /api/v2/write with a token', async (_name, ping) => {
    const front = await startFront('http://127.0.0.1:1')
    front.answer('/ping', ping)
    front.answer('/api/v2/write', { status: 204 })
    const telemetry = openInflux({
      url: front.url,
      token: 'secret',
      org: 'town',
      database: 'care',
      clock: hastyClock(),
      log: silent,
    })
    await telemetry.write(instants('watch-1', 1), never)
    const [write] = front.writes()
    expect(write?.path).toBe('/api/v2/write?org=town&bucket=care&precision=ms')
    expect(write?.headers.authorization).toBe('Token secret')
    await front.close()
  })

  it('is told by /health where /ping is silent', async () => {
    const front = await startFront('http://127.0.0.1:1')
    const json = { 'content-type': 'application/json' }
    front.answer('/ping', { status: 204 })
    front.answer('/health', { status: 200, headers: json, body: '{"name":"influxdb","version":"v2.0.9"}' })
    front.answer('/api/v2/write', { status: 204 })
    const telemetry = openInflux({ url: front.url, clock: hastyClock(), log: silent })
    await telemetry.write(instants('watch-1', 1), never)
    expect(front.writes()).toHaveLength(1)
    await front.close()
  })

  it('has to be told where neither says anything', async () => {
    const front = await startFront('http://127.0.0.1:1')
    front.answer('/ping', { status: 204 })
    front.answer('/health', { status: 200, headers: { 'content-type': 'text/plain' }, body: 'OK' })
    const { log, lines, next } = recordingLog()
    const stop = new AbortController()
    const loud = next('error')
    const writing = openInflux({ url: front.url, clock: systemClock, log }).write(instants('watch-1', 1), stop.signal)
    await loud
    stop.abort()
    await expect(writing).rejects.toThrow()
    expect(lines[0]?.reason).toContain('set INFLUX_VERSION')
    await front.close()
  })
})
