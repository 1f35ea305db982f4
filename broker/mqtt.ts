import type { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { Aedes, type AuthenticateError, type Client, type PublishPacket, type Subscription } from 'aedes'
import type { Logger } from 'pino'
import { type Clock, isoTime } from '../domain/clock.ts'
import { type ErrorCode, errorTable, VigilError } from '../domain/errors.ts'
import type { Receipt } from '../domain/ticket.ts'
import { parseTopic, topicOf } from '../domain/topics.ts'
import { deliverWithoutWaiting, isTooSlow } from './delivery.ts'
import type { Door } from './door.ts'
import { connections, connects, cut } from './metrics.ts'
import { guardPacketSize } from './packet_guard.ts'
import type { Authenticate, Principal } from './principal.ts'
import { boundSessions, sessionId } from './sessions.ts'

/** Nobody may subscribe to this, so what is sent on here reaches nobody: the message is for the journal alone. */
const nowhere = 'vigil/nowhere'

/** How long a connection whose message could not be stored is kept, so that an SOS behind it still gets through. */
const withheldGraceMs = 5_000

export type MqttBroker = {
  handle(stream: Duplex, request?: IncomingMessage): void
  /** Publishes to whoever is subscribed; resolves when handed over, which may be before it is on its way. */
  publish(topic: string, body: unknown): Promise<void>
  close(): Promise<void>
}

type Options = { authenticate: Authenticate; door: Door; clock: Clock; log: Logger }

/** What is known of one connection. `acks` ends with the last acknowledgement that is due on it. */
type Connection = { principal: Principal; acks: Promise<void>; leaving: boolean }

/** Aedes with identity, permission and the journal before the acknowledgement. */
export async function openMqtt(options: Options): Promise<MqttBroker> {
  const { clock, log } = options
  const known = new WeakMap<Client, Connection>()
  const farewells = new Set<() => void>()
  const aedes = new Aedes({
    // Without a limit over all subscribers together, which a single frozen one would use up; see authorizeForward.
    concurrency: 0,
    drainTimeout: 10_000,
    connectTimeout: 10_000,
    // MQTT 3.1.1 lets a client send on without waiting for CONNACK; these many packets are kept for it meanwhile.
    queueLimit: 1_000,
    maxClientsIdLength: 128,
    authenticate: (client, name, password, done) => {
      options.authenticate(name, password?.toString()).then(
        (principal) => {
          connects.inc({ result: principal ? 'accepted' : 'unauthenticated' })
          if (!principal) return done(refusedConnect(4, 'unauthenticated'), false)
          known.set(client, { principal, acks: Promise.resolve(), leaving: false })
          // Before Aedes looks for a session of this id, or for a connection that is to make room.
          Object.assign(client, { id: sessionId(name ?? '', client.id) })
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
      const connection = client ? known.get(client) : undefined
      if (!client || !connection) return done(new VigilError('unauthenticated'))
      journalThenAck(client, connection, packet, done)
    },
    authorizeSubscribe: (client, subscription, done) => {
      const allowed = maySubscribe(known.get(client)?.principal, subscription)
      if (!allowed) log.warn({ client: client.id, filter: subscription.topic }, 'subscription_refused')
      done(null, allowed ? subscription : null)
    },
    authorizeForward: (client, packet) => {
      if (!isTooSlow(client)) return packet
      if (!client.conn.destroyed) cut.inc({ reason: 'slow_subscriber' })
      client.conn.destroy()
      return null
    },
  })
  await aedes.listen()
  deliverWithoutWaiting(aedes)
  boundSessions(aedes)
  const events: EventEmitter = aedes
  // Of its own housekeeping; without a listener it would end the process.
  events.on('error', (err: Error) => log.error({ err }, 'MQTT broker failed at something of its own'))
  aedes.on('clientReady', () => connections.set(aedes.connectedClients))
  aedes.on('clientDisconnect', () => connections.set(aedes.connectedClients))
  aedes.on('clientError', (client, err) => log.debug({ client: client.id, err }, 'connection failed'))
  aedes.on('connectionError', (_client, err) => log.debug({ err }, 'connection failed before it was known'))

  function journalThenAck(
    client: Client,
    connection: Connection,
    packet: PublishPacket,
    done: (err?: Error | null) => void,
  ): void {
    const { topic, retain } = packet
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload
    const entered = options.door.enter(connection.principal, { topic, payload, retained: retain }, 'mqtt')
    const entry = entered.then(
      ({ record }) => settle(packet, record.refused === undefined),
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
    tellRefused(connection.principal, packet.topic, code)
    settle(packet, false)
    packet.qos = 0
    if (connection.leaving) return
    connection.leaving = true
    const cancel = clock.after(withheldGraceMs, () => {
      farewells.delete(cancel)
      cut.inc({ reason: code })
      client.close()
    })
    farewells.add(cancel)
  }

  function tellRefused(principal: Principal, topic: string, code: ErrorCode): void {
    if (principal.kind !== 'device') return
    const receipt: Receipt = {
      result: 'refused',
      at: isoTime(clock.now()),
      topic,
      code,
      reason: errorTable[code].text,
    }
    publish(topicOf(principal.id, 'receipts'), receipt).catch((err) => log.warn({ err }, 'receipt not sent'))
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
    handle(stream, request) {
      guardPacketSize(aedes.handle(stream, request), (reason) => cut.inc({ reason }))
    },
    publish,
    async close() {
      for (const cancel of farewells) cancel()
      await new Promise<void>((resolve) => aedes.close(resolve))
    },
  }
}

/** CONNACK return codes: 3 server unavailable, 4 bad user name or password. */
function refusedConnect(returnCode: 3 | 4, code: ErrorCode): AuthenticateError {
  return Object.assign(new VigilError(code), { returnCode })
}

/** Commands and receipts of its own for a device, by their full names; everything for an administrator. */
function maySubscribe(principal: Principal | undefined, subscription: Subscription): boolean {
  if (principal?.kind === 'administrator') return true
  const own = parseTopic(subscription.topic)
  return principal !== undefined && own?.device === principal.id && (own.kind === 'commands' || own.kind === 'receipts')
}

/**
 * What Aedes does with a message after the journal has it. Only a device's own accepted status is retained and passed
 * on; anything refused must reach nobody, neither another device's commands nor a later subscriber.
 */
function settle(packet: PublishPacket, accepted: boolean): void {
  if (!accepted) packet.topic = nowhere
  if (!accepted || parseTopic(packet.topic)?.kind !== 'status') packet.retain = false
}
