import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import { isGuest, startInflux, type TestInflux } from '../test/influxdb.ts'
import { needs } from '../test/real_parts.ts'
import { openTelemetry, type TelemetryOptions } from './open.ts'
import type { Point, Telemetry } from './telemetry.ts'

const log = pino({ level: 'silent' })
const start = Date.UTC(2026, 10, 22, 8)
const never = new AbortController().signal

/** Names that no other test has used, so that one database does for all of them. */
let made = 0
const newDevice = (): string => `device-${process.pid}-${Date.now()}-${++made}`

const point = (device: string, at: number, value: number, more: Partial<Point> = {}): Point => ({
  device,
  metric: 'heart_rate',
  at,
  value,
  implausible: false,
  ...more,
})

describe('embedded telemetry', () => {
  let data: string
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'vigil-telemetry-'))
  })
  afterAll(() => rm(data, { recursive: true, force: true }))
  keepsTheContract(() => ({ data, clock: systemClock, log }))
})

describe.skipIf(!isGuest && !needs('influxdb'))('InfluxDB 1.x', () => {
  let server: TestInflux
  let database: string
  beforeAll(async () => {
    server = await startInflux()
    database = server.freshDatabase()
  })
  afterAll(() => server.close())
  keepsTheContract(() => ({ data: '', influx: { url: server.url, database }, clock: systemClock, log }))
})

/** No 2.x comes with the system: these tests exist only where one is given, with a bucket to write into. */
const { TEST_INFLUX2_URL: url, TEST_INFLUX2_TOKEN: token = '', TEST_INFLUX2_ORG: org = 'vigil' } = process.env
const { TEST_INFLUX2_BUCKET: bucket = 'vigil' } = process.env
if (url) {
  describe('InfluxDB of TEST_INFLUX2_URL', () => {
    keepsTheContract(() => ({ data: '', influx: { url, token, org, database: bucket }, clock: systemClock, log }))
  })
}

