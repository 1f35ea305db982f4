import type { MetricName } from '../../domain/metrics.ts'
import type { SignalKind } from '../../domain/signals.ts'

/** What Tasmota's names mean (docs: JSON of its sensor drivers, of the Zigbee and of the LoRaWAN bridge). Others are kept silently. */

/** Fields of sensor drivers (`{"AM2301":{"Temperature":…}}`) and of devices behind a bridge. */
export const measured: Record<string, MetricName> = {
  Temperature: 'temperature',
  Humidity: 'humidity',
  Pressure: 'pressure',
  CarbonDioxide: 'carbon_dioxide',
  'PM2.5': 'pm2_5',
  PM10: 'pm10',
}

/** Of drivers alone: Zigbee's illuminance is a logarithm that Tasmota passes on as it is. */
export const driverOnly: Record<string, MetricName> = { Illuminance: 'illuminance' }

/** `ENERGY`. `Total` is in kWh. */
export const energy: Record<string, MetricName> = {
  Power: 'power',
  Total: 'energy',
  Voltage: 'voltage',
  Current: 'current',
}

/** Numbers of devices behind a bridge. */
export const radio: Record<string, MetricName> = {
  BatteryPercentage: 'battery',
  BatteryVoltage: 'battery_voltage',
  LinkQuality: 'link_quality',
  RSSI: 'rssi',
}

/** States of devices behind a bridge. Tasmota's `Contact` is the alarm bit of the zone: 1 is open. */
export const states: Record<string, MetricName> = {
  Contact: 'door_open',
  DoorOpen: 'door_open',
  Occupancy: 'motion',
  Vibration: 'vibration',
  Power: 'switch_on',
}

/** What a zone's alarm means, by the name that Tasmota gives it and by its type of the Zigbee Cluster Library (8.2.2.2.3). */
export type Zone = { name: string; types: readonly number[]; signal?: SignalKind; metric?: MetricName }
export const zones: readonly Zone[] = [
  { name: 'Water', types: [0x2a], signal: 'water_leak', metric: 'water_leak' },
  { name: 'Fire', types: [0x28], signal: 'smoke', metric: 'smoke' },
  { name: 'CO', types: [0x2b], signal: 'carbon_monoxide', metric: 'carbon_monoxide' },
  { name: 'PersonalAlarm', types: [0x2c], signal: 'sos' },
  { name: 'Panic', types: [0x10f, 0x115, 0x21d], signal: 'sos' },
  { name: 'Contact', types: [0x15], metric: 'door_open' },
  { name: 'Occupancy', types: [0x0d], metric: 'motion' },
]

/** Presses: `Action` of `Button1` and `Switch1`, `Click` of Aqara, and the raw command FD of Tuya's buttons. */
export const pressNames: Record<string, 'single' | 'double' | 'triple' | 'long'> = {
  single: 'single',
  double: 'double',
  triple: 'triple',
  hold: 'long',
  long: 'long',
  on: 'single',
}
export const tuyaPresses: Record<string, 'single' | 'double' | 'long'> = {
  '00': 'single',
  '01': 'double',
  '02': 'long',
}
