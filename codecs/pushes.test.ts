import { describe, expect, test } from 'vitest'
import type { Decoded } from '../domain/message.ts'
import { signals } from '../domain/signals.ts'
import { akmon } from './akmon/akmon.ts'
import { codes } from './akmon/codes.ts'
import type { Codec } from './codec.ts'
import { hikvision } from './hikvision/hikvision.ts'
import { iqiangua } from './iqiangua/iqiangua.ts'
import { jjt } from './jjt/jjt.ts'
import { mattress } from './mattress/mattress.ts'
import { ome } from './ome/ome.ts'
import { watchPush } from './watch_push/watch_push.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)
const at = Date.UTC(2026, 10, 22, 8, 15, 20)

const decode = (codec: Codec, body: unknown, rest = ''): Decoded =>
  codec.decode(`push/${codec.name}${rest}`, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), {
    receivedAt,
  })
const values = ({ readings }: Decoded) => Object.fromEntries(readings.map(({ metric, value }) => [metric, value]))

describe('jjt', () => {
  test('an alarm is an SOS at its milliseconds, whose place was in BD-09', () => {
    const body = { type: 'alarm', deviceNum: '868120000000042', createTime: at, lat: 39.6633, lng: 106.8075 }
    const [signal] = decode(jjt, body).signals
    expect(signal).toMatchObject({ signal: 'sos', at, source: '868120000000042', position: { datum: 'BD09' } })
    expect(signal?.key).toEqual(decode(jjt, body).signals[0]?.key)
    expect(signal?.key).not.toEqual(decode(jjt, { ...body, createTime: at + 1 }).signals[0]?.key)
    expect(Math.abs(signal!.position!.lat - 39.6633)).toBeGreaterThan(0.004)
  })

  test('0 is no reading, answers to settings say nothing, other types are refused', () => {
    expect(decode(jjt, { type: 'heart', heart: 0 })).toMatchObject({ readings: [], warnings: [{ code: 'no_reading' }] })
    expect(decode(jjt, { type: 'kinSuccess' })).toMatchObject({ readings: [], refusals: [] })
    expect(decode(jjt, { type: 'sleepy' }).refusals).toMatchObject([{ code: 'payload_invalid' }])
  })
})

describe('iqiangua', () => {
  const form = (rest: string): Decoded =>
    decode(iqiangua, `imei=868120000000043&data_type=devicestatus&date_str=20261122161520&${rest}`)

  test('is a form in China’s time, with statu', () => {
    expect(form('door_statu=1').readings).toMatchObject([
      { metric: 'door_open', value: 1, at, source: '868120000000043' },
    ])
    expect(values(form('power_type=0'))).toEqual({ battery_low: 1 })
  })

  test('water is a state until it is not', () => {
    expect(form('water_immersion_statu=1').signals).toMatchObject([{ signal: 'water_leak', level: true, at }])
    expect(form('water_immersion_statu=0').clears).toMatchObject([{ signal: 'water_leak' }])
  })

  test('an alarm of a kind that the page does not describe is refused', () => {
    expect(decode(iqiangua, 'imei=1&data_type=alarm').refusals).toMatchObject([{ code: 'payload_invalid' }])
  })
})

describe('akmon', () => {
  test.each(Object.entries(codes))('Action %s', (code, { signal, press, metric, value, test: isTest }) => {
    const decoded = decode(akmon, { imei: '1', pushType: 4, Action: Number(code), time: '2026-11-22 16:15:20' })
    expect(decoded.refusals).toEqual([])
    const wanted = signal ?? (press && 'sos')
    expect(decoded.signals.map((one) => one.signal)).toEqual(wanted ? [wanted] : [])
    if (wanted) expect(decoded.signals[0]).toMatchObject({ at, ...(press && { press }), ...(isTest && { test: true }) })
    if (wanted) expect(signals).toHaveProperty(wanted)
    if (metric) expect(values(decoded)[metric]).toBe(value ?? 1)
  })

  test('pushType 1 is an SOS, once; an Action that is not known is refused', () => {
    expect(decode(akmon, { pushType: 1 }).signals).toHaveLength(1)
    expect(decode(akmon, { pushType: 1, Action: 7 }).signals).toHaveLength(1)
    expect(decode(akmon, { pushType: 4, Action: 999 }).refusals).toMatchObject([{ code: 'payload_invalid' }])
  })
})

