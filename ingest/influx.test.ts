import { getEventListeners } from 'node:events'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../domain/clock.ts'
import { type Front, startFront } from '../test/influx_front.ts'
import { isGuest, startInflux, type TestInflux } from '../test/influxdb.ts'
import { needs } from '../test/real_parts.ts'
import { openInflux } from './influx.ts'
import type { InfluxOptions } from './influx_server.ts'
import type { Point, Telemetry } from './telemetry.ts'

const start = Date.UTC(2026, 10, 22, 8)
const never = new AbortController().signal
const isHere = isGuest || needs('influxdb')

/** Log lines as they come, and a promise for the next one of a level. */
function recordingLog() {
  const lines: { level: number; msg: string; reason?: string }[] = []
  const waiting: { level: number; resolve: () => void }[] = []
  const levels = { warn: 40, error: 50 } as const
  const log = pino({ level: 'info' }, { write: (text) => take(JSON.parse(text)) })
  function take(line: (typeof lines)[number]) {
    lines.push(line)
    for (const one of waiting.filter(({ level }) => level === line.level)) one.resolve()
  }
  const next = (level: keyof typeof levels) =>
    new Promise<void>((resolve) => waiting.push({ level: levels[level], resolve }))
  return { log, lines, next }
}

/** A clock that does not let anybody wait, but notes how long they wanted to. */
function hastyClock(now = start): Clock & { waits: number[] } {
  const waits: number[] = []
  return {
    waits,
    now: () => now,
    after: systemClock.after,
    async sleep(ms) {
      waits.push(ms)
      await new Promise<void>((resolve) => setImmediate(resolve))
    },
  }
}

/** `count` instants of one device, with three metrics each. */
function instants(device: string, count: number, from = start): Point[] {
  return Array.from({ length: count }, (_, i) => i).flatMap((i) =>
    (['heart_rate', 'spo2', 'battery'] as const).map((metric) => ({
      device,
      metric,
      at: from + i * 1_000,
      value: i,
      implausible: false,
    })),
  )
}

