import type { Aedes, Client } from 'aedes'

/** Bytes that may lie unsent for one subscriber: a second of all telemetry of a large house. */
const unsentMost = 8 * 1024 * 1024

type Emitter = { emit(packet: unknown, done?: (err?: Error) => void): unknown }

/**
 * Lets a publisher go on as soon as its message is handed over. Aedes itself waits until every subscriber has taken it
 * off, so that one frozen subscriber would hold up an SOS in the connection of somebody else. The emitter is not part of
 * Aedes' public interface.
 */
export function deliverWithoutWaiting(aedes: Aedes): void {
  const { mq } = aedes as Aedes & { mq: Emitter }
  const emit = mq.emit.bind(mq)
  mq.emit = (packet, done) => {
    emit(packet)
    done?.()
    return mq
  }
}

/** Whether so much lies unsent for a subscriber that it must be cut, since nobody waits for it. */
export const isTooSlow = ({ conn }: Client): boolean => conn.writableLength > unsentMost
