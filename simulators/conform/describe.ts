import { createHash } from 'node:crypto'
import type { IConnectPacket, IPublishPacket } from 'mqtt-packet'
import { parseTime } from '../../domain/clock.ts'
import type { Decoded } from '../../domain/message.ts'
import type { Entry, Hello, Message } from './seen.ts'

/** How a message is read: Vigil's own codecs, given by whoever may import them. */
export type Decode = (message: { topic: string; payload: Uint8Array; receivedAt: number }) => Decoded

/** What a CONNECT says, without the password. */
export function helloOf(packet: IConnectPacket, at: number): Hello {
  const { will } = packet
  return {
    at,
    protocol: `${packet.protocolId ?? '?'} level ${packet.protocolVersion ?? '?'}`,
    clientId: packet.clientId,
    userName: packet.username,
    hasPassword: packet.password !== undefined && packet.password.length > 0,
    clean: packet.clean ?? false,
    keepAliveS: packet.keepalive ?? 0,
    will: will && {
      topic: will.topic,
      payload: will.payload.toString(),
      qos: will.qos ?? 0,
      retain: will.retain ?? false,
    },
  }
}

/** What the clauses need to know of a PUBLISH. */
export function messageOf(
  packet: IPublishPacket,
  place: Pick<Message, 'at' | 'line' | 'trial'>,
  decode: Decode,
): Message {
  const payload = Buffer.from(packet.payload)
  const { topic } = packet
  const decoded = decode({ topic, payload, receivedAt: place.at })
  return {
    ...place,
    topic,
    id: packet.messageId,
    qos: packet.qos,
    dup: packet.dup,
    retain: packet.retain,
    payload,
    digest: digestOf(topic, payload),
    entries: entriesOf(payload, decoded, place.at),
    decoded,
    withheld: false,
  }
}

const digestOf = (...parts: (string | Buffer)[]): string => {
  const hash = createHash('sha1')
  for (const part of parts) hash.update(part)
  return hash.digest('base64url')
}

/**
 * Time and number of each entry as the device wrote them. A SenML pack has no numbers; its times are the codec's, which
 * gives the time of receipt where there is none.
 */
function entriesOf(payload: Buffer, decoded: Decoded, receivedAt: number): Entry[] {
  const entries = objectsIn(payload)
  const isNative = entries.some((entry) => 'at' in entry || 'seq' in entry || 'readings' in entry || 'signal' in entry)
  if (isNative) return entries.map(entryOf)
  const times = new Set(decoded.readings.map(({ at }) => at).filter((at) => at !== receivedAt))
  if (times.size > 0) return [...times].map((at) => ({ at, digest: digestOf(String(at)) }))
  return [{ digest: digestOf(payload) }]
}

function entryOf(entry: Record<string, unknown>): Entry {
  const { at, seq } = entry
  const time = at === undefined || at === null ? undefined : parseTime(at)
  return {
    ...(time !== undefined && { at: time }),
    ...(Number.isSafeInteger(seq) && { seq: seq as number }),
    digest: digestOf(JSON.stringify(entry)),
  }
}

function objectsIn(payload: Buffer): Record<string, unknown>[] {
  try {
    const value: unknown = JSON.parse(payload.toString('utf8'))
    return (Array.isArray(value) ? value : [value]).filter((entry) => typeof entry === 'object' && entry !== null)
  } catch {
    return []
  }
}
