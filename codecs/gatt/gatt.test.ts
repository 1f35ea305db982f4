import { describe, expect, test } from 'vitest'
import type { Decoded } from '../../domain/message.ts'
import { codes, receivedAt, values } from '../test_decode.ts'
import { float, sfloat } from './floats.ts'
import { gatt } from './gatt.ts'

const decode = (characteristic: string, hex: string, zoneMinutes = 480): Decoded =>
  gatt.decode(`gatt/7CC6B6112233/${characteristic}`, Buffer.from(hex.replaceAll(' ', ''), 'hex'), {
    receivedAt,
    zoneMinutes,
  })
const warned = ({ warnings }: Decoded): string[] => warnings.map(({ code }) => code)

describe('numbers of IEEE 11073', () => {
  test.each([
    [0x0062, 98],
    [0xf3e8, 100],
    [0xf16e, 36.6],
    [0x1005, 50],
    [0x0fff, -1],
    [0xffff, -0.1],
    [0xe00a, 0.1],
  ])('SFLOAT %s is %d', (word, value) => expect(sfloat(word)).toBe(value))

  test.each([0x07ff, 0x0800, 0x07fe, 0x0802, 0x0801])('SFLOAT %s is no number', (word) =>
    expect(sfloat(word)).toBeUndefined(),
  )

  test.each([
    [0xff00016e, 36.6],
    [0xfe000e4c, 36.6],
    [0x00ffffff, -1],
    [0x01000005, 50],
  ])('FLOAT %s is %d', (word, value) => expect(float(word)).toBe(value))

  test.each([0x007fffff, 0x00800000, 0x007ffffe, 0x00800002, 0x00800001])('FLOAT %s is no number', (word) =>
    expect(float(word)).toBeUndefined(),
  )
})

describe('characteristics', () => {
  test.each([
    ['2A37', '00 44', [['heart_rate', 68]]],
    ['2A37', '01 04 01', [['heart_rate', 260]]],
    ['2A37', '06 44', [['heart_rate', 68]]],
    ['2A37', '18 44 1000 bc03', [['heart_rate', 68]]],
    [
      '2A35',
      '04 8300 5100 6200 4700',
      [
        ['systolic', 131],
        ['diastolic', 81],
        ['mean_arterial_pressure', 98],
        ['heart_rate', 71],
      ],
    ],
    [
      '2A35',
      '00 8300 5100 ff07',
      [
        ['systolic', 131],
        ['diastolic', 81],
      ],
    ],
    ['2A1C', '00 6e0100ff', [['body_temperature', 36.6]]],
    ['2A1C', '01 d40300ff', [['body_temperature', 36.666667]]],
    [
      '2A5E',
      '00 6000 4800',
      [
        ['spo2', 96],
        ['heart_rate', 72],
      ],
    ],
    [
      '2A5F',
      '00 6000 4800',
      [
        ['spo2', 96],
        ['heart_rate', 72],
      ],
    ],
    ['2A19', '5a', [['battery', 90]]],
  ])('%s %s', (characteristic, hex, expected) => {
    expect(values(decode(characteristic, hex))).toEqual(expected)
  })

  test('kilopascals are converted', () => {
    const decoded = decode('2A35', '01 b0f0 6cf0 85f0')
    expect(decoded.readings.map(({ value }) => Math.round(value))).toEqual([132, 81, 100])
    expect(warned(decoded)).toEqual(['unit_converted'])
  })

  test.each([
    ['off the skin', '2A37', '04 ff'],
    ['0', '2A37', '00 00'],
    ['NaN', '2A1C', '00 ffff7f00'],
    ['no finger', '2A5F', '00 ff07 ff07'],
  ])('%s is no reading', (_why, characteristic, hex) => {
    const decoded = decode(characteristic, hex)
    expect([decoded.readings, codes(decoded)]).toEqual([[], []])
    expect(warned(decoded)).toContain('no_reading')
  })

  test.each([
    ['2A37', '01 44'],
    ['2A37', '10 44'],
    ['2A37', '10 44 bc'],
    ['2A35', '00 8300 5100'],
    ['2A35', '02 8300 5100 6200 ea07'],
    ['2A1C', '00 6e01'],
    ['2A5E', '01 6000 4800 ea'],
  ])('%s %s ends too soon', (characteristic, hex) =>
    expect([codes(decode(characteristic, hex)), decode(characteristic, hex).readings]).toEqual([
      ['payload_invalid'],
      [],
    ]),
  )
})

describe('time', () => {
  const at = (time: string): Decoded => decode('2A35', `02 8300 5100 6200 ${time}`)

  test('is the wall clock of the zone that fits', () => {
    expect(at('ea07 0b 16 10 0f 00').readings[0]?.at).toBe(Date.UTC(2026, 10, 22, 8, 15))
    expect(at('ea07 0b 16 08 0f 00').readings[0]?.at).toBe(Date.UTC(2026, 10, 22, 8, 15))
  })

  test('year 0 is none, and a wrong clock gives way to the receipt', () => {
    expect([at('0000 04 11 14 29 3b').readings[0]?.at, warned(at('0000 04 11 14 29 3b'))]).toEqual([receivedAt, []])
    expect([at('e407 01 01 00 00 00').readings[0]?.at, warned(at('e407 01 01 00 00 00'))]).toEqual([
      receivedAt,
      ['clock_untrusted'],
    ])
  })
})

describe('the topic', () => {
  test.each(['2a37', '0x2A37', '00002a37-0000-1000-8000-00805f9b34fb'])('%s names it', (name) =>
    expect(values(decode(name, '0044'))).toEqual([['heart_rate', 68]]),
  )

  test.each(['2A00', 'heart_rate', '2a37-', ''])('%j does not', (name) =>
    expect(codes(decode(name, '0044'))).toEqual(['payload_invalid']),
  )

  test('names the device', () => expect(gatt.source?.('gatt/7C:C6:B6:11:22:33/2A37')).toBe('7cc6b6112233'))

  test.each(['0644', '06 44', '06:44\n'])('digits as text: %j', (text) =>
    expect(values(gatt.decode('gatt/a/2A37', Buffer.from(text), { receivedAt }))).toEqual([['heart_rate', 68]]),
  )
})
