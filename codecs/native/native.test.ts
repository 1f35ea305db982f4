import { describe, expect, test } from 'vitest'
import { limits } from '../../domain/limits.ts'
import { nothingDecoded } from '../../domain/message.ts'
import { at, codes, decode, receivedAt, values } from '../test_decode.ts'
import { native } from './native.ts'

const iso = new Date(at).toISOString()

describe('readings', () => {
  test('the example of the contract', () => {
    const decoded = decode('readings', { at: iso, seq: 4711, readings: { heart_rate: 72, spo2: 97, battery: 81 } })
    expect(decoded).toEqual({
      ...nothingDecoded('watch-1'),
      readings: [
        { at, metric: 'heart_rate', value: 72, implausible: false },
        { at, metric: 'spo2', value: 97, implausible: false },
        { at, metric: 'battery', value: 81, implausible: false },
      ],
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

describe('topics', () => {
  test('native claims what a device publishes, and nothing else', () => {
    for (const kind of ['readings', 'signals', 'motion', 'status']) {
      expect(native.claims?.(`vigil/v1/watch-1/${kind}`)).toBe(true)
      expect(native.device?.(`vigil/v1/watch-1/${kind}`)).toBe('watch-1')
    }
    for (const topic of [
      'vigil/v1/watch-1/commands',
      'vigil/v1/watch-1/receipts',
      'vigil/v1/watch-1',
      'zigbee2mqtt/x',
    ]) {
      expect(native.claims?.(topic)).toBe(false)
      expect(native.device?.(topic)).toBeUndefined()
    }
  })
})
