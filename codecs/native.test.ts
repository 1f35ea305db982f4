import { describe, expect, test } from 'vitest'
import { limits } from '../domain/limits.ts'
import type { Decoded } from '../domain/message.ts'
import type { UpKind } from '../domain/topics.ts'
import { native } from './native.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)
const at = receivedAt - 750
const iso = new Date(at).toISOString()

/** Decodes a text, or a value as JSON, on a topic of the device `watch-1`. */
function decode(kind: UpKind, payload: unknown): Decoded {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
  return native.decode(`vigil/v1/watch-1/${kind}`, Buffer.from(text), { receivedAt })
}
const codes = ({ refusals }: Decoded): string[] => refusals.map(({ code }) => code)
const values = ({ readings }: Decoded): [string, number][] => readings.map(({ metric, value }) => [metric, value])

describe('readings', () => {
  test('the example of the contract', () => {
    const decoded = decode('readings', { at: iso, seq: 4711, readings: { heart_rate: 72, spo2: 97, battery: 81 } })
    expect(decoded).toEqual({
      device: 'watch-1',
      readings: [
        { at, metric: 'heart_rate', value: 72, implausible: false },
        { at, metric: 'spo2', value: 97, implausible: false },
        { at, metric: 'battery', value: 81, implausible: false },
      ],
      signals: [],
      motions: [],
      status: undefined,
      refusals: [],
    })
  })

  test.each<[string, unknown, number]>([
    ['ISO time with a zone', '2026-11-22T16:15:30.250+08:00', at],
    ['epoch milliseconds', at, at],
    ['no time', undefined, receivedAt],
    ['null', null, receivedAt],
    ['a day late, from a buffer', at - 86_400_000, at - 86_400_000],
    ['a clock a little ahead', receivedAt + limits.clockAheadMs, receivedAt + limits.clockAheadMs],
    ['a clock too far ahead', receivedAt + limits.clockAheadMs + 1, receivedAt],
    ['a clock that was never set', 1_000_000, receivedAt],
    ['seconds for milliseconds', Math.round(at / 1_000), receivedAt],
    ['minus zero', -0, receivedAt],
    ['the first believed instant', limits.clockUnsetBefore, limits.clockUnsetBefore],
  ])('%s: stored at the right instant', (_, written, expected) => {
    const decoded = decode('readings', { at: written, readings: { heart_rate: 72 } })
    expect(decoded.readings.map((reading) => reading.at)).toEqual([expected])
    expect(decoded.refusals).toEqual([])
  })

  test.each(['yesterday', '2026-11-22T08:15:30', '', true, {}, [at], 1e300])(
    'at %j: the readings are refused',
    (bad) => {
      const decoded = decode('readings', { at: bad, readings: { heart_rate: 72 } })
      expect(decoded.readings).toEqual([])
      expect(codes(decoded)).toEqual(['time_invalid'])
    },
  )

  test('an unknown metric is refused, the others stand', () => {
    const decoded = decode('readings', { readings: { heart_rate: 72, mood: 3, spo2: 97 } })
    expect(values(decoded)).toEqual([
      ['heart_rate', 72],
      ['spo2', 97],
    ])
    expect(decoded.refusals).toEqual([{ code: 'metric_unknown', detail: '"mood"' }])
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    '%s is a metric like any unknown one',
    (name) => {
      const decoded = decode('readings', `{"readings":{"${name}":1,"spo2":97}}`)
      expect(values(decoded)).toEqual([['spo2', 97]])
      expect(codes(decoded)).toEqual(['metric_unknown'])
    },
  )

  test('`__proto__` beside the readings is an unknown field, and nothing is read out of it', () => {
    const decoded = decode(
      'readings',
      '{"__proto__":{"signal":"sos","readings":{"heart_rate":1}},"readings":{"spo2":97}}',
    )
    expect(values(decoded)).toEqual([['spo2', 97]])
    expect(decoded.signals).toEqual([])
    expect(({} as Record<string, unknown>).signal).toBeUndefined()
  })

  test.each(['"72"', 'true', '{}', '[72]', '1e999', '-1e999', 'NaN', 'Infinity', '-Infinity', 'nan'])(
    'the value %s is refused, the others stand',
    (value) => {
      const decoded = decode('readings', `{"readings":{"heart_rate":${value},"spo2":97}}`)
      expect(values(decoded)).toEqual([['spo2', 97]])
      expect(codes(decoded)).toEqual(['value_not_a_number'])
    },
  )

  test('null is no reading, and no error', () => {
    const decoded = decode('readings', { readings: { heart_rate: null, spo2: 97 } })
    expect(values(decoded)).toEqual([['spo2', 97]])
    expect(decoded.refusals).toEqual([])
  })

  test('what physics does not allow is kept and flagged', () => {
    const decoded = decode('readings', '{"readings":{"heart_rate":400,"spo2":-1,"energy":1e308,"temperature":-0}}')
    expect(decoded.readings.map(({ value, implausible }) => [value, implausible])).toEqual([
      [400, true],
      [-1, true],
      [1e308, true],
      [0, false],
    ])
    expect(Object.is(decoded.readings.at(-1)?.value, 0)).toBe(true)
    expect(decoded.refusals).toEqual([])
  })

  test('exponents and fractions are numbers', () => {
    expect(values(decode('readings', '{"readings":{"body_temperature":3.66e1,"heart_rate":720E-1}}'))).toEqual([
      ['body_temperature', 36.6],
      ['heart_rate', 72],
    ])
  })

  test('of a key given twice the last one stands, as JSON has it', () => {
    expect(values(decode('readings', '{"readings":{"spo2":10,"spo2":97}}'))).toEqual([['spo2', 97]])
  })

  test("unknown fields are no error, a radio's `signal` strength among them", () => {
    const decoded = decode('readings', { readings: { spo2: 97 }, signal: -67, network: { signal: 3 }, name: '手环' })
    expect(values(decoded)).toEqual([['spo2', 97]])
    expect(decoded.refusals).toEqual([])
    expect(decoded.signals).toEqual([])
  })

  test.each([
    '{}',
    '{"at":1}',
    '{"readings":null}',
    '{"readings":[1]}',
    '{"readings":"x"}',
    '3',
    '"x"',
    'null',
    'true',
  ])('%s is refused', (payload) => {
    const decoded = decode('readings', payload)
    expect(codes(decoded)).toEqual(['payload_invalid'])
    expect(decoded.readings).toEqual([])
  })
})

describe('a batch', () => {
  test('each bad entry is refused on its own, and told by its number', () => {
    const decoded = decode('readings', [
      { at: at - 2, readings: { spo2: 95 } },
      7,
      { at: 'bad', readings: { spo2: 96 } },
      { at, readings: { spo2: 97, mood: 1 } },
      [],
    ])
    expect(decoded.readings.map((reading) => [reading.at, reading.value])).toEqual([
      [at - 2, 95],
      [at, 97],
    ])
    expect(decoded.refusals).toEqual([
      { code: 'payload_invalid', detail: 'entry 1: not an object but 7' },
      { code: 'time_invalid', detail: 'entry 2: at: "bad"' },
      { code: 'metric_unknown', detail: 'entry 3: "mood"' },
      { code: 'payload_invalid', detail: 'entry 4: not an object but a list' },
    ])
  })

  test('as long as allowed is taken whole, one longer is refused', () => {
    const entries = (count: number) => Array.from({ length: count }, () => ({ readings: { spo2: 97 } }))
    expect(decode('readings', entries(limits.batchEntries)).readings).toHaveLength(limits.batchEntries)
    const longer = decode('readings', entries(limits.batchEntries + 1))
    expect(codes(longer)).toEqual(['batch_too_long'])
    expect(longer.readings).toEqual([])
  })

  test('an empty one says nothing', () => {
    expect(codes(decode('readings', '[]'))).toEqual(['payload_empty'])
  })

  test('refusals are listed up to a limit, readings are not', () => {
    const decoded = decode(
      'readings',
      Array.from({ length: 1_000 }, () => ({ readings: { mood: 1, spo2: 97 } })),
    )
    expect(decoded.refusals).toHaveLength(limits.refusalsPerMessage)
    expect(decoded.readings).toHaveLength(1_000)
  })

  test("a device's own words are told back shortened", () => {
    const decoded = decode('readings', { readings: { ['x'.repeat(10_000)]: 1 } })
    expect(decoded.refusals[0]?.detail.length).toBeLessThan(100)
  })
})

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

describe('motion', () => {
  const window = { at, rate_hz: 50, range_g: 4, placement: 'wrist', unit: 'g', x: [0, 0.1], y: [0, 0], z: [1, 3.9] }

  test('the example of the contract', () => {
    const { unit: _, ...rest } = window
    expect(decode('motion', window)).toMatchObject({ motions: [rest], refusals: [] })
    expect(decode('motion', rest).motions).toEqual([rest])
  })

  test('metres per second squared become g', () => {
    const { motions } = decode('motion', { ...window, unit: 'm/s2', x: [0, 9.80665], y: [-19.6133, 0] })
    expect(motions[0]?.x[1]).toBeCloseTo(1, 12)
    expect(motions[0]?.y[0]).toBeCloseTo(-2, 12)
  })

  test.each<[string, Record<string, unknown>, string]>([
    ['rate 0', { rate_hz: 0 }, 'payload_invalid'],
    ['rate 1001', { rate_hz: 1_001 }, 'payload_invalid'],
    ['rate as text', { rate_hz: '50' }, 'payload_invalid'],
    ['no rate', { rate_hz: undefined }, 'payload_invalid'],
    ['axes of different lengths', { z: [1] }, 'payload_invalid'],
    ['no axis', { y: undefined }, 'payload_invalid'],
    ['empty axes', { x: [], y: [], z: [] }, 'payload_invalid'],
    ['an axis that is a number', { x: 1 }, 'payload_invalid'],
    ['text among the samples', { x: [0, '0.1'] }, 'value_not_a_number'],
    ['null among the samples', { x: [0, null] }, 'value_not_a_number'],
    ['another unit', { unit: 'mg' }, 'payload_invalid'],
  ])('%s refuses the window', (_, field, code) => {
    const decoded = decode('motion', { ...window, ...field })
    expect(decoded.motions).toEqual([])
    expect(codes(decoded)[0]).toBe(code)
  })

  test.each([1, 1_000, 31.25])('rate %d is taken', (rate_hz) => {
    expect(decode('motion', { ...window, rate_hz }).motions[0]?.rate_hz).toBe(rate_hz)
  })

  test('what is broken beside the axes costs only itself', () => {
    const decoded = decode('motion', { ...window, at: 'bad', range_g: -4, placement: 7 })
    expect(decoded.motions).toEqual([{ at: receivedAt, rate_hz: 50, x: window.x, y: window.y, z: window.z }])
    expect(codes(decoded).sort()).toEqual(['payload_invalid', 'payload_invalid', 'time_invalid'])
  })
})

describe('status', () => {
  test('online and firmware', () => {
    expect(decode('status', { online: false }).status).toEqual({ online: false })
    expect(decode('status', { online: true, firmware: '1.2' })).toMatchObject({
      status: { online: true, firmware: '1.2' },
      refusals: [],
    })
  })

  test('online is true or false; a firmware that is no text costs only itself', () => {
    for (const online of ['true', 1, null]) {
      const decoded = decode('status', { online })
      expect(decoded.status).toBeUndefined()
      expect(codes(decoded)).toEqual(['payload_invalid'])
    }
    const decoded = decode('status', { online: true, firmware: 12 })
    expect(decoded.status).toEqual({ online: true })
    expect(codes(decoded)).toEqual(['payload_invalid'])
  })

  test('an empty one clears a retained status: nothing said, nothing wrong', () => {
    expect(decode('status', '')).toMatchObject({ status: undefined, refusals: [] })
  })
})

describe('topics', () => {
  test('native claims what a device publishes, and nothing else', () => {
    for (const kind of ['readings', 'signals', 'motion', 'status']) {
      expect(native.claims(`vigil/v1/watch-1/${kind}`)).toBe(true)
      expect(native.device(`vigil/v1/watch-1/${kind}`)).toBe('watch-1')
    }
    for (const topic of [
      'vigil/v1/watch-1/commands',
      'vigil/v1/watch-1/receipts',
      'vigil/v1/watch-1',
      'zigbee2mqtt/x',
    ]) {
      expect(native.claims(topic)).toBe(false)
      expect(native.device(topic)).toBeUndefined()
    }
  })
})
