import { limits } from '../../domain/limits.ts'
import { parseTopic } from '../../domain/topics.ts'
import { isWildcard } from './filters.ts'
import { type ClientLike, ownBytes, type PublishPacket, type PubrelPacket, type Qos, type Receiver } from './packets.ts'
import type { Parts } from './parts.ts'
import type { Persistence, PersistenceOptions } from './persistence.ts'
import { findMessage, findNumber, freeNumber } from './queues.ts'
import type { Queued } from './session.ts'

type Share = 'outgoingEnqueue' | 'outgoingEnqueueCombi' | 'outgoingUpdate' | 'outgoingClearMessageId' | 'outgoingStream'

/**
 * The messages that sessions are owed. Putting one in does not wait for the disk, because Aedes forwards it only after
 * that; whoever publishes waits for `settled` instead (sessions.ts).
 */
export function outgoing(parts: Parts, { mayReceive, onQueued }: PersistenceOptions): Pick<Persistence, Share> {
  const { roster, queues, drains, disk } = parts

  function enqueue(id: string, packet: PublishPacket, qos: Qos): void {
    const { brokerId, brokerCounter, topic, payload } = packet
    const queued = { cmd: 'publish', brokerId, brokerCounter, topic, payload, qos, retain: false, dup: false } as const
    queues.add(roster.get(id) ?? roster.use(id), { ...queued, messageId: undefined })
  }

  /** A message goes out with a number, for the first time or again. */
  async function send(queued: Queued, message: PublishPacket, packet: PublishPacket): Promise<void> {
    if (message.messageId !== undefined && message.messageId === packet.messageId) packet.dup = true
    else packet.messageId = freeNumber(queued.session, packet.messageId ?? 1, queued)
    const { messageId, qos } = packet
    const isNew = message.messageId !== messageId || message.qos !== qos
    if (isNew) queues.changed(queued, { ...message, messageId, qos })
    // Sent again under another number after a crash it would be a second message to the client.
    if (qos === 2) await disk.settled()
  }

  /** The client has the message; only its number is kept on, also of a message that was never queued. */
  async function release({ id }: ClientLike, { messageId }: PubrelPacket): Promise<void> {
    const session = roster.get(id)
    if (!session) return
    const queued = findNumber(session, messageId)
    if (queued?.packet.cmd === 'pubrel') return disk.settled()
    if (queued) queues.changed(queued, { cmd: 'pubrel', messageId })
    else if (session.queue.length < limits.queuedPerSession) queues.add(session, { cmd: 'pubrel', messageId })
    await disk.settled()
  }

  /** Asked of what came by a wildcard; a full name is looked at when it is subscribed to. */
  async function allowedAmong(receivers: Receiver[], topic: string): Promise<Receiver[]> {
    const answers = receivers.map((one) => !isWildcard(one.topic) || mayReceive(one.clientId, topic))
    const known = answers.every((answer) => typeof answer === 'boolean') ? answers : await Promise.all(answers)
    return receivers.filter((_, i) => known[i])
  }

  return {
    async outgoingEnqueue({ clientId }, packet) {
      if (isCommand(packet.topic)) return
      enqueue(clientId, { ...packet, payload: ownBytes(packet.payload) }, packet.qos)
      onQueued(packet)
    },
    async outgoingEnqueueCombi(receivers, packet) {
      if (receivers.length === 0 || isCommand(packet.topic)) return
      const allowed = await allowedAmong(receivers, packet.topic)
      const payload = ownBytes(packet.payload)
      for (const [id, qos] of highestQos(allowed)) enqueue(id, { ...packet, payload }, Math.min(qos, packet.qos) as Qos)
      if (allowed.length > 0) onQueued(packet)
    },
    async outgoingUpdate(client, packet) {
      if (packet.cmd === 'pubrel') {
        const session = roster.get(client.id)
        drains.sent(client, session && findNumber(session, packet.messageId))
        return release(client, packet)
      }
      const session = roster.get(client.id)
      const queued = session && findMessage(session, packet)
      drains.sent(client, queued)
      // What was never queued, such as a command, goes out all the same.
      if (queued?.packet.cmd === 'publish') await send(queued, queued.packet, packet)
    },
    async outgoingClearMessageId(client, { cmd, messageId }) {
      // Aedes clears what it may not forward; what it could not forward because the line is cut stays for the next one.
      if (cmd === 'publish' && client.conn?.destroyed) return undefined
      const session = roster.get(client.id)
      const queued = session && findNumber(session, messageId)
      if (!queued) return undefined
      queues.remove(queued)
      return { ...queued.packet }
    },
    outgoingStream: (client) => drains.stream(client),
  }
}

/** Commands wait in the store, where they are seen and expire. */
const isCommand = (topic: string): boolean => parseTopic(topic)?.kind === 'commands'

/** One message for a session, however many of its filters stand for the topic [MQTT-3.3.5-1]. */
function highestQos(receivers: Receiver[]): Map<string, number> {
  const found = new Map<string, number>()
  for (const { clientId, qos } of receivers) found.set(clientId, Math.max(qos, found.get(clientId) ?? 0))
  return found
}
