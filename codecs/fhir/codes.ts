import type { MetricName } from '../../domain/metrics.ts'
import { fromFahrenheit, fromKelvin, fromKilopascal, fromPounds, glucoseFromMgDl } from '../values.ts'

/** What is measured, by the codes of LOINC and of IEEE 11073-10101 (MDC); both stand beside each other in PHD observations. */
export type Coded = {
  metric: MetricName
  loinc: readonly string[]
  mdc: readonly string[]
  /** 0 is written where nothing was measured. */
  isZeroNone?: true
}

/** Values from the PHD implementation guide's tables and the codes that continua devices send for the same. */
export const codes: readonly Coded[] = [
  { metric: 'heart_rate', loinc: ['8867-4', '8889-8'], mdc: ['147842', '149530', '149546', '8454258'] },
  { metric: 'respiration_rate', loinc: ['9279-1'], mdc: ['151562', '151570', '151578', '151586'], isZeroNone: true },
  { metric: 'spo2', loinc: ['2708-6', '59408-5'], mdc: ['150456', '150316', '150324'] },
  {
    metric: 'body_temperature',
    loinc: ['8310-5', '8331-1', '8332-9', '8333-7', '60830-9'],
    mdc: ['150364', '150368', '150372', '150376', '150380', '150384', '150388', '150392', '188424', '188428', '188432'],
  },
  { metric: 'systolic', loinc: ['8480-6'], mdc: ['150021', '150017', '150033', '150037'] },
  { metric: 'diastolic', loinc: ['8462-4'], mdc: ['150022', '150018', '150034', '150038'] },
  { metric: 'mean_arterial_pressure', loinc: ['8478-0'], mdc: ['150023', '150019', '150035', '150039'] },
  {
    metric: 'blood_glucose',
    loinc: ['15074-8', '2339-0', '2345-7', '41653-7', '14743-9', '32016-8', '14745-4', '14749-6', '99504-3'],
    mdc: [
      ...['160020', '160184', '160188', '160192', '160196', '160200', '160204', '160208', '160212', '160364', '160368'],
      '160372',
    ],
  },
  { metric: 'weight', loinc: ['29463-7', '3141-9'], mdc: ['188736'] },
  { metric: 'height', loinc: ['8302-2', '3137-7'], mdc: ['188740'] },
  { metric: 'body_fat', loinc: ['41982-0'], mdc: ['188748'] },
  { metric: 'steps', loinc: ['41950-7', '55423-8'], mdc: ['8454247', '8454150'] },
  { metric: 'battery', loinc: [], mdc: ['67996'] },
]

/** Codes that are clocks, not measurements: a device's own time beside its gateway's. */
export const clockCodes: ReadonlySet<string> = new Set(['67975', '67983', '67984'])

export const loinc = 'http://loinc.org'
export const mdc = 'urn:iso:std:iso:11073:10101'

type Conversion = (value: number) => number

const same: Conversion = (value) => value
const rate: Record<string, Conversion> = {
  '/min': same,
  '{beat}/min': same,
  '{beats}/min': same,
  '{breaths}/min': same,
  '1/min': same,
  Hz: (value) => value * 60,
}
const pressure: Record<string, Conversion> = { 'mm[Hg]': same, kPa: fromKilopascal }
const percent: Record<string, Conversion> = { '%': same, '1': (value) => value * 100 }

/** UCUM units -> the unit that the metric fixes. A metric has no unit that is not here. */
export const units: Partial<Record<MetricName, Record<string, Conversion>>> = {
  heart_rate: rate,
  respiration_rate: rate,
  spo2: percent,
  body_fat: percent,
  battery: percent,
  body_temperature: {
    Cel: same,
    '[degF]': fromFahrenheit,
    K: fromKelvin,
  },
  systolic: pressure,
  diastolic: pressure,
  mean_arterial_pressure: pressure,
  blood_glucose: {
    'mmol/L': same,
    'mg/dL': glucoseFromMgDl,
    'kg/L': (value) => (value * 1e6) / 180.156,
  },
  weight: {
    kg: same,
    g: (value) => value / 1_000,
    '[lb_av]': fromPounds,
  },
  height: { cm: same, m: (value) => value * 100, '[in_i]': (value) => value * 2.54 },
  steps: { '1': same, '{steps}': same, '{step}': same, '{count}': same, '{#}': same },
}
