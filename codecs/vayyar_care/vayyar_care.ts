import { type DecodeContext, type Decoded, nothingDecoded } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { addFlag, addReading, attribute, isRecord, refuse, settle, shown, warn } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { latin1, readRecord } from '../payload.ts'
import { epochOf, trusted } from '../times.ts'
import { asBoolean, asNumber, isAbsent } from '../values.ts'
import { foldedPayload } from '../words.ts'
import { salvageFall, takeFall } from './falls.ts'

/**
 * Vayyar Care, a fall radar for the wall. Its topics begin with a slash. Coordinates are centimetres within the room and so
 * no position on the earth.
 */
export const vayyarCare: Codec = {
  name: 'vayyar_care',
  title: 'Vayyar Care fall radars',
  topics: [
    '/devices/+/events',
    '/devices/+/events/+',
    '/devices/+/state',
    '/+/+/user/events',
    '/+/+/user/state',
    'push/vayyar_care/#',
  ],
  speaks: 'itself',
  source,
  about: {
    urgent: 'every state of a fall: suspected, confirmed, calling, and its end',
    repeat: "the fall's `timestamp`, which all messages of one fall share, apart for suspected and confirmed",
    device: "the topic's device id; over HTTP the `deviceId` in the message",
  },
  urgent: (topic, payload) =>
    !isTelemetry(topic) &&
    /fall|call|cancel|finish|\\u/i.test(latin1(payload)) &&
    urgentIfDecoded(vayyarCare, topic, payload),
  decode,
}

function source(topic: string): string | undefined {
  const levels = topic.split('/')
  if (levels[0] !== '') return undefined
  return sourceName(levels[2] ?? '')
}

/** What the radar tells its maker: `…/events/telemetry`, `…/events/analytics`. */
const isTelemetry = (topic: string): boolean => topic.startsWith('/devices/') && topic.split('/')[4] !== undefined

function decode(topic: string, payload: Uint8Array, context: DecodeContext): Decoded {
  const decoded = nothingDecoded()
  if (isTelemetry(topic)) return decoded
  const message = readRecord(decoded, payload)
  if (message) {
    takeMessage(decoded, message, context)
    nameIt(decoded, topic, message)
  }
  if (decoded.refusals.length > 0 && decoded.signals.length + decoded.clears.length === 0)
    salvageFall(decoded, foldedPayload(payload))
  return decoded
}

/** Over HTTP no topic names the radar; where both do and differ, the topic counts. */
function nameIt(decoded: Decoded, topic: string, { deviceId }: Record<string, unknown>): void {
  if (typeof deviceId !== 'string' || deviceId === '') return
  const [named, own] = [source(topic), sourceName(deviceId)]
  if (named !== undefined && named !== own) warn(decoded, 'identity_conflict', deviceId)
  if (named === undefined) attribute(decoded, own)
}

function takeMessage(decoded: Decoded, message: Record<string, unknown>, context: DecodeContext): void {
  const { type, payload } = message
  const kind = asNumber(type)
  if (type === undefined && message.status !== undefined) takeState(decoded, message, context)
  else if (!isRecord(payload)) refuse(decoded, 'payload_invalid', `payload: ${shown(payload)}`)
  else if (kind === 5 || kind === 8) takeFall(decoded, payload, context)
  else if (kind === 4 || kind === 0) takePresence(decoded, payload, context)
  else if (kind === 10) addFlag(decoded, 'in_bed', false, timeOf(decoded, payload, context))
  else refuse(decoded, 'payload_invalid', `type: ${shown(type)}`)
}

/** Type 4, and 0 of older firmware. */
function takePresence(decoded: Decoded, payload: Record<string, unknown>, context: DecodeContext): void {
  const isPresent = asBoolean(payload.presenceDetected)
  if (isPresent === undefined)
    refuse(decoded, 'payload_invalid', `presenceDetected: ${shown(payload.presenceDetected)}`)
  else addFlag(decoded, 'presence', isPresent, timeOf(decoded, payload, context))
}

/** `…/state`: the radar is alive, and how well it hears its Wi-Fi. */
function takeState(decoded: Decoded, state: Record<string, unknown>, context: DecodeContext): void {
  decoded.statuses.push({ online: state.status !== 'disconnected' && state.status !== 'offline' })
  const rssi = isRecord(state.wifiState) ? state.wifiState.rssi : undefined
  const value = asNumber(rssi)
  if (value !== undefined) addReading(decoded, 'rssi', value, timeOf(decoded, state, context))
  else if (!isAbsent(rssi)) warn(decoded, 'value_unknown', `rssi: ${shown(rssi)}`)
}

const timeOf = (decoded: Decoded, { timestamp }: Record<string, unknown>, context: DecodeContext): number =>
  settle(trusted(decoded, epochOf(asNumber(timestamp)), context), context.receivedAt)
