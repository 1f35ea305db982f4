import { parseTime } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import { type DecodeContext, type Decoded, nothingDecoded } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { addFlag, addPosition, addReading, isGiven, isRecord, refuse, settle, warn, whose } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { listen, salvage } from '../lorawan/salvage.ts'
import { takeStrength, takeUplink } from '../lorawan/uplink.ts'
import { parsePayload } from '../payload.ts'
import { positionIn } from '../positions.ts'
import { dayMs, trusted } from '../times.ts'
import { asNumber } from '../values.ts'
import { readProto, schemas } from './proto.ts'

/** ChirpStack v4's MQTT and HTTP integrations, in JSON and in protocol buffers. */

const prefix = 'application/'
const pushed = 'push/chirpstack'

export const chirpstack: Codec = {
  name: 'chirpstack',
  title: 'ChirpStack v4 (LoRaWAN network server): events over MQTT and HTTP, JSON or protocol buffers',
  topics: [`${prefix}+/device/+/event/+`, `${pushed}/#`],
  speaks: 'others',
  source: (topic) => (topic.startsWith(prefix) ? sourceName(topic.split('/')[3]!) : undefined),
  about: {
    urgent: 'an uplink in which the device, or its codec, tells a signal or the end of one',
    repeat: 'the same deduplicationId',
    device: 'the DevEUI of the topic; over HTTP of the body',
  },
  isBinary: true,
  urgent: (topic, payload) => mayCall(topic) && urgentIfDecoded(chirpstack, topic, payload),
  decode,
}

const eventOf = (topic: string): string | undefined => {
  const levels = topic.split('/')
  return topic.startsWith(prefix) ? levels[5] : levels.slice(2).at(-1)
}

/** No other event has a device's own words. Over HTTP the event may be told by the body alone. */
function mayCall(topic: string): boolean {
  const event = eventOf(topic)
  return event === 'up' || event === undefined || !Object.hasOwn(schemas, event)
}

function decode(topic: string, payload: Uint8Array, context: DecodeContext): Decoded {
  const decoded = nothingDecoded()
  const named = eventOf(topic)
  const event = readEvent(decoded, named, payload, context)
  if (event) takeEvent(decoded, topic, named, event, context)
  if (mayCall(topic)) listen(decoded, payload)
  return decoded
}

type Event = { value: Record<string, unknown>; isBroken: boolean }

/** Tags with which an event in protocol buffers begins: its fields 1 to 3, of which the first may be left out. */
const firstTags = new Set([0x08, 0x0a, 0x12, 0x1a])

function readEvent(
  decoded: Decoded,
  named: string | undefined,
  payload: Uint8Array,
  context: DecodeContext,
): Event | undefined {
  const parsed = parsePayload(payload)
  if (parsed.ok) {
    if (parsed.flaw) refuse(decoded, parsed.flaw.code, parsed.flaw.detail)
    if (isRecord(parsed.value)) return { value: parsed.value, isBroken: false }
    return refuse(decoded, 'payload_invalid', 'not an object')
  }
  const schema = Object.hasOwn(schemas, named ?? 'up') ? schemas[named ?? 'up'] : undefined
  const isProto = parsed.code !== 'payload_too_large' && firstTags.has(payload[0]!)
  const read = schema && isProto ? readProto(schema, payload) : undefined
  // A line feed may also begin JSON that is broken.
  if (read && isRecord(read.value.deviceInfo)) {
    if (read.isBroken) refuse(decoded, 'payload_invalid', 'protocol buffers that end too early')
    return read
  }
  refuse(decoded, parsed.code, parsed.detail)
  if (mayCall(`${pushed}/${named ?? ''}`)) salvage(decoded, payload, context)
  return undefined
}

function takeEvent(
  decoded: Decoded,
  topic: string,
  named: string | undefined,
  { value, isBroken }: Event,
  context: DecodeContext,
): void {
  const info = isRecord(value.deviceInfo) ? value.deviceInfo : {}
  const source = sourceOf(decoded, topic, info)
  const kind = named !== undefined && Object.hasOwn(schemas, named) ? named : kindOf(value)
  const at = parseTime(value.time)
  const take = kind === undefined ? undefined : kinds[kind]
  if (!take) refuse(decoded, 'payload_invalid', 'none of the events of ChirpStack')
  else take(decoded, value, { info, source, at, context })
  if (isBroken) for (const signal of decoded.signals) signal.malformed = true
}

