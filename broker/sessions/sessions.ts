import { limits } from '../../domain/limits.ts'
import type { DiskOptions } from './disk.ts'
import { sessionsForgotten } from './metrics.ts'
import { type Owners, openOwners } from './owners.ts'
import type { ClientLike, PublishPacket } from './packets.ts'
import { openParts, type Parts } from './parts.ts'
import { type Persistence, persistence } from './persistence.ts'

export { keyOfSession, sessionId } from './session.ts'

export type Sessions = Owners & {
  /** Everything that Aedes asks of its persistence. */
  persistence: Persistence
  /**
   * Notes that a client may have a subscription. Aedes has all of a SUBSCRIBE stored as soon as one of them is allowed;
   * what was not granted is not kept.
   */
  grant(subscription: object): void
  /**
   * Resolves when what `packet` left in queues is durable, and at once where that is nothing or cannot be. Aedes must not
   * wait for it before it forwards: what is published meanwhile would go first, and Aedes drops what comes in late.
   */
  settled(packet: object): Promise<void>
  /**
   * Whether this same QoS 2 message has come already under its number and its sender has not let go of that yet. Every
   * one is to be asked about before its topic is changed; by what it is now it is then known again.
   */
  isRepeat(client: ClientLike, packet: PublishPacket): boolean
  /** Whether the client gets the message out of its queue, in order; it is then not to be forwarded now. */
  leavesToQueue(client: ClientLike, packet: PublishPacket): boolean
  /** Writes what is still to be written. */
  close(): Promise<void>
}

export type SessionsOptions = DiskOptions & {
  /**
   * Whether a session that is subscribed by a wildcard may have a message of the topic. Where it rejects, the message is
   * not published, and its publisher is told.
   */
  mayReceive(sessionId: string, topic: string): boolean | Promise<boolean>
  /** The keys of the principals of which `mayReceive` is to be asked for a topic; absent or undefined: all that there are. */
  hearersOf?(topic: string): Promise<readonly string[] | undefined>
}

const sweepEveryMs = 3_600_000

/**
 * The sessions of MQTT: a working copy in memory, which Aedes asks, and LMDB in the folder `path`, from which it comes
 * back after a restart. What Aedes acknowledges on the strength of it waits until it is durable. Where the disk fails it
 * goes on in memory; never rejects for that.
 */
export async function openSessions(options: SessionsOptions): Promise<Sessions> {
  const parts = await openParts(options)
  const granted = new WeakSet<object>()
  const queued = new WeakSet<object>()
  const stopSweeping = keepSwept(parts)
  return {
    ...openOwners(parts),
    persistence: persistence(parts, {
      mayReceive: options.mayReceive,
      hearersOf: options.hearersOf ?? (async () => undefined),
      isGranted: (subscription) => granted.has(subscription),
      onQueued: (packet) => void queued.add(packet),
    }),
    grant: (subscription) => void granted.add(subscription),
    settled: (packet) => (queued.has(packet) ? parts.disk.settled() : Promise.resolve()),
    isRepeat(client, packet) {
      parts.inbound.recognise(packet)
      return parts.inbound.has(client, packet)
    },
    leavesToQueue: (client, packet) => parts.drains.brings(client, packet),
    async close() {
      stopSweeping()
      await parts.disk.close()
    },
  }
}

/** Forgets, now and once an hour, the sessions that no client came back to. Gives what ends it. */
function keepSwept(parts: Parts): () => void {
  let cancel = () => {}
  function sweep(): void {
    for (const session of [...parts.roster.all()]) {
      if (parts.broker?.clients?.[session.id]) parts.roster.touch(session.id)
      else if (parts.clock.now() - session.usedAt >= limits.sessionKeepMs) {
        sessionsForgotten.inc({ reason: 'unused' })
        parts.forget(session)
      }
    }
    cancel = parts.clock.after(sweepEveryMs, sweep)
  }
  sweep()
  return () => cancel()
}
