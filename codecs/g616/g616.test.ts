import { describe, expect, test } from 'vitest'
import type { Decoded } from '../../domain/message.ts'
import { isNeverZero } from '../measured.ts'
import { gcjFromWgs } from '../positions.ts'
import { isUrgent } from '../urgent.ts'
import { fields } from './fields.ts'
import { g616 } from './g616.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)
const topic = 'atom/g616/status/861234500012345'

const decode = (status: unknown, on = topic): Decoded =>
  g616.decode(on, Buffer.from(JSON.stringify(status)), { receivedAt })
const values = ({ readings }: Decoded) => Object.fromEntries(readings.map(({ metric, value }) => [metric, value]))
const codes = ({ warnings }: Decoded) => warnings.map(({ code }) => code)
const where = { location: '106.8010,39.6570', locationDate: '261122', locationTime: '140000' }

describe('a status', () => {
  test('numbers are text', () => {
    expect(
      values(
        decode({
          heartRate: '96',
          bpSystolic: '122',
          bpDiastolic: '83',
          bloodOxygen: '98',
          temperature: '36.0',
          battery: '36',
          stepCount: '1618',
        }),
      ),
    ).toEqual({
      heart_rate: 96,
      systolic: 122,
      diastolic: 83,
      spo2: 98,
      body_temperature: 36,
      battery: 36,
      steps: 1618,
    })
  })

  test('"0" is no reading of a vital sign, but a number of steps', () => {
    for (const { name, metric } of fields) {
      const decoded = decode({ [name]: '0' })
      expect(values(decoded), name).toEqual(isNeverZero(metric) ? {} : { [metric]: 0 })
      expect(codes(decoded)).toEqual(isNeverZero(metric) ? ['no_reading'] : [])
    }
  })

  test('its place is longitude first, in GCJ-02, at its own time by China’s clocks', () => {
    const decoded = decode({ ...where, sos: true })
    const { latitude, longitude } = values(decoded)
    const back = gcjFromWgs({ lat: latitude!, lon: longitude! })
    expect(back.lat).toBeCloseTo(39.657, 6)
    expect(back.lon).toBeCloseTo(106.801, 6)
    expect(Math.abs(latitude! - 39.657)).toBeGreaterThan(0.0003)
    expect(decoded.readings[0]?.at).toBe(Date.UTC(2026, 10, 22, 6))
    expect(decoded.signals[0]?.position).toMatchObject({ datum: 'GCJ02', given: { lat: 39.657, lon: 106.801 } })
    expect(codes(decoded)).toContain('datum_converted')
  })

  test('no place is none, and a broken one costs nothing else', () => {
    expect(values(decode({ location: '0.0,0.0', battery: '36' }))).toEqual({ battery: 36 })
    expect(values(decode({ location: 'x', battery: '36' }))).toEqual({ battery: 36 })
    expect(values(decode({ location: '', battery: 'x' }))).toEqual({})
  })
})

describe('sos', () => {
  test('is a state since its receipt, however old the last fix', () => {
    expect(decode({ ...where, sos: true }).signals).toMatchObject([{ signal: 'sos', at: undefined, level: true }])
  })

  test.each(['true', 1, '1', 'ON'])('%j is one too', (sos) => {
    expect(decode({ sos }).signals).toHaveLength(1)
  })

  test('false ends it, and travels with it', () => {
    expect(decode({ sos: false })).toMatchObject({ signals: [], clears: [{ signal: 'sos' }] })
    for (const sos of [true, false, '0'])
      expect(isUrgent(topic, Buffer.from(JSON.stringify({ sos }))), String(sos)).toBe(true)
    expect(isUrgent(topic, Buffer.from('{"battery":"36"}'))).toBe(false)
  })

  test('that cannot be read is refused', () => {
    expect(decode({ sos: 'perhaps' }).refusals).toMatchObject([{ code: 'payload_invalid' }])
  })
})

test('who speaks is in the topic; another IMEI in the content is told', () => {
  expect(g616.source?.(topic)).toBe('861234500012345')
  expect(codes(decode({ imei: '1' }))).toEqual(['identity_conflict'])
})

test('what is no object is refused', () => {
  expect(decode([]).refusals).toMatchObject([{ code: 'payload_invalid' }])
  expect(g616.decode(topic, Buffer.from('{'), { receivedAt }).refusals).toMatchObject([{ code: 'payload_not_json' }])
})
