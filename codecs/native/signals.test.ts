import { describe, expect, test } from 'vitest'
import type { UpKind } from '../../domain/topics.ts'
import { at, codes, decode, receivedAt, values } from '../test_decode.ts'

describe('signals', () => {
  test('the example of the contract', () => {
    const position = { lat: 39.6553, lon: 106.7944, accuracy_m: 12, datum: 'WGS84' }
    const decoded = decode('signals', { at, signal: 'sos', confidence: 1, position })
    expect(decoded.signals).toEqual([{ signal: 'sos', at, confidence: 1, position }])
    expect(decoded.refusals).toEqual([])
  })

  test.each([
    ['SOS', 'sos'],
    [' Sos ', 'sos'],
    ['fall-detected', 'fall'],
    ['Water Leak', 'water_leak'],
  ])('%j is %s, and not malformed', (word, kind) => {
    expect(decode('signals', { signal: word }).signals).toEqual([{ signal: kind, at: undefined }])
  })

  test("the device's time is given as it was sent, right or wrong", () => {
    for (const written of [1_000, receivedAt + 86_400_000, at]) {
      expect(decode('signals', { signal: 'sos', at: written }).signals[0]?.at).toBe(written)
    }
  })

  test.each<[string, Record<string, unknown>, string]>([
    ['time', { at: 'soon' }, 'time_invalid'],
    ['a time beyond all dates', { at: 1e300 }, 'time_invalid'],
    ['confidence', { confidence: 'high' }, 'payload_invalid'],
    ['confidence in percent', { confidence: 95 }, 'payload_invalid'],
    ['position', { position: 'at home' }, 'payload_invalid'],
    ['latitude', { position: { lat: 91, lon: 0 } }, 'payload_invalid'],
    ['longitude', { position: { lat: 1, lon: '106' } }, 'payload_invalid'],
    ['test flag', { test: 'true' }, 'payload_invalid'],
  ])('a broken %s is refused and marks the signal, which stands', (_, field, code) => {
    const decoded = decode('signals', { signal: 'sos', ...field })
    expect(decoded.signals).toEqual([{ signal: 'sos', at: undefined, malformed: true }])
    expect(codes(decoded)).toEqual([code])
  })

  test('a broken part of a position costs only itself', () => {
    const position = { lat: 39.6, lon: 106.8, accuracy_m: -1, datum: 'moon' }
    const [signal] = decode('signals', { signal: 'sos', position }).signals
    expect(signal).toEqual({ signal: 'sos', at: undefined, malformed: true, position: { lat: 39.6, lon: 106.8 } })
  })

  test('0/0 is no fix: no position, nothing broken; a datum may be written with a hyphen', () => {
    expect(decode('signals', { signal: 'sos', position: { lat: 0, lon: 0 } }).signals).toEqual([
      { signal: 'sos', at: undefined },
    ])
    const chinese = { signal: 'sos', position: { lat: 39.6, lon: 106.8, datum: 'gcj-02' } }
    expect(decode('signals', chinese).signals[0]?.position?.datum).toBe('GCJ02')
  })

  test('a position in another datum is converted, and what was given is kept: an ambulance goes by WGS 84', () => {
    const given = { lat: 31.17530398364597, lon: 121.531541859215 }
    const position = { ...given, accuracy_m: 10, datum: 'GCJ02' }
    const [signal] = decode('signals', { signal: 'sos', position }).signals
    expect(signal?.position).toMatchObject({ datum: 'GCJ02', given, accuracy_m: 10 })
    expect(signal?.position?.lat).toBeCloseTo(31.1774276, 6)
    expect(signal?.position?.lon).toBeCloseTo(121.5272106, 6)
  })

  test('null beside a signal is as good as absent', () => {
    const decoded = decode('signals', { signal: 'sos', at: null, confidence: null, position: null, test: null })
    expect(decoded.signals).toEqual([{ signal: 'sos', at: undefined }])
    expect(decoded.refusals).toEqual([])
  })

  test('only a clear yes makes a drill of it', () => {
    expect(decode('signals', { signal: 'sos', test: true }).signals[0]?.test).toBe(true)
    expect(decode('signals', { signal: 'sos', test: false }).signals[0]?.test).toBeUndefined()
    expect(decode('signals', { signal: 'sos', test: 'yes' }).signals[0]?.test).toBeUndefined()
  })

  test('an unknown signal is refused; one that holds a known word counts, unless the word is taken back', () => {
    const unknown = decode('signals', { signal: 'battery_low' })
    expect(unknown.signals).toEqual([])
    expect(unknown.refusals).toEqual([{ code: 'signal_unknown', detail: 'signal: "battery_low"' }])
    for (const word of ['sos_pressed', 'SOS!', 'key 1: SOS', 'sos2']) {
      const kinds = decode('signals', { signal: word, at }).signals
      expect({ word, kinds }).toEqual({ word, kinds: word === 'sos2' ? [] : [{ signal: 'sos', at, malformed: true }] })
    }
    for (const word of ['sos_cancelled', 'smoke cleared', 'no fall', 'fall-off']) {
      expect({ word, signals: decode('signals', { signal: word }).signals }).toEqual({ word, signals: [] })
    }
  })

  test('a signal under another name counts, as malformed', () => {
    for (const payload of ['{"type":"sos"}', '{"sos":true}', '{"SOS":1}', '{"panic":"ON"}', '"sos"', '["SOS"]']) {
      const { signals } = decode('signals', payload)
      expect({ payload, signals }).toEqual({ payload, signals: [{ signal: 'sos', at: undefined, malformed: true }] })
    }
    for (const payload of ['{"type":"ok"}', '{"sos":false}', '{"sos":0}', '{"fall":"none"}', '{"co":0.4}', '[]']) {
      expect({ payload, signals: decode('signals', payload).signals }).toEqual({ payload, signals: [] })
    }
  })

  test('readings beside a signal are kept', () => {
    const decoded = decode('signals', { at, signal: 'fall', readings: { heart_rate: 120 } })
    expect(decoded.signals).toEqual([{ signal: 'fall', at }])
    expect(decoded.readings).toEqual([{ at, metric: 'heart_rate', value: 120, implausible: false }])
  })

  test.each<UpKind>(['readings', 'status', 'motion'])('a signal on the topic %s is a signal', (kind) => {
    const good = { readings: { heart_rate: 72 }, online: true, rate_hz: 50, x: [0], y: [0], z: [1] }
    const decoded = decode(kind, { ...good, at, signal: 'sos', confidence: 0.5 })
    expect(decoded.signals).toEqual([{ signal: 'sos', at, confidence: 0.5 }])
    expect(values(decoded)).toEqual([['heart_rate', 72]])
    expect(decoded.refusals).toEqual([])
  })

  test('a signal alone on the readings topic lacks nothing', () => {
    expect(codes(decode('readings', { signal: 'sos' }))).toEqual([])
  })
})

