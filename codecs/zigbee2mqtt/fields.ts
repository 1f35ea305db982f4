import type { Press } from '../../domain/message.ts'
import type { MetricName } from '../../domain/metrics.ts'
import type { SignalKind } from '../../domain/signals.ts'

/** The fields that Zigbee2MQTT exposes (zigbee-herdsman-converters, MIT), as far as they say something to us. */

/** Actions that are a call for help by the format itself: panic buttons and keypads. */
export const calls: ReadonlySet<string> = new Set(['emergency', 'panic', 'sos'])

/** Actions that are a plain press. Aqara's vibration action `fall` is an object that fell, and none of ours. */
export const pressWords: Readonly<Record<string, Press>> = {
  single: 'single',
  double: 'double',
  triple: 'triple',
  hold: 'long',
  long: 'long',
}

/** Fields whose words tell of a person's fall: one that is sure, one before it, and everything else is the end of it. */
export const fallFields: Readonly<Record<string, { fall: string; perhaps?: string }>> = {
  fall_status: { fall: 'fall_alarm', perhaps: 'fall_warning' },
  fall_down_status: { fall: 'fall', perhaps: 'maybe_fall' },
  status: { fall: 'falling' },
}

/** How sure a device is that only supposes a fall; no maker tells, so that it is merely below 1. */
export const supposed = 0.5

/** States that go on until their end is told; `sos` is Feibit's. */
export const states: Readonly<Record<string, SignalKind>> = {
  sos: 'sos',
  smoke: 'smoke',
  gas: 'gas',
  carbon_monoxide: 'carbon_monoxide',
  water_leak: 'water_leak',
}

/** `inverted`: true says 0. */
export type Field = { metric: MetricName; flag?: 'plain' | 'inverted' }

export const fields: Readonly<Record<string, Field>> = {
  smoke: { metric: 'smoke', flag: 'plain' },
  gas: { metric: 'gas', flag: 'plain' },
  carbon_monoxide: { metric: 'carbon_monoxide', flag: 'plain' },
  water_leak: { metric: 'water_leak', flag: 'plain' },
  // true is closed
  contact: { metric: 'door_open', flag: 'inverted' },
  occupancy: { metric: 'presence', flag: 'plain' },
  presence: { metric: 'presence', flag: 'plain' },
  tamper: { metric: 'tamper', flag: 'plain' },
  vibration: { metric: 'vibration', flag: 'plain' },
  battery_low: { metric: 'battery_low', flag: 'plain' },
  battery: { metric: 'battery' },
  linkquality: { metric: 'link_quality' },
  temperature: { metric: 'temperature' },
  device_temperature: { metric: 'device_temperature' },
  humidity: { metric: 'humidity' },
  pressure: { metric: 'pressure' },
  illuminance: { metric: 'illuminance' },
  illuminance_lux: { metric: 'illuminance' },
  co2: { metric: 'carbon_dioxide' },
  breathing_rate: { metric: 'respiration_rate' },
  heart_rate: { metric: 'heart_rate' },
  power: { metric: 'power' },
  energy: { metric: 'energy' },
}
