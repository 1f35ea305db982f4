import type { MetricName } from '../../domain/metrics.ts'
import { fromFahrenheit, fromKelvin, fromPounds, glucoseFromMgDl } from '../values.ts'

/**
 * The measures of Open mHealth that Vigil has a metric for, and the units that their schemas allow
 * (github.com/openmhealth/schemas, schema/omh, and IEEE 1752.1). The schemas fix them: any other unit is a mistake.
 */
type Convert = (value: number) => number
export type Measure = {
  metric: MetricName
  units: ReadonlyMap<string, Convert>
  /** The measure without which the schema does not allow this one. */
  partner?: string
}

const same: Convert = (value) => value
const times =
  (factor: number): Convert =>
  (value) =>
    value * factor
const only = (unit: string): ReadonlyMap<string, Convert> => new Map([[unit, same]])

const temperature = new Map<string, Convert>([
  ['C', same],
  ['F', fromFahrenheit],
  ['K', fromKelvin],
])
/** To kilograms; `gr` is the grain, `Ton` the short ton of 2,000 pounds. */
const mass = new Map<string, Convert>([
  ['fg', times(1e-18)],
  ['pg', times(1e-15)],
  ['ng', times(1e-12)],
  ['ug', times(1e-9)],
  ['mg', times(1e-6)],
  ['g', times(1e-3)],
  ['kg', same],
  ['Metric Ton', times(1_000)],
  ['gr', (value) => fromPounds(value / 7_000)],
  ['oz', (value) => fromPounds(value / 16)],
  ['lb', fromPounds],
  ['Ton', (value) => fromPounds(value * 2_000)],
])
/** To centimetres. */
const length = new Map<string, Convert>([
  ['fm', times(1e-13)],
  ['pm', times(1e-10)],
  ['nm', times(1e-7)],
  ['um', times(1e-4)],
  ['mm', times(0.1)],
  ['cm', same],
  ['m', times(100)],
  ['km', times(100_000)],
  ['in', times(2.54)],
  ['ft', times(30.48)],
  ['yd', times(91.44)],
  ['mi', times(160_934.4)],
])
const glucose = new Map<string, Convert>([
  ['mg/dL', glucoseFromMgDl],
  ['mmol/L', same],
])

export const measures = new Map<string, Measure>(
  Object.entries({
    heart_rate: { metric: 'heart_rate', units: only('beats/min') },
    respiratory_rate: { metric: 'respiration_rate', units: only('breaths/min') },
    oxygen_saturation: { metric: 'spo2', units: only('%') },
    body_temperature: { metric: 'body_temperature', units: temperature },
    ambient_temperature: { metric: 'temperature', units: temperature },
    systolic_blood_pressure: { metric: 'systolic', units: only('mmHg'), partner: 'diastolic_blood_pressure' },
    diastolic_blood_pressure: { metric: 'diastolic', units: only('mmHg'), partner: 'systolic_blood_pressure' },
    blood_glucose: { metric: 'blood_glucose', units: glucose },
    body_weight: { metric: 'weight', units: mass },
    body_height: { metric: 'height', units: length },
    body_fat_percentage: { metric: 'body_fat', units: only('%') },
    step_count: { metric: 'steps', units: only('steps') },
    latitude: { metric: 'latitude', units: only('deg'), partner: 'longitude' },
    longitude: { metric: 'longitude', units: only('deg'), partner: 'latitude' },
  }),
)

/** Other values with a unit, whose unit a schema fixes all the same. */
export const otherUnits = new Map<string, ReadonlySet<string>>([['supplemental_oxygen_flow_rate', new Set(['L/min'])]])

/** Statistics that are a value which the body had, or near to one; the others say how values are spread. */
export const valueStatistics: ReadonlySet<unknown> = new Set(['average', 'maximum', 'median', 'minimum'])

/** Words of which a schema allows only these. */
export const words = new Map<string, ReadonlySet<unknown>>([
  [
    'descriptive_statistic',
    new Set([
      ...valueStatistics,
      'count',
      'standard deviation',
      'sum',
      'variance',
      '20th percentile',
      '80th percentile',
      'lower quartile',
      'upper quartile',
      'quartile deviation',
      '1st quintile',
      '2nd quintile',
      '3rd quintile',
      '4th quintile',
    ]),
  ],
  [
    'temporal_relationship_to_physical_activity',
    new Set(['at rest', 'active', 'before exercise', 'after exercise', 'during exercise']),
  ],
  ['temporal_relationship_to_sleep', new Set(['before sleeping', 'during sleep', 'on waking'])],
  [
    'temporal_relationship_to_meal',
    new Set([
      'fasting',
      'not fasting',
      'before meal',
      'after meal',
      'before breakfast',
      'after breakfast',
      'before lunch',
      'after lunch',
      'before dinner',
      'after dinner',
      '2 hours postprandial',
      'not related to meals',
      'with meal',
      'with food',
    ]),
  ],
  ['body_posture', new Set(['sitting', 'lying down', 'standing', 'semi-recumbent'])],
])
