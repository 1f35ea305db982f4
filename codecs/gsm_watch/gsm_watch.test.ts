import { describe, expect, test } from 'vitest'
import type { Decoded } from '../../domain/message.ts'
import { isUrgent } from '../urgent.ts'
import { statusBits, vitals } from './fields.ts'
import { parseWatchFrame, watchAnswer } from './frame.ts'
import { gsmWatch } from './gsm_watch.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)
const topic = 'gsm/watch/8800551234'

const decode = (payload: string | Buffer, on = topic): Decoded =>
  gsmWatch.decode(on, Buffer.from(payload as string), { receivedAt, zoneMinutes: 480 })
const of = (body: string): string => `[3G*8800551234*${body.length.toString(16).padStart(4, '0')}*${body}]`
type Report = { type?: string; time?: string; place?: string; status?: string }
const report = ({
  type = 'UD',
  time = '221126,081520',
  place = 'A,39.6553,N,106.7944,E',
  status = '0',
}: Report): string => of(`${type},${time},${place},3.6,120.0,1090,9,80,62,1204,3,${status},0,0`)

const kinds = ({ signals }: Decoded) => signals.map(({ signal }) => signal)
const codes = ({ warnings }: Decoded) => warnings.map(({ code }) => code)
const value = ({ readings }: Decoded, metric: string) => readings.find((one) => one.metric === metric)?.value
const noFix = 'V,0,N,0,E'

describe('an alarm', () => {
  test('is an SOS with its place, its time and a key', () => {
    const [sos] = decode(report({ type: 'AL', status: '00010000' })).signals
    expect(sos).toEqual({
      signal: 'sos',
      at: receivedAt - 11_000,
      position: { lat: 39.6553, lon: 106.7944, datum: 'WGS84' },
      key: { id: 'sos 221126 081520', withinMs: 600_000 },
    })
  })

  test.each([
    ['AL_LTE', '00010000', ['sos']],
    ['ALCUSTOMER1', '00010008', ['sos']],
    ['AL', '00200010', ['fall']],
    ['AL', '00400000', ['fall']],
    ['AL', '00610000', ['sos', 'fall']],
    ['AL', '00040000', ['wandering']],
    // No alarm bit that is known: it is an alarm all the same.
    ['AL', '00000000', ['sos']],
    ['AL', '0001', ['sos']],
    // Known, and nobody's emergency.
    ['AL', '00100000', []],
    ['AL', '00020001', []],
    ['UD', '00000000', []],
    ['UD', '00010000', ['sos']],
    ['UD', '00000002', ['wandering']],
  ])('%s %s: %j', (type, status, wanted) => {
    expect(kinds(decode(report({ type, status })))).toEqual(wanted)
  })

  test('with a status that cannot be read, or cut off, is an SOS, malformed', () => {
    for (const frame of [report({ type: 'AL', status: 'x' }), '[3G*8800551234*00a1*AL,2211', '3G*88*00a1*AL,22']) {
      const decoded = decode(frame)
      expect(decoded.signals, frame).toMatchObject([{ signal: 'sos', malformed: true }])
      expect(isUrgent(topic, Buffer.from(frame))).toBe(true)
    }
  })

  test('is read where a comma is missing before its status', () => {
    const moved = (status: string) => decode(report({ type: 'AL', status }).replace(',1090,9,', ',10909,'))
    expect(kinds(moved('00200000'))).toEqual(['fall'])
    expect(kinds(moved('00100000'))).toEqual([])
  })

  test('two presses have two keys, the same frame again has the same', () => {
    const key = (time: string) => decode(report({ type: 'AL', time, status: '00010000' })).signals[0]?.key?.id
    expect(key('221126,081520')).toBe(key('221126,081520'))
    expect(key('221126,081520')).not.toBe(key('221126,081521'))
  })
})

describe('the status word', () => {
  test('tells worn, taken off and a low battery', () => {
    expect(value(decode(report({ type: 'AL', status: '00100000' })), 'worn')).toBe(0)
    expect(value(decode(report({ status: '00000008' })), 'worn')).toBe(0)
    expect(value(decode(report({})), 'worn')).toBe(1)
    expect(value(decode(report({ status: '00020000' })), 'battery_low')).toBe(1)
    expect(value(decode(report({})), 'battery_low')).toBe(0)
    expect(value(decode(report({ status: '00000010' })), 'motion')).toBe(1)
  })

  test('outside of the fence is a state, inside ends it', () => {
    expect(decode(report({ status: '00000002' })).signals).toMatchObject([{ signal: 'wandering', level: true }])
    expect(decode(report({ status: '00040002' })).signals).toHaveLength(1)
    expect(decode(report({ status: '00000004' })).clears).toMatchObject([{ signal: 'wandering' }])
    expect(decode(report({ type: 'AL', status: '00080000' })).clears).toHaveLength(1)
  })

  test('has each bit once', () => {
    expect(new Set(statusBits.map(({ bit }) => bit)).size).toBe(statusBits.length)
    expect(statusBits.filter(({ bit }) => bit < 0 || bit > 31)).toEqual([])
  })
})

