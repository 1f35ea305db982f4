import { limits } from '../../domain/limits.ts'
import { type DecodeContext, type Decoded, nothingDecoded } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { isRecord, refuse, shown } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { type KeyContext, takeKey } from '../keys.ts'
import { latin1, parsePayload } from '../payload.ts'
import { epochOf, trusted } from '../times.ts'
import { asNumber } from '../values.ts'
import { foldedPayload, raisedIn } from '../words.ts'

/** ThingsBoard's device and gateway API over MQTT, which many vendors' gateways can speak. Its names are whatever the device chose. */
export const thingsboard: Codec = {
  name: 'thingsboard',
  title: 'ThingsBoard telemetry and attributes (device and gateway API)',
  topics: [
    'v1/devices/me/telemetry',
    'v1/devices/me/attributes',
    'v1/gateway/telemetry',
    'v1/gateway/attributes',
    'v1/gateway/connect',
    'v1/gateway/disconnect',
    'push/thingsboard/#',
  ],
  speaks: 'itself',
  about: {
    urgent: 'a name like sos, fall or smoke',
    repeat: 'the same device, name and `ts`',
    device: 'the sender; over the gateway API the name in the message',
  },
  urgent: (topic, payload) => mayClaim(payload) && urgentIfDecoded(thingsboard, topic, payload),
  decode(topic, payload, context) {
    const decoded = nothingDecoded()
    const parsed = parsePayload(payload)
    if (!parsed.ok) {
      refuse(decoded, parsed.code, parsed.detail)
      for (const signal of raisedIn(foldedPayload(payload)))
        decoded.signals.push({ signal, at: undefined, malformed: true })
    } else if (/^v1\/gateway\/(?:dis)?connect$/.test(topic))
      takeConnection(decoded, parsed.value, !topic.endsWith('/disconnect'))
    else if (topic.startsWith('v1/gateway/')) takeGateway(decoded, parsed.value, context)
    else takeAll(decoded, parsed.value, context, undefined)
    return decoded
  },
}

/** Whether there are letters that a claim has: of every name that `flagOf` knows two letters stand in one of these. */
const mayClaim = (payload: Uint8Array): boolean =>
  /sos|emerg|panic|help|alarm|cord|fall|smoke|fire|gas|carbon|\bco\b|leak|flood|vital|inactiv|wander|\\u/i.test(
    latin1(payload),
  )

/** `{"device":"Device A"}` */
function takeConnection(decoded: Decoded, value: unknown, online: boolean): void {
  const device = isRecord(value) ? value.device : undefined
  if (typeof device !== 'string' || device === '') refuse(decoded, 'payload_invalid', `device: ${shown(device)}`)
  else decoded.statuses.push({ online, source: sourceName(device) })
}

/** `{"Device A":[{"ts":…,"values":{…}}],"Device B":[…]}` */
function takeGateway(decoded: Decoded, value: unknown, context: DecodeContext): void {
  if (!isRecord(value)) refuse(decoded, 'payload_invalid', `not an object but ${shown(value)}`)
  else for (const name of Object.keys(value)) takeAll(decoded, value[name], context, sourceName(name))
}

/** Telemetry of one device: flat, with a time, or a list of these. */
function takeAll(decoded: Decoded, value: unknown, context: DecodeContext, source: string | undefined): void {
  const entries = Array.isArray(value) ? (value as unknown[]) : [value]
  if (entries.length > limits.batchEntries) refuse(decoded, 'batch_too_long', `${entries.length} entries`)
  for (const entry of entries.slice(0, limits.batchEntries)) {
    if (isRecord(entry)) takeEntry(decoded, entry, context, source)
    else refuse(decoded, 'payload_invalid', `not an object but ${shown(entry)}`)
  }
}

function takeEntry(
  decoded: Decoded,
  entry: Record<string, unknown>,
  context: DecodeContext,
  source: string | undefined,
): void {
  const isTimed = isRecord(entry.values)
  const values = isTimed ? (entry.values as Record<string, unknown>) : entry
  const said = isTimed ? epochOf(asNumber(entry.ts)) : undefined
  const deviceAt = trusted(decoded, said, context)
  takeNames(decoded, values, { receivedAt: context.receivedAt, deviceAt, source })
}

/** Values may be objects themselves, whose names count too. As deep as a payload may be. */
function takeNames(decoded: Decoded, values: Record<string, unknown>, context: KeyContext): void {
  for (const name of Object.keys(values)) {
    const value = values[name]
    if (isRecord(value)) takeNames(decoded, value, context)
    else takeKey(decoded, name, value, context)
  }
}
