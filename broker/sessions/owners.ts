import { parsePrincipalKey, principalKey } from '../../domain/principals.ts'
import { parseTopic, topicOf } from '../../domain/topics.ts'
import { sessionsForgotten } from './metrics.ts'
import type { Parts } from './parts.ts'

/** Those of whom something is kept. An id may be given again, and whoever has it then must find nothing of the one before. */
export type Owners = {
  /** Their keys: of sessions, of wills, and of the devices whose status is retained. */
  owners(): Set<string>
  /**
   * Forgets what is left of a principal's time before `createdAt` (epoch ms), when the one of today was registered;
   * undefined where there is none, and then all goes. Resolves when sessions are gone durably.
   */
  forgetBefore(key: string, createdAt: number | undefined): Promise<void>
}

export function openOwners({ roster, wills, retained, disk, forget }: Parts): Owners {
  return {
    owners() {
      const keys = new Set([...roster.owners(), ...wills.owners()])
      for (const topic of retained.topics()) {
        const device = parseTopic(topic)?.device
        if (device !== undefined) keys.add(principalKey({ kind: 'device', id: device }))
      }
      return keys
    },
    async forgetBefore(key, createdAt = Number.POSITIVE_INFINITY) {
      // Whoever has used a session since is the one of today: the one before was cut, and did not get in again.
      const old = roster.of(key).filter(({ usedAt }) => usedAt < createdAt)
      for (const session of old) {
        sessionsForgotten.inc({ reason: 'unregistered' })
        forget(session)
      }
      wills.forgetBefore(key, createdAt)
      const name = parsePrincipalKey(key)
      if (name?.kind === 'device') retained.forgetBefore(topicOf(name.id, 'status'), createdAt)
      // Most who connect leave nothing behind, and wait for nothing.
      if (old.length > 0) await disk.settled()
    },
  }
}
