import { getEventListeners } from 'node:events'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Front, startFront } from '../test/influx_front.ts'
import { isGuest, startInflux, type TestInflux } from '../test/influxdb.ts'
import { needs } from '../test/real_parts.ts'
import { hastyClock, instants, never, silent, start } from '../test/telemetry_parts.ts'
import { openInflux } from './influx.ts'
import type { InfluxOptions } from './influx_server.ts'
import type { Point, Telemetry } from './telemetry.ts'

const isHere = isGuest || needs('influxdb')

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
  const open = (options: Partial<InfluxOptions> = {}): Telemetry =>
    openInflux({ url: front.url, database, clock: hastyClock(), log: silent, ...options })
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

  it('gets large batches gzipped, in several requests', async () => {
    await open().write(instants('watch-1', 6_000), never)
    const written = front.writes().filter(({ status }) => status === 204)
    expect(written.map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', 'gzip'])
    expect(written[0]?.bytes).toBeLessThan(10_000 * 10)
    expect(await countOf('heart_rate')).toBe(6_000)
  })

  it('gets an instant in one line also where a request ends', async () => {
    const single = instants('watch-1', 9_999).filter(({ metric }) => metric === 'heart_rate')
    const last = instants('watch-2', 1).map((point) => ({ ...point, implausible: true }))
    await open().write([...single, ...last], never)
    expect(front.writes().filter(({ status }) => status === 204)).toHaveLength(1)
    await open().write([...single, ...last, ...instants('watch-3', 1)], never)
    expect(await server.ask(`SELECT flagged FROM readings WHERE device = 'watch-2'`, database)).toEqual([
      [start, 'battery,heart_rate,spo2'],
    ])
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
})
