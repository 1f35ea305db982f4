import { parseTime } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import { type DecodeContext, type Decoded, nothingDecoded } from '../../domain/message.ts'
import { isUpKind, parseTopic, topicOf, type UpKind, upKinds } from '../../domain/topics.ts'
import { type EntryContext, isGiven, isRecord, refuse, shown } from '../build.ts'
import type { Codec } from '../codec.ts'
import { parsePayload } from '../payload.ts'
import { decodePack, isPack } from '../senml/senml.ts'
import { takeAnswer } from './answers.ts'
import { takeMotion } from './motion.ts'
import { takeReadings } from './readings.ts'
import { takeSignal, takeStray } from './signals.ts'
import { takeStatus } from './status.ts'

/**
 * Vigil's own JSON on `vigil/v1/{device}/{readings|signals|motion|status|answers}`: one object or an array of them. Each entry
 * of an array is refused on its own, the others stand.
 *
 * Checks are written by hand: this is the path of every reading, and a schema library costs ten times the parsing.
 */
export const native: Codec = {
  name: 'native',
  title: "Vigil's own JSON, and SenML (RFC 8428)",
  topics: upKinds.map((kind) => topicOf('+', kind)),
  claims: (topic) => upTopic(topic) !== undefined,
  speaks: 'itself',
  device: (topic) => upTopic(topic)?.device,
  about: {
    urgent: 'the topics `signals` and `motion`, and a safety signal anywhere else',
    repeat: 'the same device, signal and `at`',
    device: 'the topic names it',
  },
  urgent(topic) {
    const kind = upTopic(topic)?.kind
    return kind === 'signals' || kind === 'motion'
  },
  decode(topic, payload, context) {
    const { device, kind } = upTopic(topic) ?? {}
    const decoded = nothingDecoded(device)
    if (kind) decodePayload(decoded, kind, payload, context)
    return decoded
  },
}

function upTopic(topic: string): { device: string; kind: UpKind } | undefined {
  const parsed = parseTopic(topic)
  return parsed && isUpKind(parsed.kind) ? { device: parsed.device, kind: parsed.kind } : undefined
}

function decodePayload(decoded: Decoded, kind: UpKind, payload: Uint8Array, context: DecodeContext): void {
  // An empty status is how MQTT clears a retained one: nothing said, nothing wrong.
  if (kind === 'status' && payload.length === 0) return
  const parsed = parsePayload(payload)
  if (!parsed.ok) {
    refuse(decoded, parsed.code, parsed.detail)
    return
  }
  if (parsed.flaw) refuse(decoded, parsed.flaw.code, parsed.flaw.detail)
  const { receivedAt } = context
  if (Array.isArray(parsed.value)) decodeBatch(decoded, kind, parsed.value, receivedAt)
  else decodeEntry(decoded, kind, parsed.value, receivedAt, '')
}

function decodeBatch(decoded: Decoded, kind: UpKind, batch: unknown[], receivedAt: number): void {
  if (batch.length === 0) refuse(decoded, 'payload_empty', 'an empty batch')
  else if (batch.length > limits.batchEntries) refuse(decoded, 'batch_too_long', `${batch.length} entries`)
  else if (kind === 'readings' && isPack(batch)) decodePack(decoded, batch, { receivedAt })
  else {
    for (const [index, entry] of batch.entries()) {
      decodeEntry(decoded, kind, entry, receivedAt, `entry ${index}: `)
    }
  }
}

/**
 * What one entry holds. Readings and a signal are taken wherever they stand, beside what the topic is for: a watch that
 * adds `"signal":"sos"` to its readings means it.
 */
function decodeEntry(decoded: Decoded, kind: UpKind, entry: unknown, receivedAt: number, where: string): void {
  if (!isRecord(entry)) {
    refuse(decoded, 'payload_invalid', `${where}not an object but ${shown(entry)}`)
    takeStray(decoded, entry)
    return
  }
  const context = contextOf(decoded, entry.at, receivedAt, where)
  const signalled = takeSignal(decoded, kind, entry, context)
  const read = takeReadings(decoded, entry, context)
  if (kind === 'motion') takeMotion(decoded, entry, context)
  else if (kind === 'status') takeStatus(decoded, entry, context)
  // A signal may come alone, as where somebody pressed instead of answering.
  else if (kind === 'answers' && (!signalled || isGiven(entry.command))) takeAnswer(decoded, entry, context)
  else if (kind === 'answers') return
  else if (kind === 'signals' && !signalled) refuse(decoded, 'payload_invalid', `${where}no signal`)
  else if (!signalled && !read) refuse(decoded, 'payload_invalid', `${where}no readings`)
  if (!signalled) takeStray(decoded, entry)
}

/** The entry's time is read once, and refused once. */
function contextOf(decoded: Decoded, at: unknown, receivedAt: number, where: string): EntryContext {
  const deviceAt = isGiven(at) ? parseTime(at) : undefined
  const isTimeBroken = isGiven(at) && deviceAt === undefined
  if (isTimeBroken) refuse(decoded, 'time_invalid', `${where}at: ${shown(at)}`)
  return { receivedAt, where, deviceAt, isTimeBroken }
}
