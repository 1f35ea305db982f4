import { describe, expect, test } from 'vitest'
import { type SignalKind, signals } from '../domain/signals.ts'
import { decodeRecord } from './decode.ts'
import { isUrgent } from './urgent.ts'

const bytes = (payload: unknown) =>
  Buffer.isBuffer(payload) ? payload : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
const readings = (payload: unknown): boolean => isUrgent('vigil/v1/watch-1/readings', bytes(payload))

test('whatever is sent to signals and motion is urgent, even nothing', () => {
  for (const payload of ['', '{}', '{"signal":"battery_low"}']) {
    expect(isUrgent('vigil/v1/watch-1/signals', bytes(payload))).toBe(true)
    expect(isUrgent('vigil/v1/watch-1/motion', bytes(payload))).toBe(true)
  }
})

describe('ordinary telemetry is not urgent', () => {
  test.each([
    [{ at: 1795335330250, seq: 4711, readings: { heart_rate: 72, spo2: 97, battery: 81 } }],
    [{ readings: { heart_rate: 72, smoke: 0, gas: 0, water_leak: 0, carbon_monoxide: 0 } }],
    [{ readings: { carbon_monoxide_ppm: 4, carbon_dioxide: 700, water_volume: 12.5, motion: 1, door_open: 1 } }],
    ['{"readings":{"smoke":0.0,"gas":false,"water_leak":null,"carbon_monoxide":-1}}'],
    ['{ "readings" : { "smoke" : 0 , "gas" : 0 } }'],
    ['{"sos":false,"fall":0,"fall_detected":null,"panic":0,"readings":{"spo2":97}}'],
    [{ signal: -67, readings: { rssi: -67 } }],
    [{ signal_strength: -67, signal_quality: 'good', readings: { rssi: -67 } }],
    [{ readings: { temperature: 21.5 }, name: 'Küche 厨房', place: 'waterfall room, gasse 3, coffee' }],
    ['{"name":"Ren\\u00e9","readings":{"spo2":97}}'],
    ['[{"bn":"urn:dev:mac:0024befffe804ff1/","n":"heart_rate","u":"beat/min","v":72}]'],
    ['[{"bn":"urn:dev:mac:0024befffe804ff1/","n":"smoke","v":0},{"n":"gas","vb":false}]'],
    [''],
    ['not json at all'],
  ])('%j', (payload) => {
    expect(readings(payload)).toBe(false)
  })

  test('status', () => {
    expect(isUrgent('vigil/v1/watch-1/status', bytes({ online: true, firmware: '1.4.2' }))).toBe(false)
  })
})

describe('a look at the bytes', () => {
  test.each<[string, unknown]>([
    ['a signal', { signal: 'sos' }],
    ['a signal that is not known', { signal: 'sensor_torn_off' }],
    ['a signal with space round the colon', '{"readings":{}, "signal" : "x"}'],
    ['a hazard', { readings: { smoke: 1 } }],
    ['a hazard as a fraction', '{"readings":{"gas":0.5}}'],
    ['a hazard as yes', { readings: { water_leak: 'ON' } }],
    ['a flag', { readings: { spo2: 97 }, fall: true }],
    ['a longer flag', { readings: { spo2: 97 }, fall_suspected: 1 }],
    ['an alarm', { readings: { spo2: 97 }, alarm: 'bed exit' }],
    ['capitals', '{"TYPE":"EMERGENCY"}'],
    ['escaped letters', '{"\\u0073ignal":"\\u0073os"}'],
    ['an escaped tab before the word', '{"type":"\\tsmoke"}'],
    ['an escaped tab within it', '{"type":"water\\tleak"}'],
    ['UTF-16', Buffer.from('{"signal":"sos"}', 'utf16le')],
    ['the bare word', 'help'],
    ['truncated', '{"sos":1'],
    ['SenML', '[{"n":"sos","vb":true}]'],
    ['a SenML hazard', '[{"n":"smoke","v":1}]'],
    ['a SenML hazard by its base value', '[{"bv":1,"n":"gas","v":0}]'],
    ['the second of two', '{"readings":{"smoke":0},"before":{"smoke":1}} "smoke":1'],
  ])('%s is urgent', (_, payload) => {
    expect(readings(payload)).toBe(true)
  })

  test('a topic that no codec takes is looked at all the same', () => {
    expect(isUrgent('vigil/v1/watch-1/signal', bytes({ signal: 'sos' }))).toBe(true)
    expect(isUrgent('home/kitchen', bytes({ smoke: true }))).toBe(true)
    expect(isUrgent('home/kitchen', bytes({ smoke: false }))).toBe(false)
  })

  test('at the end of the longest batch as at its beginning', () => {
    const batch = `[${'{"readings":{"spo2":97}},'.repeat(4_000)}{"readings":{"smoke":1}}]`
    expect(readings(batch)).toBe(true)
    expect(readings(batch.replace('"smoke":1', '"smoke":0'))).toBe(false)
  })
})

const spellings = Object.entries(signals).flatMap(([kind, { words }]) =>
  words
    .flatMap((word) => [word, word.toUpperCase(), word.replaceAll('_', ' '), word.replaceAll('_', '-'), ` ${word} `])
    .map((spelling) => [spelling, kind as SignalKind] as const),
)

test.each(spellings)('%j is urgent and %s, however it is sent', (spelling, kind) => {
  const payloads = [
    { signal: spelling },
    { type: spelling },
    spelling,
    `{"signal":"${spelling}"`,
    `{'signal': '${spelling}'`,
  ]
  for (const payload of payloads) {
    const topic = 'vigil/v1/watch-1/readings'
    const decoded = decodeRecord({ topic, payload: bytes(payload), receivedAt: 0 })
    expect({ payload, signals: decoded.signals.map(({ signal }) => signal) }).toEqual({ payload, signals: [kind] })
    expect(readings(payload)).toBe(true)
  }
})
