import { describe, expect, test } from 'vitest'
import type { Decoded } from '../../domain/message.ts'
import { metrics } from '../../domain/metrics.ts'
import { codes, units } from './codes.ts'
import { fhir } from './fhir.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)
const at = '2026-11-22T16:15:20+08:00'
const decode = (resource: unknown): Decoded =>
  fhir.decode('push/fhir', Buffer.from(JSON.stringify(resource)), { receivedAt })
const values = ({ readings }: Decoded) => Object.fromEntries(readings.map(({ metric, value }) => [metric, value]))
const coded = (code: string, system = 'http://loinc.org') => ({ coding: [{ system, code }] })
const observation = (more: object) => ({
  resourceType: 'Observation',
  status: 'final',
  effectiveDateTime: at,
  device: { reference: 'Device/phd-0A1B2CFFFE3D4E5F.0A1B2C3D4E5F' },
  code: coded('2708-6'),
  valueQuantity: { value: 96, code: '%' },
  ...more,
})
const inAlarm = { interpretation: [coded('in-alarm', 'x')] }

describe('the tables', () => {
  test('every metric has units, its own among them, and no code stands twice', () => {
    for (const { metric } of codes) expect(units[metric]?.[metrics[metric].unit]?.(7), metric).toBe(7)
    const all = codes.flatMap(({ loinc, mdc }) => [...loinc, ...mdc])
    expect(new Set(all).size).toBe(all.length)
    for (const { metric, loinc } of codes) {
      const own = (metrics[metric] as { loinc?: string }).loinc
      if (own !== undefined) expect(loinc, metric).toContain(own)
    }
  })
})

describe('an Observation', () => {
  test.each([
    ['8310-5', 97.7, '[degF]', 'body_temperature', 36.5],
    ['8480-6', 17.5, 'kPa', 'systolic', 131.26],
    ['2339-0', 99, 'mg/dL', 'blood_glucose', 5.495],
    ['29463-7', 154, '[lb_av]', 'weight', 69.853],
    ['2708-6', 0.96, '1', 'spo2', 96],
  ])('%s %f %s is %s %f', (loinc, value, code, metric, wanted) => {
    const read = values(decode(observation({ code: coded(loinc), valueQuantity: { value, code } })))
    expect(read[metric]).toBeCloseTo(wanted, 2)
  })

  test('in a unit that is none of its metric is left out', () => {
    const decoded = decode(observation({ valueQuantity: { value: 96, code: 'mg' } }))
    expect(decoded).toMatchObject({ readings: [], warnings: [{ code: 'unit_unknown' }] })
  })

  test('without a value has none: not 0', () => {
    const absent = { valueQuantity: undefined, dataAbsentReason: coded('not-a-number', 'x') }
    expect(decode(observation(absent))).toMatchObject({ readings: [], warnings: [{ code: 'no_reading' }] })
    expect(decode(observation({ valueQuantity: { value: 0, code: '%' } })).readings).toEqual([])
  })

  test('has its time, of whatever kind, and its device', () => {
    const wanted = { at: Date.parse(at), source: '0a1b2cfffe3d4e5f' }
    expect(decode(observation({})).readings).toMatchObject([wanted])
    const period = { effectiveDateTime: undefined, effectivePeriod: { start: '2026-11-22T16:00:00+08:00', end: at } }
    expect(decode(observation(period)).readings).toMatchObject([wanted])
    expect(decode(observation({ effectiveDateTime: '2026-11-22' })).readings).toMatchObject([{ at: receivedAt }])
  })

  test('in alarm is a signal, once an identifier, at its own time however old', () => {
    const identifier = [{ value: 'phd-150456-1' }]
    const [signal] = decode(observation({ ...inAlarm, identifier })).signals
    expect(signal).toMatchObject({ signal: 'vital_sign', at: Date.parse(at), key: { id: 'phd-150456-1' } })
    const old = decode(observation({ ...inAlarm, effectiveDateTime: '2018-11-13T17:59:02-05:00' }))
    expect(old.signals[0]?.at).toBe(Date.UTC(2018, 10, 13, 22, 59, 2))
    expect(decode(observation({ interpretation: [coded('H', 'x')] })).signals).toEqual([])
  })

  test('that was taken back says nothing', () => {
    expect(decode(observation({ ...inAlarm, status: 'entered-in-error' }))).toMatchObject({ readings: [], signals: [] })
  })
})

describe('a Bundle', () => {
  const bundle = (clock: object) => ({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      { fullUrl: 'urn:uuid:d', resource: { resourceType: 'Device', serialNumber: '0042' } },
      {
        fullUrl: 'urn:uuid:c',
        resource: observation({ code: coded('67975', 'urn:iso:std:iso:11073:10101'), ...clock }),
      },
      {
        resource: observation({
          device: { reference: 'urn:uuid:d' },
          extension: [
            {
              url: 'http://hl7.org/fhir/uv/phd/StructureDefinition/CoincidentTimeStampReference',
              valueReference: { reference: 'urn:uuid:c' },
            },
          ],
        }),
      },
    ],
  })

  test('names its devices', () => {
    const clock = { valueQuantity: undefined, valueDateTime: at }
    expect(decode(bundle(clock)).readings).toMatchObject([{ source: '0042', at: Date.parse(at) }])
  })

  test('whose clock is at fault has no times', () => {
    const decoded = decode(bundle({ valueQuantity: undefined, dataAbsentReason: coded('unknown', 'x') }))
    expect(decoded.readings).toMatchObject([{ at: receivedAt }])
    expect(decoded.warnings.map(({ code }) => code)).toContain('clock_untrusted')
  })
})

test('an alert is a state until it is completed', () => {
  const alert = { resourceType: 'DeviceAlert', status: 'in-progress', type: { text: 'SOS button pressed' } }
  expect(decode(alert).signals).toMatchObject([{ signal: 'sos', level: true }])
  expect(decode({ ...alert, status: 'completed' })).toMatchObject({ signals: [], clears: [{ signal: 'sos' }] })
})

test('what is no resource of these is refused', () => {
  for (const body of [[], { resourceType: 'Questionnaire' }, {}, 7])
    expect(decode(body).refusals, JSON.stringify(body)).toMatchObject([{ code: 'payload_invalid' }])
})
