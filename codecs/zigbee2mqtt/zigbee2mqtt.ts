import { limits } from '../../domain/limits.ts'
import { type DecodeContext, type Decoded, nothingDecoded } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { addClear, addFlag, addReading, addSignal, isGiven, isRecord, refuse, settle, shown, warn } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { asBuffer, parsePayload } from '../payload.ts'
import { epochOf, trusted } from '../times.ts'
import { asBoolean, asNumber, isAbsent } from '../values.ts'
import { foldedText } from '../words.ts'
import { calls, type Field, fallFields, fields, pressWords, states, supposed } from './fields.ts'

/** Zigbee2MQTT: every message is the whole cached state of a device, and an action is told beside it once more. */
export const zigbee2mqtt: Codec = {
  name: 'zigbee2mqtt',
  title: 'Zigbee2MQTT',
  topics: ['zigbee2mqtt/#'],
  speaks: 'others',
  source,
  about: {
    urgent: 'Actions of panic buttons and keypads, presses, falls, smoke, gas, CO and water, and the end of these.',
    repeat: 'The same action of a device within three seconds is one; a state that goes on is told by device and kind.',
    device: 'The friendly name in the topic.',
  },
  urgent: (topic, payload) =>
    (topic.endsWith('/action') || hurries.test(foldedText(asBuffer(payload.subarray(0, limits.payloadBytes))))) &&
    urgentIfDecoded(zigbee2mqtt, topic, payload),
  decode,
}

const hurries = /action|fall|status|sos|smoke|gas|carbon|leak|\\u/

/** One press is told on the state's topic and on `/action`. */
const sameActionMs = 3_000
/** An action whose device was last heard longer ago is told from the cache after a restart; wide, for clocks that differ. */
const oldActionMs = 10 * 60_000

const base = 'zigbee2mqtt/'
const suffix = /\/(?:action|availability|set|get)(?:\/.*)?$/s

/** Friendly names may hold `/` and blanks, also at the beginning. */
function source(topic: string): string | undefined {
  const name = topic.slice(base.length).replace(suffix, '')
  return name === '' || name === 'bridge' || name.startsWith('bridge/') ? undefined : sourceName(name)
}

function decode(topic: string, payload: Uint8Array, context: DecodeContext): Decoded {
  const decoded = nothingDecoded()
  const name = topic.slice(base.length)
  if (name === 'bridge/devices') takeDevices(decoded, payload)
  else if (name.startsWith('bridge/') || /\/[gs]et(?:\/|$)/.test(name)) return decoded
  else if (name.endsWith('/availability')) takeAvailability(decoded, payload)
  else if (name.endsWith('/action')) takeAction(decoded, shortText(payload), undefined, context)
  else takeState(decoded, topic, payload, context)
  return decoded
}

const shortText = (payload: Uint8Array): string => asBuffer(payload.subarray(0, 64)).toString('utf8')

function takeAvailability(decoded: Decoded, payload: Uint8Array): void {
  const parsed = parsePayload(payload)
  const state = parsed.ok && isRecord(parsed.value) ? parsed.value.state : shortText(payload).trim()
  if (state === 'online' || state === 'offline') decoded.statuses.push({ online: state === 'online' })
  else if (payload.length > 0) refuse(decoded, 'payload_invalid', 'neither online nor offline')
}

function takeDevices(decoded: Decoded, payload: Uint8Array): undefined {
  const parsed = parsePayload(payload)
  if (!parsed.ok) return refuse(decoded, parsed.code, parsed.detail)
  if (!Array.isArray(parsed.value)) return refuse(decoded, 'payload_invalid', 'not a list of devices')
  for (const device of parsed.value as unknown[]) {
    if (!isRecord(device) || device.type === 'Coordinator' || typeof device.friendly_name !== 'string') continue
    announce(decoded, sourceName(device.friendly_name), isRecord(device.definition) ? device.definition : {})
  }
}

function announce(decoded: Decoded, name: string, { model, description }: Record<string, unknown>): void {
  decoded.announced.push({
    source: name,
    ...(typeof model === 'string' && { model }),
    ...(typeof description === 'string' && { category: description }),
  })
  if (typeof model === 'string') decoded.learned.push({ key: `model:${name}`, value: model })
}

function takeState(decoded: Decoded, topic: string, payload: Uint8Array, context: DecodeContext): void {
  const parsed = parsePayload(payload)
  if (parsed.ok && isRecord(parsed.value)) {
    takeFields(decoded, topic, parsed.value, context)
    if (parsed.flaw) refuse(decoded, parsed.flaw.code, parsed.flaw.detail)
    return
  }
  if (!parsed.ok) refuse(decoded, parsed.code, parsed.detail)
  else refuse(decoded, 'payload_invalid', `not an object but ${shown(parsed.value)}`)
  salvage(decoded, foldedText(asBuffer(payload.subarray(0, limits.payloadBytes))))
}

