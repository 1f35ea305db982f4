import { describe, expect, test } from 'vitest'
import type { Decoded } from '../../domain/message.ts'
import { isMetric } from '../../domain/metrics.ts'
import { codes, receivedAt, values } from '../test_decode.ts'
import { measures } from './measures.ts'
import { openMhealth } from './open_mhealth.ts'

const at = receivedAt - 60_000
const when = { date_time: new Date(at).toISOString() }
const send = (value: unknown, zoneMinutes = 480): Decoded =>
  openMhealth.decode('openmhealth/a', Buffer.from(JSON.stringify(value)), { receivedAt, zoneMinutes })
const decode = (body: Record<string, unknown>): Decoded => send({ effective_time_frame: when, ...body })
const warned = ({ warnings }: Decoded): string[] => warnings.map(({ code }) => code)
const pulse = { heart_rate: { value: 61, unit: 'beats/min' } }

describe('the table of measures', () => {
  test('every measure has a metric, a unit that changes nothing, and a partner that has it as partner', () => {
    for (const [name, { metric, units, partner }] of measures) {
      expect(isMetric(metric), name).toBe(true)
      expect(
        [...units.values()].filter((convert) => convert(7) === 7),
        name,
      ).toHaveLength(1)
      if (partner !== undefined) expect(measures.get(partner)?.partner, name).toBe(name)
    }
  })
})

describe('units', () => {
  test.each([
    ['body_temperature', 98.6, 'F', 37],
    ['body_temperature', 310.15, 'K', 37],
    ['body_temperature', 36.6, 'C', 36.6],
    ['ambient_temperature', 68, 'F', 20],
    ['blood_glucose', 90.078, 'mg/dL', 5],
    ['blood_glucose', 5.2, 'mmol/L', 5.2],
    ['body_weight', 150, 'lb', 68.038856],
    ['body_weight', 71_500, 'g', 71.5],
    ['body_height', 5.5, 'ft', 167.64],
    ['oxygen_saturation', 96, '%', 96],
    ['respiratory_rate', 14, 'breaths/min', 14],
  ])('%s %d %s', (name, value, unit, expected) => {
    const decoded = decode({ [name]: { value, unit } })
    expect(decoded.readings).toMatchObject([{ metric: measures.get(name)?.metric, at }])
    expect(decoded.readings[0]?.value).toBeCloseTo(expected, 5)
    expect(warned(decoded)).toEqual(expected === value ? [] : ['unit_converted'])
  })

  test.each([
    [{ heart_rate: { value: 60, unit: 'beat/min' } }],
    [{ heart_rate: { value: '60', unit: 'beats/min' } }],
    [{ heart_rate: { value: 60 } }],
    [{ heart_rate: 60 }],
    [{ body_temperature: { value: 36, unit: 'constructor' } }],
    [{ systolic_blood_pressure: { value: 120, unit: 'mmHg' } }],
    [{ latitude: { value: 39, unit: 'deg' } }],
    [{ ...pulse, descriptive_statistic: 'minmum' }],
    [{ ...pulse, temporal_relationship_to_physical_activity: 'rest' }],
    [{ ...pulse, temporal_relationship_to_sleep: 7 }],
    [{ oxygen_saturation: { value: 95, unit: '%' }, supplemental_oxygen_flow_rate: { value: 2, unit: 'dL/min' } }],
  ])('%j breaks its schema and is refused whole', (body) => {
    const decoded = decode(body)
    expect([codes(decoded), decoded.readings]).toEqual([['payload_invalid'], []])
  })

  test('no pulse is no reading', () =>
    expect(warned(decode({ heart_rate: { value: 0, unit: 'beats/min' } }))).toEqual(['no_reading']))
})

describe('time', () => {
  const frame = (effective_time_frame: unknown, zoneMinutes?: number): Decoded =>
    send({ ...pulse, effective_time_frame }, zoneMinutes)
  const start = '2026-11-22T00:00:00+08:00'

  test.each([
    [{ start_date_time: start, end_date_time: '2026-11-22T08:00:00+08:00' }],
    [{ start_date_time: start, duration: { value: 8, unit: 'h' } }],
    [{ end_date_time: '2026-11-22T00:00:00Z', duration: { value: 5, unit: 'min' } }],
  ])('of an interval its end: %j', (time_interval) =>
    expect(frame({ time_interval }).readings[0]?.at).toBe(Date.UTC(2026, 10, 22)),
  )

  test.each([
    ['morning', '2026-11-21T04:00:00Z'],
    ['afternoon', '2026-11-21T10:00:00Z'],
    ['evening', '2026-11-21T16:00:00Z'],
    ['night', '2026-11-21T22:00:00Z'],
  ])('a part of a day ends in the configured zone: %s', (part_of_day, expected) => {
    const decoded = frame({ time_interval: { date: '2026-11-21', part_of_day } })
    expect(decoded.readings[0]?.at).toBe(Date.parse(expected))
    expect(warned(decoded)).toEqual(['zone_assumed'])
  })

  test.each([
    [undefined],
    [{}],
    [{ date_time: '2026-11-22T08:00:00' }],
    [{ date_time: 1_795_335_330_000 }],
    [{ date_time: '2026-13-45T08:00:00Z' }],
    [{ time_interval: { start_date_time: start } }],
    [{ time_interval: { start_date_time: start, duration: { value: 8, unit: 'moons' } } }],
    [{ time_interval: { date: '2026-11-22', part_of_day: 'noon' } }],
  ])('%j is none', (effective_time_frame) => expect(codes(frame(effective_time_frame))).toEqual(['time_invalid']))

  test('a clock ahead gives way to the receipt', () => {
    const decoded = frame({ date_time: '2031-01-01T00:00:00Z' })
    expect([decoded.readings[0]?.at, warned(decoded)]).toEqual([receivedAt, ['clock_untrusted']])
  })
})