describe.skipIf(!isHere)('a real InfluxDB 1.x, seen through a front', () => {
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
  const open = (options: Partial<InfluxOptions & { clock: Clock }> = {}, log = pino({ level: 'silent' })): Telemetry =>
    openInflux({ url: front.url, database, clock: hastyClock(), log, ...options })
  const countOf = async (metric: string): Promise<unknown> =>
    (await server.ask(`SELECT count("${metric}") FROM readings`, database))[0]?.[1]

  it('is asked for its version, and the database is made where it is missing', async () => {
    const telemetry = open()
    await telemetry.write(instants('watch-1', 2), never)
    await telemetry.write(instants('watch-2', 2), never)
    const talk = front.seen.map(({ method, path, status }) => `${method} ${path.split('?')[0]} ${status}`)
    expect(talk).toEqual(['GET /ping 204', 'POST /write 404', 'POST /query 200', 'POST /write 204', 'POST /write 204'])
    expect(await countOf('spo2')).toBe(4)
  })

  it('is not asked where the version is told', async () => {
    await open({ version: '1.6' }).write(instants('watch-1', 1), never)
    expect(front.seen.map(({ path }) => path.split('?')[0])).not.toContain('/ping')
  })

  it('gets one line for a device and instant, the device its only tag, floats, and what is implausible', async () => {
    const [rate, spo2] = instants('watch-1', 1) as [Point, Point]
    await open().write(
      [
        { ...rate, value: 500, implausible: true },
        { ...spo2, value: 140, implausible: true },
      ],
      never,
    )
    expect(await server.ask('SELECT * FROM readings', database)).toEqual([
      [start, 'watch-1', 'heart_rate,spo2', 500, 140],
    ])
    expect(await server.ask('SHOW TAG KEYS', database)).toEqual([['device']])
    expect(await server.ask('SHOW FIELD KEYS', database)).toEqual([
      ['flagged', 'string'],
      ['heart_rate', 'float'],
      ['spo2', 'float'],
    ])
  })

  it('gets large batches gzipped, in requests of 5,000 lines', async () => {
    await open().write(instants('watch-1', 6_000), never)
    const written = front.writes().filter(({ status }) => status === 204)
    expect(written.map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', 'gzip'])
    expect(written[0]?.bytes).toBeLessThan(5_000 * 20)
    expect(await countOf('heart_rate')).toBe(6_000)
  })

  it('keeps one connection, and nothing stays behind on the signal', async () => {
    const { signal } = new AbortController()
    const telemetry = open()
    await telemetry.write(instants('watch-0', 1), signal)
    const before = front.connections()
    for (let i = 0; i < 20; i++) await telemetry.write(instants(`watch-${i}`, 1), signal)
    expect(front.connections()).toBe(before)
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(await countOf('spo2')).toBe(20)
  })

  it('refuses a field of another type: only its points come back, in a few requests', async () => {
    await server.ask(`CREATE DATABASE "${database}"`)
    await server.write(database, [`readings,device=old heart_rate=1i ${start}`])
    const points = instants('watch-1', 1_000)
    const refused = await open().write(points, never)
    expect(new Set(refused.map(({ point }) => point))).toEqual(
      new Set(points.filter(({ metric }) => metric === 'heart_rate')),
    )
    expect(refused[0]?.reason).toMatch(
      /^400: partial write: field type conflict.*heart_rate.*already exists as type integer/,
    )
    expect([await countOf('spo2'), await countOf('battery'), await countOf('heart_rate')]).toEqual([1_000, 1_000, 1])
    expect(front.writes().length).toBeLessThan(6)
  })

  it('refuses what is beyond its retention: only those points come back, wherever they stand', async () => {
    await server.ask(`CREATE DATABASE "${database}" WITH DURATION 1d`)
    const now = Date.now()
    const points = instants('watch-1', 64, now)
    const old = new Set([3, 4, 77, 190])
    for (const i of old) points[i] = { ...points[i]!, at: now - 48 * 3_600_000 + i }
    const refused = await open().write(points, never)
    expect(refused.map(({ point }) => points.indexOf(point)).sort((a, b) => a - b)).toEqual([...old])
    expect(refused[0]?.reason).toContain('points beyond retention policy')
    const stored = await open().read({ devices: ['watch-1'], from: 0, to: now + 1e9, most: 1_000 })
    expect(stored.reduce((sum, series) => sum + series.points.length, 0)).toBe(points.length - old.size)
  })

  it('refuses an instant that it cannot hold: only that point comes back', async () => {
    const points = instants('watch-1', 10)
    points[7] = { ...points[7]!, at: 8.64e15 }
    const refused = await open().write(points, never)
    expect(refused.map(({ point }) => point)).toEqual([points[7]])
    expect(refused[0]?.reason).toContain('time outside range')
    expect([await countOf('heart_rate'), await countOf('spo2')]).toEqual([10, 9])
  })

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

  it('gets smaller requests where it finds them too large, and refuses nothing', async () => {
    const server = await startInflux({ 'max-body-size': 20_000 })
    const telemetry = openInflux({ url: server.url, clock: hastyClock(), log: pino({ level: 'silent' }) })
    expect(await telemetry.write(instants('watch-1', 3_000), never)).toEqual([])
    const [series] = await telemetry.read({
      devices: ['watch-1'],
      metric: 'spo2',
      from: 0,
      to: start + 1e9,
      most: 9_000,
    })
    expect(series?.points).toHaveLength(3_000)
    await server.close()
  })
})

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
    const log = pino({ level: 'silent' })
    const telemetry = openInflux({
      url: front.url,
      token: 'secret',
      org: 'town',
      database: 'care',
      clock: hastyClock(),
      log,
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
    const telemetry = openInflux({ url: front.url, clock: hastyClock(), log: pino({ level: 'silent' }) })
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
