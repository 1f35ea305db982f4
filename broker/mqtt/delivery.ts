import type { Aedes, Client, PublishPacket } from 'aedes'
import type { QoS } from 'mqtt-packet'
import { limits } from '../../domain/limits.ts'
import type { Principal } from '../identity/principal.ts'

type Emitter = { emit(packet: unknown, done?: (err?: Error) => void): unknown }

/**
 * Lets a publisher go on as soon as its message is handed over. Aedes itself waits until every subscriber has taken it
 * off, so that one frozen subscriber would hold up an SOS in the connection of somebody else. The emitter is not part of
 * Aedes' public interface.
 */
export function deliverWithoutWaiting(aedes: Aedes): void {
  const { mq } = aedes as Aedes & { mq: Emitter }
  const emit = mq.emit.bind(mq)
  mq.emit = (packet, done) => {
    emit(packet)
    done?.()
    return mq
  }
}

/** Whether so much lies unsent for a subscriber that it must be cut, since nobody waits for it. */
export function isTooSlow({ conn }: Client, principal: Principal): boolean {
  const isDevice = principal.kind === 'device' && principal.children === undefined
  return conn.writableLength > (isDevice ? limits.unsentBytesDevice : limits.unsentBytes)
}

type Deliver = (packet: PublishPacket, done: () => void) => void
type Subscriber = Client & {
  subscriptions: Record<string, { qos: QoS }>
  deliver0: Deliver
  deliverQoS: Deliver
}

/**
 * Lets a message that several filters of a client match come at the highest QoS of them [MQTT-3.3.5-1]. Aedes delivers
 * it for the first that it finds, and for one of QoS 0 without acknowledgement. Its `deliver0` is not public.
 */
export function deliverAtHighestQos(client: Client): void {
  const subscriber = client as Subscriber
  const withoutAck = subscriber.deliver0
  subscriber.deliver0 = (packet, done) => {
    if (packet.qos > 0 && grantedQos(client, packet.topic) > 0) subscriber.deliverQoS(packet, done)
    else withoutAck(packet, done)
  }
}

/** A message for a client, at no more than the QoS that it was granted [MQTT-3.8.4-6]. The packet is that client's own. */
export function atGrantedQos<P extends PublishPacket>(client: Client, packet: P): P {
  if (packet.qos > 0) packet.qos = Math.min(packet.qos, grantedQos(client, packet.topic)) as QoS
  return packet
}

const grantedQos = (client: Client, topic: string): QoS => subscribedAt(client, topic) ?? 0

/** The highest QoS at which a client subscribed to a topic, undefined where it did not; Aedes knows only that of a filter
 *  by its full name. */
export function subscribedAt(client: Client, topic: string): QoS | undefined {
  const { subscriptions } = client as Subscriber
  let granted: QoS | undefined
  for (const filter in subscriptions) {
    const { qos } = subscriptions[filter]!
    if (qos > (granted ?? -1) && matches(filter, topic)) granted = qos
  }
  return granted
}

/** Whether an MQTT filter matches a topic (MQTT 3.1.1 §4.7). */
function matches(filter: string, topic: string): boolean {
  if (filter === topic) return true
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false
  const wanted = filter.split('/')
  const levels = topic.split('/')
  for (const [n, level] of wanted.entries()) {
    if (level === '#') return true
    if (n >= levels.length || (level !== '+' && level !== levels[n])) return false
  }
  return wanted.length === levels.length
}
