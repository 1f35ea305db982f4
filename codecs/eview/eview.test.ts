import { describe, expect, test } from 'vitest'
import type { Decoded } from '../../domain/message.ts'
import { isUrgent } from '../urgent.ts'
import { eview } from './eview.ts'
import { alarmBits, fences, textBits } from './fields.ts'
import { crcOf, eviewFrame, eviewRecord, eviewTypes, parseEviewFrame } from './frame.ts'
import { alarm, data, gps, status, u32 } from './frames.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)
const at = receivedAt - 11_000
const topic = 'gsm/eview/861234500012345'

const decode = (payload: Buffer | string, on = topic): Decoded =>
  eview.decode(on, Buffer.from(payload as string), { receivedAt, zoneMinutes: 480 })
const value = ({ readings }: Decoded, metric: string) => readings.find((one) => one.metric === metric)?.value
const kinds = ({ signals }: Decoded) => signals.map(({ signal, press }) => (press ? `${signal} ${press}` : signal))
const codes = ({ warnings }: Decoded) => warnings.map(({ code }) => code)

describe('a binary alarm', () => {
  test('is an SOS at the time of the pendant, with the place of the same report', () => {
    expect(decode(data(status(), alarm(2 ** 12), gps(39.6553, 106.7944))).signals).toEqual([
      {
        signal: 'sos',
        at,
        position: { lat: 39.6553, lon: 106.7944, datum: 'WGS84' },
        key: { id: `sos ${at / 1_000}`, withinMs: 86_400_000 },
      },
    ])
  })

  test.each([
    [2 ** 12, ['sos']],
    [2 ** 2, ['fall']],
    [2 ** 12 + 2 ** 2, ['fall', 'sos']],
    [2 ** 5, ['wandering']],
    [2 ** 13, ['sos single']],
    [2 ** 14, ['sos single']],
    [1 + 2 ** 10, []],
    [2 ** 31, []],
    [2 ** 31 + 2 ** 12, ['sos']],
  ])('%i is %j', (word, wanted) => {
    expect(kinds(decode(data(status(), alarm(word))))).toEqual(wanted)
  })

  test('entering a fence ends what leaving it began', () => {
    const decoded = decode(data(status(), alarm(2 ** 7 + 2 ** 29)))
    expect([decoded.signals, decoded.clears]).toMatchObject([[], [{ signal: 'wandering' }]])
  })

  test('a side button is a press, and a reading', () => {
    expect(value(decode(data(status(), alarm(2 ** 13))), 'button')).toBe(1)
  })

  test('from the memory is never new', () => {
    const decoded = decode(data(status(true, at / 1_000 - 7_200), alarm(2 ** 12, at / 1_000 - 7_200)))
    expect(decoded.signals).toMatchObject([{ historical: true, at: at - 7_200_000 }])
    expect(decoded.readings[0]?.at).toBe(at - 7_200_000)
    expect(codes(decoded)).toContain('historical')
  })

  test('with a wrong checksum, or cut off behind it, is heard, and nothing else of it is believed', () => {
    const whole = data(alarm(2 ** 12), status())
    const spoilt = Buffer.from(whole)
    spoilt[spoilt.length - 1]! ^= 1
    for (const frame of [spoilt, whole.subarray(0, -5)]) {
      const decoded = decode(frame)
      expect(decoded.signals).toMatchObject([{ signal: 'sos', malformed: true }])
      expect(decoded.readings).toEqual([])
      expect(decoded.refusals).toMatchObject([{ code: 'payload_invalid' }])
      expect(isUrgent(topic, frame)).toBe(true)
    }
  })

  test('two presses have two keys', () => {
    const key = (time: number) => decode(data(status(), alarm(2 ** 12, time))).signals[0]?.key?.id
    expect(key(at / 1_000)).not.toBe(key(at / 1_000 - 1))
  })
})

