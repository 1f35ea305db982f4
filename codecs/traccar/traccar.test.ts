import { describe, expect, test } from 'vitest'
import type { Decoded } from '../../domain/message.ts'
import { isMetric } from '../../domain/metrics.ts'
import { isUrgent } from '../urgent.ts'
import { alarms, attributes, events } from './fields.ts'
import { device, event, position } from './frames.ts'
import { traccar } from './traccar.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)
const at = receivedAt - 11_000
const source = device.uniqueId

const decode = (whole: unknown): Decoded =>
  traccar.decode('push/traccar', Buffer.from(typeof whole === 'string' ? whole : JSON.stringify(whole)), { receivedAt })
const values = ({ readings }: Decoded) => Object.fromEntries(readings.map(({ metric, value }) => [metric, value]))
const kinds = ({ signals }: Decoded) => signals.map(({ signal }) => signal)
const codes = ({ warnings }: Decoded) => warnings.map(({ code }) => code)

describe('an alarm', () => {
  test('by its event and by its position has the same key, time, place and device', () => {
    const byEvent = decode({
      event: event('alarm', { alarm: 'sos' }),
      position: position({ alarm: 'sos' }, { id: 9_001 }),
      device,
    })
    const byPosition = decode({ position: position({ alarm: 'sos' }), device })
    expect(byPosition.signals).toEqual([
      {
        source,
        signal: 'sos',
        at,
        position: { lat: 39.6553, lon: 106.7944, datum: 'WGS84', accuracy_m: 12 },
        key: { id: `sos ${at}`, withinMs: 86_400_000 },
      },
    ])
    expect(byEvent.signals).toEqual(byPosition.signals)
  })

  test.each([
    ['sos', ['sos']],
    ['general', ['sos']],
    ['fallDown', ['fall']],
    ['sos,fallDown', ['sos', 'fall']],
    ['geofenceExit', ['wandering']],
    ['lowBattery', []],
    ['overspeed', []],
  ])('%s: %j', (alarm, wanted) => {
    expect(kinds(decode({ event: event('alarm', { alarm }), device }))).toEqual(wanted)
  })

  test('what is no signal is a reading', () => {
    expect(values(decode({ position: position({ alarm: 'removing' }), device }))).toMatchObject({ worn: 0 })
    expect(values(decode({ position: position({ alarm: 'lowBattery' }), device }))).toMatchObject({ battery_low: 1 })
  })

  test('that nobody knows is told, one without its attribute is an alarm', () => {
    expect(codes(decode({ position: position({ alarm: 'unheardOf' }), device }))).toContain('value_unknown')
    expect(kinds(decode({ event: event('alarm'), device }))).toEqual(['sos'])
  })

  test('in broken JSON, or of a device without a name, is heard', () => {
    const text = `{"event":{"type":"alarm","attributes":{"alarm":"sos"}},"device":{"uniqueId":"${source}",`
    expect(decode(text).signals).toEqual([{ source, signal: 'sos', at: undefined, malformed: true }])
    expect(isUrgent('push/traccar', Buffer.from(text))).toBe(true)
    expect(decode({ event: event('alarm', { alarm: 'sos' }) }).signals).toMatchObject([{ malformed: true }])
  })

  test('of the memory of the device is never new', () => {
    const decoded = decode({ position: position({ alarm: 'sos', archive: true }), device })
    expect(decoded.signals).toMatchObject([{ historical: true }])
    expect(codes(decoded)).toContain('historical')
  })

  test('of a clock that was never set has no key and the time of receipt', () => {
    const never = { deviceTime: '1970-01-01T00:00:00.000+00:00', fixTime: '1970-01-01T00:00:00.000+00:00' }
    const [signal] = decode({ position: position({ alarm: 'sos' }, never), device }).signals
    expect(signal).not.toHaveProperty('key')
    expect(signal?.at).toBeUndefined()
  })
})

describe('an event', () => {
  test('of a geofence is wandering and its end, and both hurry', () => {
    expect(decode({ event: event('geofenceExit'), device }).signals).toMatchObject([{ signal: 'wandering', source }])
    expect(decode({ event: event('geofenceEnter'), device }).clears).toMatchObject([{ signal: 'wandering', source }])
    expect(isUrgent('push/traccar', Buffer.from(JSON.stringify({ event: event('geofenceEnter'), device })))).toBe(true)
  })

  test('tells who is online', () => {
    for (const [type, online] of [
      ['deviceOnline', true],
      ['deviceOffline', false],
      ['deviceInactive', false],
    ] as const)
      expect(decode({ event: event(type), device }).statuses).toEqual([{ online, source }])
  })

  test('of no kind that is known is refused; those of cars say nothing', () => {
    expect(decode({ event: event('somethingNew'), device }).refusals).toMatchObject([{ code: 'payload_invalid' }])
    expect(decode({ event: event('ignitionOn'), device })).toMatchObject({ signals: [], refusals: [] })
  })
})

describe('a position', () => {
  test('gives its place, speed from knots, and attributes', () => {
    const decoded = decode({
      position: position({ batteryLevel: 62, battery: 3.9, charge: false, motion: true, sat: 9 }),
      device,
    })
    const { speed, ...others } = values(decoded)
    expect(speed).toBeCloseTo(0.7717, 4)
    expect(others).toEqual({
      latitude: 39.6553,
      longitude: 106.7944,
      position_accuracy: 12,
      battery: 62,
      battery_voltage: 3.9,
      charging: 0,
      motion: 1,
    })
    expect(decoded.readings.every((one) => one.source === source && one.at === at)).toBe(true)
    expect(
      isUrgent('push/traccar', Buffer.from(JSON.stringify({ position: position({ motion: true }), device }))),
    ).toBe(false)
  })

  test.each([{ valid: false }, { outdated: true }, { latitude: 0, longitude: 0 }])('%j is no place', (more) => {
    expect(values(decode({ position: position({}, more), device }))).not.toHaveProperty('latitude')
  })

  test("a watch's temperature is its wearer's, and 0 of a vital sign is no reading", () => {
    const of = (protocol: string) =>
      values(decode({ position: position({ temp1: 36.4, heartRate: 0 }, { protocol }), device }))
    expect(of('watch')).toMatchObject({ body_temperature: 36.4 })
    expect(of('gt06')).toMatchObject({ temperature: 36.4 })
    expect(of('watch')).not.toHaveProperty('heart_rate')
  })

  test('without a device, or nothing at all, is refused', () => {
    expect(decode({ position: position({ batteryLevel: 62 }) })).toMatchObject({
      readings: [],
      refusals: [{ code: 'payload_invalid' }],
    })
    for (const whole of [{}, [], 'x', { device }]) expect(decode(whole).refusals).toHaveLength(1)
  })
})

test('all names mean metrics and signals that there are', () => {
  expect(Object.values(attributes).every(({ metric }) => isMetric(metric))).toBe(true)
  const metrics = [...Object.values(alarms), ...Object.values(events)].flatMap((one) =>
    one !== 'nothing' && 'metric' in one ? [one.metric] : [],
  )
  expect(metrics.every(isMetric)).toBe(true)
})
