import type { Press } from '../../domain/message.ts'
import type { MetricName } from '../../domain/metrics.ts'
import type { SignalKind } from '../../domain/signals.ts'

/**
 * The fields of Zigbee2MQTT's state messages as Vigil reads them, after the exposes of zigbee-herdsman-converters. A new device
 * with known fields needs nothing here.
 */

/** A value: `flag` is a yes or no, `inverted` where no is what the metric calls 1; `scale` where the unit is another one. */
export type Field = { metric: MetricName; is: 'number' | 'flag' | 'inverted'; scale?: number }

export const fields: Readonly<Record<string, Field>> = {
  battery: { metric: 'battery', is: 'number' },
  battery_low: { metric: 'battery_low', is: 'flag' },
  linkquality: { metric: 'link_quality', is: 'number' },
  tamper: { metric: 'tamper', is: 'flag' },
  vibration: { metric: 'vibration', is: 'flag' },
  presence: { metric: 'presence', is: 'flag' },
  pir_detection: { metric: 'motion', is: 'flag' },
  // True is closed.
  contact: { metric: 'door_open', is: 'inverted' },
  temperature: { metric: 'temperature', is: 'number' },
  device_temperature: { metric: 'device_temperature', is: 'number' },
  humidity: { metric: 'humidity', is: 'number' },
  pressure: { metric: 'pressure', is: 'number' },
  soil_moisture: { metric: 'moisture', is: 'number' },
  co2: { metric: 'carbon_dioxide', is: 'number' },
  co: { metric: 'carbon_monoxide_ppm', is: 'number' },
  pm25: { metric: 'pm2_5', is: 'number' },
  pm10: { metric: 'pm10', is: 'number' },
  breathing_rate: { metric: 'respiration_rate', is: 'number' },
  respiratory_rate: { metric: 'respiration_rate', is: 'number' },
  heart_rate: { metric: 'heart_rate', is: 'number' },
  target_distance: { metric: 'distance', is: 'number' },
  power: { metric: 'power', is: 'number' },
  energy: { metric: 'energy', is: 'number' },
  current: { metric: 'current', is: 'number' },
  state: { metric: 'switch_on', is: 'flag' },
}

/** Safety states: told again in every message until they end. */
export const hazards: Readonly<Record<string, SignalKind & MetricName>> = {
  smoke: 'smoke',
  gas: 'gas',
  carbon_monoxide: 'carbon_monoxide',
  water_leak: 'water_leak',
}

/**
 * States that are words: what begins a fall and what ends it. A pre-alarm is less than even odds. The `fall` of Aqara's vibration sensors
 * is an `action`, and means that the thing itself fell down.
 */
export const fallWords: Readonly<Record<string, Readonly<Record<string, number | 'end'>>>> = {
  // Heiman HS2FD
  fall_status: { fall_alarm: 1, fall_warning: 0.4, normal: 'end' },
  // Tuya MIR-HE200 and its kin
  fall_down_status: { fall: 1, maybe_fall: 0.4, none: 'end' },
  // OWON FDS315
  status: { falling: 1, occupied: 'end', unoccupied: 'end', on_the_bed: 'end', sitting_up: 'end' },
}

/** Actions that are a call for help by themselves: panic buttons, keypads. */
export const calls: Readonly<Record<string, SignalKind>> = {
  emergency: 'sos',
  sos: 'sos',
  panic: 'sos',
  medical: 'sos',
  fire: 'smoke',
}

const presses: Readonly<Record<string, Press>> = {
  single: 'single',
  press: 'single',
  click: 'single',
  double: 'double',
  triple: 'triple',
  hold: 'long',
  long: 'long',
  long_press: 'long',
}

/** `single`, `button_2_hold`, `1_double` -> how a plain button was pressed; undefined for what is no press of one. */
export function pressOf(action: string): Press | undefined {
  const bare = /^(?:(?:button_)?\d+_)?([a-z_]+)$/.exec(action)?.[1]
  return bare !== undefined && Object.hasOwn(presses, bare) ? presses[bare] : undefined
}
