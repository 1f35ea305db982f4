import { describe, expect, test } from 'vitest'
import type { Decoded } from '../../domain/message.ts'
import { isHazard } from '../build.ts'
import { codes, receivedAt, values } from '../test_decode.ts'
import { bthome } from './bthome.ts'
import { objects } from './objects.ts'
import { parseServiceData } from './service_data.ts'

const decode = (hex: string, topic = 'bthome/7C:C6:B6:11:22:33'): Decoded =>
  bthome.decode(topic, Buffer.from(hex, 'hex'), { receivedAt })
const warned = ({ warnings }: Decoded): string[] => warnings.map(({ code }) => code)

describe('the table of objects', () => {
  test('every object has a length that can be read, and a factor only where it is a number', () => {
    for (const { bytes, factor, metric, name } of objects.values()) {
      if (bytes === 'counted') expect([factor, metric], name).toEqual([undefined, undefined])
      else expect(bytes, name).toBeGreaterThanOrEqual(1)
      if (bytes !== 'counted') expect(bytes, name).toBeLessThanOrEqual(4)
    }
  })

  test('a hazard is one byte that says yes or no', () => {
    const hazards = [...objects.values()].filter(({ metric }) => metric !== undefined && isHazard(metric))
    expect(hazards.map(({ metric }) => metric)).toEqual(['carbon_monoxide', 'gas', 'water_leak', 'smoke'])
    for (const { bytes, factor } of hazards) expect([bytes, factor]).toEqual([1, 1])
  })

  test.each([...objects])('what stands behind object %s is still read', (id, { bytes }) => {
    const value = bytes === 'counted' ? '02aabb' : '00'.repeat(bytes)
    const own = id.toString(16).padStart(2, '0')
    const found = parseServiceData(Buffer.from(`40${own}${value}2901`, 'hex'))
    expect(found?.objects.at(-1)).toMatchObject({ id: 0x29, value: 1 })
  })
})

describe('values', () => {
  test.each([
    ['4002 6aff', 'temperature', -1.5],
    ['4045 6aff', 'temperature', -15],
    ['4058 f6', 'temperature', -3.5],
    ['4003 6e14', 'humidity', 52.3],
    ['4005 a08601', 'illuminance', 1000],
    ['4004 4a8b01', 'pressure', 1011.94],
    ['4006 401f', 'weight', 80],
    ['4007 1027', 'weight', 45.359237],
    ['400c 020c', 'voltage', 3.074],
    ['405c 9cffffff', 'power', -1],
    ['4040 d007', 'distance', 2],
    ['402d 01', 'door_open', 1],
    ['4011 00', 'door_open', 0],
    ['4025 01', 'presence', 1],
    ['4015 01', 'battery_low', 1],
  ])('%s is %s %s', (hex, metric, value) => {
    expect(values(decode(hex.replaceAll(' ', '')))).toEqual([[metric, value]])
  })

  test('pounds are told to have been converted', () => expect(warned(decode('40071027'))).toEqual(['unit_converted']))

  test('of two temperatures the first counts', () => {
    const decoded = decode('400264000265ff')
    expect(values(decoded)).toEqual([['temperature', 1]])
    expect(warned(decoded)).toEqual(['value_unknown'])
  })

  test('a timestamp of its own is the time of the readings, where it can be right', () => {
    const seconds = Buffer.alloc(4)
    seconds.writeUInt32LE(Math.floor(receivedAt / 1_000) - 60)
    expect(decode(`4050${seconds.toString('hex')}0150`).readings[0]?.at).toBe(
      Math.floor(receivedAt / 1_000) * 1_000 - 60_000,
    )
    const never = decode('40500000000001503a01')
    expect(never.readings[0]?.at).toBe(receivedAt)
    expect(never.signals[0]?.at).toBeUndefined()
    expect(warned(never)).toEqual(['clock_untrusted'])
  })
})

