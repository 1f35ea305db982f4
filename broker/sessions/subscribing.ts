import { Readable } from 'node:stream'
import type { Subscription } from './packets.ts'
import type { Parts } from './parts.ts'
import type { Persistence, PersistenceOptions } from './persistence.ts'
import { noteSession, type Session } from './session.ts'

type Share =
  | 'addSubscriptions'
  | 'removeSubscriptions'
  | 'subscriptionsByClient'
  | 'countOffline'
  | 'subscriptionsByTopic'
  | 'cleanSubscriptions'
  | 'getClientList'

/** What sessions are subscribed to. SUBACK and UNSUBACK wait until it is durable. */
export function subscribing(parts: Parts, { isGranted, hearersOf }: PersistenceOptions): Pick<Persistence, Share> {
  const { roster, index, disk } = parts

  function add(session: Session, { topic, qos, rh, rap, nl }: Subscription): void {
    const options = { qos, rh, rap, nl }
    session.subscriptions.set(topic, options)
    if (qos > 0) index.add(session, { topic, ...options })
    else index.remove(session, topic)
  }

  return {
    async addSubscriptions({ id }, subscriptions) {
      const granted = subscriptions.filter(isGranted)
      if (granted.length === 0) return
      const session = roster.use(id)
      if (granted.every((subscription) => isKnown(session, subscription))) return disk.settled()
      for (const subscription of granted) add(session, subscription)
      noteSession(disk, session)
      await disk.settled()
    },
    async removeSubscriptions({ id }, filters) {
      const session = roster.get(id)
      const known = filters.filter((filter) => session?.subscriptions.has(filter))
      if (!session || known.length === 0) return
      for (const filter of known) {
        session.subscriptions.delete(filter)
        index.remove(session, filter)
      }
      noteSession(disk, session)
      await disk.settled()
    },
    async subscriptionsByClient({ id }) {
      const session = roster.touch(id)
      return [...(session?.subscriptions ?? [])].map(([topic, options]) => ({ topic, ...options }))
    },
    async countOffline() {
      const clientsCount = [...roster.all()].filter(({ subscriptions }) => subscriptions.size > 0).length
      return { subsCount: index.count, clientsCount }
    },
    // Aedes would never finish a message where this fails; then everybody is asked about, which tells its publisher.
    subscriptionsByTopic: async (topic) => index.receivers(topic, await hearersOf(topic).catch(() => undefined)),
    // Aedes asks for it where a client wants nothing of before, so all of its session goes [MQTT-3.1.2-6].
    async cleanSubscriptions({ id }) {
      const session = roster.get(id)
      if (!session) return
      parts.forget(session)
      await disk.settled()
    },
    getClientList: (filter) => Readable.from(index.withFilter(filter)),
  }
}

/** A device that subscribes at each connect to what it is subscribed to already costs no write. */
function isKnown({ subscriptions }: Session, { topic, qos, rh, rap, nl }: Subscription): boolean {
  const known = subscriptions.get(topic)
  return known !== undefined && known.qos === qos && known.rh === rh && known.rap === rap && known.nl === nl
}
