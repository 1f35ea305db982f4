import { describe, expect, test } from 'vitest'
import { thingsboard } from './thingsboard.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)
const at = receivedAt - 1_000
const decode = (topic: string, value: unknown) =>
  thingsboard.decode(`v1/${topic}`, Buffer.from(JSON.stringify(value)), { receivedAt })
const values = (topic: string, value: unknown) =>
  decode(topic, value).readings.map(({ metric, value: one }) => [metric, one])

describe('ThingsBoard', () => {
  test('flat telemetry counts at its receipt, in all spellings; what it does not know is kept silently', () => {
    const { readings, refusals, warnings } = decode('devices/me/telemetry', {
      'Heart Rate': '72',
      tempp: 1,
      Temp: 21.5,
      contactless: {},
    })
    expect(readings).toMatchObject([
      { metric: 'heart_rate', value: 72, at: receivedAt },
      { metric: 'temperature', value: 21.5 },
    ])
    expect([refusals, warnings]).toEqual([[], []])
  })

  test('an entry with a time counts then; one of a clock that was never set at its receipt, with a warning', () => {
    expect(decode('devices/me/telemetry', { ts: at, values: { temp: 20 } }).readings[0]?.at).toBe(at)
    const never = decode('devices/me/telemetry', { ts: 10_000, values: { temp: 20 } })
    expect(never.readings[0]?.at).toBe(receivedAt)
    expect(never.warnings.map(({ code }) => code)).toEqual(['clock_untrusted'])
  })

  test('a list is many; a gateway speaks of many devices by their names', () => {
    expect(values('devices/me/telemetry', [{ ts: at, values: { temp: 20 } }, { hum: 50 }])).toEqual([
      ['temperature', 20],
      ['humidity', 50],
    ])
    const { readings } = decode('gateway/telemetry', {
      'A4:C1:38:00:11:22': [{ ts: at, values: { lux: 5 } }],
      Küche: [{ co2: 900 }],
    })
    expect(readings.map(({ source, metric }) => [source, metric])).toEqual([
      ['a4c138001122', 'illuminance'],
      [expect.stringMatching(/^Ku-che-[0-9a-f]{8}$/), 'carbon_dioxide'],
    ])
  })

  test('a pulse of 0 is no reading, no bradycardia', () => {
    const { readings, warnings } = decode('devices/me/telemetry', { hr: 0, steps: 0, spo2: 'nan' })
    expect(readings.map(({ metric }) => metric)).toEqual(['steps'])
    expect(warnings.map(({ code }) => code)).toEqual(['no_reading', 'no_reading'])
  })

  test.each([true, 'TRUE', 'ON', 1, '1', 'on'])('sos: %j is an SOS; no is its end', (yes) => {
    expect(decode('devices/me/telemetry', { sos: yes }).signals).toMatchObject([{ signal: 'sos', level: true }])
    expect(decode('devices/me/telemetry', { sos: 'OFF' })).toMatchObject({ signals: [], clears: [{ signal: 'sos' }] })
    expect(thingsboard.urgent('v1/devices/me/telemetry', Buffer.from('{"sos":"OFF"}'))).toBe(true)
    expect(thingsboard.urgent('v1/devices/me/telemetry', Buffer.from('{"temperature":20}'))).toBe(false)
  })

  test('smoke is a reading and a signal', () => {
    const { readings, signals } = decode('gateway/telemetry', { hall: { smoke: true } })
    expect(readings).toMatchObject([{ metric: 'smoke', value: 1, source: 'hall' }])
    expect(signals).toMatchObject([{ signal: 'smoke', source: 'hall' }])
  })

  test('devices come and go', () => {
    expect(decode('gateway/connect', { device: 'hall' }).statuses).toEqual([{ online: true, source: 'hall' }])
    expect(decode('gateway/disconnect', { device: 'hall' }).statuses).toEqual([{ online: false, source: 'hall' }])
    expect(decode('gateway/connect', {}).refusals).toHaveLength(1)
  })
})
