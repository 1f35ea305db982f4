import type { Client } from 'aedes'
import type { Peer } from '../sockets/peer.ts'
import { type Credential, keyOf, type Principal } from './principal.ts'

/** One MQTT connection that is authenticated. `since` epoch ms; a later one has a higher `number`. */
export type Connection = {
  readonly number: number
  readonly client: Client
  readonly peer: Peer
  /** Replaced where what is known of it changed, such as its home. */
  principal: Principal
  /** By what it was let in. */
  credential: Credential
  readonly since: number
  /** Ends with the last acknowledgement that is due on it. */
  acks: Promise<void>
}

type LetIn = { principal: Principal; credential: Credential }

/** The connections of this process. */
export type Connections = {
  /** Notes where a connection comes from, before anything is known of it. */
  opened(client: Client, peer: Peer): void
  /** Undefined where it did not come through `opened`. */
  peerOf(client: Client): Peer | undefined
  /** Makes it an authenticated one; it is forgotten when its stream closes. */
  authenticated(client: Client, who: LetIn, now: number): Connection
  /** Undefined while it is not authenticated. */
  of(client: Client): Connection | undefined
  /** Those of one principal, by its key. */
  byKey(key: string): Connection[]
  /** In the order in which they were let in. */
  all(): IterableIterator<Connection>
}

export function openConnections(): Connections {
  const peers = new WeakMap<Client, Peer>()
  const known = new WeakMap<Client, Connection>()
  const live = new Set<Connection>()
  const keys = new Map<string, Set<Connection>>()
  let newest = 0

  function add(connection: Connection): void {
    const key = keyOf(connection.principal)
    // It may have gone while the registry was asked.
    if (connection.client.conn.destroyed) return
    live.add(connection)
    keys.set(key, (keys.get(key) ?? new Set()).add(connection))
    connection.client.conn.once('close', () => {
      live.delete(connection)
      const own = keys.get(key)
      own?.delete(connection)
      if (own?.size === 0) keys.delete(key)
    })
  }

  return {
    opened: (client, peer) => void peers.set(client, peer),
    peerOf: (client) => peers.get(client),
    authenticated(client, { principal, credential }, now) {
      const peer = peers.get(client) ?? { address: '' }
      const number = ++newest
      const acks = Promise.resolve()
      const connection = { number, client, peer, principal, credential, since: now, acks }
      known.set(client, connection)
      add(connection)
      return connection
    },
    of: (client) => known.get(client),
    byKey: (key) => [...(keys.get(key) ?? [])],
    all: () => live.values(),
  }
}