describe('a hazard among the readings', () => {
  test.each(['smoke', 'gas', 'carbon_monoxide', 'water_leak'])('%s above zero is a reading and a signal', (name) => {
    const decoded = decode('readings', { at, readings: { [name]: 1 } })
    expect(values(decoded)).toEqual([[name, 1]])
    expect(decoded.signals).toEqual([{ signal: name, at }])
    expect(decoded.refusals).toEqual([])
  })

  test('zero, less and null are no signal; neither is a concentration', () => {
    const readings = { smoke: 0, gas: -1, water_leak: null, carbon_monoxide_ppm: 40, water_volume: 12 }
    expect(decode('readings', { readings }).signals).toEqual([])
  })

  test('a yes that is no number is refused as a reading and heard as a signal', () => {
    for (const yes of [true, 'true', 'ON', '1', 'alarm']) {
      const decoded = decode('readings', { at, readings: { smoke: yes } })
      expect(decoded.signals).toEqual([{ signal: 'smoke', at, malformed: true }])
      expect(codes(decoded)).toEqual(['value_not_a_number'])
    }
    for (const no of [false, 'OFF', '0', 'unknown', '']) {
      expect(decode('readings', { readings: { smoke: no } }).signals).toEqual([])
    }
  })

  test('neither a broken time nor the wrong place silences it', () => {
    expect(decode('readings', { at: 'bad', readings: { smoke: 1, spo2: 97 } }).signals).toEqual([
      { signal: 'smoke', at: undefined, malformed: true },
    ])
    expect(decode('readings', { at, readings: { sos: 1 } }).signals).toEqual([{ signal: 'sos', at, malformed: true }])
    expect(decode('readings', { readings: { spo2: 97 }, fall_detected: true }).signals).toEqual([
      { signal: 'fall', at: undefined, malformed: true },
    ])
  })
})
