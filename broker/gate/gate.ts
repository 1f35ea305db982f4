import type { Client } from 'aedes'
import { addressKey } from '../../domain/addresses.ts'
import type { Clock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import type { Connection, Connections } from '../identity/connections.ts'
import { keyOf } from '../identity/principal.ts'
import { cut } from '../metrics.ts'
import type { Purse, Quotas } from '../quotas/quotas.ts'
import type { Peer } from '../sockets/peer.ts'
import { inTurn } from './in_turn.ts'
import { type Newcomers, openNewcomers } from './newcomers.ts'

/** Who comes in when: between a connection's first byte and its CONNACK. */
export type Gate = {
  /** A connection came. */
  opened(client: Client, peer: Peer): void
  /**
   * Looks its credentials up when it is the turn of its address. Those who are remembered have turns of their own: while
   * the registry does not answer, they need not wait behind those who can only wait for it.
   */
  askInTurn<T>(client: Client, isRemembered: boolean, ask: () => Promise<T>): Promise<T>
  /** Refuses it for its credentials, the later the more of its address were refused. */
  refuse(client: Client, tell: () => void): void
  /**
   * Resolves when an authenticated connection may have its CONNACK, with what it may spend; undefined where it must be
   * refused, because there are too many of its kind, or come too often.
   */
  admit(connection: Connection): Promise<Purse | undefined>
  close(): void
}

type Options = { clock: Clock; quotas: Quotas; live: Connections }

export function openGate({ clock, quotas, live }: Options): Gate {
  const newcomers: Newcomers = openNewcomers({ clock, onShed: (reason) => cut.inc({ reason }) })
  const [unknown, remembered] = [inTurn(limits.authenticating), inTurn(limits.authenticating)]
  const keyOfAddress = (client: Client): string => addressKey(live.peerOf(client)?.address ?? '')

  /** The oldest connection of the same principal; it may have been dead for long without anybody's noticing. */
  function endOldest(connection: Connection): boolean {
    const oldest = live.byKey(keyOf(connection.principal)).find((other) => other !== connection)
    if (!oldest) return false
    cut.inc({ reason: 'connections_too_many' })
    oldest.client.conn.destroy()
    return true
  }

  return {
    opened: (client, peer) => newcomers.add(client, addressKey(peer.address)),
    askInTurn(client, isRemembered, ask) {
      newcomers.asks(client)
      return (isRemembered ? remembered : unknown)(keyOfAddress(client), ask)
    },
    refuse: (client, tell) => newcomers.refuse(client, tell),
    async admit(connection) {
      const { client, principal, peer } = connection
      newcomers.letIn(client)
      const purse = await quotas.purseOf(principal, peer.address)
      let answer = purse.connect(clock.now())
      if (answer === 'own_oldest_first' && endOldest(connection)) answer = purse.connect(clock.now(), 'beyond')
      if (typeof answer === 'string') return undefined
      client.conn.once('close', () => purse.close())
      if (client.conn.destroyed) purse.close()
      if (answer.waitMs > 0) await clock.sleep(answer.waitMs)
      return purse
    },
    close: () => newcomers.close(),
  }
}
