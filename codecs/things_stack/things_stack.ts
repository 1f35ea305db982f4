import { parseTime } from '../../domain/clock.ts'
import { type DecodeContext, type Decoded, nothingDecoded, type Signal } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { addPosition, addReading, isRecord, refuse, settle, warn, whose } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { objectFacts } from '../lorawan/object.ts'
import { listen, salvage } from '../lorawan/salvage.ts'
import { takeFacts, takeStrength, takeUplink, type Uplink } from '../lorawan/uplink.ts'
import { asBuffer, parsePayload } from '../payload.ts'
import { positionIn } from '../positions.ts'
import { trusted } from '../times.ts'
import { asNumber } from '../values.ts'

/** The Things Stack v3 (The Things Network among them) over MQTT and webhooks. It leaves out whatever is empty, zero or false. */

const prefix = 'v3/'

/** Webhooks are tried again for minutes; a counter that a device begins anew must not hide a later press. */
const repeatMs = 3_600_000

type Message = Record<string, unknown>

export const thingsStack: Codec = {
  name: 'things_stack',
  title: 'The Things Stack v3 (The Things Network): MQTT and webhooks',
  topics: ['v3/+/devices/+/#', 'push/things_stack/#'],
  speaks: 'others',
  source: (topic) => (topic.startsWith(prefix) ? sourceName(topic.split('/')[3]!) : undefined),
  about: {
    urgent: 'an uplink in which the device, or its payload formatter, tells a signal or the end of one',
    repeat: 'the same DevEUI, session and frame counter within an hour',
    device: 'the device id of the topic; over a webhook of the body (`eui-…` is the DevEUI)',
  },
  urgent: (topic, payload) => mayCall(topic, payload) && urgentIfDecoded(thingsStack, topic, payload),
  decode,
}

/** Joins and downlinks have none of these words; what is escaped, or no text, is looked at. */
function mayCall(topic: string, payload: Uint8Array): boolean {
  if (topic.startsWith(prefix) && /\/(?:down\/\w+|service\/data)$/.test(topic)) return false
  return !asBuffer(payload).includes('join_accept') || asBuffer(payload).includes('uplink')
}

function decode(topic: string, payload: Uint8Array, context: DecodeContext): Decoded {
  const decoded = nothingDecoded()
  const parsed = parsePayload(payload)
  if (parsed.ok) {
    if (parsed.flaw) refuse(decoded, parsed.flaw.code, parsed.flaw.detail)
    if (isRecord(parsed.value)) takeMessage(decoded, topic, parsed.value, context)
    else refuse(decoded, 'payload_invalid', 'not an object')
    if (mayCall(topic, payload)) listen(decoded, payload)
    return decoded
  }
  refuse(decoded, parsed.code, parsed.detail)
  if (mayCall(topic, payload)) salvage(decoded, payload, context)
  return decoded
}

/** What carries nothing for us: acknowledgements of downlinks, messages of services. */
const quiet = /^(?:downlink_|service_data|invalidated$)/

