import type { Disk } from './disk.ts'
import type { ClientLike, Will } from './packets.ts'
import { willRow } from './rows.ts'

/** The last wills of the clients that are connected, and of those whose broker died under them. */
export type Wills = {
  put(owner: ClientLike, will: Will): void
  restore(n: number, will: Will): void
  get(id: string): Will | undefined
  /** Gives what was taken away. One of a connection that is open stays where an older connection of the id is closed. */
  remove(client: ClientLike & { brokerId?: string | undefined }): Will | undefined
  /** Those of other brokers than these. */
  orphans(brokers: Record<string, unknown>): Will[]
}

type Kept = { n: number; will: Will; owner?: ClientLike }

export function openWills(disk: Disk): Wills {
  const kept = new Map<string, Kept>()

  function note(id: string, n: number): void {
    disk.note(n, () => {
      const now = kept.get(id)
      return now?.n === n ? willRow(now.will) : undefined
    })
  }

  return {
    put(owner, will) {
      const n = kept.get(owner.id)?.n ?? disk.nextNumber()
      kept.set(owner.id, { n, will, owner })
      note(owner.id, n)
    },
    restore: (n, will) => void kept.set(will.clientId ?? '', { n, will }),
    get: (id) => kept.get(id)?.will,
    remove({ id, brokerId }) {
      const known = kept.get(id)
      // Aedes stores the will of a new connection before it closes the one that makes room, and then removes by id.
      if (!known || (brokerId !== undefined && known.owner?.closed === false)) return undefined
      kept.delete(id)
      note(id, known.n)
      return known.will
    },
    orphans: (brokers) => [...kept.values()].map(({ will }) => will).filter(({ brokerId }) => !brokers[brokerId ?? '']),
  }
}
