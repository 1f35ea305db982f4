import { describe, expect, test } from 'vitest'
import { limits } from '../../domain/limits.ts'
import type { Decoded } from '../../domain/message.ts'
import { isMetric } from '../../domain/metrics.ts'
import { codes, receivedAt, values } from '../test_decode.ts'
import { meaningOf, metricNames } from './names.ts'
import { parseSparkplug } from './payload.ts'
import { sparkplug } from './sparkplug.ts'
import { type Given, metricBytes, sparkplugBytes } from './test_payload.ts'

const topic = 'spBv1.0/home-7/DDATA/hub/cord'
const at = receivedAt - 500

type Taught = Map<string, string>
const decodeBytes = (payload: Uint8Array, on = topic, taught: Taught = new Map()): Decoded =>
  sparkplug.decode(on, payload, { receivedAt, learned: (key) => taught.get(key) })
const decode = (metrics: Given[], on = topic, taught?: Taught): Decoded =>
  decodeBytes(sparkplugBytes(metrics, at), on, taught)
const warned = ({ warnings }: Decoded): string[] => warnings.map(({ code }) => code)
const urgent = (metrics: Given[], on = topic): boolean => sparkplug.urgent(on, sparkplugBytes(metrics, at))
const taughtBy = ({ learned }: Decoded): Taught => new Map(learned.map(({ key, value }) => [key, value]))

describe('names', () => {
  test('every name of the table is a key that a name can have, and its metric is one', () => {
    for (const [name, metric] of Object.entries(metricNames)) {
      expect(isMetric(metric), name).toBe(true)
      expect(meaningOf(name, false).metric, name).toBe(metric)
    }
  })

  test.each([
    ['Emergency/SOS', 'sos'],
    ['Bathroom/Pull Cord', 'sos'],
    ['emergency/active', 'sos'],
    ['Fall Detected', 'fall'],
    ['radar/fallDetected', 'fall'],
    ['Smoke/Alarm', 'smoke'],
    ['Kitchen/CO', 'carbon_monoxide'],
    ['Leak', 'water_leak'],
  ])('%s is %s where it is true', (name, signal) => {
    expect(decode([{ name, boolean: true }]).signals).toMatchObject([{ signal, level: true, at }])
    expect(decode([{ name, boolean: false }])).toMatchObject({ signals: [], clears: [{ signal, at }] })
    expect([urgent([{ name, boolean: true }]), urgent([{ name, boolean: false }])]).toEqual([true, true])
  })

  test.each([
    'SOS Enabled',
    'Fall Detection/Enabled',
    'Alarm',
    'Node Control/SOS',
    'Properties/Fall',
    'Outputs/Buzzer',
  ])('%s is none', (name) => {
    expect(decode([{ name, boolean: true }]).signals).toEqual([])
    expect(urgent([{ name, boolean: true }])).toBe(false)
  })

  test.each(['constructor', '__proto__', 'a/toString', ''])('%j is none, nor a metric', (name) => {
    const decoded = decode([{ name, boolean: true, unit: 'constructor' }])
    expect([decoded.signals, decoded.readings]).toEqual([[], []])
  })

  test('a number under a word that is a measurement too is no claim', () =>
    expect([decode([{ name: 'CO', int: 1 }]).signals, decode([{ name: 'Smoke', double: 0.4 }]).signals]).toEqual([
      [],
      [],
    ]))

  test('a plain button is a press', () => {
    const decoded = decode([{ name: 'Inputs/Button', boolean: true }])
    expect(decoded.signals).toMatchObject([{ signal: 'sos', press: 'single' }])
    expect(values(decoded)).toEqual([['button', 1]])
    expect(decode([{ name: 'Inputs/Button', boolean: false }])).toMatchObject({ signals: [], clears: [], readings: [] })
  })
})

