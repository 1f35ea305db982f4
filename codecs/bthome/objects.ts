import type { MetricName } from '../../domain/metrics.ts'

/**
 * The objects of BTHome v2 (bthome.io/format). An object has no length of its own, so that a reader must know every one that
 * may stand before what it looks for: the table is whole, also where Vigil has no metric for the value.
 */
export type ObjectDefinition = {
  name: string
  /** Bytes of the value; `counted` where a byte with the number of them comes first. */
  bytes: number | 'counted'
  isSigned?: boolean
  /** Raw value times this is the value in the metric's unit. */
  factor?: number
  metric?: MetricName
  /** The unit was another one. */
  isConverted?: boolean
  /** What it is where it is no measurement. */
  role?: 'packet' | 'time' | 'button' | 'problem'
}

type Rest = Omit<ObjectDefinition, 'name' | 'bytes' | 'isSigned' | 'factor' | 'metric'>

const unsigned = (name: string, bytes: number, factor = 1, metric?: MetricName, rest: Rest = {}): ObjectDefinition => ({
  name,
  bytes,
  factor,
  ...(metric ? { metric } : {}),
  ...rest,
})
const signed = (name: string, bytes: number, factor = 1, metric?: MetricName): ObjectDefinition => ({
  ...unsigned(name, bytes, factor, metric),
  isSigned: true,
})
/** One byte, 0 or 1. */
const flag = (name: string, metric?: MetricName, rest: Rest = {}): ObjectDefinition =>
  unsigned(name, 1, 1, metric, rest)

/** By object id. */
export const objects: ReadonlyMap<number, ObjectDefinition> = new Map<number, ObjectDefinition>([
  [0x00, unsigned('packet id', 1, 1, undefined, { role: 'packet' })],
  [0x01, unsigned('battery', 1, 1, 'battery')],
  [0x02, signed('temperature', 2, 0.01, 'temperature')],
  [0x03, unsigned('humidity', 2, 0.01, 'humidity')],
  [0x04, unsigned('pressure', 3, 0.01, 'pressure')],
  [0x05, unsigned('illuminance', 3, 0.01, 'illuminance')],
  [0x06, unsigned('mass (kg)', 2, 0.01, 'weight')],
  [0x07, unsigned('mass (lb)', 2, 0.0045359237, 'weight', { isConverted: true })],
  [0x08, signed('dew point', 2, 0.01)],
  [0x09, unsigned('count', 1)],
  [0x0a, unsigned('energy', 3, 0.001, 'energy')],
  [0x0b, unsigned('power', 3, 0.01, 'power')],
  [0x0c, unsigned('voltage', 2, 0.001, 'voltage')],
  [0x0d, unsigned('pm2.5', 2, 1, 'pm2_5')],
  [0x0e, unsigned('pm10', 2, 1, 'pm10')],
  [0x0f, flag('generic boolean')],
  [0x10, flag('power on', 'switch_on')],
  [0x11, flag('opening', 'door_open')],
  [0x12, unsigned('co2', 2, 1, 'carbon_dioxide')],
  [0x13, unsigned('tvoc', 2, 1, 'tvoc')],
  [0x14, unsigned('moisture', 2, 0.01, 'moisture')],
  [0x15, flag('battery low', 'battery_low')],
  [0x16, flag('battery charging', 'charging')],
  [0x17, flag('carbon monoxide', 'carbon_monoxide')],
  [0x18, flag('cold')],
  [0x19, flag('connectivity')],
  [0x1a, flag('door', 'door_open')],
  [0x1b, flag('garage door', 'door_open')],
  [0x1c, flag('gas', 'gas')],
  [0x1d, flag('heat')],
  [0x1e, flag('light')],
  [0x1f, flag('lock')],
  [0x20, flag('moisture detected', 'water_leak')],
  [0x21, flag('motion', 'motion')],
  [0x22, flag('moving')],
  [0x23, flag('occupancy', 'presence')],
  [0x24, flag('plug')],
  [0x25, flag('presence', 'presence')],
  [0x26, flag('problem', undefined, { role: 'problem' })],
  [0x27, flag('running')],
  [0x28, flag('safety')],
  [0x29, flag('smoke', 'smoke')],
  [0x2a, flag('sound')],
  [0x2b, flag('tamper', 'tamper')],
  [0x2c, flag('vibration', 'vibration')],
  [0x2d, flag('window', 'door_open')],
  [0x2e, unsigned('humidity', 1, 1, 'humidity')],
  [0x2f, unsigned('moisture', 1, 1, 'moisture')],
  [0x3a, unsigned('button', 1, 1, undefined, { role: 'button' })],
  [0x3c, unsigned('dimmer', 2)],
  [0x3d, unsigned('count', 2)],
  [0x3e, unsigned('count', 4)],
  [0x3f, signed('rotation', 2, 0.1)],
  [0x40, unsigned('distance (mm)', 2, 0.001, 'distance')],
  [0x41, unsigned('distance (m)', 2, 0.1, 'distance')],
  [0x42, unsigned('duration', 3, 0.001)],
  [0x43, unsigned('current', 2, 0.001, 'current')],
  [0x44, unsigned('speed', 2, 0.01, 'speed')],
  [0x45, signed('temperature', 2, 0.1, 'temperature')],
  [0x46, unsigned('uv index', 1, 0.1)],
  [0x47, unsigned('volume', 2, 0.1)],
  [0x48, unsigned('volume (mL)', 2, 0.001)],
  [0x49, unsigned('volume flow', 2, 0.001)],
  [0x4a, unsigned('voltage', 2, 0.1, 'voltage')],
  [0x4b, unsigned('gas volume', 3, 0.001)],
  [0x4c, unsigned('gas volume', 4, 0.001)],
  [0x4d, unsigned('energy', 4, 0.001, 'energy')],
  [0x4e, unsigned('volume', 4, 0.001)],
  [0x4f, unsigned('water', 4, 0.001, 'water_volume')],
  [0x50, unsigned('timestamp', 4, 1, undefined, { role: 'time' })],
  [0x51, unsigned('acceleration', 2, 0.001)],
  [0x52, unsigned('gyroscope', 2, 0.001)],
  [0x53, { name: 'text', bytes: 'counted' }],
  [0x54, { name: 'raw', bytes: 'counted' }],
  [0x55, unsigned('volume stored', 4, 0.001)],
  [0x56, unsigned('conductivity', 2)],
  [0x57, signed('temperature', 1, 1, 'temperature')],
  [0x58, signed('temperature', 1, 0.35, 'temperature')],
  [0x59, signed('count', 1)],
  [0x5a, signed('count', 2)],
  [0x5b, signed('count', 4)],
  [0x5c, signed('power', 4, 0.01, 'power')],
  [0x5d, signed('current', 2, 0.001, 'current')],
  [0x5e, unsigned('direction', 2, 0.01)],
  [0x5f, unsigned('precipitation', 2, 0.1)],
  [0x60, unsigned('channel', 1)],
  [0x61, unsigned('rotational speed', 2)],
  [0x62, signed('speed', 4, 0.000001, 'speed')],
  [0x63, signed('acceleration', 4, 0.000001)],
  [0x64, unsigned('light level', 1)],
  [0xf0, unsigned('device type', 2)],
  [0xf1, unsigned('firmware', 4)],
  [0xf2, unsigned('firmware', 3)],
])
