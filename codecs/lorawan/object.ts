import { parseTime } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import type { Press } from '../../domain/message.ts'
import type { MetricName } from '../../domain/metrics.ts'
import { isHazard, isRecord, shown } from '../build.ts'
import { metricOfKey } from '../keys.ts'
import { positionIn } from '../positions.ts'
import { epochOf } from '../times.ts'
import { asBoolean, asNumber, isAbsent } from '../values.ts'
import { flagOf } from '../words.ts'
import { abeewayWords, lastingSos } from './abeeway.ts'
import { batteryFacts } from './battery.ts'
import { type Fact, flag, hazard, ofMemory, press, reading, state, warning } from './facts.ts'
import { vs373Alarm, vs373Alarms, vs373State, vs373States } from './vs373.ts'

/**
 * Reads the object that the network server's codec made of a device's bytes, by its keys: every vendor and every user names them
 * otherwise. What is not known is passed over silently.
 */
export function objectFacts(object: Record<string, unknown>): Fact[] {
  const at = parseTime(typeof object.time === 'string' ? object.time : undefined)
  const facts = recordFacts(object, '', { left: limits.lorawanValues })
  // A place that was found at another time than it was sent is of that time; a call is of now.
  return at === undefined
    ? facts
    : facts.map((fact) => ('metric' in fact || 'position' in fact ? { at, ...fact } : fact))
}

/** How many values may still be read. */
type Budget = { left: number }

function recordFacts(record: Record<string, unknown>, path: string, budget: Budget): Fact[] {
  const position = positionFact(record)
  const facts = Object.keys(record).flatMap((key) => {
    if (budget.left-- <= 0) return []
    const value = record[key]
    const name = path + plain(key)
    if (Array.isArray(value)) return listFacts(name, value, budget)
    return isRecord(value) ? recordFacts(value, name, budget) : keyFacts(name, plain(key), key, value)
  })
  return position ? [position, ...facts] : facts
}

const keyChars = 64
/** `temperature_0` of Cayenne LPP is a temperature; `BAT_V` and `batV` are one. */
const plain = (key: string): string =>
  key
    .slice(0, keyChars)
    .toLowerCase()
    .replace(/_\d{1,2}$/, '')
    .replaceAll(/[^a-z0-9]/g, '')

function positionFact(record: Record<string, unknown>): Fact | undefined {
  const of = (...names: string[]) => names.map((name) => asNumber(record[name])).find((value) => value !== undefined)
  const lat = of('latitude', 'Latitude', 'lat', 'gpsLatitude')
  const lon = of('longitude', 'Longitude', 'Longitud', 'lon', 'lng', 'gpsLongitude')
  if (lat === undefined || lon === undefined) return undefined
  const position = positionIn('WGS84', lat, lon, of('accuracy', 'horizontalAccuracy', 'EHPE'))
  return position ? { position } : warning('no_reading', `no fix: ${lat}, ${lon}`)
}

/** VS373's alarms, and records of a memory. */
function listFacts(name: string, list: unknown[], budget: Budget): Fact[] {
  return list.filter(isRecord).flatMap((entry) => {
    if (budget.left-- <= 0) return []
    if (name !== 'history') return name === 'events' ? alarmFacts(entry) : []
    const at = epochOf(asNumber(entry.timestamp)) ?? parseTime(entry.timestamp)
    const facts = [...recordFacts(entry, '', budget), ...alarmFacts(entry)]
    return at === undefined ? [] : ofMemory(facts, at)
  })
}

const alarmStatuses: [RegExp, number][] = [
  [/resol|deactiv|clear/, 2],
  [/ignor|dismiss/, 3],
  [/report/, 4],
  [/trigger|activ|alarm/, 1],
]

function alarmFacts({ alarm_type: type, alarm_status: status }: Record<string, unknown>): Fact[] {
  if (typeof type !== 'string' || typeof status !== 'string' || status.length > keyChars) return []
  const word = type.toLowerCase().replaceAll(/[^a-z]+/g, '_')
  const number = alarmStatuses.find(([pattern]) => pattern.test(status.toLowerCase()))?.[1]
  return vs373Alarm(
    vs373Alarms.findIndex((one) => one.word === word),
    number ?? 0,
  )
}

const yes = new Set(['trigger', 'triggered', 'leak', 'abnormal', 'uninstalled', 'opened', 'true', 'water leak'])
const no = new Set(['untrigger', 'untriggered', 'close', 'installed', 'no leak', 'idle', 'false', 'unoccupied'])

/** A state in a word of LoRaWAN codecs, or as everybody writes it. */
function stateOf(value: unknown): boolean | undefined {
  if (typeof value !== 'string') return asBoolean(value)
  const word = value.trim().toLowerCase()
  return yes.has(word) ? true : no.has(word) ? false : asBoolean(value)
}