describe('binary records', () => {
  test('tell battery, motion, and the place where there is a fix', () => {
    const decoded = decode(data(status(), gps(39.6553, 106.7944)))
    expect(decoded.readings.map(({ metric, value: it }) => [metric, it])).toEqual([
      ['charging', 0],
      ['motion', 1],
      ['battery', 62],
      ['latitude', 39.6553],
      ['longitude', 106.7944],
      ['speed', 5],
    ])
    expect(value(decode(data(status(), gps(39.6553, 106.7944, 0))), 'latitude')).toBeUndefined()
    expect(isUrgent(topic, data(status(), gps(39.6553, 106.7944)))).toBe(false)
  })

  test('a pulse of 0 or 1 is no reading; others have their own time', () => {
    const pulse = (beats: number) =>
      data(eviewRecord(0x40, Buffer.concat([u32(at / 1_000 - 60), Buffer.from([beats])])))
    expect(decode(pulse(71)).readings).toMatchObject([{ metric: 'heart_rate', value: 71, at: at - 60_000 }])
    expect(codes(decode(pulse(1)))).toContain('no_reading')
  })

  test('a clock that was never set is not believed', () => {
    const decoded = decode(data(status(false, 1_000), alarm(2 ** 12, 1_000)))
    expect(decoded.readings[0]?.at).toBe(receivedAt)
    expect(decoded.signals[0]).toEqual({ signal: 'sos', at: undefined })
  })

  test('each status record begins a report of its own', () => {
    const decoded = decode(data(status(true, at / 1_000 - 60), gps(39, 106), status(), gps(40, 107)))
    expect(decoded.readings.filter(({ metric }) => metric === 'latitude').map((one) => [one.value, one.at])).toEqual([
      [39, at - 60_000],
      [40, at],
    ])
  })

  test('a topic of nobody leaves it to the IMEI; another IMEI is told', () => {
    expect(decode(data(status()), 'gsm/eview/unknown').readings[0]?.source).toBe('861234500012345')
    expect(codes(decode(data(status()), 'gsm/eview/1'))).toContain('identity_conflict')
  })

  test('a frame made here is read as whole; its sum is CRC-16/XMODEM', () => {
    expect(crcOf(Buffer.from('123456789'))).toBe(0x31c3)
    const frame = eviewFrame(eviewTypes.response, 513, [eviewRecord(0, Buffer.alloc(0))])
    expect(parseEviewFrame(frame)).toMatchObject({ number: 513, isWhole: true, wantsAnswer: false, imei: undefined })
    expect(decode(frame).refusals).toEqual([])
    expect(decode(eviewFrame(0x55, 1, [])).refusals).toMatchObject([{ code: 'payload_invalid' }])
  })
})

describe('text', () => {
  const report = (flags: string, kind = '!D', time = '08:15:20') =>
    `${kind},22/11/26,${time},39.655300,106.794400,18,170,${flags},1090.5,62,9,12,0.9;`

  test.each([
    ['140041', ['sos']],
    ['140101', ['fall']],
    ['140141', ['sos', 'fall']],
    ['140201', ['wandering']],
    ['140001', []],
    ['141001', []],
  ])('flags %s: %j', (flags, wanted) => {
    const decoded = decode(report(flags))
    expect(kinds(decoded)).toEqual(wanted)
    expect(isUrgent(topic, Buffer.from(report(flags)))).toBe(wanted.length > 0)
    if (wanted.length > 0) expect(decoded.signals[0]).toMatchObject({ at, position: { lat: 39.6553, lon: 106.7944 } })
  })

  test('gives battery, speed, and its place where it has a fix', () => {
    const decoded = decode(report('140001'))
    expect(decoded.readings.map(({ metric, value: it }) => [metric, it])).toEqual([
      ['latitude', 39.6553],
      ['longitude', 106.7944],
      ['speed', 5],
      ['battery', 62],
    ])
    expect(value(decode(report('140000')), 'latitude')).toBeUndefined()
    expect(value(decode(report('541001')), 'charging')).toBe(1)
    expect(value(decode(report('141001')), 'battery_low')).toBe(1)
  })

  test('!B is of before', () => {
    const decoded = decode(report('140041', '!B', '03:15:20'))
    expect(decoded.signals).toMatchObject([{ historical: true }])
  })

  test.each([
    ['!1,867273023933661,V07S.5701.1621,100', 100],
    ['!5,17,V,50', 50],
    ['!5,17,V', undefined],
    ['!3,ok', undefined],
    ['!4,10,040123,,,1.0,110,0,0S,33', undefined],
  ])('%s', (text, battery) => {
    const decoded = decode(text)
    expect([value(decoded, 'battery'), decoded.refusals, decoded.signals]).toEqual([battery, [], []])
  })

  test('what nobody knows is refused', () => {
    for (const text of ['!9,1', '!D,22/11/26', 'hello', ''])
      expect(decode(text).refusals.length, text).toBeGreaterThan(0)
  })
})

test('every bit stands once in its word', () => {
  const words = [
    [...alarmBits.map(({ bit }) => bit), ...fences.flatMap((one) => [one.crossed, one.inwards])],
    textBits.map(({ bit }) => bit),
  ]
  for (const bits of words) {
    expect(new Set(bits).size).toBe(bits.length)
    expect(bits.filter((bit) => bit < 0 || bit > 31)).toEqual([])
  }
})