describe('values', () => {
  test.each([
    [{ name: 'Vitals/Heart Rate', double: 61 }, 'heart_rate', 61],
    [{ name: 'vitals/heartRate', float: 61.5 }, 'heart_rate', 61.5],
    [{ name: 'Steps', long: 5_000_000_000 }, 'steps', 5_000_000_000],
    [{ name: 'Temperature', datatype: 2, int: 65_531 }, 'temperature', -5],
    [{ name: 'Temperature', datatype: 3, int: 2 ** 32 - 5 }, 'temperature', -5],
    [{ name: 'Body Temperature', unit: '°F', double: 98.6 }, 'body_temperature', 37],
    [{ name: 'Battery', string: '81' }, 'battery', 81],
    [{ name: 'Occupancy', boolean: true }, 'presence', 1],
  ])('%j is %s %s', (given, metric, value) => expect(values(decode([given]))).toEqual([[metric, value]]))

  test('null is no reading, and no clear', () => {
    expect(warned(decode([{ name: 'Heart Rate', isNull: true }]))).toEqual(['no_reading'])
    expect(decode([{ name: 'SOS', isNull: true, boolean: true }])).toMatchObject({ signals: [], clears: [] })
  })

  test('each metric has its own time, and the payload’s where it has none', () => {
    const decoded = decode([
      { name: 'Battery', int: 1, timestamp: at - 9_000 },
      { name: 'SpO2', int: 97 },
    ])
    expect(decoded.readings.map((one) => one.at)).toEqual([at - 9_000, at])
  })

  test('a clock that was never set gives way to the receipt', () => {
    const decoded = decode([{ name: 'SOS', boolean: true, timestamp: 5_000 }])
    expect([decoded.signals[0]?.at, warned(decoded)]).toEqual([undefined, ['clock_untrusted']])
  })

  test('what is historical raises no new alarm and ends none', () => {
    const decoded = decode([
      { name: 'SOS', boolean: true, historical: true },
      { name: 'Fall', boolean: false, historical: true },
    ])
    expect(decoded.signals).toMatchObject([{ signal: 'sos', historical: true }])
    expect([decoded.clears, warned(decoded)]).toEqual([[], ['historical', 'historical']])
  })

  test('two presses have two keys, a repeat has the same', () => {
    const key = (timestamp: number) => decode([{ name: 'SOS', boolean: true, timestamp }]).signals[0]?.key
    expect(key(at)).toEqual(key(at))
    expect(key(at)).not.toEqual(key(at - 1))
  })
})

describe('aliases', () => {
  const birth = decode(
    [
      { name: 'Emergency/SOS', alias: 0, datatype: 11, boolean: false },
      { name: 'Temperature', alias: 2 ** 40, datatype: 2, unit: 'F', int: 70 },
    ],
    'spBv1.0/home-7/DBIRTH/hub/cord',
  )

  test('a birth teaches them, with type and unit', () => {
    const decoded = decode(
      [
        { alias: 0, boolean: true },
        { alias: 2 ** 40, int: 65_522 },
      ],
      topic,
      taughtBy(birth),
    )
    expect(decoded.signals).toMatchObject([{ signal: 'sos', level: true }])
    expect(values(decoded)[0]?.[1]).toBeCloseTo(-25.5556, 3)
    expect(codes(decoded)).toEqual([])
  })

  test('a number that does not fit its type is no yes: nobody could see its haste', () => {
    const small = decode([{ name: 'SOS', alias: 1, datatype: 1, int: 0 }])
    expect(decode([{ alias: 1, int: 257 }], topic, taughtBy(small)).signals).toEqual([])
    expect(urgent([{ alias: 1, int: 257 }])).toBe(false)
  })

  test('a birth is not overtaken by the alarm whose number it teaches', () => {
    const taught = [{ name: 'Emergency/SOS', alias: 0, datatype: 11, isNull: true }]
    expect(urgent(taught, 'spBv1.0/home-7/DBIRTH/hub/cord')).toBe(true)
    expect(urgent(taught, 'spBv1.0/home-7/DDATA/hub/cord')).toBe(false)
    expect(urgent([{ name: 'Temperature', alias: 1, int: 70 }], 'spBv1.0/home-7/DBIRTH/hub/cord')).toBe(false)
  })

  test('without it they are refused and can be replayed; what has a name is taken', () => {
    const decoded = decode([
      { alias: 0, boolean: true },
      { name: 'Battery', int: 70 },
    ])
    expect([codes(decoded), warned(decoded), values(decoded)]).toEqual([
      ['birth_missing'],
      ['birth_missing'],
      [['battery', 70]],
    ])
  })

  test('of another node they mean nothing here', () =>
    expect(codes(decode([{ alias: 0, boolean: true }], 'spBv1.0/home-8/DDATA/hub/cord', taughtBy(birth)))).toEqual([
      'birth_missing',
    ]))

  test.each([
    [{ alias: 0, boolean: true }, true],
    [{ alias: 0, boolean: false }, true],
    [{ alias: 0, int: 1 }, true],
    [{ alias: 0, double: 36.5 }, false],
    [{ alias: 0, int: 72 }, false],
    [{ name: 'Battery', int: 1 }, false],
  ])('whether %j could be an alarm: %s', (given, expected) => expect(urgent([given])).toBe(expected))
})

