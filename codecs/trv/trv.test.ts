import { describe, expect, test } from 'vitest'
import type { Decoded } from '../../domain/message.ts'
import { isMetric } from '../../domain/metrics.ts'
import { isUrgent } from '../urgent.ts'
import { quiet, reports, vitals } from './fields.ts'
import { trv } from './trv.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)
const topic = 'gsm/trv/861234500012345'

const decode = (text: string): Decoded => trv.decode(topic, Buffer.from(text), { receivedAt, zoneMinutes: 480 })
const report = (type: string, more = '', place = 'A3939.3180N10647.6640E', time = '081520'): string =>
  `IW${type}261122${place}003.6${time}120.00080009062000102,460,0,9346,5223${more}#`
const values = ({ readings }: Decoded) => Object.fromEntries(readings.map(({ metric, value }) => [metric, value]))
const codes = ({ warnings }: Decoded) => warnings.map(({ code }) => code)

describe('an AP10', () => {
  test.each([
    ['01', 'sos'],
    ['05', 'fall'],
    ['06', 'fall'],
  ])('with code %s is %s, with place, time and key', (code, signal) => {
    expect(decode(report('AP10', `,${code},zh-cn,00`)).signals).toEqual([
      {
        signal,
        at: receivedAt - 11_000,
        position: { lat: 39.6553, lon: 106.7944, datum: 'WGS84' },
        key: { id: `${code} ${(receivedAt - 11_000) / 1_000}`, withinMs: 600_000 },
      },
    ])
  })

  test('with 00 is none, and no other report is one', () => {
    for (const text of [report('AP10', ',00,zh-cn,00'), report('AP01', ',01'), report('YP14')]) {
      expect(decode(text).signals, text).toEqual([])
      expect(isUrgent(topic, Buffer.from(text))).toBe(false)
    }
  })

  test('with a code that nobody knows is an alarm that is not sure', () => {
    const decoded = decode(report('AP10', ',99'))
    expect(decoded.signals).toMatchObject([{ signal: 'sos', confidence: 0.5 }])
    expect(codes(decoded)).toContain('value_unknown')
  })

  test.each([
    ['a broken position', report('AP10', ',05').replace('3939', 'xx'), 'fall'],
    ['no code', report('AP10'), 'sos'],
    ['its beginning only', 'IWAP10261122A39', 'sos'],
    ['no header', '?AP10261122A39', 'sos'],
  ])('with %s is heard, malformed', (_, text, signal) => {
    const decoded = decode(text)
    expect(decoded.signals).toMatchObject([{ signal, malformed: true }])
    expect(decoded.refusals).not.toEqual([])
    expect(isUrgent(topic, Buffer.from(text))).toBe(true)
  })
})

describe('a report', () => {
  test('gives place, speed, signal and battery', () => {
    const decoded = decode(report('AP01', ',HOME|A4-56-E2-03-EA-2A|61'))
    expect(values(decoded)).toEqual({ latitude: 39.6553, longitude: 106.7944, speed: 1, link_quality: 80, battery: 62 })
    expect(decoded.readings[0]?.at).toBe(receivedAt - 11_000)
    expect(decoded.refusals).toEqual([])
  })

  test('south and west are negative; V is no place', () => {
    expect(values(decode(report('AP01', '', 'A3939.3180S10647.6640W')))).toMatchObject({
      latitude: -39.6553,
      longitude: -106.7944,
    })
    expect(values(decode(report('AP01', '', 'V3939.3180N10647.6640E')))).toEqual({ link_quality: 80, battery: 62 })
  })

  test('its clock is UTC or the zone, whichever fits', () => {
    expect(decode(report('AP01', '', undefined, '161520')).readings[0]?.at).toBe(receivedAt - 11_000)
    expect(codes(decode(report('AP01', '', undefined, '030000')))).toContain('clock_untrusted')
  })
})

describe('vital signs', () => {
  test.each([
    ['IWAP49,68', { heart_rate: 68 }],
    ['IWAPHT,60,130,85', { heart_rate: 60, systolic: 130, diastolic: 85 }],
    [
      'IWAPHP,60,130,85,95,5.2,36.5,,,,,,,#',
      { heart_rate: 60, systolic: 130, diastolic: 85, spo2: 95, blood_glucose: 5.2, body_temperature: 36.5 },
    ],
    ['IWAP50,36.7,90', { body_temperature: 36.7, battery: 90 }],
    ['IWAP03,06000908000102,5555,30', { link_quality: 60, battery: 80, steps: 5555 }],
    ['TRVCP01,06000908000102', { link_quality: 60, battery: 80 }],
  ])('%s', (text, wanted) => {
    expect(values(decode(text))).toEqual(wanted)
    expect(decode(text).refusals).toEqual([])
  })

  test('0 is no reading, and blood glucose above 33.3 is in mg/dL', () => {
    expect(decode('IWAP49,0').readings).toEqual([])
    expect(codes(decode('IWAP49,0'))).toEqual(['no_reading'])
    const decoded = decode('IWAPHP,0,0,0,0,90,0')
    expect(values(decoded).blood_glucose).toBeCloseTo(4.9957, 3)
    expect(codes(decoded)).toContain('unit_converted')
  })

  test('are metrics, of types that are nothing else', () => {
    for (const [type, fields] of Object.entries(vitals)) {
      expect(fields.every(isMetric)).toBe(true)
      expect(reports.has(type) || quiet.has(type)).toBe(false)
    }
  })
})

test('log-in, cells and answers to commands say nothing; what nobody knows is refused', () => {
  for (const text of [
    'IWAP00355932600077007,890f,310#',
    'TRVAP00352121088015548',
    'IWAPXL,080835',
    'IWAP14,080835,00|+49#',
    'IWAP02,zh_cn,0',
  ])
    expect([decode(text).readings, decode(text).signals, decode(text).refusals], text).toMatchObject([[], [], []])
  for (const text of ['IWAPZZ,1', 'hello', '']) expect(decode(text).refusals, text).toHaveLength(1)
  expect(codes(decode('IWAP00355932600077007#'))).toContain('identity_conflict')
})