describe('a report', () => {
  test('gives battery, steps, speed in m/s, and where it is', () => {
    const decoded = decode(report({}))
    expect(decoded.readings.map(({ metric, value: it }) => [metric, it])).toEqual([
      ['latitude', 39.6553],
      ['longitude', 106.7944],
      ['speed', 1],
      ['link_quality', 80],
      ['battery', 62],
      ['steps', 1204],
      ['battery_low', 0],
      ['worn', 1],
    ])
    expect(decoded.refusals).toEqual([])
  })

  test('V is no fix, also where it tells where it was last', () => {
    for (const place of [noFix, 'V,54.4,N,6.4,W']) expect(value(decode(report({ place })), 'latitude')).toBeUndefined()
  })

  test.each([
    ['A,33.48,S,70.76,W', -33.48, -70.76],
    ['A,-33.48,S,-70.76,W', -33.48, -70.76],
    ['A,-33.48,N,-70.76,E', -33.48, -70.76],
    ['A,52.7,N, 0.369512,', 52.7, 0.369512],
  ])('%s is %f %f', (place, lat, lon) => {
    const decoded = decode(report({ place }))
    expect([value(decoded, 'latitude'), value(decoded, 'longitude')]).toEqual([lat, lon])
  })

  test('its clock is taken to be UTC or the zone, whichever fits the receipt', () => {
    for (const time of ['221126,081520', '221126,161520'])
      expect(decode(report({ time })).readings[0]?.at, time).toBe(receivedAt - 11_000)
    const never = decode(report({ type: 'AL', time: '010116,000011', status: '00010000' }))
    expect(never.readings[0]?.at).toBe(receivedAt)
    expect(never.signals[0]).not.toHaveProperty('key')
    expect(codes(never)).toContain('clock_untrusted')
  })

  test('UD2 is of before: at its own time, and its alarm is never new', () => {
    const decoded = decode(report({ type: 'UD2', time: '221126,113000', status: '00010000' }))
    expect(decoded.readings[0]?.at).toBe(Date.UTC(2026, 10, 22, 3, 30))
    expect(decoded.signals).toMatchObject([{ signal: 'sos', historical: true }])
    expect(codes(decoded)).toContain('historical')
  })
})

describe('framing', () => {
  test('a wrong length is told, and the brackets count', () => {
    const decoded = decode(report({}).replace(/\*00..\*/, '*0011*'))
    expect(codes(decoded)).toContain('length_wrong')
    expect(value(decoded, 'battery')).toBe(62)
    expect(codes(decode(report({})))).not.toContain('length_wrong')
  })

  test('escapes are undone, and a comma in a name parts no fields', () => {
    const frame = parseWatchFrame(Buffer.from('[3G*1*000c*UD,a}\x04b}\x01}\x02}\x03}\x05]', 'latin1'))
    expect(frame?.fields).toEqual(['a,b}[]*'])
  })

  test('an index is told from a length, and repeated in an answer', () => {
    const frame = parseWatchFrame(Buffer.from('[ZJ*014111001350304*0033*0002*LK]'))!
    expect(frame).toMatchObject({ maker: 'ZJ', id: '014111001350304', index: '0033', type: 'LK', isLengthWrong: false })
    expect(watchAnswer(frame, 'LK')).toBe('[ZJ*014111001350304*0033*0002*LK]')
    expect(watchAnswer({ ...frame, index: undefined }, 'TKQ')).toBe('[ZJ*014111001350304*0003*TKQ]')
  })

  test('what names another watch than the topic is told; a topic of nobody leaves it to the frame', () => {
    expect(codes(decode(of('heart,71'), 'gsm/watch/1'))).toContain('identity_conflict')
    expect(decode(of('heart,71'), 'gsm/watch/unknown').readings).toMatchObject([{ source: '8800551234' }])
    expect(gsmWatch.source?.('gsm/watch/unknown')).toBeUndefined()
  })
})

describe('vital signs', () => {
  test.each([
    ['heart,71', { heart_rate: 71 }],
    ['PULSE,72', { heart_rate: 72 }],
    ['bphrt,120,79,73,,,,', { systolic: 120, diastolic: 79, heart_rate: 73 }],
    ['BLOOD,109,68', { systolic: 109, diastolic: 68 }],
    ['oxygen,0,98', { spo2: 98 }],
    ['btemp2,1,35.29', { body_temperature: 35.29 }],
    ['TEMP,36.5', { body_temperature: 36.5 }],
    ['LK,0,10,100', { steps: 0, battery: 100 }],
    ['LK', {}],
  ])('%s', (body, wanted) => {
    const { readings, refusals } = decode(of(body))
    expect(Object.fromEntries(readings.map((one) => [one.metric, one.value]))).toEqual(wanted)
    expect(refusals).toEqual([])
  })

  test.each(['heart,0', 'oxygen,0,0', 'btemp2,0,36.5', 'bphrt,0,0,0'])('%s is no reading', (body) => {
    const decoded = decode(of(body))
    expect(decoded.readings).toEqual([])
    expect(codes(decoded)).toContain('no_reading')
  })

  test('are named in upper case, and measure something', () => {
    for (const [type, fields] of Object.entries(vitals)) {
      expect(type).toBe(type.toUpperCase())
      expect(fields.some((metric) => metric !== null)).toBe(true)
    }
  })
})

test('log-in, voice and settings say nothing; a type that nobody knows is refused', () => {
  for (const body of ['TKQ', 'INIT', 'TK,#!AMR\0', 'SOS1,13800138000', 'UPLOAD']) {
    const decoded = decode(of(body))
    expect([decoded.signals, decoded.readings, decoded.refusals], body).toEqual([[], [], []])
    expect(isUrgent(topic, Buffer.from(of(body)))).toBe(false)
  }
  expect(decode(of('XYZZY,1')).refusals).toMatchObject([{ code: 'payload_invalid' }])
  expect(decode('rubbish').refusals).toMatchObject([{ code: 'payload_invalid' }])
})