describe('buttons', () => {
  test.each([
    ['01', 'single', 1],
    ['02', 'double', 2],
    ['03', 'triple', 3],
    ['04', 'long', 4],
    ['05', 'long', 4],
    ['06', 'long', 4],
    ['80', 'long', 4],
  ])('event %s is a press, %s', (event, press, button) => {
    const decoded = decode(`44002b3a${event}`)
    const key = { id: 'packet:43:1', withinMs: 10_000 }
    expect(decoded.signals).toEqual([{ signal: 'sos', at: undefined, press, key }])
    expect(values(decoded)).toEqual([['button', button]])
  })

  test('no press is no signal, and an event that nobody knows is said to be so', () => {
    expect(decode('443a00').signals).toEqual([])
    const unknown = decode('443a77')
    expect([unknown.signals, warned(unknown)]).toEqual([[], ['value_unknown']])
  })

  test('a press without a packet id has no key: two presses stay two', () =>
    expect(decode('443a01').signals[0]?.key).toBeUndefined())

  test('the next packet is another press', () =>
    expect(decode('4400013a01').signals[0]?.key).not.toEqual(decode('4400023a01').signals[0]?.key))

  test('a turned dimmer is no press', () => expect(decode('443c0103').signals).toEqual([]))
})

describe('hazards', () => {
  test.each([
    ['29', 'smoke'],
    ['1c', 'gas'],
    ['17', 'carbon_monoxide'],
    ['20', 'water_leak'],
  ])('object %s is %s, a state that is told until it ends', (id, signal) => {
    expect(decode(`40${id}01`).signals).toEqual([{ signal, at: undefined, level: true }])
    expect(decode(`40${id}00`)).toMatchObject({ signals: [], clears: [{ signal }] })
    expect(decode(`40${id}07`)).toMatchObject({ signals: [], clears: [], readings: [] })
  })

  test('both its coming and its going are urgent, a room is not', () => {
    const urgent = (hex: string): boolean => bthome.urgent('bthome/a', Buffer.from(hex, 'hex'))
    expect([urgent('402901'), urgent('402900'), urgent('400164')]).toEqual([true, true, false])
  })
})

describe('the frame', () => {
  test('reading stops at the first object that is not known, and what is before it stands', () => {
    const decoded = decode('400155ee07290140')
    expect(values(decoded)).toEqual([['battery', 85]])
    expect([decoded.signals, codes(decoded), warned(decoded)]).toEqual([[], [], ['value_unknown']])
  })

  test('a frame that was cut keeps the press before the cut', () => {
    const decoded = decode('443a0102aa')
    expect(decoded.signals).toMatchObject([{ signal: 'sos', press: 'single', malformed: true }])
    expect(codes(decoded)).toEqual(['payload_invalid'])
  })

  test('an encrypted one is refused, with its counter', () => {
    const decoded = decode('41a1b2c3d41500000011223344')
    expect(decoded.refusals).toEqual([
      { code: 'payload_encrypted', detail: 'BTHome, counter 21; give the bind key to the gateway' },
    ])
  })

  test.each([
    ['', 'payload_empty'],
    ['20', 'payload_invalid'],
    ['5801', 'payload_invalid'],
    ['ffff', 'payload_invalid'],
  ])('%s is none: %s', (hex, code) => expect(codes(decode(hex))).toEqual([code]))

  test.each(['40015a', '0x40015A', '"40 01 5a"', '40:01:5a\n', 'd2fc40015a'])(
    'hexadecimal digits as text: %s',
    (text) => expect(values(bthome.decode('bthome/a', Buffer.from(text), { receivedAt }))).toEqual([['battery', 90]]),
  )

  test('the UUID may stand before the bytes', () => expect(values(decode('d2fc40015a'))).toEqual([['battery', 90]]))

  test('a MAC in the frame that is not the one of the topic is told, and the topic counts', () => {
    expect(warned(decode('42332211b6c67c015a'))).toEqual([])
    expect(warned(decode('42332211b6c67d015a'))).toEqual(['identity_conflict'])
    expect(bthome.source?.('bthome/7C:C6:B6:11:22:33')).toBe('7cc6b6112233')
  })

  test('what is longer than any advertisement is read as far as one goes, and refused', () => {
    const decoded = decode(`403a01${'020000'.repeat(40_000)}`)
    expect([decoded.signals.length, codes(decoded)]).toEqual([1, ['payload_invalid']])
  })
})
