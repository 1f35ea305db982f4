import type { Frame } from '../frames.ts'

const topic = 'push/fhir/Observation'
const ucum = 'http://unitsofmeasure.org'
const device = { reference: 'Device/phd-0A1B2CFFFE3D4E5F.0A1B2C3D4E5F' }
const effectiveDateTime = '2026-11-22T16:15:20+08:00'
const code = (mdc: string, loinc?: string): object => ({
  coding: [
    { system: 'urn:iso:std:iso:11073:10101', code: mdc },
    ...(loinc === undefined ? [] : [{ system: 'http://loinc.org', code: loinc }]),
  ],
})
const quantity = (value: number, unit: string): object => ({ value, unit, system: ucum, code: unit })
const observation = (more: object): object => ({
  resourceType: 'Observation',
  status: 'final',
  effectiveDateTime,
  device,
  ...more,
})
const spo2 = { code: code('150456', '2708-6'), valueQuantity: quantity(96, '%') }

export const frames: Frame[] = [
  { about: 'oxygen saturation', topic, payload: JSON.stringify(observation(spo2)) },
  {
    about: 'oxygen saturation below the limit set in the device',
    topic,
    payload: JSON.stringify(
      observation({
        ...spo2,
        valueQuantity: quantity(78, '%'),
        identifier: [{ value: '0A1B2CFFFE3D4E5F-p-150456-20261122161520.00' }],
        interpretation: [
          { coding: [{ system: 'http://hl7.org/fhir/uv/pocd/CodeSystem/measurement-status', code: 'in-alarm' }] },
        ],
      }),
    ),
    signal: 'vital_sign',
    claim: '"code":"in-alarm"',
  },
  {
    about: 'blood pressure whose mean could not be measured',
    topic,
    payload: JSON.stringify(
      observation({
        code: code('150020', '85354-9'),
        component: [
          { code: code('150021', '8480-6'), valueQuantity: quantity(17.5, 'kPa') },
          { code: code('150022', '8462-4'), valueQuantity: quantity(82, 'mm[Hg]') },
          { code: code('150023'), dataAbsentReason: { coding: [{ code: 'not-a-number' }] } },
        ],
      }),
    ),
  },
  {
    about: 'a Bundle with its device and its clock',
    topic: 'push/fhir',
    payload: JSON.stringify({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        { fullUrl: 'urn:uuid:p', resource: { resourceType: 'Patient', id: 'p' } },
        {
          fullUrl: 'urn:uuid:d',
          resource: {
            resourceType: 'Device',
            identifier: [{ type: { coding: [{ code: 'SYSID' }] }, value: '0A-1B-2C-FF-FE-3D-4E-5F' }],
          },
        },
        {
          fullUrl: 'urn:uuid:c',
          resource: {
            resourceType: 'Observation',
            status: 'final',
            code: code('67975'),
            effectiveDateTime,
            valueDateTime: '2026-11-22T16:15:10+08:00',
          },
        },
        {
          fullUrl: 'urn:uuid:o',
          resource: {
            ...observation({ code: code('150364', '8310-5'), valueQuantity: quantity(97.7, '[degF]') }),
            device: { reference: 'urn:uuid:d' },
          },
        },
      ],
    }),
  },
  {
    about: 'an alert of R6',
    topic: 'push/fhir/DeviceAlert',
    payload: JSON.stringify({
      resourceType: 'DeviceAlert',
      status: 'in-progress',
      type: { text: 'SOS button pressed' },
      source: { reference: 'Device/pendant-7' },
      condition: { presence: true, timing: { start: effectiveDateTime } },
    }),
    signal: 'sos',
  },
]
