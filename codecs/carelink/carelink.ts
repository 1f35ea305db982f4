import { type DecodeContext, type Decoded, nothingDecoded, type Position } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { addClear, addPosition, addReading, addSignal, isRecord, refuse, settle, shown, warn } from '../build.ts'
import type { Codec } from '../codec.ts'
import { asBuffer, readRecord } from '../payload.ts'
import { positionIn } from '../positions.ts'
import { dayMs, instantOf, trusted } from '../times.ts'
import { asBoolean, asNumber, isAbsent } from '../values.ts'
import { foldedPayload } from '../words.ts'

/**
 * CareLink, wearables of an EU project for people who fall or get lost: a detection, then its confirmation, which may say no.
 * The topic is what makes the claim; the message says when and where.
 */
export const carelink: Codec = {
  name: 'carelink',
  title: 'CareLink wearables (falls and wandering)',
  topics: ['+/fall/detected', '+/fall/confirmation', '+/wandering/detected', '+/wandering/confirmation', '+/status'],
  speaks: 'itself',
  source: (topic) => sourceName(topic.slice(0, topic.indexOf('/'))),
  about: {
    urgent: 'a fall or wandering, detected or confirmed, and a confirmation that says no',
    repeat: 'the same topic and `timestamp` within a day',
    device: 'the first level of the topic',
  },
  urgent: (topic) => kindOf(topic) !== undefined,
  decode,
}

/** What a topic claims. */
function kindOf(topic: string): { signal: 'fall' | 'wandering'; stage: string } | undefined {
  const [, kind, stage] = topic.split('/')
  if ((kind !== 'fall' && kind !== 'wandering') || stage === undefined) return undefined
  return { signal: kind, stage }
}

function decode(topic: string, payload: Uint8Array, context: DecodeContext): Decoded {
  const decoded = nothingDecoded()
  if (takeWord(decoded, payload)) return decoded
  const kind = kindOf(topic)
  const message = readRecord(decoded, payload)
  if (message) takeMessage(decoded, kind, message, context)
  else if (kind) salvage(decoded, kind, foldedPayload(payload))
  return decoded
}

/** `{node}/status` is a word with other makers; nothing of theirs is lost here. */
function takeWord(decoded: Decoded, payload: Uint8Array): boolean {
  const word = asBuffer(payload.subarray(0, 16)).toString('latin1').trim().toLowerCase()
  if (word !== 'online' && word !== 'offline') return false
  decoded.statuses.push({ online: word === 'online' })
  return true
}

type Kind = NonNullable<ReturnType<typeof kindOf>>

function takeMessage(
  decoded: Decoded,
  kind: Kind | undefined,
  message: Record<string, unknown>,
  context: DecodeContext,
): void {
  const at = timeOf(decoded, message, context)
  const position = positionOf(message)
  if (kind) takeClaim(decoded, kind, message, at, position)
  const when = settle(at, context.receivedAt)
  if (position) addPosition(decoded, position, when)
  if (!isAbsent(message.batteryLevel))
    warn(decoded, 'unit_unknown', 'batteryLevel is in mAh; without the capacity no %')
  const heart = isRecord(message.sensor) ? message.sensor.heartrate : undefined
  const rate = asNumber(heart)
  if (rate === undefined && !isAbsent(heart)) warn(decoded, 'value_unknown', `heartrate: ${shown(heart)}`)
  else if (rate === 0) warn(decoded, 'no_reading', 'heartrate: 0')
  else if (rate !== undefined) addReading(decoded, 'heart_rate', rate, when)
}

/** A detection is the algorithm's suspicion, so it counts as half sure, until it is confirmed. */
function takeClaim(
  decoded: Decoded,
  { signal, stage }: Kind,
  message: Record<string, unknown>,
  at: number | undefined,
  position: Position | undefined,
): void {
  const isConfirmed = stage === 'detected' ? undefined : asBoolean(message.status)
  if (isConfirmed === false) addClear(decoded, { signal, at })
  else if (stage !== 'detected' && !isConfirmed) refuse(decoded, 'payload_invalid', `status: ${shown(message.status)}`)
  else
    addSignal(decoded, {
      signal,
      at,
      confidence: isConfirmed ? 1 : 0.5,
      ...(at !== undefined && { key: { id: `${stage}:${at}`, withinMs: dayMs } }),
      ...(position && { position }),
    })
}

function timeOf(decoded: Decoded, { timestamp }: Record<string, unknown>, context: DecodeContext): number | undefined {
  if (isAbsent(timestamp)) return undefined
  const at = instantOf(timestamp)
  if (at === undefined) return warn(decoded, 'field_broken', `timestamp: ${shown(timestamp)}`)
  return trusted(decoded, at, context)
}

const positionOf = ({ location }: Record<string, unknown>): Position | undefined =>
  isRecord(location) ? positionIn('WGS84', asNumber(location.lat), asNumber(location.lon)) : undefined

/** What must be seen of a broken message: a field of a detection, or a yes of a confirmation. */
const seen: Record<string, RegExp> = {
  detected: /"(?:timestamp|location|batterylevel|sensor)"/,
  confirmation: /"status"\s{0,8}:\s{0,8}"?(?:true|1)(?![0-9a-z])/,
}

function salvage(decoded: Decoded, { signal, stage }: Kind, text: string): void {
  if (!seen[stage]?.test(text)) return
  addSignal(decoded, { signal, at: undefined, confidence: stage === 'detected' ? 0.5 : 1, malformed: true })
}
