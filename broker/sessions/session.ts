import type { Disk } from './disk.ts'
import type { Arrived } from './inbound.ts'
import type { OutgoingPacket, SubscriptionOptions } from './packets.ts'
import { sessionRow } from './rows.ts'

/** What the broker keeps for one persistent client, connected or not. `n` is the number of its row. */
export type Session = {
  readonly n: number
  readonly id: string
  /** Epoch ms; exact to a day. */
  usedAt: number
  readonly subscriptions: Map<string, SubscriptionOptions>
  /** Oldest first. */
  readonly queue: Queued[]
  /** QoS 2 messages that came, by their numbers, of which their sender has not yet let go. */
  readonly inbound: Map<number, Arrived>
  /** It is known no more, and so is all that it had. */
  forgotten: boolean
}

/** One message that waits in a session. `sentOn` is the connection on which it went out last. */
export type Queued = {
  readonly n: number
  readonly session: Session
  packet: OutgoingPacket
  bytes: number
  sentOn: object | undefined
}

/** The id under which a client's session is kept: no principal can take over, or listen in on, the session of another. */
export const sessionId = (key: string, clientId: string): string => `${key}/${clientId}`

/** The key of the principal whose session it is. */
export const keyOfSession = (id: string): string => id.split('/', 1)[0] ?? ''

/** Notes that what the session is of itself is to be written. */
export function noteSession(disk: Disk, session: Session): void {
  disk.note(session.n, () => {
    if (session.forgotten) return undefined
    const subscriptions = [...session.subscriptions].map(([topic, options]) => ({ topic, ...options }))
    return sessionRow({ id: session.id, usedAt: session.usedAt, subscriptions })
  })
}
