import { Readable } from 'node:stream'
import { outgoing } from './outgoing.ts'
import type { ClientLike, Numbered, OutgoingPacket, PublishPacket, Receiver, Subscription, Will } from './packets.ts'
import type { BrokerLike, Parts } from './parts.ts'
import { subscribing } from './subscribing.ts'

/** Everything that Aedes 1 asks of its persistence. What is acknowledged on the strength of a call waits for the disk. */
export type Persistence = {
  setup(broker: BrokerLike): Promise<void>
  storeRetained(packet: PublishPacket): Promise<void>
  createRetainedStream(filter: string): Readable
  createRetainedStreamCombi(filters: string[]): Readable
  addSubscriptions(client: ClientLike, subscriptions: Subscription[]): Promise<void>
  removeSubscriptions(client: ClientLike, filters: string[]): Promise<void>
  subscriptionsByClient(client: ClientLike): Promise<Subscription[]>
  countOffline(): Promise<{ subsCount: number; clientsCount: number }>
  subscriptionsByTopic(topic: string): Promise<Receiver[]>
  cleanSubscriptions(client: ClientLike): Promise<void>
  outgoingEnqueue(receiver: { clientId: string }, packet: PublishPacket): Promise<void>
  outgoingEnqueueCombi(receivers: Receiver[], packet: PublishPacket): Promise<void>
  outgoingUpdate(client: ClientLike, packet: OutgoingPacket): Promise<void>
  outgoingClearMessageId(client: ClientLike, packet: Numbered): Promise<OutgoingPacket | undefined>
  outgoingStream(client: ClientLike): Readable
  incomingStorePacket(client: ClientLike, packet: Numbered): Promise<void>
  incomingGetPacket(client: ClientLike, packet: Numbered): Promise<Numbered>
  incomingDelPacket(client: ClientLike, packet: Numbered): Promise<void>
  cleanIncoming(client: ClientLike): Promise<void>
  putWill(client: ClientLike, will: Will): Promise<void>
  getWill(client: ClientLike): Promise<Will | undefined>
  delWill(client: ClientLike & { brokerId?: string }): Promise<Will | undefined>
  streamWill(brokers?: Record<string, unknown>): Readable
  getClientList(filter: string): Readable
  destroy(): Promise<void>
}

export type PersistenceOptions = {
  /** Whether the client may have the subscription; see `grant` in sessions.ts. */
  isGranted(subscription: object): boolean
  /** Whether a session may have a message by a wildcard. */
  mayReceive(sessionId: string, topic: string): boolean | Promise<boolean>
  /** The keys of the principals that may have a message of the topic by a wildcard, where they are few; see sessions.ts. */
  hearersOf(topic: string): Promise<readonly string[] | undefined>
  /** Is told of every packet that was put into a queue. */
  onQueued(packet: object): void
}

/** Aedes' persistence on top of the parts. */
export function persistence(parts: Parts, options: PersistenceOptions): Persistence {
  return {
    // Aedes insists on an async function.
    async setup(broker) {
      parts.broker = broker
    },
    destroy: () => parts.disk.close(),
    ...subscribing(parts, options),
    ...outgoing(parts, options),
    ...incoming(parts),
    ...retaining(parts),
    ...willing(parts),
  }
}

type Incoming = 'incomingStorePacket' | 'incomingGetPacket' | 'incomingDelPacket' | 'cleanIncoming'

/** All of it waits: what is told by PUBREC and PUBCOMP must still be known after a crash. */
function incoming({ inbound, disk }: Parts): Pick<Persistence, Incoming> {
  const settled = (client: ClientLike) => (client.clean === true ? Promise.resolve() : disk.settled())
  return {
    async incomingStorePacket(client, packet) {
      inbound.add(client, packet)
      await settled(client)
    },
    async incomingGetPacket(client, packet) {
      if (!inbound.has(client, packet)) throw new Error('no QoS 2 message of this number is known')
      await settled(client)
      return { messageId: packet.messageId }
    },
    async incomingDelPacket(client, packet) {
      const { messageId } = packet
      if (messageId === undefined || !inbound.has(client, packet)) throw new Error('let go of already')
      inbound.remove(client, messageId)
      await settled(client)
    },
    async cleanIncoming(client) {
      inbound.clean(client)
    },
  }
}

function retaining({
  retained,
}: Parts): Pick<Persistence, 'storeRetained' | 'createRetainedStream' | 'createRetainedStreamCombi'> {
  const streamOf = (filters: string[]) => Readable.from(filters.flatMap(retained.matching))
  return {
    // Nobody waits for it: a device tells its status again when it comes back.
    async storeRetained(packet) {
      retained.store(packet)
    },
    createRetainedStream: (filter) => streamOf([filter]),
    createRetainedStreamCombi: streamOf,
  }
}

/** Nobody waits for a will: it is lost where the broker and its device die within one commit of CONNACK. */
function willing(parts: Parts): Pick<Persistence, 'putWill' | 'getWill' | 'delWill' | 'streamWill'> {
  const { wills } = parts
  return {
    async putWill(client, will) {
      wills.put(client, Object.assign(will, { brokerId: parts.broker?.id, clientId: client.id }))
    },
    getWill: async ({ id }) => wills.get(id),
    delWill: async (client) => wills.remove(client),
    streamWill: (brokers = {}) => Readable.from(wills.orphans(brokers)),
  }
}
