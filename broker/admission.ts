import { codecOf } from '../codecs/codecs.ts'
import { isUrgent } from '../codecs/urgent.ts'
import type { ErrorCode } from '../domain/errors.ts'
import { partitionOf } from '../domain/ids.ts'
import { limits } from '../domain/limits.ts'
import { deviceOfSource, isChildOf, type Speaker } from '../domain/sources.ts'
import { parseTopic } from '../domain/topics.ts'
import type { JournalRecord, Lane } from '../journal/journal.ts'
import { maySpeakFor } from './identity/permission.ts'
import { type Principal, speakerOf } from './identity/principal.ts'

/** A message at the door, by MQTT or HTTP. `receivedAt` epoch ms; `lineMs`: how long its sender's line has stood, absent: not at all. */
export type Arrival = { topic: string; payload: Uint8Array; retained: boolean; receivedAt: number; lineMs?: number }

/**
 * What is to be journalled, and where, and who else gets it once it is. Also refused messages are journalled: nothing
 * refused is thrown away.
 */
export type Admission = { lane: Lane; record: JournalRecord; passOn: PassOn }

/** Whom Aedes gives a message to; `retained` also to those who subscribe later. */
export type PassOn = 'nobody' | 'subscribers' | 'retained'

/**
 * The one place that decides about a message: which lane, whose it is, whether it is refused. Pure and cheap; MQTT and
 * HTTP both come through here, and a faster path must decide exactly the same.
 */
export function admit(principal: Principal, arrival: Arrival): Admission {
  const { topic, payload, retained, receivedAt, lineMs = 0 } = arrival
  const codec = codecOf(topic)
  const isOwnTopic = codec?.device !== undefined
  const named = isOwnTopic
    ? codec.device?.(topic)
    : codec && deviceOfSource(speaker(principal), codec.speaks, codec.source?.(topic))
  const device = named ?? (principal.kind === 'device' ? principal.id : undefined)
  const refused = refusalOf(principal, arrival, { isClaimed: codec !== undefined, named, isOwnTopic })
  return {
    lane: isUrgent(topic, payload) ? 'urgent' : 'bulk',
    record: {
      receivedAt,
      topic,
      principal: speakerOf(principal),
      device,
      partition: partition(principal, device),
      payload,
      // Bridges hand on what another broker retained as soon as their line stands. Later the flag says only how it is to be kept.
      retained: retained && lineMs < limits.retainedOldMs,
      refused,
      replayOf: undefined,
    },
    passOn: refused ? 'nobody' : passOn(topic, retained),
  }
}

/** Only a device's own status is retained, whatever else asks for it. */
const passOn = (topic: string, retained: boolean): PassOn =>
  retained && parseTopic(topic)?.kind === 'status' ? 'retained' : 'subscribers'

type Naming = { isClaimed: boolean; named: string | undefined; isOwnTopic: boolean }

function refusalOf(principal: Principal, { topic, payload }: Arrival, naming: Naming): ErrorCode | undefined {
  const { isClaimed, named, isOwnTopic } = naming
  // It reads tickets and has nothing to say.
  if (principal.kind === 'integration') return 'topic_foreign'
  // A device that speaks in another format speaks for itself or for its own children: nobody else's name can come of it.
  const isOwnName = !isOwnTopic && principal.kind === 'device'
  if (named !== undefined && !isOwnName && !maySpeakFor(principal, named)) return 'topic_foreign'
  const own = parseTopic(topic)
  if (own?.kind === 'commands' || own?.kind === 'receipts') {
    return maySpeakFor(principal, own.device) ? 'topic_unknown' : 'topic_foreign'
  }
  if (!isClaimed || Buffer.byteLength(topic) > limits.topicBytes) return 'topic_unknown'
  if (payload.byteLength > limits.payloadBytes) return 'payload_too_large'
  return undefined
}

const speaker = (principal: Principal): Speaker => ({
  device: principal.kind === 'device' ? principal.id : undefined,
  isGateway: principal.kind === 'device' && principal.children !== undefined,
  has: (id) => principal.kind !== 'administrator' && maySpeakFor(principal, id),
})

function partition(principal: Principal, device: string | undefined): number {
  if (device === undefined) return partitionOf('')
  if (principal.kind === 'device' && device === principal.id) return principal.partition
  const child = 'children' in principal ? principal.children?.get(device) : undefined
  if (child !== undefined) return child
  // A gateway's child that is not registered yet is where its gateway is.
  return principal.kind === 'device' && isChildOf(principal.id, device) ? principal.partition : partitionOf(device)
}
