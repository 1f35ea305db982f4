import { limits } from '../../domain/limits.ts'
import type { Disk } from './disk.ts'
import { bytesQueued, messagesQueued, queueDropped } from './metrics.ts'
import { type OutgoingPacket, type PublishPacket, sizeOf } from './packets.ts'
import { queuedRow } from './rows.ts'
import type { Queued, Session } from './session.ts'

/** The messages that wait in sessions, and the bounds on them. */
export type Queues = {
  /** Takes a message in at the end. At a bound the oldest makes room: of this session, or else of them all. */
  add(session: Session, packet: OutgoingPacket, n?: number): Queued
  /** Notes that the message is another now, such as one that has a number for the wire. */
  changed(queued: Queued, packet: OutgoingPacket): void
  remove(queued: Queued): void
}

/** Memory that a number of a QoS 2 message takes while it waits to be let go. */
const releaseBytes = 200

const bytesOf = (packet: OutgoingPacket): number => (packet.cmd === 'publish' ? sizeOf(packet) : releaseBytes)

export function openQueues(disk: Disk): Queues {
  /** All that wait, oldest first. */
  const all = new Set<Queued>()
  let bytes = 0

  function note(queued: Queued): void {
    disk.note(queued.n, () =>
      all.has(queued) ? queuedRow({ session: queued.session.n, packet: queued.packet }) : undefined,
    )
  }

  function measure(change: number): void {
    bytes += change
    messagesQueued.set(all.size)
    bytesQueued.set(bytes)
  }

  function remove(queued: Queued): void {
    if (!all.delete(queued)) return
    const { queue } = queued.session
    queue.splice(queue.indexOf(queued), 1)
    measure(-queued.bytes)
    note(queued)
  }

  function drop(oldest: Queued | undefined, limit: 'session' | 'messages' | 'bytes'): void {
    if (!oldest) return
    queueDropped.inc({ limit })
    remove(oldest)
  }

  function makeRoom(session: Session): void {
    if (session.queue.length > limits.queuedPerSession) drop(session.queue[0], 'session')
    if (all.size > limits.queuedMost) drop(oldestOf(all), 'messages')
    while (bytes > limits.queuedBytes) drop(oldestOf(all), 'bytes')
  }

  return {
    add(session, packet, n = disk.nextNumber()) {
      const queued: Queued = { n, session, packet, bytes: bytesOf(packet), sentOn: undefined }
      session.queue.push(queued)
      all.add(queued)
      measure(queued.bytes)
      note(queued)
      makeRoom(session)
      return queued
    },
    changed(queued, packet) {
      const before = queued.bytes
      queued.packet = packet
      queued.bytes = bytesOf(packet)
      measure(queued.bytes - before)
      note(queued)
    },
    remove,
  }
}

function oldestOf(all: Set<Queued>): Queued | undefined {
  const [oldest] = all
  return oldest
}

/** The message in a queue by its name of before it had a number for the wire. */
export function findMessage(session: Session, { brokerId, brokerCounter }: PublishPacket): Queued | undefined {
  return session.queue.findLast(
    ({ packet }) => packet.cmd === 'publish' && packet.brokerCounter === brokerCounter && packet.brokerId === brokerId,
  )
}

/** The message in a queue by its number on the wire. Nothing has the number undefined. */
export function findNumber(session: Session, messageId: number | undefined): Queued | undefined {
  if (messageId === undefined) return undefined
  return session.queue.find(({ packet }) => packet.messageId === messageId)
}

/** The first number for the wire from `wanted` on that no other message of the session has. */
export function freeNumber(session: Session, wanted: number, own: Queued): number {
  const taken = new Set(session.queue.filter((queued) => queued !== own).map(({ packet }) => packet.messageId))
  let number = wanted
  while (taken.has(number)) number = number >= 65_535 ? 1 : number + 1
  return number
}