/** The device that the items must name: none where the topic does. */
function sourceOf(decoded: Decoded, topic: string, info: Record<string, unknown>): string | undefined {
  const told = typeof info.devEui === 'string' && info.devEui !== '' ? sourceName(info.devEui) : undefined
  const named = chirpstack.source?.(topic)
  if (named !== undefined && told !== undefined && named !== told) warn(decoded, 'identity_conflict', told)
  if (named === undefined && told === undefined) refuse(decoded, 'payload_invalid', 'deviceInfo.devEui is missing')
  return named === undefined ? told : undefined
}

/** By what only one event has; proto3 leaves out what is zero, so that an uplink may have hardly anything. */
function kindOf(value: Record<string, unknown>): string | undefined {
  const has = (...keys: string[]) => keys.some((key) => isGiven(value[key]))
  if (has('data', 'object', 'fPort', 'rxInfo')) return 'up'
  if (has('margin', 'batteryLevel', 'externalPowerSource', 'batteryLevelUnavailable')) return 'status'
  if (has('location')) return 'location'
  if (has('queueItemId', 'integrationName')) return 'ack'
  if (has('code', 'description')) return 'log'
  return has('devAddr') ? 'join' : undefined
}

type EventContext = {
  info: Record<string, unknown>
  source: string | undefined
  at: number | undefined
  context: DecodeContext
}
type Take = (decoded: Decoded, value: Record<string, unknown>, event: EventContext) => void

const takeUp: Take = (decoded, value, { info, source, at, context }) => {
  const { deduplicationId: id, fPort, data, object } = value
  const tags = isRecord(info.tags) ? Object.values(info.tags).slice(0, limits.lorawanTags) : []
  const uplink = {
    port: asNumber(fPort),
    bytes: Buffer.from(typeof data === 'string' ? data : '', 'base64'),
    object,
    hints: [info.deviceProfileName, ...tags],
    at,
    source,
    key: typeof id === 'string' && id !== '' ? { id, withinMs: dayMs } : undefined,
  }
  takeUplink(decoded, uplink, context)
  takeStrength(decoded, value.rxInfo, settle(at, context.receivedAt), source)
}

/** Without a level, and without a reason for that, it is 0 %: proto3 leaves out zero. */
const takeStatus: Take = (decoded, value, { source, at, context }) => {
  const when = settle(trusted(decoded, at, context), context.receivedAt)
  if (value.externalPowerSource === true) addFlag(decoded, 'charging', true, when, source)
  else if (value.batteryLevelUnavailable === true) warn(decoded, 'no_reading', 'battery level unavailable')
  else {
    const level = isGiven(value.batteryLevel) ? asNumber(value.batteryLevel) : 0
    if (level === undefined) warn(decoded, 'value_unknown', 'battery level')
    else addReading(decoded, 'battery', level, when, source)
  }
}

const takeJoin: Take = (decoded, _value, { info, source }) => {
  const { devEui, deviceProfileName: model } = info
  decoded.statuses.push({ online: true, ...whose(source) })
  if (typeof devEui !== 'string' || devEui === '') return
  decoded.announced.push({ source: sourceName(devEui), ...(typeof model === 'string' && { model }) })
}

/** Where the network found the device to be. */
const takeLocation: Take = (decoded, { location }, { source, at, context }) => {
  const of = isRecord(location) ? location : {}
  const [lat, lon] = [asNumber(of.latitude) ?? 0, asNumber(of.longitude) ?? 0]
  const position = positionIn('WGS84', lat, lon, asNumber(of.accuracy))
  if (!position) return void warn(decoded, 'no_reading', 'no position in it')
  addPosition(decoded, position, settle(trusted(decoded, at, context), context.receivedAt), source)
}

/** What the network complains of: a key that is wrong, a codec that fails. */
const takeLog: Take = (decoded, { level, code }) => {
  const isError = level === 'ERROR' || level === 2
  if (isError) warn(decoded, 'device_fault', `network: ${String(code)}`)
}

const nothing: Take = () => undefined

const kinds: Record<string, Take> = {
  up: takeUp,
  status: takeStatus,
  join: takeJoin,
  location: takeLocation,
  log: takeLog,
  ack: nothing,
  txack: nothing,
  integration: nothing,
}