describe('statistics', () => {
  test.each(['average', 'minimum', 'maximum', 'median'])('%s is a value, and told to be none of a moment', (word) => {
    const decoded = decode({ ...pulse, descriptive_statistic: word })
    expect([values(decoded), warned(decoded)]).toEqual([[['heart_rate', 61]], ['statistic']])
  })

  test.each(['variance', 'standard deviation', 'count'])('%s is none', (word) => {
    const decoded = decode({ ...pulse, descriptive_statistic: word })
    expect([decoded.readings, warned(decoded), codes(decoded)]).toEqual([[], ['statistic'], []])
  })

  test.each([
    ['2026-11-22T00:00:00+08:00', {}, 1],
    ['2026-11-22T07:00:00+08:00', {}, 0],
    ['2026-11-22T00:00:00+08:00', { descriptive_statistic: 'average' }, 0],
  ])('steps count from midnight on: from %s, %j', (start_date_time, rest, count) => {
    const time_interval = { start_date_time, end_date_time: '2026-11-22T16:00:00+08:00' }
    const decoded = send({
      step_count: { value: 900, unit: 'steps' },
      effective_time_frame: { time_interval },
      ...rest,
    })
    expect(decoded.readings).toHaveLength(count)
    if (count === 0) expect(warned(decoded)).toContain('statistic')
  })
})

describe('places', () => {
  const place = (lat: number, lon: number) =>
    decode({ latitude: { value: lat, unit: 'deg' }, longitude: { value: lon, unit: 'deg' } })

  test('are readings', () =>
    expect(values(place(39.6, 106.8))).toEqual([
      ['latitude', 39.6],
      ['longitude', 106.8],
    ]))

  test('0/0 and beyond the globe are no fix', () => {
    expect(place(0, 0).readings).toEqual([])
    expect(warned(place(95, 10))).toEqual(['no_reading'])
  })
})

describe('data points', () => {
  const body = { effective_time_frame: when, ...pulse }
  const schema_id = { namespace: 'omh', name: 'heart-rate', version: '2.0' }
  const omh = { id: 'a-1', creation_date_time: when.date_time, schema_id }
  const ieee = { uuid: 'a-1', source_creation_date_time: when.date_time, schema_id }

  test.each([[omh], [ieee]])('with the header %j', (header) =>
    expect(values(send({ header, body }))).toEqual([['heart_rate', 61]]),
  )

  test.each([
    [{ ...omh, id: undefined }],
    [{ ...omh, creation_date_time: 'today' }],
    [{ ...omh, schema_id: { name: 'heart-rate' } }],
    ['header'],
  ])('the header %j is none', (header) => expect(codes(send({ header, body }))).toEqual(['payload_invalid']))

  test('an empty body says nothing, a body that is missing is none, an empty document neither', () => {
    expect([codes(send({ header: omh, body: {} })), warned(send({ header: omh, body: {} }))]).toEqual([
      [],
      ['no_reading'],
    ])
    expect(codes(send({ header: omh }))).toEqual(['payload_invalid'])
    expect(codes(send({}))).toEqual(['payload_invalid'])
    expect(codes(send(7))).toEqual(['payload_invalid'])
  })

  test('a list is as many data points, of which a wrong one costs no other', () => {
    const decoded = send([body, {}, { header: omh, body }])
    expect([decoded.readings.length, codes(decoded)]).toEqual([2, ['payload_invalid']])
  })

  test('a schema that Vigil has no metric for is taken and said to be', () => {
    const decoded = decode({ total_sleep_time: { value: 7, unit: 'h' } })
    expect([codes(decoded), warned(decoded)]).toEqual([[], ['value_unknown']])
  })

  test('whose it is: the topic or the address says', () => {
    expect(openMhealth.source?.('openmhealth/cuff-2')).toBe('cuff-2')
    expect(openMhealth.source?.('push/open_mhealth/cuff-2')).toBe('cuff-2')
    expect(openMhealth.source?.('push/open_mhealth')).toBeUndefined()
  })
})
