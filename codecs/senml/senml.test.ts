import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Decoded } from '../../domain/message.ts'
import { decodeRecord } from '../decode.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)
const now = receivedAt / 1_000
const topic = 'vigil/v1/hub-1/readings'

const decode = (pack: unknown): Decoded => {
  const payload = Buffer.from(typeof pack === 'string' ? pack : JSON.stringify(pack))
  return decodeRecord({ topic, payload, receivedAt })
}
const rows = ({ readings }: Decoded) => readings.map(({ metric, value, at }) => [metric, value, at - receivedAt])
const codes = ({ refusals }: Decoded) => refusals.map(({ code }) => code)

describe('a pack', () => {
  test('base name, time and unit carry over until they are given anew', () => {
    const decoded = decode([
      { bn: 'urn:dev:mac:01/', bt: now - 60, bu: '%RH', n: 'humidity', v: 40 },
      { n: 'humidity', v: 41, t: 10 },
      { n: 'temperature', u: 'Cel', v: 21 },
      { bt: now - 30, n: 'humidity', v: 42 },
    ])
    expect(rows(decoded)).toEqual([
      ['humidity', 40, -60_000],
      ['humidity', 41, -50_000],
      ['temperature', 21, -60_000],
      ['humidity', 42, -30_000],
    ])
    expect(decoded.refusals).toEqual([])
  })

  test('a base value is added; a record of base fields alone is no reading', () => {
    expect(rows(decode([{ bn: 'x:', bv: 20 }, { n: 'temp', v: 1.5 }, { n: 'temp' }]))).toEqual([
      ['temperature', 21.5, 0],
      ['temperature', 20, 0],
    ])
    expect(decode([{ bn: 'x:' }, { n: 'temp', v: 1 }]).readings).toHaveLength(1)
  })

  test('a time below 2^28 is relative to the time of receipt, without one it is that time', () => {
    expect(
      rows(
        decode([
          { n: 'heart_rate', v: 70 },
          { n: 'heart_rate', v: 71, t: -5 },
          { n: 'heart_rate', v: 72, t: 2 ** 28 - 1 },
        ]),
      ),
    ).toEqual([
      ['heart_rate', 70, 0],
      ['heart_rate', 71, -5_000],
      ['heart_rate', 72, 0], // eight years ahead: the clock is not believed
    ])
    const [reading] = decode([{ n: 'heart_rate', v: 70, t: 1_700_000_000.25 }]).readings
    expect(reading?.at).toBe(1_700_000_000_250)
  })

  test('names end in the metric; aliases and telling units help, strange names with a number are refused', () => {
    const decoded = decode([
      { bn: 'urn:dev:ow:10e2:', n: 'Body-Temp', u: 'Cel', v: 36.6 },
      { n: 'room/2/hum', v: 30 },
      { n: 'sensor9', u: 'lx', v: 300 },
      { n: 'charge', u: '%EL', v: 81 },
      { n: 'voltage', u: 'V', v: 230 },
      { n: 'left', u: 'EL', v: 600 },
    ])
    expect(rows(decoded).map(([metric, value]) => [metric, value])).toEqual([
      ['body_temperature', 36.6],
      ['humidity', 30],
      ['illuminance', 300],
      ['battery', 81],
      ['voltage', 230],
    ])
    expect(decoded.refusals.map(({ code, detail }) => [code, detail])).toEqual([['metric_unknown', 'record 5: "left"']])
  })

  test('text and data are labels, unless a metric is named so', () => {
    expect(
      codes(
        decode([
          { n: 'label', vs: 'Machine Room' },
          { n: 'tag', vd: 'aGkgCg' },
        ]),
      ),
    ).toEqual([])
    expect(codes(decode([{ n: 'heart_rate', vs: '72' }]))).toEqual(['value_not_a_number'])
    expect(codes(decode([{ n: 'heart_rate', v: '72' }]))).toEqual(['value_not_a_number'])
    expect(codes(decode([{ n: 'heart_rate', vb: true }]))).toEqual(['value_not_a_number'])
    expect(
      rows(
        decode([
          { n: 'open', vb: true },
          { n: 'worn', vb: false },
        ]),
      ),
    ).toEqual([
      ['door_open', 1, 0],
      ['worn', 0, 0],
    ])
  })

  test('a unit that is none of the metric is refused', () => {
    const decoded = decode([
      { n: 'heart_rate', u: 'Cel', v: 36 },
      { n: 'spo2', u: '%', v: 97 },
    ])
    expect(decoded.refusals).toEqual([
      { code: 'payload_invalid', detail: 'record 0: u: "Cel" is no unit of heart_rate' },
    ])
    expect(decoded.readings).toHaveLength(1)
  })

  test.each(['"soon"', '{}', '1e300'])('a time of %s refuses its record, the others stand', (time) => {
    const decoded = decode(`[{"n":"spo2","v":96},{"n":"spo2","v":97,"t":${time}}]`)
    expect(decoded.readings.map(({ value }) => value)).toEqual([96])
    expect(codes(decoded)).toEqual(['time_invalid'])
  })

  test('a version or a field that must be understood, and is not, refuses the readings', () => {
    for (const field of [{ bver: 11 }, { bver: '10' }, { must_: 1 }]) {
      const decoded = decode([
        { n: 'spo2', v: 97, ...field },
        { n: 'sos', vb: true },
      ])
      expect(decoded.readings).toEqual([])
      expect(codes(decoded)).toEqual(['payload_invalid'])
      expect(decoded.signals).toMatchObject([{ signal: 'sos' }])
    }
    for (const bver of [5, 10, 26]) expect(decode([{ bver, n: 'spo2', v: 97 }]).readings).toHaveLength(1)
  })

  test('what is no record is refused on its own', () => {
    const decoded = decode([{ n: 'spo2', v: 97 }, 3, null])
    expect(codes(decoded)).toEqual(['payload_invalid', 'payload_invalid'])
    expect(decoded.readings).toHaveLength(1)
  })

  test('names of every object are strange names', () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      expect(codes(decode(`[{"n":"${name}","v":1,"u":"${name}"}]`))).toEqual(['metric_unknown'])
    }
  })

  test('an array of our own entries is not taken for one', () => {
    expect(decode([{ readings: { spo2: 97 }, n: 'x', v: 1 }]).readings).toMatchObject([{ metric: 'spo2', value: 97 }])
    expect(codes(decode([{ heart_rate: 72 }]))).toEqual(['payload_invalid'])
  })
})

