import type { MetricName } from '../../domain/metrics.ts'
import type { SignalKind } from '../../domain/signals.ts'

/** What the components of Shelly's second generation (and later) tell: `path` within the status -> metric. */
export type Field = { path: readonly string[]; metric: MetricName; scale?: number }

const field = (path: string, metric: MetricName, scale?: number): Field => ({
  path: path.split('.'),
  metric,
  ...(scale !== undefined && { scale }),
})

/** Electric ones: `aenergy.total` is in Wh; `temperature` is the relay's own. */
const electric = [
  field('apower', 'power'),
  field('voltage', 'voltage'),
  field('current', 'current'),
  field('aenergy.total', 'energy', 0.001),
  field('temperature.tC', 'device_temperature'),
]

/** By the component's name before its number. A component that is not here is kept silently; an `input` has no meaning of its own. */
export const components: Record<string, readonly Field[]> = {
  devicepower: [
    field('battery.percent', 'battery'),
    field('battery.V', 'battery_voltage'),
    field('external.present', 'charging'),
  ],
  temperature: [field('tC', 'temperature')],
  humidity: [field('rh', 'humidity')],
  illuminance: [field('lux', 'illuminance')],
  presence: [field('state', 'presence')],
  occupancy: [field('value', 'presence')],
  voltmeter: [field('voltage', 'voltage')],
  switch: [field('output', 'switch_on'), ...electric],
  light: [field('output', 'switch_on'), ...electric],
  pm1: electric,
  em1: [field('act_power', 'power'), field('voltage', 'voltage'), field('current', 'current')],
  wifi: [field('rssi', 'rssi')],
}

/** Components with an `alarm` that is true as long as it lasts. */
export const alarms: Record<string, SignalKind & MetricName> = {
  smoke: 'smoke',
  flood: 'water_leak',
}

/** Gen1: plain text under `shellies/{id}/sensor/`. */
export const gen1Sensors: Record<string, MetricName> = {
  temperature: 'temperature',
  humidity: 'humidity',
  battery: 'battery',
  lux: 'illuminance',
  motion: 'motion',
  vibration: 'vibration',
  charger: 'charging',
  state: 'door_open',
  flood: 'water_leak',
  smoke: 'smoke',
}

/** Presses, of both generations. */
export const presses: Record<string, 'single' | 'double' | 'triple' | 'long'> = {
  single_push: 'single',
  double_push: 'double',
  triple_push: 'triple',
  long_push: 'long',
  S: 'single',
  SS: 'double',
  SSS: 'triple',
  L: 'long',
}
