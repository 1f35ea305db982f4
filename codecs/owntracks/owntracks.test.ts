import { describe, expect, test } from 'vitest'
import { owntracks } from './owntracks.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)
const tst = receivedAt / 1_000 - 60
const decode = (value: unknown) =>
  owntracks.decode('owntracks/mei/phone', Buffer.from(JSON.stringify(value)), { receivedAt })
const location = { _type: 'location', lat: 39.6553, lon: 106.7944, tst }

describe('OwnTracks', () => {
  test('is named by user and device', () => {
    expect(owntracks.source?.('owntracks/mei/phone/event')).toBe('mei.phone')
    expect(owntracks.source?.('push/owntracks')).toBeUndefined()
  })

  test('a location at its own time; km/h become m/s', () => {
    const { readings } = decode({ ...location, acc: 12, vel: 36, batt: 64, bs: 1 })
    expect(readings.map(({ metric, value }) => [metric, value])).toEqual([
      ['latitude', 39.6553],
      ['longitude', 106.7944],
      ['position_accuracy', 12],
      ['speed', 10],
      ['battery', 64],
      ['charging', 0],
    ])
    expect(new Set(readings.map(({ at }) => at))).toEqual(new Set([tst * 1_000]))
  })

  test('0/0 is no fix, and a clock of 1970 is not believed', () => {
    expect(decode({ ...location, lat: 0, lon: 0 })).toMatchObject({ readings: [], warnings: [{ code: 'no_reading' }] })
    const { readings, warnings } = decode({ ...location, tst: 5 })
    expect(readings[0]?.at).toBe(receivedAt)
    expect(warnings).toMatchObject([{ code: 'clock_untrusted' }])
  })

  test('leaving a region is wandering only where it is marked', () => {
    const leave = { _type: 'transition', event: 'leave', tst, lat: 39.65, lon: 106.79 }
    expect(decode({ ...leave, desc: 'Shop' }).signals).toEqual([])
    expect(decode({ ...leave, desc: '!Home' }).signals).toMatchObject([
      { signal: 'wandering', at: tst * 1_000, position: { lat: 39.65 } },
    ])
    expect(decode({ ...leave, desc: '!Home' }).signals[0]?.key?.id).toContain('!Home')
    // Without a time nothing tells two ways out of the house apart.
    expect(decode({ ...leave, tst: undefined, desc: '!Home' }).signals[0]?.key).toBeUndefined()
    expect(decode({ ...leave, event: 'enter', desc: '!Home' })).toMatchObject({
      signals: [],
      clears: [{ signal: 'wandering' }],
    })
  })

  test('what is encrypted is refused and kept; what is about the app says nothing; a last will is offline', () => {
    expect(decode({ _type: 'encrypted', data: 'x' }).refusals).toMatchObject([{ code: 'payload_encrypted' }])
    expect(decode({ _type: 'waypoint' })).toMatchObject({ readings: [], refusals: [] })
    expect(decode({ _type: 'lwt', tst }).statuses).toEqual([{ online: false }])
    expect(decode({ _type: 'dance' }).refusals).toHaveLength(1)
  })
})
