import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { pino } from 'pino'
import type { Clock } from '../domain/clock.ts'
import { systemClock } from '../domain/clock.ts'
import { userName } from '../domain/principals.ts'
import { type Journal, lanes, type StoredRecord } from '../journal/journal.ts'
import { openLmdbJournal } from '../journal/lmdb.ts'
import { createArea } from '../store/areas.ts'
import { issueToken } from '../store/credentials.ts'
import { registerDevice } from '../store/devices.ts'
import { createHome } from '../store/homes.ts'
import { createIntegration } from '../store/integrations.ts'
import { openStore } from '../store/open.ts'
import type { Store, Tx } from '../store/store.ts'
import { createVendor } from '../store/vendors.ts'
import { type BrokerOptions, type RunningBroker, startBroker } from './start.ts'

export const adminToken = 'administrators-token'
const log = pino({ level: 'silent' })

/** A client with all that it was sent, in order. */
export type Guest = MqttClient & { heard: { topic: string; body: Record<string, unknown> }[] }

/**
 * A front door for tests of who may what: vendors acme (gateway-1 with mat-1 and mat-2 behind it, watch-1) and bolt
 * (bolt-1), alone without a vendor; city > north > old-town, city > south; integrations everywhere and north.
 */
export type FrontDoor = {
  store: Store
  brokers: RunningBroker[]
  /** By user name. */
  tokens: Record<string, string>
  /** Starts one more broker, with a journal and sessions of its own in the folder `name`. */
  start(name: string, options?: Partial<BrokerOptions>): Promise<RunningBroker>
  stop(broker: RunningBroker): Promise<void>
  /** What the broker in the folder has journalled, urgent first. */
  records(name: string): Promise<StoredRecord[]>
  enter(user: string, options?: IClientOptions & { at?: RunningBroker }): Promise<Guest>
  close(): Promise<void>
}

async function furnish(tx: Tx): Promise<void> {
  await createArea(tx, { id: 'city', name: 'city' })
  for (const id of ['north', 'south']) await createArea(tx, { id, name: id, parent: 'city' })
  await createArea(tx, { id: 'old-town', name: 'old town', parent: 'north' })
  for (const id of ['home-1', 'home-2']) await createHome(tx, { id, area: 'old-town', address: id })
  for (const id of ['acme', 'bolt']) await createVendor(tx, { id, name: id }, 0)
  for (const id of ['watch-1', 'gateway-1']) await registerDevice(tx, { id, vendor: 'acme', home: 'home-1' }, 0)
  for (const id of ['mat-1', 'mat-2']) await registerDevice(tx, { id, vendor: 'acme', gateway: 'gateway-1' }, 0)
  await registerDevice(tx, { id: 'bolt-1', vendor: 'bolt' }, 0)
  await registerDevice(tx, { id: 'alone' }, 0)
  await createIntegration(tx, { id: 'everywhere', name: 'all' }, 0)
  await createIntegration(tx, { id: 'north', name: 'north', area: 'north' }, 0)
}

const accounts = [
  ...['watch-1', 'gateway-1', 'mat-1', 'bolt-1', 'alone'].map((id) => ({ kind: 'device' as const, id })),
  ...['acme', 'bolt'].map((id) => ({ kind: 'vendor' as const, id })),
  ...['everywhere', 'north'].map((id) => ({ kind: 'integration' as const, id })),
]

export async function openFrontDoor(clock: Clock = systemClock): Promise<FrontDoor> {
  const data = await mkdtemp(join(tmpdir(), 'vigil-front-door-'))
  const store = await openStore({ data, clock })
  await store.write(furnish)
  const tokens: Record<string, string> = { admin: adminToken }
  for (const account of accounts) {
    const issued = await store.write((tx) => issueToken(tx, `${account.kind}:${account.id}`, { now: 0 }))
    tokens[userName(account)] = issued.token
  }
  const journals = new Map<string, Journal>()
  const brokers: RunningBroker[] = []
  const guests: Guest[] = []

  const house: FrontDoor = {
    store,
    brokers,
    tokens,
    async start(name, options = {}) {
      const folder = join(data, name)
      const journal =
        journals.get(name) ?? (await openLmdbJournal({ path: join(folder, 'journal'), clock, diskReserveBytes: 0 }))
      journals.set(name, journal)
      const ports = { host: '127.0.0.1', mqttPort: 0, httpPort: 0 }
      const broker = await startBroker({ journal, store, clock, log, data: folder, adminToken, ...ports, ...options })
      brokers.push(broker)
      return broker
    },
    async stop(broker) {
      brokers.splice(brokers.indexOf(broker), 1)
      await broker.close()
    },
    async records(name) {
      const journal = journals.get(name)
      const all = await Promise.all(lanes.map(async (lane) => (await journal?.read(lane, 0, 10_000)) ?? []))
      return all.flat()
    },
    async enter(user, { at = brokers[0]!, ...options } = {}) {
      const login = { username: user, password: tokens[user] ?? '', reconnectPeriod: 0, clientId: `${user}-client` }
      const heard: Guest['heard'] = []
      const client = await connectAsync(`mqtt://127.0.0.1:${at.mqttPort}`, { ...login, ...options }, false)
      client.on('error', () => {})
      client.on('message', (topic, payload) => heard.push({ topic, body: JSON.parse(payload.toString()) }))
      const guest = Object.assign(client, { heard })
      guests.push(guest)
      return guest
    },
    async close() {
      for (const guest of guests) guest.end(true)
      for (const broker of brokers) await broker.close()
      for (const journal of journals.values()) await journal.close()
      await store.close()
      await rm(data, { recursive: true })
    },
  }
  return house
}
