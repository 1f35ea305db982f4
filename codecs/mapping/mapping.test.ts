import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../domain/random.ts'
import type { Codec } from '../codec.ts'
import { native } from '../native/native.ts'
import { broken, noise } from '../test_mutations.ts'
import { aliasOf } from './alias.ts'
import { MappingError, readMapping } from './read.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)
const band = `
name: acme_band
topics: [acme/+/up]
speaks: others
device: topic/2
time: $.ts
readings:
  heart_rate: { path: $.hr, none: [0] }
  body_temperature: { path: $.temp, unit: F }
  door_open: { path: $.contact, invert: true }
  in_bed: { path: $.bed, values: { out: 0, in: 1 } }
  battery_voltage: { path: $.bat, unit: mV }
  smoke: $.smoke
signals:
  sos: { path: $.event, values: [SOS, 7] }
  fall: { path: $.alarms.fall, level: true, confidence: 0.6 }
position: { lat: '$.gps[1]', lon: '$.gps[0]', datum: GCJ02 }
test: $.drill
historical: $.buffered
online: $.link
key: { path: $.id, within_s: 60 }
`
const codec = readMapping('acme.yaml', band)
const decode = (payload: unknown, by: Codec = codec) =>
  by.decode('acme/band-1/up', Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)), {
    receivedAt,
    zoneMinutes: 480,
  })
const values = (payload: unknown) =>
  decode(payload).readings.map(({ metric, value }) => [metric, Math.round(value * 100) / 100])

describe('a mapping', () => {
  test('finds, converts, inverts and translates values', () => {
    expect(values({ hr: '72', temp: 98.6, contact: true, bed: 'IN', bat: 2_950 })).toEqual([
      ['heart_rate', 72],
      ['body_temperature', 37],
      ['door_open', 0],
      ['in_bed', 1],
      ['battery_voltage', 2.95],
    ])
  })

  test('what means no reading is left out with a warning, what is no value too', () => {
    const decoded = decode({ hr: 0, temp: 'nan', bed: 'under', contact: 'perhaps' })
    expect(decoded.readings).toEqual([])
    expect(decoded.warnings.map(({ code }) => code)).toEqual([
      'no_reading',
      'no_reading',
      'value_unknown',
      'value_unknown',
    ])
  })

  test('names the device by its topic', () => {
    expect(codec.source?.('acme/A4:C1:38:11:22:33/up')).toBe('a4c138112233')
  })

  test.each([
    ['seconds', 1_795_335_330, 1_795_335_330_000],
    ['milliseconds', 1_795_335_330_250, 1_795_335_330_250],
    ['ISO 8601', '2026-11-22T16:15:30+08:00', Date.UTC(2026, 10, 22, 8, 15, 30)],
    ['a clock that was never set', 12, receivedAt],
    ['nothing', undefined, receivedAt],
  ])('takes the time of %s', (_, ts, at) => {
    expect(decode({ ts, hr: 60 }).readings[0]?.at).toBe(at)
  })

  test('a wall clock without a zone is taken in the one that fits', () => {
    const local = readMapping('l.yaml', 'name: l\ntopics: [l]\nclock: local\ntime: $.t\nreadings: { heart_rate: $.hr }')
    expect(decode({ t: '2026-11-22 16:15:20', hr: 60 }, local).readings[0]?.at).toBe(receivedAt - 11_000)
  })

  test('a signal by its values, with all that stands beside it', () => {
    const { signals, warnings } = decode({
      event: '7',
      gps: [113.4945307, 22.2248915],
      drill: 'yes',
      buffered: 1,
      id: 9,
      ts: 1_795_335_330,
    })
    expect(signals).toMatchObject([
      { signal: 'sos', at: 1_795_335_330_000, test: true, historical: true, key: { id: '9', withinMs: 60_000 } },
    ])
    expect(signals[0]?.position).toMatchObject({ datum: 'GCJ02', given: { lat: 22.2248915, lon: 113.4945307 } })
    expect(signals[0]?.position?.lat).toBeCloseTo(22.2276, 3)
    expect(warnings.map(({ code }) => code)).toContain('datum_converted')
  })

  test('a level begins and ends; without one a no says nothing', () => {
    expect(decode({ alarms: { fall: 'ON' } }).signals).toMatchObject([{ signal: 'fall', level: true, confidence: 0.6 }])
    expect(decode({ alarms: { fall: false } })).toMatchObject({ signals: [], clears: [{ signal: 'fall' }] })
    expect(decode({ event: 'button' })).toMatchObject({ signals: [], clears: [] })
  })

  test('a hazard that is only a reading is heard all the same', () => {
    expect(decode({ smoke: true }).signals).toMatchObject([{ signal: 'smoke', level: true }])
  })

  test('each entry of a list is one of its own, with its device', () => {
    const hub = readMapping(
      'hub.yaml',
      'name: hub\ntopics: [hub/up]\neach: $.items[*]\ndevice: $.mac\nreadings: { temperature: $.t }\nsignals: { sos: $.sos }',
    )
    const decoded = decode(
      {
        items: [
          { mac: 'A4C138112233', t: 21 },
          { mac: 'kitchen', sos: true },
        ],
      },
      hub,
    )
    expect(decoded.readings).toMatchObject([{ source: 'a4c138112233', value: 21 }])
    expect(decoded.signals).toMatchObject([{ source: 'kitchen', signal: 'sos' }])
  })

  test('says so where nothing that it asks for is there', () => {
    expect(decode({ other: 1 }).refusals).toMatchObject([{ code: 'payload_invalid' }])
  })

  test('a claim is heard in what is no JSON', () => {
    expect(decode('{"event": "SOS", "hr":').signals).toEqual([{ signal: 'sos', at: undefined, malformed: true }])
    expect(decode('{"event": "SOSO", "hr":').signals).toEqual([])
  })

  test('5,000 broken frames and 5,000 of noise: no exception, no signal of noise, none that would not be urgent', () => {
    const random = seededRandom(5)
    const frame = Buffer.from(
      JSON.stringify({ ts: 1_795_335_330, hr: 72, event: 'SOS', alarms: { fall: 1 }, gps: [1, 2] }),
    )
    for (let i = 0; i < 5_000; i++) {
      const payload = broken(frame, random, [frame])
      const { signals, clears } = codec.decode('acme/1/up', payload, { receivedAt })
      if (signals.length + clears.length > 0 && !codec.urgent('acme/1/up', payload))
        expect(payload.toString('latin1')).toBe('urgent')
      expect(codec.decode('acme/1/up', noise(random, 200), { receivedAt }).signals).toEqual([])
    }
  })
})

