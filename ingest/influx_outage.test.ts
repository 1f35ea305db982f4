import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../domain/clock.ts'
import { type Front, startFront } from '../test/influx_front.ts'
import { isGuest, startInflux, type TestInflux } from '../test/influxdb.ts'
import { needs } from '../test/real_parts.ts'
import { hastyClock, instants, never, recordingLog, silent, start } from '../test/telemetry_parts.ts'
import { openInflux } from './influx.ts'
import type { InfluxOptions } from './influx_server.ts'
import type { Telemetry } from './telemetry.ts'

const isHere = isGuest || needs('influxdb')

describe.skipIf(!isHere)('what stands between Vigil and a real InfluxDB 1.x', () => {
  let server: TestInflux
  let front: Front
  let database: string
  beforeAll(async () => {
    server = await startInflux()
    front = await startFront(server.url)
  })
  afterAll(async () => {
    await front.close()
    await server.close()
  })
  beforeEach(() => {
    database = server.freshDatabase()
    front.seen.length = 0
  })
  const open = (options: Partial<InfluxOptions & { clock: Clock }> = {}, log = silent): Telemetry =>
    openInflux({ url: front.url, database, clock: hastyClock(), log, ...options })
  const countOf = async (metric: string): Promise<unknown> =>
    (await server.ask(`SELECT count("${metric}") FROM readings`, database))[0]?.[1]

  it('is waited for as long as it asks, in seconds or as a date', async () => {
    const clock = hastyClock()
    front.answer(
      '/write',
      { status: 503, headers: { 'retry-after': '7' } },
      { status: 429, headers: { 'retry-after': new Date(start + 42_000).toUTCString() } },
      { status: 503, headers: { 'retry-after': '99999999' } },
      { status: 500, body: '{"error":"timeout"}' },
    )
    await open({ clock }).write(instants('watch-1', 3), never)
    expect(clock.waits).toEqual([7_000, 42_000, 15 * 60_000, 2_000])
    expect(await countOf('spo2')).toBe(3)
  })

  it('is not mixed up with a proxy: neither its page nor its 400 count as an answer', async () => {
    const { log, lines } = recordingLog()
    const html = { 'content-type': 'text/html' }
    front.answer(
      '/write',
      { status: 200, headers: html, body: '<h1>Please log in</h1>' },
      { status: 400, headers: html, body: '<h1>The plain HTTP request was sent to HTTPS port</h1>' },
      { status: 302, headers: { location: '/login' } },
    )
    expect(await open({}, log).write(instants('watch-1', 3), never)).toEqual([])
    expect(lines.filter(({ level }) => level === 50)).toHaveLength(3)
    expect(await countOf('spo2')).toBe(3)
  })

  it('gets smaller requests where they are too large for something on the way, and nothing is refused', async () => {
    const clock = hastyClock()
    const tooLarge = { status: 413, headers: { 'content-type': 'text/html' }, body: '<h1>Request too large</h1>' }
    front.answer('/write', tooLarge, tooLarge, tooLarge)
    expect(await open({ clock }).write(instants('watch-1', 1_000), never)).toEqual([])
    expect(clock.waits).toEqual([])
    expect(await countOf('spo2')).toBe(1_000)
  })

  it('is tried again when it says that it took a part only', async () => {
    front.answer('/write', { status: 201 })
    expect(await open().write(instants('watch-1', 3), never)).toEqual([])
    expect(await countOf('spo2')).toBe(3)
  })

  it('is spoken to wrongly where a wrong version is told: loudly, and nothing is refused', async () => {
    const { log, lines, next } = recordingLog()
    const stop = new AbortController()
    const loud = next('error')
    const writing = open({ version: '2', clock: systemClock }, log).write(instants('watch-1', 1), stop.signal)
    await loud
    stop.abort()
    await expect(writing).rejects.toThrow()
    expect(lines[0]).toMatchObject({ level: 50, reason: expect.stringMatching(/^404: /) })
  })

  it('holds up a read only so far: an answer that breaks off is an error, not an empty chart', async () => {
    front.answer('/query', { status: 503, body: '{"error":"starting"}' })
    const query = { devices: ['watch-1'], metric: 'spo2' as const, from: 0, to: start, most: 1 }
    await expect(open().read(query)).rejects.toMatchObject({ code: 'telemetry_unreachable' })
  })
})

describe.skipIf(!isHere || isGuest)('an InfluxDB 1.x that is stopped', () => {
  it('loses nothing: what was under way waits, and is stored when it is back', async () => {
    const server = await startInflux()
    const { log, lines, next } = recordingLog()
    const database = server.freshDatabase()
    const telemetry = openInflux({ url: server.url, database, clock: systemClock, log })
    const batches = Array.from({ length: 20 }, (_, i) => instants('watch-1', 50, start + i * 1e6))
    for (const batch of batches.slice(0, 5)) await telemetry.write(batch, never)
    await server.stop()
    const away = next('warn')
    const writing = Promise.all(batches.slice(5).map((batch) => telemetry.write(batch, never)))
    await away
    await server.start()
    expect((await writing).flat()).toEqual([])
    const stored = await telemetry.read({ devices: ['watch-1'], from: start, to: start + 1e9, most: 10_000 })
    expect(stored.map(({ points }) => points.length)).toEqual([1_000, 1_000, 1_000])
    expect(lines.at(-1)).toMatchObject({ msg: 'InfluxDB takes writes again' })
    await server.close()
  })

  it('lets go of a write that is aborted while it is away, and tells a reader', async () => {
    const server = await startInflux()
    const { log, next } = recordingLog()
    const telemetry = openInflux({ url: server.url, clock: systemClock, log })
    await server.stop()
    const stop = new AbortController()
    const away = next('warn')
    const writing = telemetry.write(instants('watch-1', 1), stop.signal)
    await away
    stop.abort()
    await expect(writing).rejects.toThrow()
    const query = { devices: ['watch-1'], from: 0, to: start, most: 1 }
    await expect(telemetry.read(query)).rejects.toMatchObject({ code: 'telemetry_unreachable' })
    await server.close()
  })
})

describe.skipIf(!needs('influxdb'))('an InfluxDB 1.x with settings of its own', () => {
  it('takes a user and password as the token, and a wrong one is loud and loses nothing', async () => {
    const server = await startInflux({ 'auth-enabled': true })
    await server.ask(`CREATE USER vigil WITH PASSWORD 'right' WITH ALL PRIVILEGES`)
    const { log, lines, next } = recordingLog()
    const stop = new AbortController()
    const loud = next('error')
    const wrong = openInflux({ url: server.url, token: 'vigil:wrong', clock: systemClock, log })
    const writing = wrong.write(instants('watch-1', 1), stop.signal)
    await loud
    stop.abort()
    await expect(writing).rejects.toThrow()
    expect(lines[0]).toMatchObject({ reason: '401: authorization failed' })

    const right = openInflux({ url: server.url, token: 'vigil:right', clock: systemClock, log })
    expect(await right.write(instants('watch-1', 1), never)).toEqual([])
    const query = { devices: ['watch-1'], from: start, to: start + 1, most: 10 }
    expect(await right.read(query)).toHaveLength(3)
    await server.close()
  })
})