describe('births, deaths, commands', () => {
  test('a birth tells that it is there and what it is', () => {
    const decoded = decode([{ name: 'Properties/Hardware Model', string: 'Hub 2' }], 'spBv1.0/home-7/NBIRTH/hub')
    expect(decoded).toMatchObject({
      statuses: [{ online: true }],
      announced: [{ source: 'home-7:hub', model: 'Hub 2' }],
    })
  })

  test.each(['NDEATH/hub', 'DDEATH/hub/cord'])('%s is offline', (rest) => {
    const [kind, ...who] = rest.split('/')
    expect(decode([], ['spBv1.0/home-7', kind, ...who].join('/')).statuses).toEqual([{ online: false }])
  })

  test.each(['spBv1.0/home-7/DCMD/hub/cord', 'spBv1.0/home-7/NCMD/hub', 'spBv1.0/STATE/host'])(
    '%s says nothing',
    (on) => {
      const decoded = decode([{ name: 'SOS', boolean: true }], on)
      expect([decoded.signals, decoded.refusals]).toEqual([[], []])
    },
  )

  test.each(['spBv1.0/a/DDATA/b', 'spBv1.0/a/XDATA/b', 'spBv1.0/a/NDATA/b/c', 'spBv1.0/a'])(
    '%s is no topic of it',
    (on) => expect(codes(decode([], on))).toEqual(['payload_invalid']),
  )

  test('a device is named by group, node and itself: two nodes may both have a cord', () => {
    expect(sparkplug.source?.(topic)).toBe('home-7:hub:cord')
    expect(sparkplug.source?.('spBv1.0/home-8/DDATA/hub/cord')).toBe('home-8:hub:cord')
  })
})

describe('broken bytes', () => {
  const sos = { name: 'SOS', boolean: true }

  test('cut behind an SOS, it is heard', () => {
    const whole = sparkplugBytes([sos, { name: 'Heart Rate', double: 60 }], at)
    const decoded = decodeBytes(whole.subarray(0, whole.length - 6))
    expect(decoded.signals).toMatchObject([{ signal: 'sos', malformed: true }])
    expect(codes(decoded)).toEqual(['payload_invalid'])
  })

  test('broken before an SOS, it is heard', () => {
    const payload = Buffer.concat([Buffer.from([0x08, 0xff, 0xff, 0x07, 0x3f]), metricBytes(sos)])
    expect(decodeBytes(payload).signals).toMatchObject([{ signal: 'sos', malformed: true }])
    expect(sparkplug.urgent(topic, payload)).toBe(true)
  })

  test.each([[''], ['7b7d'], ['ffffffffffffffffffffff']])('%s is refused', (hex) =>
    expect(codes(decodeBytes(Buffer.from(hex, 'hex')))).toHaveLength(1),
  )

  test('compressed is refused by name', () => {
    const payload = Buffer.concat([Buffer.from([0x22, 18]), Buffer.from('SPBV1.0_COMPRESSED')])
    expect(decodeBytes(payload).refusals[0]?.detail).toContain('compressed')
  })
})

test('of more metrics than any node has the first are read, and the message is kept whole', () => {
  // An alias without a value, four bytes each.
  const flood = Buffer.from('12021001'.repeat(limits.sparkplugMetrics + 10), 'hex')
  const decoded = sparkplug.decode('spBv1.0/g/NDATA/n', flood, { receivedAt: 1 })
  expect(parseSparkplug(flood)).toMatchObject({ isWhole: false })
  expect(parseSparkplug(flood).metrics).toHaveLength(limits.sparkplugMetrics)
  expect(decoded.refusals.length).toBeGreaterThan(0)
})

test('metrics that say nothing are none', () => {
  expect(parseSparkplug(Buffer.from('1200'.repeat(1_000), 'hex'))).toMatchObject({ metrics: [], isWhole: true })
})
