import type { Client, Subscription } from 'aedes'
import { limits } from '../../domain/limits.ts'
import type { Identity } from '../identity/identity.ts'
import { noteSubscribe } from '../identity/noting.ts'
import { receiptsFor } from '../identity/permission.ts'
import type { Principal } from '../identity/principal.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { TellRefused } from './receipts.ts'

type Options = { identity: Identity; sessions: Sessions; tellRefused: TellRefused }

/**
 * Gives what decides about one subscription. It is also asked of what a session had before: what counts is what is true
 * now. Rejects where the registry cannot be read.
 */
export function openSubscribing({ identity, sessions, tellRefused }: Options) {
  const { connections: live, permission, refusals } = identity
  return async (client: Client, subscription: Subscription): Promise<boolean> => {
    const connection = live.of(client)
    if (!connection) return false
    const { principal } = connection
    const { topic } = subscription
    const allowed = hasRoomFor(client, principal, topic) && (await permission.maySubscribe(principal, topic))
    if (allowed) sessions.grant(subscription)
    else {
      // It may be kept from before, when it was allowed.
      void sessions.persistence.removeSubscriptions(client, [topic])
      noteSubscribe(refusals, connection, topic)
      tellRefused(receiptsFor(principal, undefined), topic, 'subscription_refused')
    }
    return allowed
  }
}

/** Administrators, who are tools, may have as many subscriptions as they like. */
function hasRoomFor(client: Client, { kind }: Principal, topic: string): boolean {
  const { subscriptions: have } = client as Client & { subscriptions: object }
  return kind === 'administrator' || topic in have || Object.keys(have).length < limits.subscriptions
}
