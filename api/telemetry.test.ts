import { describe, expect, it } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import type { Series, Telemetry, TelemetryQuery } from '../ingest/telemetry.ts'
import { noTelemetry, openHouse } from './test_house.ts'

const token = 'token-viewer-north'
const path = '/api/v1/homes/home-north/telemetry'

/** A telemetry store that holds `series`, keeps to its contract about `most`, and notes what it was asked. */
function holding(series: Series[]): Telemetry & { asked: TelemetryQuery[] } {
  const asked: TelemetryQuery[] = []
  const read = async (query: TelemetryQuery) => {
    asked.push(query)
    const points = series.reduce((sum, one) => sum + one.points.length, 0)
    if (points > query.most) throw new VigilError('too_many_points')
    return series
  }
  return { ...noTelemetry, read, asked }
}

const heartRates = (count: number): Series => ({
  device: 'device-north',
  metric: 'heart_rate',
  unit: '/min',
  points: Array.from({ length: count }, (_, i) => [i * 1_000, 60 + (i % 7)]),
})

describe('telemetry of a home', () => {
  it('comes as series with times in ISO 8601', async () => {
    const battery: Series = { device: 'spare-north', metric: 'battery', unit: '%', points: [[1_500, 80.5]] }
    const house = await openHouse({ telemetry: holding([heartRates(2), battery]) })
    const answer = await house.call('GET', path, { token })
    expect(answer.body).toEqual({
      series: [
        {
          device: 'device-north',
          metric: 'heart_rate',
          unit: '/min',
          points: [
            ['1970-01-01T00:00:00.000Z', 60],
            ['1970-01-01T00:00:01.000Z', 61],
          ],
        },
        { device: 'spare-north', metric: 'battery', unit: '%', points: [['1970-01-01T00:00:01.500Z', 80.5]] },
      ],
    })
    expect(answer.headers.get('content-type')).toContain('application/json')
  })

  it('is asked of all devices of the home and of no other', async () => {
    const telemetry = holding([])
    const house = await openHouse({ telemetry })
    const query = 'metric=spo2&from=2026-11-22T08:00:00%2B08:00&to=1795309260000&every=30s'
    expect((await house.call('GET', `${path}?${query}`, { token })).body).toEqual({ series: [] })
    expect(telemetry.asked).toEqual([
      {
        devices: ['device-north', 'spare-north'],
        metric: 'spo2',
        from: Date.UTC(2026, 10, 22),
        to: 1_795_309_260_000,
        every: 30_000,
        most: 1_000_000,
      },
    ])
  })

  it('takes a zone whose + nobody percent-encoded', async () => {
    const telemetry = holding([])
    const house = await openHouse({ telemetry })
    await house.call('GET', `${path}?from=2026-11-22T08:00:00+08:00&to=2026-11-22T01:00:00Z`, { token })
    expect(telemetry.asked).toMatchObject([{ from: Date.UTC(2026, 10, 22), to: Date.UTC(2026, 10, 22, 1) }])
  })

  it('is of the last day where no time is named', async () => {
    const telemetry = holding([])
    const now = Date.UTC(2026, 10, 22, 12)
    const house = await openHouse({ telemetry, clock: { ...systemClock, now: () => now } })
    await house.call('GET', path, { token })
    expect(telemetry.asked).toMatchObject([{ from: now - 24 * 3_600_000, to: now }])
  })

  it.each([
    ['1s', 1_000],
    ['1m', 60_000],
    ['15m', 900_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
  ])('takes %s for a bucket of %i ms', async (every, ms) => {
    const telemetry = holding([])
    const house = await openHouse({ telemetry })
    await house.call('GET', `${path}?every=${every}`, { token })
    expect(telemetry.asked[0]?.every).toBe(ms)
  })

  it('comes whole however long it is', async () => {
    const house = await openHouse({ telemetry: holding([heartRates(100_000)]) })
    const { body } = await house.call('GET', path, { token })
    const [series] = body.series as [{ points: [string, number][] }]
    expect(series.points.map(([at]) => Date.parse(at))).toEqual(Array.from({ length: 100_000 }, (_, i) => i * 1_000))
  })

  it('is refused beyond a million points, with the way out', async () => {
    const million = heartRates(1_000_000)
    const house = await openHouse({ telemetry: holding([million, heartRates(1)]) })
    const { status, body } = await house.call('GET', path, { token })
    expect([status, body.code]).toEqual([413, 'too_many_points'])
    expect(body.title).toContain('every=')
  })
})
