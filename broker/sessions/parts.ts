import type { Clock } from '../../domain/clock.ts'
import { type Disk, type DiskOptions, openDisk } from './disk.ts'
import { type Drains, openDrains } from './drains.ts'
import { type Inbound, openInbound } from './inbound.ts'
import { openQueues, type Queues } from './queues.ts'
import { openRetained, type Retained } from './retained.ts'
import { openRoster, type Roster } from './roster.ts'
import { type Reader, readRow } from './rows.ts'
import type { Session } from './session.ts'
import { indexSubscriptions, type Subscriptions } from './subscriptions.ts'
import { openWills, type Wills } from './wills.ts'

/** What Aedes shows of itself to its persistence. */
export type BrokerLike = { id: string; clients?: Record<string, unknown> }

/** Everything that is kept for clients, in memory and on the disk. */
export type Parts = {
  clock: Clock
  disk: Disk
  queues: Queues
  index: Subscriptions
  retained: Retained
  wills: Wills
  roster: Roster
  inbound: Inbound
  drains: Drains
  /** The broker whose sessions they are, from its beginning on. */
  broker: BrokerLike | undefined
  /** Takes a session away with all that it had. */
  forget(session: Session): void
}

/** Opens the parts and takes in what was kept before. */
export async function openParts(options: DiskOptions): Promise<Parts> {
  const { clock } = options
  const disk = await openDisk(options)
  const isConnected = (id: string): boolean => parts.broker?.clients?.[id] !== undefined
  const roster = openRoster({ disk, clock, isConnected, forget: (session) => parts.forget(session) })
  const parts: Parts = {
    clock,
    disk,
    roster,
    queues: openQueues(disk),
    index: indexSubscriptions(),
    retained: openRetained(disk, clock),
    wills: openWills(disk, clock),
    inbound: openInbound(disk, roster),
    drains: openDrains(roster.get),
    broker: undefined,
    forget(session) {
      for (const filter of session.subscriptions.keys()) parts.index.remove(session, filter)
      for (const queued of [...session.queue]) parts.queues.remove(queued)
      parts.inbound.clear(session)
      roster.remove(session)
    },
  }
  takeIn(parts)
  return parts
}

function takeIn({ disk, roster, queues, index, retained, wills, inbound }: Parts): void {
  /** By the number of the row; a session is written before what it has. */
  const sessions = new Map<number, Session>()
  const reader: Reader = {
    session(n, row) {
      const session = roster.restore(n, row)
      sessions.set(n, session)
      for (const { topic, ...options } of row.subscriptions) {
        session.subscriptions.set(topic, options)
        if (options.qos > 0) index.add(session, { topic, ...options })
      }
    },
    queued(n, { session, packet }) {
      const owner = sessions.get(session)
      if (owner) queues.add(owner, packet, n)
    },
    inbound(n, { session, messageId, fingerprint }) {
      const owner = sessions.get(session)
      if (owner) inbound.restore(owner, messageId, { n, fingerprint })
    },
    retained: retained.restore,
    will: wills.restore,
  }
  for (const { n, row } of disk.rows()) readRow(n, row, reader)
  roster.order()
}
