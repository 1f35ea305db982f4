import type { MetricName } from '../../domain/metrics.ts'
import { asBoolean, asNumber, fromFahrenheit, fromPounds } from '../values.ts'

/** What the fields of Theengs and OpenMQTTGateway mean to Vigil. A field that is not here is kept in the journal only. */
export type Field = {
  metric: MetricName
  read(value: unknown): number | undefined
  /** 0 is what the device says where it measured nothing. */
  isZeroNone?: boolean
  /** Left alone where the message has that field too. */
  unless?: string
}

const flag = (value: unknown): number | undefined => {
  const found = asBoolean(value)
  return found === undefined ? undefined : Number(found)
}
const fahrenheit = (value: unknown): number | undefined => {
  const found = asNumber(value)
  return found === undefined ? undefined : fromFahrenheit(found)
}

/** SwitchBot writes words: `timeout` is a door that has stood open for long. true and false mean either, by the maker. */
const contactWords = new Map([
  ['closed', 0],
  ['open', 1],
  ['not closed', 1],
  ['timeout', 1],
])
const contact = (value: unknown): number | undefined =>
  typeof value === 'string' ? contactWords.get(value.trim().toLowerCase()) : undefined

const number = (metric: MetricName, rest: Partial<Field> = {}): Field => ({ metric, read: asNumber, ...rest })
const yesNo = (metric: MetricName): Field => ({ metric, read: flag })

/** `pressure` is not here: it is how hard a toothbrush is pressed. Nor is `weight`, whose unit is a field of its own. */
export const fields: Record<string, Field> = {
  rssi: number('rssi'),
  tempc: number('temperature'),
  tempf: { metric: 'temperature', read: fahrenheit, unless: 'tempc' },
  hum: number('humidity'),
  batt: number('battery'),
  volt: number('battery_voltage'),
  lux: number('illuminance'),
  pres: number('pressure'),
  co2: number('carbon_dioxide'),
  pm25: number('pm2_5'),
  pm10: number('pm10'),
  tvoc: number('tvoc'),
  moi: number('moisture'),
  distance: number('distance'),
  steps: number('steps'),
  bpm: number('heart_rate', { isZeroNone: true }),
  act_bpm: number('heart_rate', { isZeroNone: true, unless: 'bpm' }),
  spo2: number('spo2', { isZeroNone: true }),
  motion: yesNo('motion'),
  presence: yesNo('presence'),
  open: yesNo('door_open'),
  contact: { metric: 'door_open', read: contact, unless: 'open' },
  tamper: yesNo('tamper'),
  vibration: yesNo('vibration'),
  smoke: yesNo('smoke'),
  gas: yesNo('gas'),
  carbon_monoxide: yesNo('carbon_monoxide'),
  water_leak: yesNo('water_leak'),
  leak: yesNo('water_leak'),
}

/** Scales' units -> kilograms. A Chinese jin is half a kilogram. Without a unit it may be grams of coffee. */
export const kilograms = new Map([
  ['kg', 1],
  ['lb', fromPounds(1)],
  ['lbs', fromPounds(1)],
  ['jin', 0.5],
  ['g', 0.001],
])