const metricFlag =
  (metric: MetricName) =>
  (on: boolean): Fact[] => [flag(metric, on)]

/** Names of states that mean something of their own. Contacts are told as open, never as touching. */
const states: Record<string, (on: boolean) => Fact[]> = {
  alarmstatus: (on) => [state('sos', on)],
  sosflag: lastingSos,
  headersos: lastingSos,
  magnetstatus: metricFlag('door_open'),
  door: metricFlag('door_open'),
  doorstatus: metricFlag('door_open'),
  dooropenstatus: metricFlag('door_open'),
  actioncontactstate: metricFlag('door_open'),
  pirstatus: metricFlag('motion'),
  pir: metricFlag('motion'),
  actionmotiondetected: metricFlag('motion'),
  tamperstatus: metricFlag('tamper'),
  waterleak: (on) => hazard('water_leak', on),
  waterleakstatus: (on) => hazard('water_leak', on),
  leakagestatus: (on) => hazard('water_leak', on),
  gasstatus: (on) => hazard('gas', on),
}

const pressNames = new Set(['button', 'buttonevent', 'buttoneventstatus', 'buttonstatus', 'press', 'pressstate'])
const pressWords: [RegExp, Press][] = [
  [/^(?:short|single)\b/i, 'single'],
  [/^double\b/i, 'double'],
  [/^triple\b/i, 'triple'],
  [/^long\b/i, 'long'],
]

const numbers: Record<string, MetricName> = {
  tem: 'temperature',
  tempc: 'temperature',
  tempcsht: 'temperature',
  temperaturemeasure: 'temperature',
  temp1: 'temperature',
  airtemperature: 'temperature',
  temperatureboard: 'device_temperature',
  humsht: 'humidity',
  airrelativehumidity: 'humidity',
  airpressure: 'pressure',
  airlightintensity: 'illuminance',
  airco2: 'carbon_dioxide',
  luminosity: 'illuminance',
}

const words: Record<string, (word: string) => Fact[]> = {
  eventtype: (word) => [abeewayWords[word]].filter((fact) => fact !== undefined),
  notificationtype: (word) => [abeewayWords[word]].filter((fact) => fact !== undefined),
  notificationnotificationtype: (word) => [abeewayWords[word]].filter((fact) => fact !== undefined),
  detectionstatus: (word) => {
    const number = vs373States.findIndex((one) => one.word === word.toLowerCase().replaceAll(/[^a-z]+/g, '_'))
    return number < 0 ? [] : vs373State(number)
  },
}

/** What its position is told by, and what only says how it was received or when. */
const passed = new Set(['latitude', 'longitude', 'speed', 'rssi', 'linkquality', 'steps', 'light'])

function keyFacts(path: string, name: string, key: string, value: unknown): Fact[] {
  if (pressNames.has(path)) return pressFacts(value)
  const read = Object.hasOwn(words, path) ? words[path] : undefined
  if (read) return typeof value === 'string' ? read(value) : []
  const battery = batteryFacts(path, name, value)
  if (battery) return battery
  const of = Object.hasOwn(states, path) ? states[path] : Object.hasOwn(states, name) ? states[name] : undefined
  if (of) {
    const on = stateOf(value)
    return on === undefined ? [warning('value_unknown', `${key}: ${shown(value)}`)] : of(on)
  }
  return commonFacts(path, name, key, value)
}

function pressFacts(value: unknown): Fact[] {
  if (typeof value !== 'string') return []
  const how = pressWords.find(([pattern]) => pattern.test(value.trim()))?.[1]
  return how ? press(how) : []
}

/** Metrics and signals by the names that devices commonly use. */
function commonFacts(path: string, name: string, key: string, value: unknown): Fact[] {
  const metric = numbers[path] ?? numbers[name] ?? metricOfKey(key.replace(/_\d{1,2}$/, '').slice(0, keyChars))
  if (metric !== undefined && passed.has(plain(metric))) return []
  const kind = metric && isHazard(metric) ? metric : flagOf(key)
  if (kind && !metric) return signalFacts(kind, value)
  if (metric === undefined) return []
  if (isAbsent(value)) return [warning('no_reading', `${key}: ${shown(value)}`)]
  const on = stateOf(value)
  if (isHazard(metric)) return on === undefined ? [] : hazard(metric, on)
  const number = asNumber(value) ?? (on === undefined ? undefined : Number(on))
  return number === undefined ? [] : [reading(metric, number)]
}

function signalFacts(kind: Parameters<typeof state>[0], value: unknown): Fact[] {
  const on = stateOf(value)
  return on === undefined ? [] : [state(kind, on)]
}
