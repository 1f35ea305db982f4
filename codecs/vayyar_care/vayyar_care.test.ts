import { describe, expect, test } from 'vitest'
import { vayyarCare } from './vayyar_care.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)
const began = receivedAt - 60_000
const topic = '/devices/id_Qk9YMQ/events'
const decode = (value: unknown, to = topic) =>
  vayyarCare.decode(to, Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), { receivedAt })
const fall = (status: string, more = {}, type = 5) =>
  decode({ type, payload: { timestamp: began, statusUpdateTimestamp: began + 45_000, status, ...more } })

describe('Vayyar Care', () => {
  test('is named by its topic, which begins with a slash, also the one of Aliyun', () => {
    expect(vayyarCare.source?.(topic)).toBe('id_Qk9YMQ')
    expect(vayyarCare.source?.('/a1Xy/radar7/user/events')).toBe('radar7')
    expect(vayyarCare.source?.('push/vayyar_care')).toBeUndefined()
  })

  test('a fall is first suspected, then confirmed; the key is of the flow, apart for the two', () => {
    const [suspected] = fall('fall_detected').signals
    const [confirmed] = fall('fall_confirmed').signals
    expect(suspected).toMatchObject({ signal: 'fall', at: began, confidence: 0.5 })
    expect(confirmed).toMatchObject({ signal: 'fall', at: began, confidence: 1 })
    expect(suspected?.key?.id).not.toBe(confirmed?.key?.id)
    for (const status of ['calling', 'on_call'])
      expect(fall(status).signals).toMatchObject([{ confidence: 1, key: { id: confirmed?.key?.id } }])
    expect(fall('fall_confirmed', { timestamp: began - 1 }).signals[0]?.key?.id).not.toBe(confirmed?.key?.id)
  })

  test.each(['finished', 'fall_exit', 'canceled'])('%s ends it, at the time of that', (status) => {
    expect(fall(status)).toMatchObject({ signals: [], clears: [{ signal: 'fall', at: began + 45_000 }] })
  })

  test('simulated, learning and silent are kept', () => {
    expect(fall('fall_confirmed', { isSimulated: true }).signals).toMatchObject([{ test: true }])
    expect(fall('fall_confirmed', { isLearning: true }).signals).toMatchObject([{ learning: true }])
    expect(fall('fall_confirmed', { isSilent: true }).signals).toMatchObject([{ silent: true }])
    expect(Object.keys(fall('fall_confirmed', { isSilent: false }).signals[0] ?? {})).not.toContain('silent')
  })

  test('a sensitive fall is never surer than a suspicion, or than its own confidence', () => {
    expect(fall('fall_suspected', { confidenceLevel: 64 }, 8).signals).toMatchObject([{ confidence: 0.5 }])
    expect(fall('fall_suspected', { confidenceLevel: 20 }, 8).signals).toMatchObject([{ confidence: 0.2 }])
  })

  test('centimetres in the room are no position', () => {
    const { signals, readings } = fall('fall_confirmed', { fallLocX_cm: 62, fallLocY_cm: 88 })
    expect(signals[0]?.position).toBeUndefined()
    expect(readings).toEqual([])
  })

  test('a clock that cannot be right is not believed, and makes no key', () => {
    const { signals, warnings } = fall('fall_confirmed', { timestamp: 0 })
    expect(signals[0]).toMatchObject({ at: undefined })
    expect(signals[0]?.key).toBeUndefined()
    expect(warnings).toMatchObject([{ code: 'clock_untrusted' }])
  })

  test('presence of new and old firmware, leaving the bed', () => {
    for (const type of [4, 0])
      expect(decode({ type, payload: { presenceDetected: true, timestamp: began } }).readings).toEqual([
        { at: began, metric: 'presence', value: 1, implausible: false },
      ])
    expect(decode({ type: 10, payload: { timestamp: began } }).readings).toMatchObject([{ metric: 'in_bed', value: 0 }])
  })

  test('its state, and what it tells its maker', () => {
    const state = decode({ status: 'monitoring', wifiState: { rssi: -61 } }, '/devices/id_Qk9YMQ/state')
    expect(state).toMatchObject({ statuses: [{ online: true }], readings: [{ metric: 'rssi', value: -61 }] })
    expect(decode('x', `${topic}/telemetry`)).toMatchObject({ readings: [], refusals: [] })
  })

  test('over HTTP the message names the radar; a topic that differs counts', () => {
    const message = { type: 5, payload: { status: 'fall_confirmed' }, deviceId: 'id_Other' }
    expect(decode(message, 'push/vayyar_care').signals).toMatchObject([{ source: 'id_Other' }])
    const { signals, warnings } = decode(message)
    expect(signals[0]?.source).toBeUndefined()
    expect(warnings).toMatchObject([{ code: 'identity_conflict' }])
  })

  test('what is not known is refused; a fall in a broken message is still a fall, and a drill still one', () => {
    expect(decode({ type: 77, payload: {} }).refusals).toMatchObject([{ code: 'payload_invalid' }])
    expect(fall('dancing')).toMatchObject({ signals: [], refusals: [{ code: 'payload_invalid' }] })
    expect(decode('{"type":5,"payload":{"status":"fall_confirmed","isSimulated":true,"x').signals).toMatchObject([
      { signal: 'fall', malformed: true, test: true },
    ])
  })

  test('a fall and its end hurry, presence does not', () => {
    const urgent = (value: unknown) => vayyarCare.urgent(topic, Buffer.from(JSON.stringify(value)))
    expect(urgent({ type: 5, payload: { status: 'on_call' } })).toBe(true)
    expect(urgent({ type: 5, payload: { status: 'finished' } })).toBe(true)
    expect(urgent({ type: 4, payload: { presenceDetected: true } })).toBe(false)
  })
})
