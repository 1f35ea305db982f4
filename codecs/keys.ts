import type { Decoded } from '../domain/message.ts'
import { isMetric, type MetricName } from '../domain/metrics.ts'
import type { SignalKind } from '../domain/signals.ts'
import { addState, isHazard, settle, whose } from './build.ts'
import { takeMeasured } from './measured.ts'
import { asBoolean, nameLetters } from './values.ts'
import { flagOf, saysYes } from './words.ts'

/**
 * Formats that fix no names (ThingsBoard, Sparkplug, forwarded attributes) are read by the names that devices commonly use. A
 * name is compared without case, blanks and signs: `heart_rate`, `heartRate` and `Heart Rate` are one.
 */
const names: Partial<Record<MetricName, readonly string[]>> = {
  heart_rate: ['hr', 'pulse', 'pulserate', 'bpm', 'heart', 'heartbeat'],
  respiration_rate: ['rr', 'respiratoryrate', 'breathrate', 'breathingrate', 'breath'],
  spo2: ['oxygen', 'oxygensaturation', 'bloodoxygen'],
  body_temperature: ['bodytemp', 'skintemperature'],
  systolic: ['sbp', 'bpsystolic', 'systolicpressure', 'pressuresystolic'],
  diastolic: ['dbp', 'bpdiastolic', 'diastolicpressure', 'pressurediastolic'],
  blood_glucose: ['glucose', 'bloodsugar'],
  steps: ['step', 'stepcount'],
  in_bed: ['bedoccupied', 'bedoccupancy', 'onbed'],
  door_open: ['dooropen', 'windowopen'],
  motion: ['pir', 'movement', 'motiondetected'],
  presence: ['occupancy', 'occupied'],
  person_count: ['people', 'persons', 'peoplecount'],
  water_leak: ['leak', 'waterleak'],
  carbon_dioxide: ['co2'],
  temperature: ['temp', 'airtemperature', 'roomtemperature', 'ambienttemperature'],
  humidity: ['hum', 'relativehumidity'],
  pressure: ['airpressure', 'barometer', 'barometricpressure'],
  illuminance: ['lux', 'light', 'illumination'],
  battery: ['batt', 'batterylevel', 'batterypercent', 'batterypercentage', 'soc'],
  battery_voltage: ['vbat', 'batv', 'batteryvolt'],
  voltage: ['supplyvoltage'],
  battery_low: ['lowbattery', 'lowbatt'],
  link_quality: ['lqi', 'linkquality'],
  latitude: ['lat'],
  longitude: ['lon', 'lng'],
}

const byName = new Map<string, MetricName>(
  Object.entries(names).flatMap(([metric, others]) =>
    [nameLetters(metric), ...others].map((name) => [name, metric as MetricName] as const),
  ),
)

/** The metric that a name commonly means, or undefined. */
export function metricOfKey(name: string): MetricName | undefined {
  if (isMetric(name)) return name
  if (name.length > 64) return undefined
  const short = nameLetters(name)
  return byName.get(short) ?? (isMetric(name.toLowerCase()) ? (name.toLowerCase() as MetricName) : undefined)
}

/** `deviceAt`: the device's own instant, undefined where it told none. */
export type KeyContext = {
  receivedAt: number
  deviceAt: number | undefined
  source?: string | undefined
  historical?: boolean
}

/**
 * Takes one name and its value: a reading, and where the name is a safety signal's, that signal as a state. Gives whether the
 * name says anything to us; what does not is kept silently, as unknown fields are.
 */
export function takeKey(decoded: Decoded, name: string, value: unknown, context: KeyContext): boolean {
  const metric = metricOfKey(name)
  const signal = metric && isHazard(metric) ? metric : flagOf(name)
  if (signal) takeFlag(decoded, signal, value, context)
  const at = settle(context.deviceAt, context.receivedAt)
  if (metric) takeMeasured(decoded, metric, value, { at, source: context.source })
  return metric !== undefined || signal !== undefined
}

function takeFlag(decoded: Decoded, signal: SignalKind, value: unknown, context: KeyContext): void {
  const { deviceAt, source, historical } = context
  const isYes = saysYes(value)
  if (!isYes && (historical || asBoolean(value) !== false)) return
  addState(decoded, isYes, { signal, at: deviceAt, ...whose(source), ...(historical && { historical }) })
}
