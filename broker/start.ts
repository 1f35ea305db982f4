import { join } from 'node:path'
import type { Logger } from 'pino'
import { addressOf } from '../domain/addresses.ts'
import type { Clock } from '../domain/clock.ts'
import { limits } from '../domain/limits.ts'
import type { ServerCertificate } from '../domain/tls.ts'
import { type Journal, lanes } from '../journal/journal.ts'
import { consumedBy, furthestPosition } from '../store/positions.ts'
import type { Store } from '../store/store.ts'
import { getVendor } from '../store/vendors.ts'
import { openDoor } from './door.ts'
import { openHttp } from './http/http.ts'
import { openIdempotency } from './http/idempotency.ts'
import { openPosting } from './http/posting.ts'
import { openAccess } from './identity/access.ts'
import { openChanges } from './identity/changes.ts'
import { openIdentity } from './identity/identity.ts'
import { connects, trimmed } from './metrics.ts'
import { type MqttBroker, openMqtt } from './mqtt/mqtt.ts'
import { openQuotas } from './quotas/quotas.ts'
import { openCommands } from './sending/commands.ts'
import { workOutbox } from './sending/outbox.ts'
import { openTicketFeed } from './sending/ticket_feed.ts'
import { openSessions } from './sessions/sessions.ts'
import { listen, openListeners, type Room, roomFor } from './sockets/listeners.ts'
import { openTls } from './sockets/tls.ts'
import { StateQuery, stateOf } from './state.ts'

/** Whoever must have read a record before it may be trimmed. */
const consumers = ['ingest', 'alerts']
const trimEveryMs = 30_000
export type BrokerOptions = {
  journal: Journal
  /** The data folder, for the MQTT sessions: `sessions` in it. */
  data: string
  store: Store
  clock: Clock
  log: Logger
  /** Address to listen on for MQTT. HTTP is for the api process beside it and always on loopback. */
  host: string
  /** 0 picks a free one. */
  mqttPort: number
  httpPort: number
  /** MQTT over TLS; absent: there is none. */
  tls?: { port: number; certificate: ServerCertificate } | undefined
  adminToken?: string
  /**
   * MQTT connections held at one time; one more is hung up on at once. Beyond what the operating system lets this process
   * have open, nothing else could be opened either, such as the way in over HTTP. Absent: no bound.
   */
  connectionsMost?: number | undefined
}

export type RunningBroker = {
  mqttPort: number
  /** Undefined where there is no TLS. */
  mqttsPort: number | undefined
  httpPort: number
  /** What stands at the front door now, as `StateQuery` asks. Rejects where that asks for nothing there is. */
  state(query: Record<string, string>): Promise<unknown>
  close(): Promise<void>
}

/** Opens the front door. Rejects where a port is taken. `close` leaves nothing on its way to the journal. */
export async function startBroker(options: BrokerOptions): Promise<RunningBroker> {
  const { journal, store, clock, log } = options
  const stopping = new AbortController()
  // Before the first message: a journal that was lost begins anew above all that the store has worked.
  for (const lane of lanes) journal.continueAfter(lane, await furthestPosition(store.db, lane))
  const door = openDoor(journal, clock, log)
  const identity = openIdentity({ store, clock, adminToken: options.adminToken, log })
  const access = openAccess({ db: store.db, identity, clock, log })
  const quotas = openQuotas({ clock, vendorQuota: async (id) => (await getVendor(store.db, id))?.quota ?? null })
  const shared = { identity, door, clock, log }
  const { mayReceive, hearersOf } = identity.permission
  const sessions = await openSessions({ path: join(options.data, 'sessions'), clock, log, mayReceive, hearersOf })
  const mqtt = await openMqtt({ ...shared, access, quotas, sessions })
  const commands = openCommands({ store, connections: mqtt.connections, clock, log })
  mqtt.watch(commands)
  const idempotency = await openIdempotency({ path: join(options.data, 'requests', 'idempotency.mdb'), clock })
  const post = openPosting({ door, quotas, idempotency, clock })
  const http = openHttp({ identity, post, mqtt, clock, log })
  const changes = await openChanges({
    ...{ db: store.db, identity, access, sessions, clock, log },
    offer: commands.offer,
    vendorChanged: quotas.vendorChanged,
  })
  const feed = await openTicketFeed({
    db: store.db,
    mqtt,
    areas: identity.permission.areas,
    data: options.data,
    clock,
    log,
  })
  const room = roomFor(options.connectionsMost, complainOfRoom(options))
  const tcp = await openListeners({
    host: options.host,
    port: options.mqttPort,
    room,
    onConnection: (socket) => mqtt.handle(socket, { address: addressOf(socket.remoteAddress) }),
  })
  const tls = await openTlsListeners(options, mqtt, room)
  const httpPort = await listen(http, { host: '127.0.0.1', port: options.httpPort })
  const working = [
    workOutbox({ store, registry: identity.registry, journal, mqtt, clock, log, signal: stopping.signal }),
    keepTrimmed(options, stopping.signal),
    changes.follow(stopping.signal),
    access.keepSwept(stopping.signal),
    feed.work(stopping.signal),
    identity.refusals.work(stopping.signal),
  ]
  return {
    mqttPort: tcp.port,
    mqttsPort: tls?.port,
    httpPort,
    state: async (query) => stateOf({ connections: mqtt.connections, quotas, clock }, StateQuery.parse(query)),
    async close() {
      stopping.abort()
      tcp.close()
      tls?.close()
      http.close()
      await Promise.all(working)
      await mqtt.close()
      await commands.close()
      tls?.cut()
      http.closeAllConnections()
      await door.idle()
      await idempotency.close()
      await sessions.close()
    },
  }
}

type TlsListeners = {
  port: number
  /** Takes no more connections. */
  close(): void
  /** Ends those that stand. */
  cut(): void
}

async function openTlsListeners(
  { tls: wanted, host, log }: BrokerOptions,
  mqtt: MqttBroker,
  room: Room,
): Promise<TlsListeners | undefined> {
  if (!wanted) return undefined
  const { certificate, port } = wanted
  const tls = openTls({ certificate, onSecure: mqtt.handle, log })
  const listeners = await openListeners({ host, port, room, onConnection: tls.take })
  return { ...listeners, cut: tls.close }
}

/** Says that there is no room, once a second at most. */
function complainOfRoom({ connectionsMost, clock, log }: BrokerOptions): () => void {
  let quietUntil = 0
  return () => {
    connects.inc({ result: 'no_room' })
    if (clock.now() < quietUntil) return
    quietUntil = clock.now() + 1_000
    log.error({ connectionsMost }, 'no room for another connection: this process may not have more files open')
  }
}

async function keepTrimmed({ journal, store, clock, log }: BrokerOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      for (const lane of lanes) {
        const consumed = await consumedBy(store.db, consumers, lane)
        const rule = { consumed, keepMs: limits.journalKeepMs, mostBytes: limits.journalLaneBytes * 0.9 }
        trimmed.inc({ lane }, await journal.trim(lane, rule))
      }
    } catch (err) {
      log.error({ err }, 'journal not trimmed, trying again')
    }
    await clock.sleep(trimEveryMs, signal)
  }
}
