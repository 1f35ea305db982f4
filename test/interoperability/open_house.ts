import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { openDoor } from '../../broker/door.ts'
import { openHttp } from '../../broker/http/http.ts'
import { type Identity, openIdentity } from '../../broker/identity/identity.ts'
import { type MqttBroker, openMqtt } from '../../broker/mqtt/mqtt.ts'
import { openQuotas } from '../../broker/quotas/quotas.ts'
import { openSessions } from '../../broker/sessions/sessions.ts'
import { type Listeners, listen, openListeners } from '../../broker/sockets/listeners.ts'
import { openTls } from '../../broker/sockets/tls.ts'
import { makeAuthority, makeServer } from '../../domain/certificates.ts'
import { systemClock } from '../../domain/clock.ts'
import { VigilError } from '../../domain/errors.ts'
import { openLmdbJournal } from '../../journal/lmdb.ts'
import { openStore } from '../../store/open.ts'
import { replaceable } from '../tls_parts.ts'

/** A broker that lets everybody in. `httpPort` has MQTT over WebSocket at `/mqtt`. */
export type OpenHouse = { mqttPort: number; mqttsPort: number; httpPort: number; close(): Promise<void> }

/**
 * Vigil's broker as a suite for brokers needs it: who does not say who he is may do what an administrator may, who gives
 * a name is the device of that name, and every topic is passed on and retained. Only who comes in and what is passed on
 * differ from the house; protocol, journal and acknowledgements are what they are there.
 */
export async function openOpenHouse(): Promise<OpenHouse> {
  const data = await mkdtemp(join(tmpdir(), 'vigil-interoperability-'))
  const log = pino({ level: 'silent' })
  const journal = await openLmdbJournal({ path: join(data, 'journal'), clock: systemClock, diskReserveBytes: 0 })
  const strict = openDoor(journal, systemClock, log)
  const door: typeof strict = {
    ...strict,
    enter: async (principal, message, via) => {
      const admission = await strict.enter(principal, message, via)
      return { ...admission, passOn: message.retained ? 'retained' : 'subscribers' }
    },
  }
  const store = await openStore({ data, clock: systemClock })
  const identity: Identity = {
    ...openIdentity({ store, clock: systemClock, adminToken: undefined, log }),
    login: async ({ name: id }) => ({
      principal: id === undefined ? { kind: 'administrator' } : { kind: 'device', id, partition: 0 },
      credential: { kind: 'administrator', expiresAt: null },
    }),
  }
  const path = join(data, 'sessions')
  const sessions = await openSessions({ path, clock: systemClock, log, mayReceive: () => true })
  const shared = { identity, door, clock: systemClock, log }
  const quotas = openQuotas({ clock: systemClock, vendorQuota: async () => null })
  const mqtt = await openMqtt({ ...shared, quotas, sessions, access: { look: async () => {} } })
  const http = openHttp({
    identity,
    mqtt,
    clock: systemClock,
    log,
    post: () => Promise.reject(new VigilError('not_found')),
  })
  const tcp = await openListeners({
    host: '127.0.0.1',
    port: 0,
    onConnection: (socket) => mqtt.handle(socket, { address: socket.remoteAddress ?? '' }),
  })
  const secure = await openSecure(mqtt, log)
  const httpPort = await listen(http, { host: '127.0.0.1', port: 0 })
  return {
    mqttPort: tcp.port,
    mqttsPort: secure.port,
    httpPort,
    async close() {
      tcp.close()
      secure.close()
      http.close()
      await mqtt.close()
      http.closeAllConnections()
      await door.idle()
      await sessions.close()
      await journal.close()
      await store.close()
      await rm(data, { recursive: true })
    },
  }
}

/** MQTT over TLS, with a certificate that nobody need trust. */
async function openSecure(mqtt: MqttBroker, log: Logger): Promise<Listeners> {
  const authority = await makeAuthority('interoperability', { at: systemClock.now(), kind: 'ec' })
  const own = await makeServer(authority, ['localhost'], { at: systemClock.now(), kind: 'ec' })
  const tls = openTls({
    certificate: replaceable(own),
    onSecure: mqtt.handle,
    log,
  })
  const listeners = await openListeners({ host: '127.0.0.1', port: 0, onConnection: tls.take })
  return {
    port: listeners.port,
    close() {
      listeners.close()
      tls.close()
    },
  }
}
