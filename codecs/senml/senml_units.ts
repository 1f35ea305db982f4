import { type MetricName, metrics } from '../../domain/metrics.ts'

/** SenML's names and units (RFC 8428 §12.1, RFC 8798) in terms of Vigil's metrics. */

/** What other people call our metrics, in lower case; our own names need no entry. */
const aliases: Record<string, MetricName> = {
  hr: 'heart_rate',
  heartrate: 'heart_rate',
  pulse: 'heart_rate',
  bpm: 'heart_rate',
  rr: 'respiration_rate',
  resp_rate: 'respiration_rate',
  respiratory_rate: 'respiration_rate',
  oxygen: 'spo2',
  sao2: 'spo2',
  body_temp: 'body_temperature',
  systolic_pressure: 'systolic',
  diastolic_pressure: 'diastolic',
  glucose: 'blood_glucose',
  temp: 'temperature',
  hum: 'humidity',
  rh: 'humidity',
  co2: 'carbon_dioxide',
  lux: 'illuminance',
  light: 'illuminance',
  barometer: 'pressure',
  batt: 'battery',
  occupancy: 'presence',
  open: 'door_open',
  lqi: 'link_quality',
}

/** The metric of a record that has a telling unit and no name that we know. `EL` is seconds, and no metric of ours. */
const byUnit: Record<string, MetricName> = {
  Cel: 'temperature',
  K: 'temperature',
  '%RH': 'humidity',
  '%EL': 'battery',
  'beat/min': 'heart_rate',
  lx: 'illuminance',
  dBm: 'rssi',
  dBW: 'rssi',
  hPa: 'pressure',
}

type Unit = (typeof metrics)[MetricName]['unit']
type Conversion = { factor: number; offset?: number }

/** SenML unit -> our unit -> how to get there. */
const conversions: Record<string, Partial<Record<Unit, Conversion>>> = {
  Cel: { Cel: { factor: 1 } },
  K: { Cel: { factor: 1, offset: -273.15 } },
  'beat/min': { '/min': { factor: 1 } },
  '1/min': { '/min': { factor: 1 } },
  '1/s': { '/min': { factor: 60 } },
  Hz: { '/min': { factor: 60 } },
  '%': { '%': { factor: 1 } },
  '%RH': { '%': { factor: 1 } },
  '%EL': { '%': { factor: 1 } },
  '/100': { '%': { factor: 1 } },
  '/': { '1': { factor: 1 }, '%': { factor: 100 } },
  count: { '1': { factor: 1 } },
  ppm: { '[ppm]': { factor: 1 } },
  Pa: { hPa: { factor: 0.01 }, 'mm[Hg]': { factor: 1 / 133.322387415 } },
  hPa: { hPa: { factor: 1 }, 'mm[Hg]': { factor: 100 / 133.322387415 } },
  kPa: { hPa: { factor: 10 }, 'mm[Hg]': { factor: 1000 / 133.322387415 } },
  mmHg: { 'mm[Hg]': { factor: 1 } },
  'mm[Hg]': { 'mm[Hg]': { factor: 1 } },
  'mmol/L': { 'mmol/L': { factor: 1 } },
  'mmol/l': { 'mmol/L': { factor: 1 } },
  kg: { kg: { factor: 1 } },
  g: { kg: { factor: 0.001 } },
  l: { L: { factor: 1 } },
  m3: { L: { factor: 1000 } },
  W: { W: { factor: 1 } },
  kW: { W: { factor: 1000 } },
  J: { 'kW.h': { factor: 1 / 3.6e6 } },
  Wh: { 'kW.h': { factor: 0.001 } },
  kWh: { 'kW.h': { factor: 1 } },
  lx: { lx: { factor: 1 } },
  dB: { dB: { factor: 1 } },
  dBm: { 'dB[mW]': { factor: 1 } },
  dBW: { 'dB[mW]': { factor: 1, offset: 30 } },
  V: { V: { factor: 1 } },
  mV: { V: { factor: 0.001 } },
}

const own = <T>(table: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

/** The metric that a record's name means (its last segment, any case), else the one that its unit tells. */
export function metricOf(segment: string, unit: string | undefined): MetricName | undefined {
  const name = segment.toLowerCase().replaceAll('-', '_')
  const metric = Object.hasOwn(metrics, name) ? (name as MetricName) : own(aliases, name)
  return metric ?? (unit === undefined ? undefined : own(byUnit, unit))
}

/** A value in the metric's unit, or undefined where the unit cannot be one of this metric. No unit: already ours. */
export function inMetricUnit(metric: MetricName, value: number, unit: string | undefined): number | undefined {
  if (unit === undefined) return value
  const conversion = own(conversions, unit)?.[metrics[metric].unit]
  if (!conversion) return undefined
  const { factor, offset = 0 } = conversion
  return value * factor + offset
}
