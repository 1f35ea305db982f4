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
export const objects: Record<number, ObjectDefinition> = {
  0: unsigned('packet id', 1, 1, undefined, { role: 'packet' }),
  1: unsigned('battery', 1, 1, 'battery'),
  2: signed('temperature', 2, 0.01, 'temperature'),
  3: unsigned('humidity', 2, 0.01, 'humidity'),
  4: unsigned('pressure', 3, 0.01, 'pressure'),
  5: unsigned('illuminance', 3, 0.01, 'illuminance'),
  6: unsigned('mass (kg)', 2, 0.01, 'weight'),
  7: unsigned('mass (lb)', 2, 0.0045359237, 'weight', { isConverted: true }),
  8: signed('dew point', 2, 0.01),
  9: unsigned('count', 1),
  10: unsigned('energy', 3, 0.001, 'energy'),
  11: unsigned('power', 3, 0.01, 'power'),
  12: unsigned('voltage', 2, 0.001, 'voltage'),
  13: unsigned('pm2.5', 2, 1, 'pm2_5'),
  14: unsigned('pm10', 2, 1, 'pm10'),
  15: flag('generic boolean'),
  16: flag('power on', 'switch_on'),
  17: flag('opening', 'door_open'),
  18: unsigned('co2', 2, 1, 'carbon_dioxide'),
  19: unsigned('tvoc', 2, 1, 'tvoc'),
  20: unsigned('moisture', 2, 0.01, 'moisture'),
  21: flag('battery low', 'battery_low'),
  22: flag('battery charging', 'charging'),
  23: flag('carbon monoxide', 'carbon_monoxide'),
  24: flag('cold'),
  25: flag('connectivity'),
  26: flag('door', 'door_open'),
  27: flag('garage door', 'door_open'),
  28: flag('gas', 'gas'),
  29: flag('heat'),
  30: flag('light'),
  31: flag('lock'),
  32: flag('moisture detected', 'water_leak'),
  33: flag('motion', 'motion'),
  34: flag('moving'),
  35: flag('occupancy', 'presence'),
  36: flag('plug'),
  37: flag('presence', 'presence'),
  38: flag('problem', undefined, { role: 'problem' }),
  39: flag('running'),
  40: flag('safety'),
  41: flag('smoke', 'smoke'),
  42: flag('sound'),
  43: flag('tamper', 'tamper'),
  44: flag('vibration', 'vibration'),
  45: flag('window', 'door_open'),
  46: unsigned('humidity', 1, 1, 'humidity'),
  47: unsigned('moisture', 1, 1, 'moisture'),
  58: unsigned('button', 1, 1, undefined, { role: 'button' }),
  60: unsigned('dimmer', 2),
  61: unsigned('count', 2),
  62: unsigned('count', 4),
  63: signed('rotation', 2, 0.1),
  64: unsigned('distance (mm)', 2, 0.001, 'distance'),
  65: unsigned('distance (m)', 2, 0.1, 'distance'),
  66: unsigned('duration', 3, 0.001),
  67: unsigned('current', 2, 0.001, 'current'),
  68: unsigned('speed', 2, 0.01, 'speed'),
  69: signed('temperature', 2, 0.1, 'temperature'),
  70: unsigned('uv index', 1, 0.1),
  71: unsigned('volume', 2, 0.1),
  72: unsigned('volume (mL)', 2, 0.001),
  73: unsigned('volume flow', 2, 0.001),
  74: unsigned('voltage', 2, 0.1, 'voltage'),
  75: unsigned('gas volume', 3, 0.001),
  76: unsigned('gas volume', 4, 0.001),
  77: unsigned('energy', 4, 0.001, 'energy'),
  78: unsigned('volume', 4, 0.001),
  79: unsigned('water', 4, 0.001, 'water_volume'),
  80: unsigned('timestamp', 4, 1, undefined, { role: 'time' }),
  81: unsigned('acceleration', 2, 0.001),
  82: unsigned('gyroscope', 2, 0.001),
  83: { name: 'text', bytes: 'counted' },
  84: { name: 'raw', bytes: 'counted' },
  85: unsigned('volume stored', 4, 0.001),
  86: unsigned('conductivity', 2),
  87: signed('temperature', 1, 1, 'temperature'),
  88: signed('temperature', 1, 0.35, 'temperature'),
  89: signed('count', 1),
  90: signed('count', 2),
  91: signed('count', 4),
  92: signed('power', 4, 0.01, 'power'),
  93: signed('current', 2, 0.001, 'current'),
  94: unsigned('direction', 2, 0.01),
  95: unsigned('precipitation', 2, 0.1),
  96: unsigned('channel', 1),
  97: unsigned('rotational speed', 2),
  98: signed('speed', 4, 0.000001, 'speed'),
  99: signed('acceleration', 4, 0.000001),
  100: unsigned('light level', 1),
  240: unsigned('device type', 2),
  241: unsigned('firmware', 4),
  242: unsigned('firmware', 3),
}
