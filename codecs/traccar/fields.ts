import type { MetricName } from '../../domain/metrics.ts'
import type { SignalKind } from '../../domain/signals.ts'
import { glucoseFromMgDl, mostMmolGlucose } from '../values.ts'

/** Traccar's names (org.traccar.model.Position and Event, release 6) and what they are here. */

export type Alarm = { signal: SignalKind } | { ends: SignalKind } | { metric: MetricName; value: 0 | 1 } | 'nothing'

/** Values of the attribute `alarm`. What is not here is told as a value that nobody knows. */
export const alarms: Readonly<Record<string, Alarm>> = {
  sos: { signal: 'sos' },
  // What Traccar makes of an alarm whose kind its protocol does not tell; watches send it for their button.
  general: { signal: 'sos' },
  fallDown: { signal: 'fall' },
  geofence: { signal: 'wandering' },
  geofenceExit: { signal: 'wandering' },
  geofenceEnter: { ends: 'wandering' },
  lowBattery: { metric: 'battery_low', value: 1 },
  lowPower: { metric: 'battery_low', value: 1 },
  removing: { metric: 'worn', value: 0 },
  tampering: { metric: 'tamper', value: 1 },
  vibration: { metric: 'vibration', value: 1 },
  movement: { metric: 'motion', value: 1 },
  powerCut: { metric: 'charging', value: 0 },
  powerRestored: { metric: 'charging', value: 1 },
  ...Object.fromEntries(
    [
      ...[
        'lowspeed',
        'overspeed',
        'fault',
        'powerOff',
        'powerOn',
        'door',
        'lock',
        'unlock',
        'gpsAntennaCut',
        'accident',
      ],
      ...['tow', 'idle', 'highRpm', 'hardAcceleration', 'hardBraking', 'hardCornering', 'laneChange', 'fatigueDriving'],
      ...['jamming', 'temperature', 'parking', 'bonnet', 'footBrake', 'fuelLeak'],
    ].map((name) => [name, 'nothing' as const]),
  ),
}

export type EventMeaning = Alarm | { online: boolean }

/** Types of events besides `alarm`, which has its attribute. */
export const events: Readonly<Record<string, EventMeaning>> = {
  geofenceExit: { signal: 'wandering' },
  geofenceEnter: { ends: 'wandering' },
  deviceOnline: { online: true },
  deviceOffline: { online: false },
  deviceUnknown: { online: false },
  deviceInactive: { online: false },
  deviceMoving: { metric: 'motion', value: 1 },
  deviceStopped: { metric: 'motion', value: 0 },
  ...Object.fromEntries(
    [
      ...[
        'commandResult',
        'queuedCommandSent',
        'deviceOverspeed',
        'deviceFuelDrop',
        'deviceFuelIncrease',
        'ignitionOn',
      ],
      ...['geofenceCrossed', 'proximityEnter', 'proximityExit', 'unaccompaniedMotion', 'ignitionOff', 'maintenance'],
      ...['driverChanged', 'media', 'textMessage', 'test'],
    ].map((name) => [name, 'nothing' as const]),
  ),
}

/** Attributes of a position. */
export type Attribute = { metric: MetricName; convert?(value: number): number }

const systolic: Attribute = { metric: 'systolic' }
const diastolic: Attribute = { metric: 'diastolic' }
const spo2: Attribute = { metric: 'spo2' }

export const attributes: Readonly<Record<string, Attribute>> = {
  batteryLevel: { metric: 'battery' },
  battery: { metric: 'battery_voltage' },
  power: { metric: 'voltage' },
  charge: { metric: 'charging' },
  motion: { metric: 'motion' },
  steps: { metric: 'steps' },
  heartRate: { metric: 'heart_rate' },
  pressureHigh: systolic,
  pressureSystolic: systolic,
  pressureLow: diastolic,
  pressureDiastolic: diastolic,
  bloodOxygen: spo2,
  spo2,
  spO2: spo2,
  bloodSugar: {
    metric: 'blood_glucose',
    convert: (value) => (value > mostMmolGlucose ? glucoseFromMgDl(value) : value),
  },
  bodyTemp: { metric: 'body_temperature' },
  temp1: { metric: 'temperature' },
  temperature: { metric: 'temperature' },
  deviceTemp: { metric: 'device_temperature' },
  humidity: { metric: 'humidity' },
}

/** Protocols whose temperatures are those of the one who wears the device. */
export const wornProtocols: ReadonlySet<string> = new Set(['watch', 'trv', 'pt60'])