describe('an alias', () => {
  test('reads topics as if they began as usual', () => {
    const alias = aliasOf(native, { name: 'ours', topics: ['ours/#'], like: 'native', base: 'ours', as: 'vigil/v1' })
    const decoded = alias.decode('ours/watch-1/readings', Buffer.from('{"readings":{"spo2":97}}'), { receivedAt })
    expect(decoded.readings).toMatchObject([{ metric: 'spo2', value: 97 }])
    expect(alias.claims?.('ours/watch-1/readings')).toBe(true)
    expect(alias.claims?.('ours/watch-1/other')).toBe(false)
  })
})

describe('a mistake is told with its line', () => {
  test.each([
    ['a broken file', 'name: [', /x\.yaml, line 1: /],
    ['no file at all', '', /line 1: the file /],
    [
      'a metric that there is not',
      'name: a\ntopics: [a]\nreadings:\n  hart_rate: $.hr',
      /line 4: readings\.hart_rate is none of heart_rate/,
    ],
    [
      'a signal that there is not',
      'name: a\ntopics: [a]\nsignals: { cough: $.c }',
      /line 3: signals\.cough is none of sos/,
    ],
    ['no JSONPath', 'name: a\ntopics: [a]\nreadings:\n  spo2: $.[', /line 4: readings\.spo2 is no JSONPath/],
    [
      'no unit',
      'name: a\ntopics: [a]\nreadings:\n  spo2:\n    path: $.s\n    unit: furlong',
      /line 6: readings\.spo2\.unit /,
    ],
    ['a field that there is not', 'name: a\ntopics: [a]\nreeding: {}', /Unrecognized key/],
    [
      "one of Vigil's own topics",
      'name: a\ntopics: [vigil/v1/+/readings]',
      /line 2: topics\.0 is one of Vigil's own topics/,
    ],
    ['no filter', 'name: a\ntopics: ["a/#/b"]', /line 2: topics\.0 is no MQTT filter/],
    ['a name that is taken', 'name: native\ntopics: [a]', /native is the name of one of Vigil's own codecs/],
    ['a codec that there is not', 'name: a\ntopics: [a]\nlike: zwave\nbase: a\nas: b', /like: zwave is no codec/],
  ])('%s', (_, text, message) => {
    expect(() => readMapping('x.yaml', text)).toThrow(MappingError)
    expect(() => readMapping('x.yaml', text)).toThrow(message)
  })
})
