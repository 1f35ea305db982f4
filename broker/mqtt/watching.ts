import type { Aedes, Client } from 'aedes'

type Packet = { cmd?: string; messageId?: number | undefined }
type Persistence = { outgoingClearMessageId(client: Client, packet: Packet): Promise<unknown> }

/** A subscription as Aedes tells of it: with QoS 128 where it was refused. */
const refused = 128

/** Tells of subscriptions that were granted, and of those that came back with a session, of which Aedes says nothing. */
export function onSubscribed(aedes: Aedes, tell: (client: Client, filters: string[]) => void): void {
  aedes.on('subscribe', (subscriptions, client) => {
    const granted = subscriptions.filter(({ qos }: { qos: number }) => qos !== refused)
    tell(
      client,
      granted.map(({ topic }) => topic),
    )
  })
  aedes.on('clientReady', (client) => {
    tell(client, Object.keys((client as Client & { subscriptions: object }).subscriptions))
  })
}

/**
 * Tells of every PUBACK for a message that is in no session's queue. Aedes asks its persistence about each PUBACK, also
 * of clients whose session is clean; where a queued message has the same packet id, the acknowledgement is that one's. The
 * persistence is not part of Aedes' public interface; it is there after `listen`.
 */
export function onOtherAcknowledged(aedes: Aedes, tell: (client: Client, packetId: number) => void): void {
  const { persistence } = aedes as Aedes & { persistence: Persistence }
  const clear = persistence.outgoingClearMessageId.bind(persistence)
  persistence.outgoingClearMessageId = async (client, packet) => {
    const queued = await clear(client, packet)
    if (queued === undefined && packet.cmd === 'puback' && packet.messageId) tell(client, packet.messageId)
    return queued
  }
}

/** A packet id for a message to a client that does not go through Aedes, out of Aedes' own count; that is not public. */
export function freePacketId(client: Client, isFree: (id: number) => boolean): number {
  const counting = client as Client & { _nextId: number }
  for (;;) {
    const id = counting._nextId
    counting._nextId = id >= 65_535 ? 1 : id + 1
    if (isFree(id)) return id
  }
}
