import { createHash } from 'node:crypto'
import { limits } from '../../domain/limits.ts'
import type { Disk } from './disk.ts'
import type { ClientLike, Numbered } from './packets.ts'
import type { Roster } from './roster.ts'
import { inboundRow } from './rows.ts'
import type { Session } from './session.ts'

/** A message that came under a number: the number of its row, and its fingerprint, where that was taken. */
export type Arrived = { readonly n: number; readonly fingerprint: string | undefined }

type Message = { topic: string; payload: string | Buffer }

/**
 * The numbers of QoS 2 messages that came in and whose sender has not let go of the number yet (PUBREL): the same message
 * that comes with such a number again is a repeat. Of the message only a fingerprint is kept; the journal has it whole.
 */
export type Inbound = {
  /**
   * Takes the fingerprint of a message, under which it is then looked for and added. To be done before its topic is
   * changed; a packet without one stands for whatever has its number, as PUBREL does.
   */
  recognise(packet: Numbered & Message): void
  /**
   * Whether the message came under this number and was not let go of. A device that lost its memory counts from 1 again:
   * another message under a number that waits is a new one, whatever its sender calls it.
   */
  has(client: ClientLike, packet: Numbered): boolean
  /** Beyond the limit of a session the oldest number is forgotten; its message, sent again, would count as a new one. */
  add(client: ClientLike, packet: Numbered): void
  remove(client: ClientLike, messageId: number): void
  /** Forgets all of a client, whether its session ends with its connection or not. */
  clean(client: ClientLike): void
  clear(session: Session): void
  restore(session: Session, messageId: number, arrived: Arrived): void
}

export function openInbound(disk: Disk, roster: Roster): Inbound {
  /** Of clients whose session ends with their connection; never written, so the numbers of their rows mean nothing. */
  const fleeting = new Map<string, Map<number, Arrived>>()
  const fingerprints = new WeakMap<object, string>()

  function addFleeting(id: string, messageId: number, fingerprint: string | undefined): void {
    fleeting.set(id, (fleeting.get(id) ?? new Map()).set(messageId, { n: 0, fingerprint }))
  }

  function addLasting(session: Session, messageId: number, fingerprint: string | undefined): void {
    const { inbound } = session
    const known = inbound.get(messageId)
    if (known && known.fingerprint === fingerprint) return
    removeLasting(session, messageId)
    const n = disk.nextNumber()
    inbound.set(messageId, { n, fingerprint })
    const row = inboundRow({ session: session.n, messageId, fingerprint })
    disk.note(n, () => (inbound.get(messageId)?.n === n ? row : undefined))
    const [oldest] = inbound.keys()
    if (inbound.size > limits.inboundPerSession && oldest !== undefined) removeLasting(session, oldest)
  }

  function removeLasting({ inbound }: Session, messageId: number): void {
    const known = inbound.get(messageId)
    if (!known) return
    inbound.delete(messageId)
    disk.note(known.n, () => undefined)
  }

  function clear(session: Session): void {
    for (const messageId of [...session.inbound.keys()]) removeLasting(session, messageId)
  }

  return {
    recognise: (packet) => void fingerprints.set(packet, fingerprintOf(packet)),
    has({ id, clean }, packet) {
      if (packet.messageId === undefined) return false
      const numbers = clean === true ? fleeting.get(id) : roster.get(id)?.inbound
      const known = numbers?.get(packet.messageId)
      const fingerprint = fingerprints.get(packet)
      return known !== undefined && (fingerprint === undefined || known.fingerprint === fingerprint)
    },
    add({ id, clean }, packet) {
      if (packet.messageId === undefined) return
      const fingerprint = fingerprints.get(packet)
      if (clean === true) addFleeting(id, packet.messageId, fingerprint)
      else addLasting(roster.use(id), packet.messageId, fingerprint)
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
    restore: (session, messageId, arrived) => void session.inbound.set(messageId, arrived),
  }
}

/** 96 bits: whoever makes two messages that agree in them mixes up his own only. */
const fingerprintOf = ({ topic, payload }: Message): string =>
  createHash('sha256').update(topic).update('\0').update(payload).digest('base64').slice(0, 16)
