import { describe, expect, test } from 'vitest'
import { milesightVs373 } from './milesight_vs373.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)
const device_info = { device_sn: '6806F00000000001', time: '2026-11-22 16:15:29' }
const decode = (value: unknown) =>
  milesightVs373.decode(
    'milesight/vs373/hall',
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
    { receivedAt, zoneMinutes: 480 },
  )
const report = (event: number, status: number, more = {}) =>
  decode({ device_info, trigger_data: { type: 0, trigger_id: 71, event, status, ...more } })

describe('Milesight VS373', () => {
  test('a fall at its local time, named by its serial number, with a key of its trigger', () => {
    expect(report(0, 1).signals).toEqual([
      {
        signal: 'fall',
        at: receivedAt - 2_000,
        source: '6806f00000000001',
        key: { id: 'trigger:71:0', withinMs: 86_400_000 },
      },
    ])
    expect(report(0, 1).warnings).toMatchObject([{ code: 'zone_assumed' }])
    expect(report(0, 1, { trigger_id: 72 }).signals[0]?.key?.id).toBe('trigger:72:0')
    expect(report(0, 1, { trigger_id: undefined }).signals[0]?.key).toBeUndefined()
  })

  test('resolved and ignored end it', () => {
    for (const status of [2, 3])
      expect(report(0, status)).toMatchObject({ signals: [], clears: [{ signal: 'fall', source: '6806f00000000001' }] })
  })

  test.each([
    [1, 'inactivity', undefined],
    [2, 'inactivity', 0.5],
    [6, 'vital_sign', undefined],
    [7, 'vital_sign', undefined],
  ])('event %i is %s', (event, signal, confidence) => {
    expect(report(event, 1).signals.map((one) => [one.signal, one.confidence])).toEqual([[signal, confidence]])
    expect(report(event, 2).clears).toMatchObject([{ signal }])
  })

  test.each([
    [3, 'in_bed', 0],
    [4, 'presence', 1],
    [5, 'presence', 0],
    [8, 'presence', 1],
  ])('event %i is %s %i', (event, metric, value) => {
    expect(report(event, 4)).toMatchObject({ signals: [], readings: [{ metric, value, at: receivedAt - 2_000 }] })
    expect(report(event, 2).readings).toEqual([])
  })

  test('an empty region of several says nothing of the room', () => {
    expect(report(5, 4, { sub_no: 2 })).toMatchObject({ readings: [], refusals: [] })
    expect(report(4, 4, { sub_no: 2 }).readings).toHaveLength(1)
  })

  test('keys with spaces, and the trigger inside of the device, as the vendor prints it', () => {
    const { signals } = decode({
      'device info': {
        'device sn': 'S1',
        ip_address: '10.0.0.1',
        'trigger data': { 'trigger id': 4, event: 0, status: 1 },
      },
    })
    expect(signals).toMatchObject([{ signal: 'fall', source: 'S1', key: { id: 'trigger:4:0' } }])
  })

  test('room coordinates are no position, and a clock far off is not believed', () => {
    expect(report(0, 1, { location: '(565, -838, 277)' }).signals[0]?.position).toBeUndefined()
    const old = decode({ device_info: { time: '2025-08-18 20:44:34' }, trigger_data: { event: 0, status: 1 } })
    expect(old.signals[0]?.at).toBeUndefined()
    expect(old.warnings).toMatchObject([{ code: 'clock_untrusted' }])
  })

  test('what is not known is refused; a fall in a broken message is still a fall', () => {
    expect(report(99, 1).refusals).toMatchObject([{ code: 'payload_invalid' }])
    expect(report(0, 9)).toMatchObject({ signals: [], refusals: [{ code: 'payload_invalid' }] })
    expect(decode('{"trigger_data":{"event":0,"status":1,#').signals).toMatchObject([
      { signal: 'fall', malformed: true },
    ])
    expect(decode('{"trigger_data":{"event":0,"status":2,#').signals).toEqual([])
    expect(decode('{"trigger_data":{"event":4,"status":1,#').signals).toEqual([])
  })

  test('an alarm hurries, presence does not', () => {
    const urgent = (event: number) =>
      milesightVs373.urgent('vs373/x', Buffer.from(JSON.stringify({ trigger_data: { event, status: 1 } })))
    expect([0, 1, 2, 6, 7].map(urgent)).not.toContain(false)
    expect([3, 4, 5, 8].map(urgent)).not.toContain(true)
  })
})