test('ome: alarm type 14 is a fall, of the radar that saw it; others are refused', () => {
  const radars = [{ mac: 'aa:bb:cc:dd:ee:01', alarmType: 14 }, { sn: 'OM-2' }]
  expect(decode(ome, radars).signals).toMatchObject([{ signal: 'fall', source: 'aabbccddee01', level: true }])
  expect(decode(ome, [{ alarmType: 99 }]).refusals).toMatchObject([{ code: 'payload_invalid' }])
})

describe('hikvision', () => {
  const event = (more: object): unknown => ({
    ipAddress: '192.0.2.17',
    dateTime: '2026-11-22T16:15:20+08:00',
    activePostCount: 1,
    eventType: 'signAbnormal',
    eventState: 'active',
    signAbnormal: [{ alarmSubType: 'heartRateHigh', AbnormalInformation: { realValue: 133 } }],
    ...more,
  })

  test('is a vital sign; posted again it is the same one', () => {
    const decoded = decode(hikvision, event({}), '/bed-7')
    expect(decoded.signals).toMatchObject([{ signal: 'vital_sign', at, source: 'bed-7' }])
    expect(values(decoded)).toEqual({ heart_rate: 133 })
    const key = (more: object) => decode(hikvision, event(more)).signals[0]?.key?.id
    expect(key({ activePostCount: 9 })).toBe(key({}))
    expect(key({ dateTime: '2026-11-22T16:35:20+08:00' })).not.toBe(key({}))
  })

  test('ends', () => {
    const over = decode(hikvision, event({ eventState: 'inactive' }))
    expect(over).toMatchObject({ signals: [], clears: [{ signal: 'vital_sign' }] })
  })
})

test('mattress: whose it is stands in the address; nobody in it has no heart', () => {
  const decoded = decode(mattress, { inbed: 1, body_movement: 0, heart_rate: 61, timestamp: at }, '/bed-7')
  expect(decoded.readings).toMatchObject([
    { metric: 'in_bed', source: 'bed-7', at },
    { metric: 'motion' },
    { value: 61 },
  ])
  expect(values(decode(mattress, { inbed: false, heart_rate: 61 }))).toEqual({ in_bed: 0 })
})

describe('watch_push', () => {
  const of = (flag: string, data: object): Decoded =>
    decode(watchPush, { deviceId: '847', flag, data: { time: '2026-11-22 08:15:20', status: '00000010', ...data } })

  test('AL is the alarm, whatever its status word says; the time is in UTC and the speed in m/s', () => {
    const decoded = of('AL', { latitude: 39.655, longitude: 106.794, speed: 1.5 })
    expect(decoded.signals).toMatchObject([{ signal: 'sos', at, source: '847', position: { lat: 39.655 } }])
    expect(values(decoded).speed).toBe(1.5)
    expect(of('AL', { status: '00200000' }).signals.map(({ signal }) => signal)).toEqual(['fall'])
    expect(of('AL', { status: 'x' }).signals).toMatchObject([{ signal: 'sos', malformed: true }])
  })

  test('a clock that was never set does not make an SOS old', () => {
    const decoded = of('AL', { time: '2016-09-18 02:57:23' })
    expect(decoded.signals[0]?.at).toBeUndefined()
    expect(decoded.warnings.map(({ code }) => code)).toContain('clock_untrusted')
  })

  test('UD2 is of the past, at its own time, and an alarm in it is none of now', () => {
    const decoded = of('UD2', { status: '00010000', time: '2026-11-22 03:15:20', latitude: 39.655, longitude: 106.794 })
    expect(decoded.signals).toMatchObject([{ signal: 'sos', historical: true }])
    for (const reading of decoded.readings) expect(reading.at).toBe(Date.UTC(2026, 10, 22, 3, 15, 20))
  })

  test('the cloud hears Success', () => expect(watchPush.answer?.body).toBe('Success'))
})

test.each([
  [jjt, '{"type":"alarm",', 'sos'],
  [akmon, '{"Action":118,x', 'fall'],
  [ome, '[{"alarmType":14', 'fall'],
  [watchPush, '{"flag":"AL","data":{', 'sos'],
] as const)('a claim in what is broken is heard: $0.name', (codec, body, signal) => {
  expect(decode(codec, body).signals).toMatchObject([{ signal, malformed: true }])
  expect(codec.urgent(`push/${codec.name}`, Buffer.from(body))).toBe(true)
})
