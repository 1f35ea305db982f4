import { type DecodeContext, type Decoded, nothingDecoded } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { addSignal, isRecord, refuse, shown } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { asBuffer, latin1, readRecord } from '../payload.ts'
import { epochOf, trusted } from '../times.ts'
import { asNumber } from '../values.ts'
import { foldedPayload } from '../words.ts'
import { alarms, presses } from './components.ts'
import { takeGen1, takeOnline } from './gen1.ts'
import { nameOf, takeEvent, takeStatus } from './status.ts'

/** Shelly: the second generation and later speak JSON-RPC, the first plain text under `shellies/`. */
export const shelly: Codec = {
  name: 'shelly',
  title: 'Shelly (all generations): smoke, flood, gas, doors, buttons, plugs',
  topics: ['shellies/#', '+/events/rpc', '+/status/+', '+/online', '+/+/events/rpc', '+/+/status/+', '+/+/online'],
  claims: (topic) =>
    !topic.includes('/status/') || topic.startsWith('shellies/') || /\/status\/[a-z0-9_]+(?::\d+)?$/.test(topic),
  speaks: 'itself',
  source,
  about: {
    urgent: 'smoke, water and gas and their end; presses of inputs and buttons',
    repeat: 'an event: the same component, kind and `ts` within a minute; a press of Gen1: the same `event_cnt`',
    device: "the topic's prefix, as set up in the device; of Gen1 the id behind `shellies/`",
  },
  urgent: (topic, payload) =>
    (isOfGen1(topic)
      ? /\/(?:sensor\/(?:flood|smoke|gas)|input_event\/)/.test(topic)
      : /alarm|_push|\\u/i.test(latin1(payload))) && urgentIfDecoded(shelly, topic, payload),
  decode,
}

const isOfGen1 = (topic: string): boolean => topic.startsWith('shellies/')

function source(topic: string): string | undefined {
  const levels = topic.split('/')
  if (isOfGen1(topic)) return levels.length > 2 ? sourceName(levels[1]!) : undefined
  return sourceName(levels.slice(0, topic.endsWith('/online') ? -1 : -2).join('.'))
}

function decode(topic: string, payload: Uint8Array, context: DecodeContext): Decoded {
  const decoded = nothingDecoded()
  const text = asBuffer(payload.subarray(0, 64)).toString('latin1').trim()
  if (isOfGen1(topic)) takeGen1(decoded, topic.split('/').slice(2), payload, text, context.receivedAt)
  else if (topic.endsWith('/online')) takeOnline(decoded, text)
  else takeJson(decoded, topic, payload, context)
  return decoded
}

function takeJson(decoded: Decoded, topic: string, payload: Uint8Array, context: DecodeContext): void {
  const component = topic.endsWith('/events/rpc') ? undefined : topic.slice(topic.lastIndexOf('/') + 1)
  const record = readRecord(decoded, payload)
  // `status/…` has no time of its own.
  if (record && component !== undefined) takeStatus(decoded, component, record, { at: undefined, context })
  else if (record) takeNotice(decoded, record, context)
  if (decoded.refusals.length > 0 && decoded.signals.length + decoded.clears.length === 0)
    salvage(decoded, component, foldedPayload(payload))
}

/** `NotifyStatus` (what changed), `NotifyFullStatus` (all of it, on waking up), `NotifyEvent`. */
function takeNotice(decoded: Decoded, { params }: Record<string, unknown>, context: DecodeContext): void {
  if (!isRecord(params)) return void refuse(decoded, 'payload_invalid', `params: ${shown(params)}`)
  const at = trusted(decoded, epochOf(asNumber(params.ts)), context)
  for (const component of Object.keys(params)) {
    const status = params[component]
    // `events` is the only list
    if (Array.isArray(status)) for (const event of status) takeEvent(decoded, event, { at, context })
    else if (isRecord(status)) takeStatus(decoded, component, status, { at, context })
  }
}

const alarmed = /"(smoke|flood):\d{1,3}"[^}]{0,64}"alarm"\s{0,8}:\s{0,8}true/
const pressed = /"event"\s{0,8}:\s{0,8}"([a-z]{4,6}_push)"/

/** An alarm or a press in text that could not be read. */
function salvage(decoded: Decoded, component: string | undefined, text: string): void {
  const isAlarm = /"alarm"\s{0,8}:\s{0,8}true/.test(text)
  const name = component === undefined ? alarmed.exec(text)?.[1] : isAlarm ? nameOf(component) : undefined
  const signal = name !== undefined && Object.hasOwn(alarms, name) ? alarms[name] : undefined
  if (signal) addSignal(decoded, { signal, at: undefined, level: true, malformed: true })
  const word = component === undefined ? pressed.exec(text)?.[1] : undefined
  const press = word !== undefined && Object.hasOwn(presses, word) ? presses[word] : undefined
  if (!signal && press) addSignal(decoded, { signal: 'sos', at: undefined, press, malformed: true })
}