/** What telemetry.ts promises, on whatever database. */
function keepsTheContract(options: () => TelemetryOptions): void {
  let telemetry: Telemetry
  beforeAll(async () => {
    telemetry = await openTelemetry(options())
  })
  afterAll(() => telemetry.close())
  const readAll = (devices: string[]) => telemetry.read({ devices, from: start - 1e9, to: start + 1e9, most: 100_000 })

  it('gives nothing where nothing was written', async () => {
    expect(await readAll([newDevice()])).toEqual([])
    expect(await readAll([])).toEqual([])
  })

  it('gives series by device and metric, with the unit, and points by time', async () => {
    const [a, b, other] = [newDevice(), newDevice(), newDevice()]
    await telemetry.write(
      [
        point(b, start + 20, 61),
        point(a, start + 60_000, 72),
        point(a, start, 70),
        point(other, start, 99),
        point(a, start, 97.5, { metric: 'spo2' }),
      ],
      never,
    )
    expect(await readAll([b, a, a])).toEqual([
      {
        device: a,
        metric: 'heart_rate',
        unit: '/min',
        points: [
          [start, 70],
          [start + 60_000, 72],
        ],
      },
      { device: a, metric: 'spo2', unit: '%', points: [[start, 97.5]] },
      { device: b, metric: 'heart_rate', unit: '/min', points: [[start + 20, 61]] },
    ])
  })

  it('takes `from` into the range and leaves `to` out, and gives only the metric asked for', async () => {
    const device = newDevice()
    await telemetry.write(
      [0, 1, 2, 3].flatMap((i) => [point(device, start + i, i), point(device, start + i, i, { metric: 'steps' })]),
      never,
    )
    const range = { devices: [device], metric: 'heart_rate' as const, from: start + 1, to: start + 3, most: 10 }
    const [only, ...more] = await telemetry.read(range)
    expect(more).toEqual([])
    expect(only?.points).toEqual([
      [start + 1, 1],
      [start + 2, 2],
    ])
    expect(await telemetry.read({ ...range, to: range.from })).toEqual([])
  })

  it('takes the same point twice for one, and the later value for the right one', async () => {
    const device = newDevice()
    const points = [point(device, start, 70), point(device, start + 1, 71)]
    await telemetry.write(points, never)
    await telemetry.write(points, never)
    await telemetry.write([point(device, start, 1), point(device, start, 80)], never)
    const [series] = await readAll([device])
    expect(series?.points).toEqual([
      [start, 80],
      [start + 1, 71],
    ])
  })

  it('keeps what physics does not allow', async () => {
    const device = newDevice()
    const refused = await telemetry.write([point(device, start, -40, { implausible: true })], never)
    expect(refused).toEqual([])
    expect((await readAll([device]))[0]?.points).toEqual([[start, -40]])
  })

  it('gives back what is not a number, and stores the rest', async () => {
    const device = newDevice()
    const bad = point(device, start + 1, Number.NaN)
    const refused = await telemetry.write([point(device, start, 1), bad, point(device, start + 2, 3)], never)
    expect(refused.map((one) => one.point)).toEqual([bad])
    expect(refused[0]?.reason).toContain('not finite')
    expect((await readAll([device]))[0]?.points.map(([, value]) => value)).toEqual([1, 3])
  })

  it('means by bucket of the epoch, the first one too where the range begins inside it', async () => {
    const device = newDevice()
    const values = [10, 20, 40, 60]
    await telemetry.write(
      values.map((value, i) => point(device, start + i * 30_000, value)),
      never,
    )
    const query = { devices: [device], from: start + 30_000, to: start + 1e6, every: 60_000, most: 2 }
    const [series] = await telemetry.read(query)
    expect(series?.points).toEqual([
      [start, 20],
      [start + 60_000, 50],
    ])
  })

  it('says so where there are more points than wanted, over all series together', async () => {
    const devices = [newDevice(), newDevice()]
    await telemetry.write(
      devices.flatMap((device) => [0, 1, 2].map((i) => point(device, start + i * 60_000, i))),
      never,
    )
    const query = { devices, from: start, to: start + 1e6, most: 6 }
    expect((await telemetry.read(query)).map(({ points }) => points.length)).toEqual([3, 3])
    await expect(telemetry.read({ ...query, most: 5 })).rejects.toMatchObject({ code: 'too_many_points' })
    await expect(telemetry.read({ ...query, most: 5, every: 60_000 })).rejects.toMatchObject({
      code: 'too_many_points',
    })
  })

  it('takes a name for a name, whatever characters it has', async () => {
    const odd = `${newDevice()} a'b"c, d=e\\f 'ü'`
    await telemetry.write([point(odd, start, 5)], never)
    expect(await readAll([odd])).toMatchObject([{ device: odd, points: [[start, 5]] }])
    expect(await readAll([`x' OR 'a'='a`, `x\\' OR 1=1 --`])).toEqual([])
  })

  it('stores and gives back a large batch whole', async () => {
    const device = newDevice()
    const metrics = ['heart_rate', 'spo2', 'battery'] as const
    const points = Array.from({ length: 36_000 }, (_, i) =>
      point(device, start + Math.floor(i / 3) * 1_000, i, { metric: metrics[i % 3]! }),
    )
    expect(await telemetry.write(points, never)).toEqual([])
    const series = await telemetry.read({ devices: [device], from: start, to: start + 1e9, most: 36_000 })
    expect(series.map(({ metric, points: { length } }) => [metric, length])).toEqual([
      ['battery', 12_000],
      ['heart_rate', 12_000],
      ['spo2', 12_000],
    ])
    expect(series[0]?.points.at(-1)).toEqual([start + 11_999_000, 35_999])
  })

  it('works several writes at once', async () => {
    const devices = Array.from({ length: 8 }, newDevice)
    const writes = devices.map((device) =>
      telemetry.write(
        Array.from({ length: 500 }, (_, i) => point(device, start + i, i)),
        never,
      ),
    )
    await Promise.all(writes)
    expect((await readAll(devices)).map(({ points }) => points.length)).toEqual(devices.map(() => 500))
  })

  it('rejects a write that is aborted', async () => {
    const stop = new AbortController()
    stop.abort()
    await expect(telemetry.write([point(newDevice(), start, 1)], stop.signal)).rejects.toThrow()
  })
}