function takeFields(decoded: Decoded, topic: string, state: Record<string, unknown>, context: DecodeContext): void {
  const seen = trusted(decoded, seenAt(state.last_seen), context)
  const at = settle(seen, context.receivedAt)
  if (typeof state.action === 'string') takeAction(decoded, state.action, seen, context)
  const model = context.learned?.(`model:${source(topic)}`)
  for (const name of Object.keys(state)) {
    takeFall(decoded, name, state[name], seen)
    takeLevel(decoded, name, state[name], seen)
    if (Object.hasOwn(fields, name)) takeField(decoded, name, state[name], meant(name, state, model), at)
  }
  if (state.status === 'on_the_bed') addFlag(decoded, 'in_bed', true, at)
}

/** Aqara's FP1 calls the temperature of its chip so; Tuya's bed sensors call being in bed occupancy. */
function meant(name: string, state: Record<string, unknown>, model: string | undefined): Field {
  if (name === 'temperature' && (isGiven(state.presence_event) || model === 'RTCZCGQ11LM'))
    return { metric: 'device_temperature' }
  if (name === 'occupancy' && isGiven(state.work_state)) return { metric: 'in_bed', flag: 'plain' }
  return fields[name]!
}

/** ISO 8601 with a zone, or epoch milliseconds, as `advanced.last_seen` is set. */
function seenAt(value: unknown): number | undefined {
  if (typeof value === 'number') return epochOf(value)
  if (typeof value !== 'string') return undefined
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : at
}

function takeField(decoded: Decoded, name: string, value: unknown, { metric, flag }: Field, at: number): undefined {
  if (isAbsent(value)) return warn(decoded, 'no_reading', `${name}: ${shown(value)}`)
  const said = flag ? asBoolean(value) : undefined
  const number = flag ? (said === undefined ? undefined : Number(said !== (flag === 'inverted'))) : asNumber(value)
  if (number === undefined) warn(decoded, 'value_unknown', `${name}: ${shown(value)}`)
  else addReading(decoded, metric, number, at)
}

function takeLevel(decoded: Decoded, name: string, value: unknown, at: number | undefined): void {
  const signal = Object.hasOwn(states, name) ? states[name] : undefined
  const on = signal && asBoolean(value)
  if (signal && on === true) addSignal(decoded, { signal, at, level: true })
  else if (signal && on === false) addClear(decoded, { signal, at })
}

function takeFall(decoded: Decoded, name: string, value: unknown, at: number | undefined): void {
  const words = Object.hasOwn(fallFields, name) ? fallFields[name] : undefined
  if (!words || typeof value !== 'string' || isAbsent(value)) return
  if (value === words.fall) addSignal(decoded, { signal: 'fall', at, level: true })
  else if (value === words.perhaps) addSignal(decoded, { signal: 'fall', at, level: true, confidence: supposed })
  else addClear(decoded, { signal: 'fall', at })
}

function takeAction(decoded: Decoded, text: string, at: number | undefined, context: DecodeContext): void {
  const word = text.trim().toLowerCase()
  const press = Object.hasOwn(pressWords, word) ? pressWords[word] : undefined
  if (!press && !calls.has(word)) return
  const historical = at !== undefined && context.receivedAt - at > oldActionMs
  if (press)
    addReading(decoded, 'button', { single: 1, double: 2, triple: 3, long: 4 }[press], settle(at, context.receivedAt))
  if (historical) warn(decoded, 'historical', `action ${word}`)
  const key = { id: `action:${word}`, withinMs: sameActionMs }
  addSignal(decoded, { signal: 'sos', at, key, ...(press && { press }), ...(historical && { historical }) })
}

const claim = /"action"\s{0,8}:\s{0,8}"(?:emergency|panic|sos)"/
const fallClaim =
  /"(?:fall_status"\s{0,8}:\s{0,8}"fall_alarm|fall_down_status"\s{0,8}:\s{0,8}"fall|status"\s{0,8}:\s{0,8}"falling)"/
const stateClaim = /"(sos|smoke|gas|carbon_monoxide|water_leak)"\s{0,8}:\s{0,8}"?(?:true|on|1)(?![0-9a-z.])/

/** What calls for help in text that is no JSON. */
function salvage(decoded: Decoded, text: string): void {
  if (claim.test(text)) addSignal(decoded, { signal: 'sos', at: undefined, malformed: true })
  if (fallClaim.test(text)) addSignal(decoded, { signal: 'fall', at: undefined, malformed: true })
  const signal = states[stateClaim.exec(text)?.[1] ?? '']
  if (signal) addSignal(decoded, { signal, at: undefined, malformed: true })
}
