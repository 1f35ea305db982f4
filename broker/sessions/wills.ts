import type { Clock } from '../../domain/clock.ts'
import type { Disk } from './disk.ts'
import type { ClientLike, Will } from './packets.ts'
import { type WillRow, willRow } from './rows.ts'
import { keyOfSession } from './session.ts'

/** The last wills of the clients that are connected, and of those whose broker died under them. */
export type Wills = {
  put(owner: ClientLike, will: Will): void
  restore(n: number, row: WillRow): void
  get(id: string): Will | undefined
  /** Gives what was taken away. One of a connection that is open stays where an older connection of the id is closed. */
  remove(client: ClientLike & { brokerId?: string | undefined }): Will | undefined
  /** Those of other brokers than these. */
  orphans(brokers: Record<string, unknown>): Will[]
  /** The keys of those whose wills they are. */
  owners(): Iterable<string>
  /** Forgets those that a principal left before `instant` (epoch ms). */
  forgetBefore(key: string, instant: number): void
}

type Kept = WillRow & { n: number; owner?: ClientLike }

export function openWills(disk: Disk, clock: Clock): Wills {
  const kept = new Map<string, Kept>()
  /** The ids of the clients of each principal. */
  const ofPrincipals = new Map<string, Set<string>>()

  function keep(id: string, one: Kept): void {
    kept.set(id, one)
    const key = keyOfSession(id)
    ofPrincipals.set(key, (ofPrincipals.get(key) ?? new Set()).add(id))
  }

  function forget(id: string, { n }: Kept): void {
    kept.delete(id)
    const key = keyOfSession(id)
    const own = ofPrincipals.get(key)
    own?.delete(id)
    if (own?.size === 0) ofPrincipals.delete(key)
    note(id, n)
  }

  function note(id: string, n: number): void {
    disk.note(n, () => {
      const now = kept.get(id)
      return now?.n === n ? willRow(now) : undefined
    })
  }

  return {
    put(owner, will) {
      const n = kept.get(owner.id)?.n ?? disk.nextNumber()
      keep(owner.id, { n, will, at: clock.now(), owner })
      note(owner.id, n)
    },
    restore: (n, row) => keep(row.will.clientId ?? '', { n, ...row }),
    get: (id) => kept.get(id)?.will,
    remove({ id, brokerId }) {
      const known = kept.get(id)
      // Aedes stores the will of a new connection before it closes the one that makes room, and then removes by id.
      if (!known || (brokerId !== undefined && known.owner?.closed === false)) return undefined
      forget(id, known)
      return known.will
    },
    orphans: (brokers) => [...kept.values()].map(({ will }) => will).filter(({ brokerId }) => !brokers[brokerId ?? '']),
    owners: () => ofPrincipals.keys(),
    forgetBefore(key, instant) {
      for (const id of [...(ofPrincipals.get(key) ?? [])]) {
        const one = kept.get(id)
        if (one && one.at < instant) forget(id, one)
      }
    },
  }
}
