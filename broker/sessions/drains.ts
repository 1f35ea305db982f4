import { Readable } from 'node:stream'
import type { ClientLike, OutgoingPacket, PublishPacket } from './packets.ts'
import { findMessage } from './queues.ts'
import type { Queued, Session } from './session.ts'

/** What a connection gets of the queue of its session when it begins. */
export type Drains = {
  /** All that waits, oldest first, also what comes in meanwhile, until the connection has been given all of it. */
  stream(client: ClientLike): Readable
  /** Notes that this one goes out now on the client's connection. */
  sent(client: ClientLike, queued: Queued | undefined): void
  /**
   * Whether a message that has just come in reaches the client out of its queue, so that it is not to be forwarded now:
   * it would overtake those before it, or come twice.
   */
  brings(client: ClientLike, packet: PublishPacket): boolean
}

export function openDrains(sessionOf: (id: string) => Session | undefined): Drains {
  /** Connections that have been given all that waited; from then on messages go out as they come in. */
  const drained = new WeakSet<object>()
  const wakes = new WeakMap<object, () => void>()

  async function* drain(id: string, connection: object): AsyncGenerator<OutgoingPacket> {
    const handed = new Set<Queued>()
    const waits = (queued: Queued) => queued.sentOn !== connection
    for (;;) {
      const queue = sessionOf(id)?.queue ?? []
      const next = queue.find((queued) => waits(queued) && !handed.has(queued))
      if (next) {
        handed.add(next)
        yield { ...next.packet }
      } else if (queue.some((queued) => waits(queued))) {
        // Handed over but not yet on its way: Aedes reads some ahead of a connection that takes its time.
        await new Promise<void>((resolve) => wakes.set(connection, resolve))
      } else break
    }
    drained.add(connection)
  }

  return {
    stream({ id, conn }) {
      if (conn) return Readable.from(drain(id, conn))
      return Readable.from((sessionOf(id)?.queue ?? []).map(({ packet }) => ({ ...packet })))
    },
    sent({ conn }, queued) {
      if (!conn) return
      if (queued) queued.sentOn = conn
      wakes.get(conn)?.()
    },
    brings({ id, clean, conn }, packet) {
      if (clean !== false || packet.qos === 0 || packet.messageId !== undefined || !conn) return false
      const session = sessionOf(id)
      const queued = session && findMessage(session, packet)
      return queued !== undefined && (!drained.has(conn) || queued.sentOn === conn)
    },
  }
}
