import type { Aedes } from 'aedes'
import { familyFilters, parseTopic } from '../../domain/topics.ts'
import type { Connections } from '../identity/connections.ts'
import { type Families, hearersOf } from '../identity/families.ts'

type Deliver = (packet: unknown, done: () => void) => void
type Emitter = { emit(packet: { topic: string }, done?: (err?: Error) => void): unknown }
type Inside = { mq: Emitter; subscribe: Subscribe; unsubscribe: Subscribe }
type Subscribe = (topic: string, deliver: Deliver, done?: () => void) => void

/**
 * Finds who hears of a device by `vigil/v1/+/receipts` from the device, and not by asking every gateway that has this
 * filter: with 5,000 of them each receipt would take 10 ms, and anybody can make receipts by sending rubbish. Aedes keeps the
 * subscriptions as ever; its emitter, which is not part of its public interface, does not get to know of these.
 */
export function deliverToFamilies(aedes: Aedes, connections: Connections, families: Families): void {
  const inside = aedes as unknown as Inside
  const { mq } = inside
  const [emit, subscribe, unsubscribe] = [
    mq.emit.bind(mq),
    inside.subscribe.bind(aedes),
    inside.unsubscribe.bind(aedes),
  ]
  inside.subscribe = (topic, deliver, done) =>
    familyFilters.includes(topic) ? done?.() : subscribe(topic, deliver, done)
  inside.unsubscribe = (topic, deliver, done) =>
    familyFilters.includes(topic) ? done?.() : unsubscribe(topic, deliver, done)

  function toFamilies(packet: { topic: string }): void {
    const { device, kind } = parseTopic(packet.topic) ?? {}
    const filter = familyFilters.find((one) => one.endsWith(`/${kind}`))
    if (device === undefined || filter === undefined) return
    for (const key of hearersOf(device, families.ownersOf(device))) {
      for (const { client } of connections.byKey(key)) {
        const { subscriptions } = client as unknown as { subscriptions: Record<string, { func: Deliver } | undefined> }
        subscriptions[filter]?.func(packet, () => {})
      }
    }
  }

  mq.emit = (packet, done) => {
    toFamilies(packet)
    return emit(packet, done)
  }
}
