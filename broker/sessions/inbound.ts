import { limits } from '../../domain/limits.ts'
import type { Disk } from './disk.ts'
import type { ClientLike } from './packets.ts'
import type { Roster } from './roster.ts'
import { inboundRow } from './rows.ts'
import type { Session } from './session.ts'

/**
 * The numbers of QoS 2 messages that came in and whose sender has not let go of the number yet (PUBREL): a message that
 * comes with such a number again is the same one. Only the number is kept; the journal has the message.
 */
export type Inbound = {
  has(client: ClientLike, messageId: number | undefined): boolean
  /** Beyond the limit of a session the oldest number is forgotten; its message, sent again, would count as a new one. */
  add(client: ClientLike, messageId: number): void
  remove(client: ClientLike, messageId: number): void
  /** Forgets all of a client, whether its session ends with its connection or not. */
  clean(client: ClientLike): void
  clear(session: Session): void
  restore(session: Session, messageId: number, n: number): void
}

export function openInbound(disk: Disk, roster: Roster): Inbound {
  /** Of clients whose session ends with their connection; never written. */
  const fleeting = new Map<string, Set<number>>()

  function addLasting(session: Session, messageId: number): void {
    const { inbound } = session
    if (inbound.has(messageId)) return
    const n = disk.nextNumber()
    inbound.set(messageId, n)
    disk.note(n, () => (inbound.get(messageId) === n ? inboundRow({ session: session.n, messageId }) : undefined))
    const [oldest] = inbound.keys()
    if (inbound.size > limits.inboundPerSession && oldest !== undefined) removeLasting(session, oldest)
  }

  function removeLasting({ inbound }: Session, messageId: number): void {
    const n = inbound.get(messageId)
    if (n === undefined) return
    inbound.delete(messageId)
    disk.note(n, () => undefined)
  }

  function clear(session: Session): void {
    for (const messageId of [...session.inbound.keys()]) removeLasting(session, messageId)
  }

  return {
    has({ id, clean }, messageId) {
      if (messageId === undefined) return false
      const numbers = clean === true ? fleeting.get(id) : roster.get(id)?.inbound
      return numbers?.has(messageId) ?? false
    },
    add({ id, clean }, messageId) {
      if (clean === true) fleeting.set(id, (fleeting.get(id) ?? new Set()).add(messageId))
      else addLasting(roster.use(id), messageId)
    },
    remove({ id, clean }, messageId) {
      const session = roster.get(id)
      if (clean === true) fleeting.get(id)?.delete(messageId)
      else if (session) removeLasting(session, messageId)
    },
    clean({ id }) {
      fleeting.delete(id)
      const session = roster.get(id)
      if (session) clear(session)
    },
    clear,
    restore: (session, messageId, n) => void session.inbound.set(messageId, n),
  }
}