describe('signals in a pack', () => {
  test("a flag that says yes is a signal, at its time and at the pack's place; one that says no is nothing", () => {
    const decoded = decode([
      { bn: 'urn:dev:mac:01/', bt: now - 9, n: 'sos', vb: true },
      { n: 'fall', vb: false },
      { n: 'panic', v: 0 },
      { n: 'lat', u: 'lat', v: 39.65 },
      { n: 'lon', u: 'lon', v: 106.79 },
    ])
    const position = { lat: 39.65, lon: 106.79, datum: 'WGS84' }
    expect(decoded.signals).toEqual([{ signal: 'sos', at: receivedAt - 9_000, position }])
    expect(decoded.readings).toEqual([])
    expect(decoded.refusals).toEqual([])
  })

  test('a hazard is a reading and a signal', () => {
    const decoded = decode([
      { n: 'smoke', vb: true },
      { n: 'gas', v: 1 },
      { n: 'water_leak', v: 0 },
    ])
    expect(decoded.signals).toEqual([
      { signal: 'smoke', at: undefined },
      { signal: 'gas', at: undefined },
    ])
    expect(rows(decoded)).toEqual([
      ['smoke', 1, 0],
      ['gas', 1, 0],
      ['water_leak', 0, 0],
    ])
  })

  test('a record named signal spells it; a broken time only makes it malformed', () => {
    expect(decode([{ n: 'signal', vs: 'Fall detected', t: -3 }]).signals).toEqual([
      { signal: 'fall', at: receivedAt - 3_000 },
    ])
    expect(decode([{ n: 'sos', vb: true, t: 'x' }]).signals).toEqual([
      { signal: 'sos', at: undefined, malformed: true },
    ])
  })
})

const samples = join(resolve(process.env.VIGIL_SHARED ?? '../shared'), 'fixtures', 'senml')
const isHere = existsSync(samples)
if (!isHere)
  process.stderr.write(`skipped: the samples of RFC 8428 are not here (${samples}; VIGIL_SHARED names the folder)\n`)

describe.skipIf(!isHere)('the samples of RFC 8428', () => {
  const read = (file: string): string => readFileSync(join(samples, file), 'utf8')
  const at = Date.UTC(2012, 0, 1)
  /** Unsettled: the samples are from 2010 to 2011, which no clock of a device is believed to show. */
  const decodeSample = (file: string) => decodeRecord({ topic, payload: Buffer.from(read(file)), receivedAt: at })

  test('every sample decodes as its resolved form does', () => {
    const resolved = readdirSync(samples).filter((file) => file.endsWith('.gen.resolved.json'))
    expect(resolved.length).toBeGreaterThan(10)
    for (const file of resolved) {
      const source = decodeSample(file.replace('.gen.resolved', ''))
      const form = decodeSample(file)
      const told = ({ readings, refusals }: Decoded) => ({
        readings: readings.map(({ metric, value }) => [metric, value]),
        codes: refusals.map(({ code }) => code),
      })
      expect({ file, ...told(source) }).toEqual({ file, ...told(form) })
    }
  })

  test('the vital signs of an elder, with an SOS three seconds before', () => {
    const bt = 1_767_312_000_000
    const decoded = decode(read('eldercare-vitals.json'))
    expect(decoded.readings.map((reading) => [reading.metric, reading.value, reading.at])).toEqual([
      ['heart_rate', 72, bt],
      ['spo2', 96, bt],
      ['body_temperature', 36.6, bt],
      ['battery', 81, bt],
    ])
    expect(decoded.signals).toEqual([{ signal: 'sos', at: bt - 3_000 }])
    expect(decoded.refusals).toEqual([])
  })

  test('temperature and humidity of two sensors, and a label', () => {
    expect(decodeSample('ex6.json').readings.map(({ metric, value }) => [metric, value])).toEqual([
      ['temperature', 25.2],
      ['humidity', 30],
      ['temperature', 12.3],
      ['humidity', 67],
    ])
    expect(codes(decodeSample('ex7.json'))).toEqual([])
    expect(decodeSample('ex5.json').readings.map(({ metric, value }) => [metric, value])).toEqual([
      ['humidity', 20],
      ['humidity', 20.3],
      ['humidity', 20.7],
      ['battery', 98],
      ['humidity', 21.2],
    ])
  })
})
