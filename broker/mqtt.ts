import type { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import { Aedes, type AuthenticateError, type Client, type PublishPacket, type Subscription } from 'aedes'
import type { Logger } from 'pino'
import { isUrgent } from '../codecs/urgent.ts'
import { type Clock, isoTime } from '../domain/clock.ts'
import { type ErrorCode, errorTable, VigilError } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { parsePrincipalKey } from '../domain/principals.ts'
import type { Receipt } from '../domain/ticket.ts'
import type { Access } from './access.ts'
import type { PassOn } from './admission.ts'
import type { Connection, Connections } from './connections.ts'
import { atGrantedQos, deliverAtHighestQos, deliverWithoutWaiting, isTooSlow } from './delivery.ts'
import type { Door } from './door.ts'
import { deliverToFamilies } from './family_delivery.ts'
import { openFlows } from './flow.ts'
import { openGate } from './gate.ts'
import { holdToKeepAlive, turnAway, unwelcome } from './handshake.ts'
import type { Identity } from './identity.ts'
import { connections, connects, cut } from './metrics.ts'
import { noteConnect, noteForeign, noteSubscribe } from './noting.ts'
import type { Peer } from './peer.ts'
import { receiptsFor } from './permission.ts'
import { type Denial, keyOf, type Principal } from './principal.ts'
import type { Quotas } from './quotas.ts'
import { openRepeats } from './repeats.ts'
import { keyOfSession, type Sessions, sessionId } from './sessions/sessions.ts'
import { onOtherAcknowledged, onSubscribed } from './watching.ts'

/** Nobody may subscribe to this, so what is sent on here reaches nobody: the message is for the journal alone. */
const nowhere = 'vigil/nowhere'

/** How long a connection whose message could not be stored is kept, so that an SOS behind it still gets through. */
const withheldGraceMs = 5_000

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

/** Aedes with identity, permission and the journal before the acknowledgement. */
export async function openMqtt(options: Options): Promise<MqttBroker> {
  const { clock, log, sessions, identity } = options
  const { connections: live, permission } = identity
  const gate = openGate({ clock, quotas: options.quotas, live })
  const flows = openFlows(clock)
  const farewells = new Set<() => void>()
  const repeats = openRepeats()
  const aedes = new Aedes({
    persistence: sessions.persistence,
    // Without a limit over all subscribers together, which a single frozen one would use up; see authorizeForward.
    concurrency: 0,
    drainTimeout: limits.drainMs,
    // The gate sees to it before; this is a second bound, should it ever fail.
    connectTimeout: limits.connectWithinMs * 2,
    // Of what Aedes itself would keep until CONNACK: nothing, since it is handed packets one after the other.
    queueLimit: 1,
    // Long ids are refused before, in every version; see handshake.ts.
    maxClientsIdLength: limits.clientIdBytes,
    maxTopicLevels: limits.topicLevels,
    maxInflightInbound: limits.inFlightQos2,
    preConnect: (client, packet, done) => {
      const refusal = unwelcome(packet)
      if (!refusal) {
        holdToKeepAlive(packet)
        return done(null, true)
      }
      connects.inc({ result: refusal.code })
      turnAway(client, refusal.answer, () => done(new VigilError(refusal.code), false))
    },
    authenticate: (client, name, password, done) => {
      authenticate(client, name, password?.toString()).then(
        (admitted) => {
          if (typeof admitted !== 'boolean') {
            const { code } = admitted
            return gate.refuse(client, () => done(refusedConnect(code === 'certificate_refused' ? 5 : 4, code), false))
          }
          connects.inc({ result: admitted ? 'accepted' : 'quota_exceeded' })
          if (!admitted) return done(refusedConnect(3, 'quota_exceeded'), false)
          done(null, true)
        },
        (err) => {
          connects.inc({ result: 'failed' })
          log.error({ err }, 'registry not readable, connection refused')
          done(refusedConnect(3, 'internal'), false)
        },
      )
    },
    authorizePublish: (client, packet, done) => {
      if (!client) return void journalWill(packet).then(() => done(null), done)
      const connection = live.of(client)
      if (!connection) return done(new VigilError('unauthenticated'))
      if (packet.qos === 2 && isKnownAlready(client, packet)) return ackAgain(connection, packet, done)
      journalThenAck(client, connection, packet, done)
    },
    authorizeSubscribe: (client, subscription, done) => {
      authorizeSubscribe(client, subscription).then(
        (allowed) => done(null, allowed ? subscription : null),
        (err) => done(err),
      )
    },
    authorizeForward: (client, packet) => {
      const principal = live.of(client)?.principal
      if (!principal || !permission.mayHear(principal, packet.topic)) return null
      if (repeats.isRepeat(client, packet) || sessions.leavesToQueue(client, packet)) return null
      if (!isTooSlow(client, principal)) return wanted(atGrantedQos(client, packet))
      if (!client.conn.destroyed) cut.inc({ reason: 'slow_subscriber' })
      client.conn.destroy()
      return null
    },
    published: (packet, _client, done) => void sessions.settled(packet).then(() => done()),
  })
  await aedes.listen()
  deliverWithoutWaiting(aedes)
  deliverToFamilies(aedes, live, identity.families)
  const events: EventEmitter = aedes
  // Of its own housekeeping; without a listener it would end the process.
  events.on('error', (err: Error) => log.error({ err }, 'MQTT broker failed at something of its own'))
  aedes.on('clientReady', () => connections.set(aedes.connectedClients))
  aedes.on('clientDisconnect', () => connections.set(aedes.connectedClients))
  aedes.on('clientError', (client, err) => log.debug({ client: client.id, err }, 'connection failed'))
  aedes.on('connectionError', (_client, err) => log.debug({ err }, 'connection failed before it was known'))

  /** Whether somebody who is known may come in now; a denial where he is not known. */
  async function authenticate(
    client: Client,
    name: string | undefined,
    password: string | undefined,
  ): Promise<boolean | Denial> {
    const peer = live.peerOf(client) ?? { address: '' }
    const { seen } = identity
    const login = { name, password, certificate: peer.certificate }
    const verdict = await gate.askInTurn(client, () => identity.login(login))
    if (!verdict.principal) {
      connects.inc({ result: verdict.code })
      noteConnect(identity.refusals, login, peer, verdict)
      return verdict
    }
    const connection = live.authenticated(client, verdict, clock.now())
    // Among the connections only now: a change that was heard of meanwhile did not find it.
    if (identity.seen !== seen) await options.access.look(connection)
    // Before Aedes looks for a session of this id, or for a connection that is to make room.
    Object.assign(client, { id: sessionId(keyOf(verdict.principal), client.id) })
    const purse = await gate.admit(connection)
    if (purse) flows.of(client)?.paidBy(purse)
    return purse !== undefined
  }

  /** Also asked of what a session had before: what counts is what is true now. */
  async function authorizeSubscribe(client: Client, subscription: Subscription): Promise<boolean> {
    const connection = live.of(client)
    if (!connection) return false
    const { principal } = connection
    const { topic } = subscription
    const allowed = hasRoomFor(client, principal, topic) && (await permission.maySubscribe(principal, topic))
    if (allowed) sessions.grant(subscription)
    else {
      // It may be kept from before, when it was allowed.
      void sessions.persistence.removeSubscriptions(client, [topic])
      noteSubscribe(identity.refusals, connection, topic)
      tellRefused(principal, topic, 'subscription_refused', receiptsFor(principal, undefined))
    }
    return allowed
  }

  /**
   * Whether a QoS 2 message has come before. A device that lost its memory counts from 1 again, and its session still has
   * the number of a message that it never let go: a signal is a repeat only where its sender says so too.
   */
  function isKnownAlready(client: Client, packet: PublishPacket): boolean {
    if (!sessions.hasInbound(client, packet.messageId)) return false
    return packet.dup || !isUrgent(packet.topic, bytesOf(packet))
  }

  /** A QoS 2 message that came before: it is acknowledged again, in its turn, and nothing else. */
  function ackAgain(connection: Connection, packet: PublishPacket, done: (err?: Error | null) => void): void {
    settle(packet, 'nobody')
    connection.acks = connection.acks.then(() => done(null))
  }

  /** The will of a client on which a broker died that did not come back: as from whoever its session is. */
  async function journalWill(will: PublishPacket & { clientId?: string }): Promise<void> {
    const name = parsePrincipalKey(keyOfSession(will.clientId ?? ''))
    const principal = name && (await identity.registry.principalOf(name))
    if (!principal) return settle(will, 'nobody')
    const message = { topic: will.topic, payload: Buffer.from(will.payload), retained: will.retain }
    settle(will, (await options.door.enter(principal, message, 'mqtt')).passOn)
  }

  function journalThenAck(
    client: Client,
    connection: Connection,
    packet: PublishPacket,
    done: (err?: Error | null) => void,
  ): void {
    const { topic, retain } = packet
    const entered = options.door.enter(
      connection.principal,
      { topic, payload: bytesOf(packet), retained: retain },
      'mqtt',
      (admission) => flows.of(client)?.spend(admission),
    )
    const entry = entered.then(
      ({ passOn, record }) => {
        settle(packet, passOn)
        noteForeign(identity.refusals, connection, record)
      },
      (err) => withhold(client, connection, packet, err),
    )
    // Acknowledgements go out in the order in which the messages came in [MQTT-4.6.0-2].
    connection.acks = Promise.all([connection.acks, entry]).then(() => done(null))
  }

  /**
   * A message that could not be stored is not acknowledged: at QoS 0 Aedes sends no acknowledgement. The connection
   * stays for a moment, so that a safety signal behind it is heard, and is then cut, so that the client sends again.
   */
  function withhold(client: Client, connection: Connection, packet: PublishPacket, err: unknown): void {
    const code = err instanceof VigilError ? err.code : 'internal'
    const flow = flows.of(client)
    if (code !== 'quota_exceeded' || flow?.mayTell()) tellRefused(connection.principal, packet.topic, code)
    settle(packet, 'nobody')
    packet.qos = 0
    if (connection.leaving) return
    connection.leaving = true
    if (flow) flow.isLeaving = true
    const cancel = clock.after(withheldGraceMs, () => {
      farewells.delete(cancel)
      cut.inc({ reason: code })
      client.close()
    })
    farewells.add(cancel)
  }

  function tellRefused(principal: Principal, topic: string, code: ErrorCode, to = receiptsFor(principal, topic)): void {
    if (to === undefined) return
    const receipt: Receipt = {
      result: 'refused',
      at: isoTime(clock.now()),
      topic,
      code,
      reason: errorTable[code].text,
    }
    publish(to, receipt).catch((err) => log.warn({ err }, 'receipt not sent'))
  }

  function publish(topic: string, body: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      const packet = {
        cmd: 'publish',
        topic,
        payload: JSON.stringify(body),
        qos: 1,
        retain: false,
        dup: false,
      } as const
      aedes.publish(packet, (err) => (err ? reject(err) : resolve()))
    })
  }

  return {
    handle(stream, peer) {
      const client = aedes.handle(stream)
      live.opened(client, peer)
      deliverAtHighestQos(client)
      repeats.watch(client)
      gate.opened(client, peer)
      flows.open(client, (packet) => {
        const connection = live.of(client)
        if (connection) journalThenAck(client, connection, packet, () => {})
      })
    },
    publish,
    connections: live,
    watch(watcher) {
      onSubscribed(aedes, watcher.subscribed)
      onOtherAcknowledged(aedes, watcher.acknowledged)
    },
    async close() {
      for (const cancel of farewells) cancel()
      gate.close()
      flows.close()
      await new Promise<void>((resolve) => aedes.close(resolve))
    },
  }
}

/** Administrators, who are tools, may have as many subscriptions as they like. */
function hasRoomFor(client: Client, { kind }: Principal, topic: string): boolean {
  const { subscriptions: have } = client as Client & { subscriptions: object }
  return kind === 'administrator' || topic in have || Object.keys(have).length < limits.subscriptions
}

const bytesOf = ({ payload }: PublishPacket): Buffer => (typeof payload === 'string' ? Buffer.from(payload) : payload)

/** CONNACK return codes: 3 server unavailable, 4 bad user name or password, 5 not authorized. */
function refusedConnect(returnCode: 3 | 4 | 5, code: ErrorCode): AuthenticateError {
  return Object.assign(new VigilError(code), { returnCode })
}

/** What Aedes does with a message after the journal has it: what is for nobody goes where nobody may subscribe. */
function settle(packet: PublishPacket, passOn: PassOn): void {
  if (passOn === 'nobody') packet.topic = nowhere
  if (passOn !== 'retained') packet.retain = false
}

/** What waited in a session for a filter that it has no more, or may not have any more, is not given to it. */
const wanted = <P extends PublishPacket>(packet: P): P | null =>
  packet.messageId !== undefined && packet.qos === 0 ? null : packet
