import type { Decoded } from '../domain/message.ts'
import type { MetricName } from '../domain/metrics.ts'
import { addReading, shown, warn } from './build.ts'
import { asBoolean, asNumber, isAbsent } from './values.ts'

/** Measurements as devices write them -> readings: numbers also as text, states as 1 and 0, what is none with a warning. */

/**
 * Metrics of which nobody alive has 0: devices write it where they measured nothing. Breath is not here: of a sleeper it may
 * be just what an alarm is about.
 */
const neverZero: ReadonlySet<MetricName> = new Set([
  'heart_rate',
  'spo2',
  'body_temperature',
  'systolic',
  'diastolic',
  'mean_arterial_pressure',
  'blood_glucose',
  'weight',
  'height',
] as const)

/** Whether a 0 of this metric means that none was measured. */
export const isNeverZero = (metric: MetricName): boolean => neverZero.has(metric)

/** `isZeroNone`: this device writes 0 where it measured nothing, of whatever metric. `convert`: into the metric's unit. */
export type Measure = {
  at: number
  source?: string | undefined
  isZeroNone?: boolean | undefined
  convert?: ((value: number) => number) | undefined
}

/** Adds what is given as a reading. What is not there at all is passed over in silence. */
export function takeMeasured(decoded: Decoded, metric: MetricName, given: unknown, measure: Measure): void {
  if (given === undefined) return
  if (isAbsent(given)) return void warn(decoded, 'no_reading', `${metric}: ${shown(given)}`)
  const boolean = asBoolean(given)
  const value = asNumber(given) ?? (boolean === undefined ? undefined : Number(boolean))
  const { at, source, isZeroNone, convert } = measure
  if (value === undefined) warn(decoded, 'value_unknown', `${metric}: ${shown(given)}`)
  else if (value === 0 && (isZeroNone || isNeverZero(metric))) warn(decoded, 'no_reading', `${metric}: 0`)
  else addReading(decoded, metric, convert ? convert(value) : value, at, source)
}
