import { isWildcard, matcher } from './filters.ts'
import type { Receiver, Subscription, SubscriptionOptions } from './packets.ts'
import { keyOfSession, type Session } from './session.ts'

/** Sessions by what they are subscribed to above QoS 0; only they can be owed a message. */
export type Subscriptions = {
  add(session: Session, subscription: Subscription): void
  remove(session: Session, filter: string): void
  /**
   * Once for each filter that stands for the topic; one session may be in there several times. `hearers`: the principals
   * that are looked at where it is a wildcard; all where absent.
   */
  receivers(topic: string, hearers?: readonly string[]): Receiver[]
  /** The ids of the sessions with exactly this filter. */
  withFilter(filter: string): string[]
  readonly count: number
}

type Subscribers = Map<Session, SubscriptionOptions>
/** `ofPrincipal`: the same by the key of whose session it is. */
type Wild = { matches(topic: string): boolean; subscribers: Subscribers; ofPrincipal: Map<string, Subscribers> }

/**
 * Nearly all subscriptions are to the full name of a device's own topic and are looked up by it; the few different
 * wildcards that are allowed are tried one by one.
 */
export function indexSubscriptions(): Subscriptions {
  const named = new Map<string, Subscribers>()
  const wild = new Map<string, Wild>()
  let count = 0

  function subscribersOf(filter: string): Subscribers | undefined {
    return isWildcard(filter) ? wild.get(filter)?.subscribers : named.get(filter)
  }

  function makeSubscribers(filter: string): Subscribers {
    const subscribers: Subscribers = new Map()
    if (isWildcard(filter)) wild.set(filter, { matches: matcher(filter), subscribers, ofPrincipal: new Map() })
    else named.set(filter, subscribers)
    return subscribers
  }

  return {
    add(session, { topic, ...options }) {
      const subscribers = subscribersOf(topic) ?? makeSubscribers(topic)
      if (!subscribers.has(session)) count++
      subscribers.set(session, options)
      const ofPrincipal = wild.get(topic)?.ofPrincipal
      const key = keyOfSession(session.id)
      ofPrincipal?.set(key, (ofPrincipal.get(key) ?? new Map()).set(session, options))
    },
    remove(session, filter) {
      const subscribers = subscribersOf(filter)
      if (!subscribers?.delete(session)) return
      count--
      const ofPrincipal = wild.get(filter)?.ofPrincipal
      const key = keyOfSession(session.id)
      ofPrincipal?.get(key)?.delete(session)
      if (ofPrincipal?.get(key)?.size === 0) ofPrincipal.delete(key)
      if (subscribers.size > 0) return
      named.delete(filter)
      wild.delete(filter)
    },
    receivers(topic, hearers) {
      const found: Receiver[] = []
      for (const [filter, { matches, subscribers, ofPrincipal }] of wild) {
        if (!matches(topic)) continue
        const heard = hearers ? hearers.flatMap((key) => ofPrincipal.get(key) ?? []) : [subscribers]
        for (const some of heard) found.push(...receiversOf(filter, some))
      }
      const exact = named.get(topic)
      if (exact) found.push(...receiversOf(topic, exact))
      return found
    },
    withFilter: (filter) => [...(subscribersOf(filter)?.keys() ?? [])].map(({ id }) => id),
    get count() {
      return count
    },
  }
}

const receiversOf = (topic: string, subscribers: Subscribers): Receiver[] =>
  [...subscribers].map(([{ id }, options]) => ({ clientId: id, topic, ...options }))
