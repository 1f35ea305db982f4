import type { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import { Aedes, type AedesOptions, type Client, type PublishPacket } from 'aedes'
import type { Logger } from 'pino'
import type { Clock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import type { Door } from '../door.ts'
import { openGate } from '../gate/gate.ts'
import type { Access } from '../identity/access.ts'
import type { Connections } from '../identity/connections.ts'
import type { Identity } from '../identity/identity.ts'
import { noteCut } from '../identity/noting.ts'
import { connections } from '../metrics.ts'
import type { Quotas } from '../quotas/quotas.ts'
import { openFlows } from '../reading/flow.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Peer } from '../sockets/peer.ts'
import { openConnecting } from './connecting.ts'
import { atGrantedQos, deliverAtHighestQos, deliverWithoutWaiting, isTooSlow } from './delivery.ts'
import { deliverToFamilies } from './family_delivery.ts'
import { openPublishing } from './publishing.ts'
import { openTellRefused, publishOn } from './receipts.ts'
import { openRepeats, type Repeats } from './repeats.ts'
import { openSubscribing } from './subscribing.ts'
import { onOtherAcknowledged, onSubscribed } from './watching.ts'

/** Who is told of what Aedes does besides passing messages on. */
export type Watcher = {
  /** A client has these filters from now on, or, with its session, has them again. */
  subscribed(client: Client, filters: string[]): void
  /** A client acknowledged a message that is in no session's queue. */
  acknowledged(client: Client, packetId: number): void
}

export type MqttBroker = {
  handle(stream: Duplex, peer: Peer): void
  /** Publishes to whoever is subscribed; resolves when it is on its way or durable in the sessions of those who are away. */
  publish(topic: string, body: unknown): Promise<void>
  readonly connections: Connections
  watch(watcher: Watcher): void
  close(): Promise<void>
}

type Options = {
  identity: Identity
  access: Pick<Access, 'look'>
  sessions: Sessions
  door: Door
  quotas: Quotas
  clock: Clock
  log: Logger
}

/** What Aedes itself is to bound. */
const bounds: AedesOptions = {
  // Without a limit over all subscribers together, which a single frozen one would use up; see `forward`.
  concurrency: 0,
  drainTimeout: limits.drainMs,
  // The gate sees to it before; this is a second bound, should it ever fail.
  connectTimeout: limits.connectWithinMs * 2,
  // Of what Aedes itself would keep until CONNACK: nothing, since it is handed packets one after the other.
  queueLimit: 1,
  // Long ids are refused before, in every version; see unwelcome.ts.
  maxClientsIdLength: limits.clientIdBytes,
  maxTopicLevels: limits.topicLevels,
  maxInflightInbound: limits.inFlightQos2,
}

/** Aedes with identity, permission and the journal before the acknowledgement. */
export async function openMqtt(options: Options): Promise<MqttBroker> {
  const { identity, access, sessions, door, quotas, clock, log } = options
  const { connections: live, families } = identity
  const publish = (topic: string, body: unknown) => publishOn(aedes, topic, body)
  const tellRefused = openTellRefused({ publish, clock, log })
  const gate = openGate({ clock, quotas, live })
  const flows = openFlows(clock, (client, reason) => noteCut(identity, client, reason))
  const repeats = openRepeats()
  const connecting = openConnecting({ identity, access, sessions, gate, flows, clock, log })
  const publishing = openPublishing({ identity, door, sessions, flows, tellRefused, clock })
  const maySubscribe = openSubscribing({ identity, sessions, tellRefused })
  const aedes = new Aedes({
    ...bounds,
    persistence: sessions.persistence,
    preConnect: connecting.preConnect,
    authenticate: (client, name, password, done) =>
      connecting.authenticate(client, { name, password: password?.toString() }, done),
    authorizePublish: publishing.authorize,
    authorizeSubscribe: (client, subscription, done) => {
      maySubscribe(client, subscription).then((allowed) => done(null, allowed ? subscription : null), done)
    },
    authorizeForward: (client, packet) => forward({ identity, sessions, repeats }, client, packet),
    published: (packet, _client, done) => void sessions.settled(packet).then(() => done()),
  })
  await aedes.listen()
  deliverWithoutWaiting(aedes)
  deliverToFamilies(aedes, live, families)
  listenTo(aedes, log)

  return {
    handle(stream, peer) {
      const client = aedes.handle(stream)
      live.opened(client, peer)
      deliverAtHighestQos(client)
      repeats.watch(client)
      gate.opened(client, peer)
      flows.open(client, (packet) => publishing.orphaned(client, packet))
    },
    publish,
    connections: live,
    watch(watcher) {
      onSubscribed(aedes, watcher.subscribed)
      onOtherAcknowledged(aedes, watcher.acknowledged)
    },
    async close() {
      publishing.close()
      gate.close()
      flows.close()
      await new Promise<void>((resolve) => aedes.close(resolve))
    },
  }
}

type Forwarding = { identity: Identity; sessions: Sessions; repeats: Repeats }

/** What is given to a client of a message that one of its filters fits; null: nothing. One that takes nothing is cut. */
function forward<P extends PublishPacket>(
  { identity, sessions, repeats }: Forwarding,
  client: Client,
  packet: P,
): P | null {
  const principal = identity.connections.of(client)?.principal
  if (!principal || !identity.permission.mayHear(principal, packet.topic)) return null
  if (repeats.isRepeat(client, packet) || sessions.leavesToQueue(client, packet)) return null
  if (!isTooSlow(client, principal)) return wanted(atGrantedQos(client, packet))
  if (!client.conn.destroyed) noteCut(identity, client, 'slow_subscriber')
  client.conn.destroy()
  return null
}

/** What waited in a session for a filter that it has no more, or may not have any more, is not given to it. */
const wanted = <P extends PublishPacket>(packet: P): P | null =>
  packet.messageId !== undefined && packet.qos === 0 ? null : packet

function listenTo(aedes: Aedes, log: Logger): void {
  const events: EventEmitter = aedes
  // Of its own housekeeping; without a listener it would end the process.
  events.on('error', (err: Error) => log.error({ err }, 'MQTT broker failed at something of its own'))
  aedes.on('clientReady', () => connections.set(aedes.connectedClients))
  aedes.on('clientDisconnect', () => connections.set(aedes.connectedClients))
  aedes.on('clientError', (client, err) => log.debug({ client: client.id, err }, 'connection failed'))
  aedes.on('connectionError', (_client, err) => log.debug({ err }, 'connection failed before it was known'))
}