function takeMessage(decoded: Decoded, topic: string, message: Message, context: DecodeContext): void {
  const ids = isRecord(message.end_device_ids) ? message.end_device_ids : {}
  const source = sourceOf(decoded, topic, ids)
  const { uplink_message: up, uplink_normalized: normalized, join_accept: join, location_solved: solved } = message
  if (isRecord(up)) takeUp(decoded, up, { message, ids, source, context })
  else if (isRecord(normalized)) takeNormalized(decoded, normalized, { message, ids, source, context })
  else if (isRecord(join)) takeJoin(decoded, ids, source)
  else if (isRecord(solved)) takeSolved(decoded, solved, { message, ids, source, context })
  else if (!Object.keys(message).some((key) => quiet.test(key)) && !/\/(?:down|service)\//.test(topic))
    refuse(decoded, 'payload_invalid', 'none of the messages of The Things Stack')
}

function sourceOf(decoded: Decoded, topic: string, ids: Message): string | undefined {
  const { device_id: id, dev_eui: eui } = ids
  const told = typeof id === 'string' && id !== '' ? id : eui
  const name = typeof told === 'string' && told !== '' ? sourceName(told) : undefined
  const named = thingsStack.source?.(topic)
  if (named !== undefined && name !== undefined && named !== name) warn(decoded, 'identity_conflict', name)
  if (named === undefined && name === undefined) refuse(decoded, 'payload_invalid', 'end_device_ids is missing')
  return named === undefined ? name : undefined
}

type MessageContext = { message: Message; ids: Message; source: string | undefined; context: DecodeContext }

function takeUp(decoded: Decoded, up: Message, { message, ids, source, context }: MessageContext): void {
  const at = parseTime(up.received_at) ?? parseTime(message.received_at)
  const version = isRecord(up.version_ids) ? up.version_ids : {}
  const uplink: Uplink = {
    port: asNumber(up.f_port),
    bytes: Buffer.from(typeof up.frm_payload === 'string' ? up.frm_payload : '', 'base64'),
    object: isRecord(up.decoded_payload) ? up.decoded_payload : undefined,
    hints: [version.model_id, version.brand_id],
    at,
    source,
    key: keyOf(ids, up),
    // sent from the console by somebody who tries it
    ...(message.simulated === true && { test: true }),
  }
  takeUplink(decoded, uplink, context)
  takeMeasurements(decoded, up.normalized_payload, uplink, context)
  takeRadio(decoded, up, uplink, context)
}

/** A counter of 0 is left out, as is any by whoever wants few fields: then the time tells presses apart. Without a session and
 *  an address there is nothing to know a repeat by. */
function keyOf(ids: Message, up: Message): Signal['key'] {
  const { dev_eui: eui = ids.device_id } = ids
  if (
    eui === undefined ||
    (up.f_cnt === undefined && (up.session_key_id === undefined || up.received_at === undefined))
  )
    return undefined
  const [session, count, sent] = [
    up.session_key_id ?? '',
    up.f_cnt ?? 0,
    up.session_key_id && up.f_cnt !== undefined ? '' : up.received_at,
  ]
  return {
    id: `${String(eui)} ${String(session)} ${String(count)} ${String(sent ?? '')}`.slice(0, 160),
    withinMs: repeatMs,
  }
}

/** Measurements in the units of the Things Stack's schema, which the formatter gave besides; only what is not known yet. */
function takeMeasurements(decoded: Decoded, list: unknown, uplink: Uplink, context: DecodeContext): void {
  const told = new Set(decoded.readings.map(({ metric }) => metric))
  const called = new Set([...decoded.signals, ...decoded.clears].map(({ signal }) => signal))
  for (const one of Array.isArray(list) ? (list as unknown[]) : [list]) {
    if (!isRecord(one)) continue
    const facts = objectFacts(measurement(one)).filter((fact) => {
      if ('metric' in fact) return !told.has(fact.metric)
      return 'signal' in fact ? !called.has(fact.signal) : !('clear' in fact && called.has(fact.clear))
    })
    takeFacts(decoded, facts, uplink, context)
  }
}

/** Water's leak is under `water`; the battery is in volts. */
function measurement({ water, battery, ...rest }: Message): Message {
  return {
    ...rest,
    ...(isRecord(water) && water.leak !== undefined && { water_leak: water.leak }),
    ...(battery !== undefined && { battery_voltage: battery }),
  }
}

/** Signal strength at the best gateway, the battery that the network asked for, and where the network found the device. */
function takeRadio(decoded: Decoded, up: Message, { at, source }: Uplink, context: DecodeContext): void {
  const when = settle(at, context.receivedAt)
  takeStrength(decoded, up.rx_metadata, when, source)
  const battery = isRecord(up.last_battery_percentage) ? up.last_battery_percentage : undefined
  const level = asNumber(battery?.value)
  if (level !== undefined)
    addReading(decoded, 'battery', level, settle(parseTime(battery?.received_at), context.receivedAt), source)
  if (!decoded.readings.some(({ metric }) => metric === 'latitude')) takeLocations(decoded, up.locations, when, source)
}

/** Where somebody once wrote that it is (`user`, SOURCE_REGISTRY) is not where it is; nor is where the gateway stands. */
function takeLocations(decoded: Decoded, locations: unknown, at: number, source: string | undefined): void {
  for (const one of isRecord(locations) ? Object.values(locations) : []) {
    if (!isRecord(one) || one.source === undefined || one.source === 'SOURCE_REGISTRY') continue
    const position = positionIn('WGS84', asNumber(one.latitude) ?? 0, asNumber(one.longitude) ?? 0)
    if (!position) continue
    addPosition(decoded, position, at, source)
    return
  }
}

/** The same uplink told once more, in the units of the schema. */
function takeNormalized(decoded: Decoded, up: Message, { message, ids, source, context }: MessageContext): void {
  const at = parseTime(up.received_at) ?? parseTime(message.received_at)
  const empty = { port: undefined, bytes: Buffer.alloc(0), object: undefined, hints: [] }
  takeMeasurements(decoded, up.normalized_payload, { ...empty, at, source, key: keyOf(ids, up) }, context)
}

function takeJoin(decoded: Decoded, ids: Message, source: string | undefined): void {
  decoded.statuses.push({ online: true, ...whose(source) })
  const name = ids.device_id ?? ids.dev_eui
  if (typeof name === 'string' && name !== '') decoded.announced.push({ source: sourceName(name) })
}

function takeSolved(decoded: Decoded, solved: Message, { message, source, context }: MessageContext): void {
  const location = isRecord(solved.location) ? solved.location : {}
  const [lat, lon] = [asNumber(location.latitude) ?? 0, asNumber(location.longitude) ?? 0]
  const position = positionIn('WGS84', lat, lon, asNumber(location.accuracy))
  if (!position) return void warn(decoded, 'no_reading', 'no position in it')
  const at = settle(trusted(decoded, parseTime(message.received_at), context), context.receivedAt)
  addPosition(decoded, position, at, source)
}
