import { mkdtemp, rm } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'aedes'
import { connectAsync, type IClientOptions, MqttClient } from 'mqtt'
import { generate, type Packet, parser } from 'mqtt-packet'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import { limits } from '../domain/limits.ts'
import type { Journal } from '../journal/journal.ts'
import { openLmdbJournal } from '../journal/lmdb.ts'
import { createDevice } from '../store/devices.ts'
import { openStore } from '../store/open.ts'
import { enqueue, pending } from '../store/outbox.ts'
import type { Store } from '../store/store.ts'
import type { Principal } from './identity/principal.ts'
import { isTooSlow } from './mqtt/delivery.ts'
import { type RunningBroker, startBroker } from './start.ts'

const adminToken = 'administrators-token'
const tokens: Record<string, string> = { admin: adminToken }
const clients: MqttClient[] = []
let data: string
let store: Store
let journal: Journal
let broker: RunningBroker

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'vigil-neighbours-'))
  store = await openStore({ data, clock: systemClock })
  journal = await openLmdbJournal({ path: join(data, 'journal'), clock: systemClock, diskReserveBytes: 0 })
  for (const id of ['watch-1', 'watch-2']) {
    tokens[id] = (await store.write((tx) => createDevice(tx, { id }, 0))).token
  }
  const log = pino({ level: 'silent' })
  const ports = { host: '127.0.0.1', mqttPort: 0, httpPort: 0, data }
  broker = await startBroker({ journal, store, clock: systemClock, log, adminToken, ...ports })
})

afterEach(async () => {
  for (const client of clients.splice(0)) client.end(true)
  await broker.close()
  await journal.close()
  await store.close()
  await rm(data, { recursive: true })
})

async function connected(id: string, options: IClientOptions = {}): Promise<MqttClient> {
  const login = { username: id, password: tokens[id] ?? '', reconnectPeriod: 0 }
  const client = await connectAsync(`mqtt://127.0.0.1:${broker.mqttPort}`, { ...login, ...options })
  client.on('error', () => {})
  clients.push(client)
  return client
}

/** A subscriber that reads nothing any more once it is subscribed. */
async function frozenSubscriber(id: string, filter: string) {
  const socket = connectTcp(broker.mqttPort, '127.0.0.1')
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const reader = parser()
  const next = (cmd: string) =>
    new Promise<void>((resolve) => reader.on('packet', (packet: Packet) => packet.cmd === cmd && resolve()))
  socket.on('data', (chunk) => reader.parse(chunk))
  const login = { username: id, password: Buffer.from(tokens[id] ?? ''), clientId: 'frozen', clean: true }
  socket.write(generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, keepalive: 0, ...login }))
  await next('connack')
  socket.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: filter, qos: 1 }] }))
  await next('suback')
  socket.pause()
  return { socket, closed }
}

const topic = (device: string, kind: string) => `vigil/v1/${device}/${kind}`
const reading = JSON.stringify({ readings: { heart_rate: 70 } })
const large = JSON.stringify({ readings: { heart_rate: 70 }, note: 'x'.repeat(200_000) })

describe('one client and the others', () => {
  it('two devices may choose the same client id: neither ends the connection of the other', async () => {
    const first = await connected('watch-1', { clientId: 'watch' })
    const second = await connected('watch-2', { clientId: 'watch' })
    await second.publishAsync(topic('watch-2', 'readings'), reading, { qos: 1 })
    await first.publishAsync(topic('watch-1', 'readings'), reading, { qos: 1 })
    expect(first.connected).toBe(true)
  })

  it('what waits for a device that is away is not given to another one under its client id', async () => {
    const owner = await connected('watch-1', { clientId: 'watch', clean: false })
    await owner.subscribeAsync(topic('watch-1', 'receipts'), { qos: 1 })
    await owner.endAsync()
    const receipt = {
      stableId: 'r-1',
      channel: 'receipt' as const,
      target: 'watch-1',
      body: { ticket: 't-u1-0' },
      at: 1,
    }
    await store.write((tx) => enqueue(tx, receipt))
    await expect.poll(() => pending(store.db, 'receipt', 9)).toEqual([])
    const heard: string[] = []
    const thief = new MqttClient(() => connectTcp(broker.mqttPort, '127.0.0.1'), {
      ...{
        username: 'watch-2',
        password: tokens['watch-2'] ?? '',
        clientId: 'watch',
        clean: false,
        reconnectPeriod: 0,
      },
    })
    clients.push(thief)
    thief.on('message', (_topic, payload) => heard.push(payload.toString()))
    await thief.publishAsync(topic('watch-2', 'readings'), reading, { qos: 1 })
    expect(heard).toEqual([])
  })

  it('a subscriber that reads nothing holds up neither publishers nor other subscribers', async () => {
    const frozen = await frozenSubscriber('admin', 'vigil/v1/+/readings')
    const device = await connected('watch-1')
    for (let i = 0; i < 30; i++) await device.publishAsync(topic('watch-1', 'readings'), large, { qos: 1 })
    const burst = Array.from({ length: 3_000 }, () =>
      device.publishAsync(topic('watch-1', 'readings'), reading, { qos: 1 }),
    )
    await device.publishAsync(topic('watch-1', 'signals'), JSON.stringify({ signal: 'sos' }), { qos: 1 })
    await Promise.all(burst)
    const other = await connected('watch-2')
    await other.subscribeAsync(topic('watch-2', 'receipts'), { qos: 1 })
    const heard = new Promise((resolve) => other.once('message', resolve))
    await store.write((tx) => enqueue(tx, { stableId: 'r-1', channel: 'receipt', target: 'watch-2', body: {}, at: 1 }))
    await heard
    frozen.socket.destroy()
    // Less than the 10 s after which Aedes itself would give the subscriber up and let the others go on.
  }, 8_000)

  it('a subscriber that falls too far behind is cut', async () => {
    const frozen = await frozenSubscriber('admin', 'vigil/v1/+/readings')
    const device = await connected('watch-1')
    for (let i = 0; i < 100; i++) await device.publishAsync(topic('watch-1', 'readings'), large, { qos: 1 })
    frozen.socket.resume()
    await frozen.closed
  })

  it('a subscriber that takes nothing for long is cut, however little waits for it', async () => {
    const frozen = await frozenSubscriber('admin', 'vigil/v1/+/readings')
    const device = await connected('watch-1')
    // Less than `limits.unsentBytes`, and more than the operating system keeps for a socket; the rest is `limits.drainMs`.
    for (let i = 0; i < 35; i++) await device.publishAsync(topic('watch-1', 'readings'), large, { qos: 1 })
    const standing = async () => ((await broker.state({ what: 'front_door' })) as { connections: number }).connections
    await expect.poll(standing, { timeout: 20_000 }).toBe(1)
    frozen.socket.resume()
    await frozen.closed
  }, 30_000)

  it('a device may have less unsent than a gateway or an integration', () => {
    const withUnsent = (bytes: number) => ({ conn: { writableLength: bytes } }) as unknown as Client
    const device: Principal = { kind: 'device', id: 'watch-1', partition: 1 }
    const gateway: Principal = { ...device, children: new Map() }
    const integration: Principal = { kind: 'integration', id: 'crm', area: null }
    const isCut = (principal: Principal, bytes: number) => isTooSlow(withUnsent(bytes), principal)
    expect([0, 1].map((more) => isCut(device, limits.unsentBytesDevice + more))).toEqual([false, true])
    for (const principal of [gateway, integration])
      expect([0, 1].map((more) => isCut(principal, limits.unsentBytes + more))).toEqual([false, true])
  })
})
