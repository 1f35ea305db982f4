import type { Decoded } from '../../domain/message.ts'
import type { MetricName } from '../../domain/metrics.ts'
import type { SignalKind } from '../../domain/signals.ts'
import { addFlag, addReading, addSignal, addState, isHazard, quoted, refuse, shown, warn, whose } from '../build.ts'
import { isNeverZero } from '../measured.ts'
import { asBoolean, asNumber, fromFahrenheit, fromKelvin, fromPounds, isAbsent } from '../values.ts'

/**
 * Entities as Home Assistant and ESPHome have them: one plain value each, whose meaning is in its name, and where somebody told, in its
 * device class and unit. A name that says enough counts first: the lane of a message is chosen before anything can be looked up.
 */

/** What discovery or an attribute told of an entity. */
export type Told = { deviceClass?: string | undefined; unit?: string | undefined }

/** Words in an entity's name, or its device class, and what a yes or no of it is. `not`: yes is what the metric calls 0. */
const flags: readonly [RegExp, MetricName | 'sos' | 'fall'][] = [
  [/(?:^|_)fall(?:en|ing|s)?(?:_|$)/, 'fall'],
  [/(?:^|_)(?:sos|panic|emergency)(?:_|$)/, 'sos'],
  [/smoke/, 'smoke'],
  [/carbon_monoxide|(?:^|_)co(?:_|$)/, 'carbon_monoxide'],
  [/(?:^|_)gas(?:_|$)/, 'gas'],
  [/(?:^|_)(?:leak|flood|water_leak|moisture)/, 'water_leak'],
  [/(?:^|_)(?:person|people|presence|occupancy|occupied|target)/, 'presence'],
  [/motion|(?:^|_)pir(?:_|$)|moving/, 'motion'],
  [/(?:^|_)bed(?:_|$)|in_bed/, 'in_bed'],
  [/door|window|(?:^|_)(?:contact|opening)(?:_|$)/, 'door_open'],
  [/tamper/, 'tamper'],
  [/vibration/, 'vibration'],
  [/(?:^|_)(?:battery_low|low_battery|battery)(?:_|$)/, 'battery_low'],
]

const values: readonly [RegExp, MetricName][] = [
  [/heart_?rate|(?:^|_)pulse(?:_|$)/, 'heart_rate'],
  [/respirat|breath/, 'respiration_rate'],
  [/spo2|oxygen/, 'spo2'],
  [/body_temperature/, 'body_temperature'],
  [/(?:chip|cpu|device|internal)_temperature/, 'device_temperature'],
  [/temperature/, 'temperature'],
  [/humidity/, 'humidity'],
  [/illuminance|(?:^|_)lux(?:_|$)/, 'illuminance'],
  [/pressure/, 'pressure'],
  [/carbon_dioxide|(?:^|_)co2(?:_|$)/, 'carbon_dioxide'],
  [/carbon_monoxide|(?:^|_)co(?:_|$)/, 'carbon_monoxide_ppm'],
  [/pm_?2_?5|pm25/, 'pm2_5'],
  [/(?:^|_)pm_?10(?:_|$)/, 'pm10'],
  [/battery_voltage/, 'battery_voltage'],
  [/battery/, 'battery'],
  [/wifi_signal|rssi|signal_strength/, 'rssi'],
  [/(?:^|_)weight(?:_|$)/, 'weight'],
  [/(?:^|_)distance(?:_|$)/, 'distance'],
  [/(?:person|people|target)_(?:number|count)/, 'person_count'],
  [/(?:^|_)power(?:_|$)/, 'power'],
  [/(?:^|_)energy(?:_|$)/, 'energy'],
]

/** Units in which a value may come beside the metric's own; where a metric is listed, one that is not here is none of it. */
const units: Partial<Record<MetricName, Record<string, (value: number) => number>>> = {
  temperature: { '°C': same, '°F': fromFahrenheit, K: fromKelvin },
  body_temperature: { '°C': same, '°F': fromFahrenheit },
  distance: { m: same, cm: (value) => value / 100, mm: (value) => value / 1_000 },
  weight: { kg: same, g: (value) => value / 1_000, lb: fromPounds },
  pressure: { hPa: same, mbar: same, kPa: (value) => value * 10, Pa: (value) => value / 100 },
  battery_voltage: { V: same, mV: (value) => value / 1_000 },
  energy: { kWh: same, Wh: (value) => value / 1_000 },
  power: { W: same, kW: (value) => value * 1_000 },
}
function same(value: number): number {
  return value
}
/** Metrics whose unit must be told: those who make these sensors do not agree. */
const unitNeeded: ReadonlySet<MetricName> = new Set(['distance'])

