import { describe, expect, test } from 'vitest'
import { carelink } from './carelink.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)
const at = receivedAt - 1_000
const base = {
  timestamp: '2026-11-22T08:15:30Z',
  location: { lat: 38.71, lon: -9.14, alt: 70 },
  batteryLevel: 290,
  sensor: { accelerometer: '0.1,-0.9,0.2', heartrate: 91 },
}
const decode = (topic: string, value: unknown) =>
  carelink.decode(`wearable-7/${topic}`, Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), {
    receivedAt,
  })

describe('CareLink', () => {
  test('a detection is half sure, with place and time; its confirmation is sure and no repeat of it', () => {
    const { signals } = decode('fall/detected', base)
    expect(signals).toMatchObject([{ signal: 'fall', at, confidence: 0.5, position: { lat: 38.71, lon: -9.14 } }])
    const confirmed = decode('fall/confirmation', { ...base, status: true }).signals
    expect(confirmed).toMatchObject([{ signal: 'fall', confidence: 1 }])
    expect(confirmed[0]?.key?.id).not.toBe(signals[0]?.key?.id)
    expect(carelink.source?.('wearable-7/fall/detected')).toBe('wearable-7')
  })

  test('a confirmation that says no takes it back, and one that says nothing is refused', () => {
    expect(decode('fall/confirmation', { ...base, status: false })).toMatchObject({
      signals: [],
      clears: [{ signal: 'fall', at }],
    })
    expect(decode('fall/confirmation', { ...base, status: 'false' }).clears).toHaveLength(1)
    expect(decode('fall/confirmation', base)).toMatchObject({ signals: [], clears: [], refusals: [{}] })
  })

  test('wandering alike', () => {
    expect(decode('wandering/detected', base).signals).toMatchObject([{ signal: 'wandering' }])
    expect(decode('wandering/confirmation', { ...base, status: false }).clears).toMatchObject([{ signal: 'wandering' }])
  })

  test('mAh are no %, a pulse of 0 is none, and 0/0 is no place', () => {
    const { readings, warnings } = decode('status', {
      ...base,
      location: { lat: 0, lon: 0 },
      sensor: { heartrate: 0 },
    })
    expect(readings).toEqual([])
    expect(warnings.map(({ code }) => code)).toEqual(['unit_unknown', 'no_reading'])
  })

  test('a status gives place and pulse at its own time, and no signal', () => {
    const { readings, signals } = decode('status', base)
    expect(signals).toEqual([])
    expect(readings.map(({ metric, value, at: when }) => [metric, value, when])).toEqual([
      ['latitude', 38.71, at],
      ['longitude', -9.14, at],
      ['heart_rate', 91, at],
    ])
  })

  test('a status that is a word of another maker is read as one', () => {
    expect(decode('status', 'offline')).toMatchObject({ statuses: [{ online: false }], refusals: [] })
  })

  test('a clock that cannot be right is not believed', () => {
    expect(decode('fall/detected', { timestamp: '2018-11-05T10:15:30Z' })).toMatchObject({
      signals: [{ signal: 'fall', at: undefined }],
      warnings: [{ code: 'clock_untrusted' }],
    })
  })

  test('broken, it is still a fall, as far as something of it can be seen', () => {
    expect(decode('fall/detected', '{"timestamp":"2026-').signals).toMatchObject([{ signal: 'fall', malformed: true }])
    expect(decode('fall/detected', '%$#')).toMatchObject({ signals: [], refusals: [{ code: 'payload_not_json' }] })
    expect(decode('fall/confirmation', '{"status":false,#').signals).toEqual([])
  })

  test('all but the status hurries', () => {
    expect(carelink.urgent('w/fall/confirmation', Buffer.from(''))).toBe(true)
    expect(carelink.urgent('w/status', Buffer.from(''))).toBe(false)
  })
})
