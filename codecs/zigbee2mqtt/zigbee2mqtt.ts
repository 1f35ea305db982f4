import { limits } from '../../domain/limits.ts'
import { type DecodeContext, type Decoded, nothingDecoded } from '../../domain/message.ts'
import type { SignalKind } from '../../domain/signals.ts'
import { sourceName } from '../../domain/sources.ts'
import { addReading, addSignal, buttonOf, isRecord, refuse, shown } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { asBuffer, parsePayload } from '../payload.ts'
import { asBoolean } from '../values.ts'
import { takeDevices } from './devices.ts'
import { calls, pressOf } from './fields.ts'
import { takeState } from './state.ts'

/**
 * Zigbee2MQTT: one topic a device, with the whole cached state in every message. So a value is no event: a hazard is a state that
 * goes on until it ends, and only an action is something that happened.
 */

const base = 'zigbee2mqtt/'
/** One press comes twice, with the state and on `/action`; nobody presses twice in this time, and a repeat is counted anyway. */
const pressMs = 3_000

/** What the topic is about, and the device's friendly name, in which slashes and blanks may be. */
function partsOf(topic: string): { what: 'state' | 'action' | 'availability' | 'bridge' | 'order'; name: string } {
  const rest = topic.slice(base.length)
  if (rest === 'bridge' || rest.startsWith('bridge/')) return { what: 'bridge', name: rest.slice('bridge/'.length) }
  if (/\/(?:set|get)(?:\/|$)/.test(rest)) return { what: 'order', name: rest }
  for (const what of ['action', 'availability'] as const)
    if (rest.endsWith(`/${what}`)) return { what, name: rest.slice(0, -what.length - 1) }
  return { what: 'state', name: rest }
}

export const zigbee2mqtt: Codec = {
  name: 'zigbee2mqtt',
  title: 'Zigbee2MQTT',
  topics: [`${base}#`],
  speaks: 'others',
  source(topic) {
    const { what, name } = partsOf(topic)
    return what === 'bridge' || what === 'order' || name === '' ? undefined : sourceName(name)
  },
  about: {
    urgent: 'an action, a fall, smoke, gas, carbon monoxide or a water leak, or the end of one',
    repeat: 'the same action within 3 s; a hazard is a state until it ends',
    device: 'the friendly name in the topic; a Zigbee address where it has no name',
  },
  urgent: (topic, payload) =>
    (topic.endsWith('/action') || mayClaim.test(asBuffer(payload).toString('latin1'))) &&
    urgentIfDecoded(zigbee2mqtt, topic, payload),
  decode(topic, payload, context) {
    const decoded = nothingDecoded()
    const { what, name } = partsOf(topic)
    // How MQTT clears a retained one; and orders to devices are none of theirs.
    if (payload.length === 0 || what === 'order') return decoded
    if (what === 'action') takeAction(decoded, asBuffer(payload.subarray(0, wordChars)).toString('utf8'), { context })
    else if (what === 'availability') takeOnline(decoded, payload)
    else if (what === 'bridge') takeBridge(decoded, name, payload)
    else {
      takeMessage(decoded, payload, context)
      // What people call it is lost in an id where it has blanks, slashes or Chinese in it.
      const source = sourceName(name)
      if (source !== name && !/^0x[0-9a-f]{16}$/i.test(name))
        decoded.announced.push({ source, place: name.trim().slice(0, 200) })
    }
    return decoded
  },
}

const wordChars = 100
const mayClaim = /action|sos|fall|status|smoke|gas|carbon|leak|\\u/i

function takeMessage(decoded: Decoded, payload: Uint8Array, context: DecodeContext): void {
  const parsed = parsePayload(payload)
  if (!parsed.ok) {
    refuse(decoded, parsed.code, parsed.detail)
    salvage(decoded, payload)
  } else if (!isRecord(parsed.value)) refuse(decoded, 'payload_invalid', `not an object but ${shown(parsed.value)}`)
  else {
    if (parsed.flaw) refuse(decoded, parsed.flaw.code, parsed.flaw.detail)
    const time = takeState(decoded, parsed.value, context)
    if (typeof parsed.value.action === 'string') takeAction(decoded, parsed.value.action, { context, ...time })
  }
}

type ActionContext = { context: DecodeContext; seenAt?: number | undefined; isOld?: boolean }

/** `seenAt`: when Zigbee2MQTT heard the device last; an action from long before that is one told again after a restart. */
function takeAction(decoded: Decoded, text: string, { context, seenAt, isOld = false }: ActionContext): void {
  const action = text.trim().toLowerCase()
  if (action === '' || action === 'null') return
  const call = Object.hasOwn(calls, action) ? calls[action] : undefined
  const press = pressOf(action)
  if (call === undefined && press === undefined) return
  const key = { id: `action:${action}`, withinMs: pressMs }
  addSignal(decoded, {
    signal: call ?? 'sos',
    at: seenAt,
    key,
    ...(call === undefined && press !== undefined && { press }),
    ...(isOld && { historical: true }),
  })
  if (press !== undefined) addReading(decoded, 'button', buttonOf(press), seenAt ?? context.receivedAt)
}

/** `{"state":"online"}`, and in older versions the bare word. */
function takeOnline(decoded: Decoded, payload: Uint8Array): void {
  const text = asBuffer(payload).toString('utf8')
  const word = /^\s*(?:\{\s*"state"\s*:\s*"(\w+)"|(\w+))/.exec(text.slice(0, wordChars))
  const online = asBoolean(word?.[1] ?? word?.[2])
  if (online === undefined) refuse(decoded, 'payload_invalid', `availability: ${shown(text)}`)
  else decoded.statuses.push({ online })
}

/** Of what the bridge says of itself only whether it runs and which devices it has. */
function takeBridge(decoded: Decoded, name: string, payload: Uint8Array): void {
  if (name === 'state') takeOnline(decoded, payload)
  else if (name === 'devices') takeDevices(decoded, payload)
}

const claims: readonly [RegExp, SignalKind][] = [
  [/"action"\s{0,9}:\s{0,9}"(?:emergency|sos|panic|medical)"/i, 'sos'],
  [/"sos"\s{0,9}:\s{0,9}(?:true|1)\b/i, 'sos'],
  [
    /"fall_status"\s{0,9}:\s{0,9}"fall_alarm"|"fall_down_status"\s{0,9}:\s{0,9}"fall"|"status"\s{0,9}:\s{0,9}"falling"/i,
    'fall',
  ],
  [/"action"\s{0,9}:\s{0,9}"fire"|"smoke"\s{0,9}:\s{0,9}(?:true|"ON")/i, 'smoke'],
  [/"gas"\s{0,9}:\s{0,9}(?:true|"ON")/i, 'gas'],
  [/"carbon_monoxide"\s{0,9}:\s{0,9}(?:true|"ON")/i, 'carbon_monoxide'],
  [/"water_leak"\s{0,9}:\s{0,9}(?:true|"ON")/i, 'water_leak'],
]

/** What can be recognised in a message that is no JSON any more. */
function salvage(decoded: Decoded, payload: Uint8Array): void {
  const text = asBuffer(payload.subarray(0, limits.payloadBytes)).toString('latin1')
  for (const [claim, signal] of claims)
    if (claim.test(text) && !decoded.signals.some((one) => one.signal === signal))
      addSignal(decoded, { signal, at: undefined, malformed: true })
}