const plainName = (name: string): string =>
  name
    .slice(0, 200)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')

const meaning = <T>(table: readonly [RegExp, T][], name: string): T | undefined =>
  table.find(([word]) => word.test(plainName(name)))?.[1]

/** Whether the name alone says that no yes or no of this entity can be a safety signal. */
export function isHarmless(name: string): boolean {
  const kind = meaning(flags, name)
  return kind !== undefined && signalOf(kind) === undefined
}

const signalOf = (kind: MetricName | 'sos' | 'fall'): SignalKind | undefined =>
  kind === 'sos' || kind === 'fall' || isHazard(kind) ? kind : undefined

type Entity = { component: string; name: string; told: Told; at: number; source?: string }

/** Takes the state of an entity; what its name does not say and nobody told is kept silently. */
export function takeEntity(decoded: Decoded, entity: Entity, text: string): void {
  const { component, name, source } = entity
  if (isAbsent(text)) {
    warn(decoded, 'no_reading', `${name}: ${shown(text)}`)
    if (text === 'unavailable') decoded.statuses.push({ online: false, ...whose(source) })
  } else if (component === 'binary_sensor') takeFlag(decoded, entity, text)
  else takeValue(decoded, entity, text)
}

function takeFlag(decoded: Decoded, { name, told, at, source }: Entity, text: string): void {
  const kind = meaning(flags, name) ?? (told.deviceClass ? meaning(flags, told.deviceClass) : undefined)
  if (kind === undefined) return
  const on = asBoolean(text)
  const signal = signalOf(kind)
  if (on === undefined) {
    refuse(decoded, 'payload_invalid', `${quoted(name)}: neither on nor off but ${shown(text)}`)
    // A yes with rubbish behind it is a yes.
    if (signal && beginsYes.test(text)) addSignal(decoded, { signal, at: undefined, malformed: true, ...whose(source) })
    return
  }
  if (kind !== 'sos' && kind !== 'fall') addFlag(decoded, kind, on, at, source)
  // A button has no state: a second press must be heard though the release of the first was lost.
  if (signal === 'sos' && on) addSignal(decoded, { signal, at: undefined, ...whose(source) })
  else if (signal) addState(decoded, on, { signal, at: undefined, ...whose(source) })
}

const beginsYes = /^\W{0,3}(?:on|true|yes)(?!\w)/i

function takeValue(decoded: Decoded, { name, told, at, source }: Entity, text: string): void {
  const metric = meaning(values, name) ?? (told.deviceClass ? meaning(values, told.deviceClass) : undefined)
  if (metric === undefined) return
  const value = asNumber(text)
  if (value === undefined) refuse(decoded, 'payload_invalid', `${quoted(name)}: no number but ${shown(text)}`)
  // Nobody was there to be measured.
  else if (value === 0 && (metric === 'respiration_rate' || isNeverZero(metric)))
    warn(decoded, 'no_reading', `${metric}: 0`)
  else {
    const converted = inUnit(metric, value, told.unit)
    if (converted === undefined) warn(decoded, 'unit_unknown', `${metric}: ${told.unit ?? 'no unit was told'}`)
    else addReading(decoded, metric, converted, at, source)
  }
}

function inUnit(metric: MetricName, value: number, unit: string | undefined): number | undefined {
  if (unit === undefined) return unitNeeded.has(metric) ? undefined : value
  const known = units[metric]
  if (!known) return value
  return Object.hasOwn(known, unit) ? known[unit]?.(value) : undefined
}

/** Under which key what discovery tells of a state topic is learned. */
export const entityKey = (stateTopic: string): string => `entity ${stateTopic}`

/** What was learned of a state topic. */
export function toldOf(learned: ((key: string) => string | undefined) | undefined, stateTopic: string): Told {
  const text = learned?.(entityKey(stateTopic))
  if (text === undefined) return {}
  const [deviceClass, unit] = text.split('\t')
  return { deviceClass: deviceClass || undefined, unit: unit || undefined }
}

/** What is learned of a state topic, as it is kept. */
export const toldText = ({ deviceClass = '', unit = '' }: Told): string =>
  [deviceClass, unit].map((word) => word.slice(0, 64).replaceAll('\t', ' ')).join('\t')
