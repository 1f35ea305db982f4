import type { Client } from 'aedes'
import { parseUserName, principalKey } from '../../domain/principals.ts'
import type { JournalRecord } from '../../journal/journal.ts'
import { cut } from '../metrics.ts'
import type { Peer } from '../sockets/peer.ts'
import type { Connections } from './connections.ts'
import { type Denial, keyOf, type Login, type Principal } from './principal.ts'
import type { Refusals } from './refusals.ts'

/** What is noted of each kind of refusal. */

/** Whom it is about: the one whose name was given, or stands in the certificate; nobody where it can be no one's name. */
export function noteConnect(refusals: Refusals, login: Login, { address }: Peer, { code, detail }: Denial): void {
  const name = login.name ?? commonName(login)
  const claimed = name === undefined ? undefined : parseUserName(name)
  const subject = claimed ? principalKey(claimed) : 'nobody'
  refusals.note({ what: 'connect', code, who: undefined, subject, detail, address })
}

function commonName({ certificate }: Login): string | undefined {
  const cn: unknown = certificate?.x509.toLegacyObject().subject?.CN
  return typeof cn === 'string' ? cn : undefined
}

export function noteSubscribe(refusals: Refusals, { principal, peer }: From, filter: string): void {
  const who = keyOf(principal)
  const { address } = peer
  refusals.note({
    what: 'subscribe',
    code: 'subscription_refused',
    who,
    vendor: vendorOf(principal),
    subject: who,
    detail: filter,
    address,
  })
}

type From = { principal: Principal; peer: Peer }

/** Of messages only those are noted that were sent under somebody else's name; the dead letters have the others. */
export function noteForeign(refusals: Refusals, { principal, peer }: From, record: JournalRecord): void {
  if (record.refused !== 'topic_foreign') return
  const who = keyOf(principal)
  const { address } = peer
  refusals.note({
    what: 'publish',
    code: 'topic_foreign',
    who,
    vendor: vendorOf(principal),
    subject: who,
    detail: record.topic,
    address,
  })
}

/** For what a connection is cut that its sender can mend. */
export type CutReason =
  | 'packet_too_large'
  | 'packet_too_slow'
  | 'unfinished_too_much'
  | 'too_many_filters'
  | 'slow_subscriber'
  | 'quota_exceeded'

type Known = { connections: Connections; refusals: Refusals }

/** Counts a connection that is about to be cut; where it is known whose it is, he is to find out why. */
export function noteCut({ connections, refusals }: Known, client: Client, code: CutReason): void {
  cut.inc({ reason: code })
  const connection = connections.of(client)
  if (!connection) return
  const { principal, peer } = connection
  const who = keyOf(principal)
  const detail = 'the connection was cut'
  refusals.note({ what: 'cut', code, who, vendor: vendorOf(principal), subject: who, detail, address: peer.address })
}

function vendorOf(principal: Principal): string | undefined {
  if (principal.kind === 'vendor') return principal.id
  return principal.kind === 'device' ? principal.vendor : undefined
}
