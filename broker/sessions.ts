import { Readable } from 'node:stream'
import type { Aedes } from 'aedes'

/** Messages kept for one session that is away; beyond it the newest are not kept. A device has some receipts a day. */
const queuedPerSession = 200
/** Messages kept for all of them together: some 100 MB. */
const queuedMost = 100_000
/** Sessions kept for one user name; of a client that comes with a new id each time the oldest are forgotten. */
const sessionsPerUser = 16

type Packet = { topic: string; payload: string | Buffer; retain: boolean; messageId?: number }
/** A client of Aedes'; `clean` ones end with their connection. */
type Session = { id: string; clean?: boolean }
type Persistence = {
  storeRetained(packet: Packet): Promise<void>
  createRetainedStreamCombi(filters: string[]): Readable
  addSubscriptions(session: Session, subscriptions: unknown[]): Promise<void>
  cleanSubscriptions(session: Session): Promise<void>
  incomingStorePacket(session: Session, packet: Packet): Promise<void>
  cleanIncoming(session: Session): Promise<void>
  outgoingEnqueueCombi(receivers: { clientId: string }[], packet: Packet): Promise<void>
  outgoingClearMessageId(session: Session, packet: { messageId?: number }): Promise<Packet | undefined>
  outgoingStream(session: Session): AsyncIterable<Packet>
}

/** The id under which a client's session is kept: no principal can take over, or listen in on, the session of another. */
export const sessionId = (key: string, clientId: string): string => `${key}/${clientId}`
const userOf = (id: string): string => id.slice(0, id.indexOf('/'))

/**
 * Bounds what Aedes keeps in memory for its clients, which by itself grows with every message to a session that never
 * comes back. The persistence is not part of Aedes' public interface; it is there after `listen`.
 */
export function boundSessions(aedes: Aedes): void {
  const { persistence } = aedes as Aedes & { persistence: Persistence }
  findRetainedByName(persistence)
  keepNoPayloads(persistence)
  boundQueues(persistence)
  boundSessionsOfUsers(persistence)
}

/** A subscription by full name looks up one message; Aedes itself walks all that are retained, for each SUBSCRIBE. */
function findRetainedByName(persistence: Persistence): void {
  const retained = new Map<string, Packet>()
  const { storeRetained, createRetainedStreamCombi } = bound(persistence)
  persistence.storeRetained = (packet) => {
    if (packet.payload.length === 0) retained.delete(packet.topic)
    else retained.set(packet.topic, { ...packet })
    return storeRetained(packet)
  }
  persistence.createRetainedStreamCombi = (filters) => {
    if (filters.some((filter) => /[+#]/.test(filter))) return createRetainedStreamCombi(filters)
    return Readable.from(filters.flatMap((filter) => retained.get(filter) ?? []))
  }
}

/** Of a QoS 2 message only the number is asked for until PUBREL: the journal has the rest, and it may be megabytes. */
function keepNoPayloads(persistence: Persistence): void {
  const { incomingStorePacket } = bound(persistence)
  persistence.incomingStorePacket = (session, packet) =>
    incomingStorePacket(session, { ...packet, payload: Buffer.alloc(0) })
}

function boundSessionsOfUsers(persistence: Persistence): void {
  const { addSubscriptions, incomingStorePacket } = bound(persistence)
  const sessions = new Map<string, Set<string>>()

  /** Notes that a session is in use; the one that was not for longest makes room. */
  async function use({ id, clean }: Session): Promise<void> {
    if (clean !== false) return
    const own = sessions.get(userOf(id)) ?? new Set()
    sessions.set(userOf(id), own)
    own.delete(id)
    own.add(id)
    const [oldest] = own
    if (own.size <= sessionsPerUser || oldest === undefined) return
    own.delete(oldest)
    await forget(persistence, { id: oldest })
  }

  persistence.addSubscriptions = async (session, subscriptions) => {
    await use(session)
    return addSubscriptions(session, subscriptions)
  }
  persistence.incomingStorePacket = async (session, packet) => {
    await use(session)
    return incomingStorePacket(session, packet)
  }
}

async function forget(persistence: Persistence, session: Session): Promise<void> {
  await persistence.cleanSubscriptions(session)
  await persistence.cleanIncoming(session)
  for await (const packet of persistence.outgoingStream(session))
    await persistence.outgoingClearMessageId(session, packet)
}

function boundQueues(persistence: Persistence): void {
  const { outgoingEnqueueCombi, outgoingClearMessageId } = bound(persistence)
  const queued = new Map<string, number>()
  let total = 0

  function count(id: string, change: 1 | -1): void {
    const now = (queued.get(id) ?? 0) + change
    total += change
    if (now > 0) queued.set(id, now)
    else queued.delete(id)
  }

  persistence.outgoingEnqueueCombi = (receivers, packet) => {
    const open = receivers.filter(({ clientId }) => {
      const hasRoom = total < queuedMost && (queued.get(clientId) ?? 0) < queuedPerSession
      if (hasRoom) count(clientId, 1)
      return hasRoom
    })
    return outgoingEnqueueCombi(open, packet)
  }
  persistence.outgoingClearMessageId = async (session, packet) => {
    const found = await outgoingClearMessageId(session, packet)
    if (found) count(session.id, -1)
    return found
  }
}

/** The methods as they were, to be called beneath those that take their place. */
function bound(persistence: Persistence): Persistence {
  const method = <K extends keyof Persistence>(name: K) => persistence[name].bind(persistence) as Persistence[K]
  return {
    storeRetained: method('storeRetained'),
    createRetainedStreamCombi: method('createRetainedStreamCombi'),
    addSubscriptions: method('addSubscriptions'),
    cleanSubscriptions: method('cleanSubscriptions'),
    incomingStorePacket: method('incomingStorePacket'),
    cleanIncoming: method('cleanIncoming'),
    outgoingEnqueueCombi: method('outgoingEnqueueCombi'),
    outgoingClearMessageId: method('outgoingClearMessageId'),
    outgoingStream: method('outgoingStream'),
  }
}
