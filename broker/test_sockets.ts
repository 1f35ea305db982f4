import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate, type IConnectPacket, type Packet, parser } from 'mqtt-packet'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { type Clock, systemClock } from '../domain/clock.ts'
import type { Journal } from '../journal/journal.ts'
import { openLmdbJournal } from '../journal/lmdb.ts'
import { createDevice } from '../store/devices.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { type BrokerOptions, type RunningBroker, startBroker } from './start.ts'

/** Helpers for tests of the front door with real sockets, byte by byte. */

export const adminToken = 'administrators-token'

export type FrontDoor = {
  broker: RunningBroker
  store: Store
  journal: Journal
  /** Registers a device; gives its token. */
  device(id: string, vendor?: string): Promise<string>
  /** A connection that has said nothing yet. */
  dial(localAddress?: string): RawClient
  /** A connection that has its CONNACK 0. */
  enter(id: string, token: string, change?: Partial<IConnectPacket>): Promise<RawClient>
}

/** A broker on free ports and empty folders, taken away when the test is over. */
export async function openFrontDoor(change: Partial<BrokerOptions> & { clock?: Clock } = {}): Promise<FrontDoor> {
  const data = await mkdtemp(join(tmpdir(), 'vigil-front-door-'))
  const store = await openStore({ data, clock: systemClock })
  const journal = await openLmdbJournal({ path: join(data, 'journal'), clock: systemClock, diskReserveBytes: 0 })
  const ports = { host: '127.0.0.1', mqttPort: 0, httpPort: 0, data }
  const log = pino({ level: 'silent' })
  const broker = await startBroker({ journal, store, clock: systemClock, log, adminToken, ...ports, ...change })
  const clients: RawClient[] = []
  onTestFinished(async () => {
    for (const { socket } of clients) socket.destroy()
    await broker.close()
    await journal.close()
    await store.close()
    await rm(data, { recursive: true })
  })
  const dial = (localAddress?: string) => {
    const client = rawClient(
      connect({ port: broker.mqttPort, host: '127.0.0.1', ...(localAddress && { localAddress }) }),
    )
    clients.push(client)
    return client
  }
  return {
    broker,
    store,
    journal,
    device: async (id, vendor) =>
      (await store.write((tx) => createDevice(tx, { id, ...(vendor && { vendor }) }, 0))).token,
    dial,
    async enter(id, token, change = {}) {
      const client = dial()
      client.send(connectPacket(id, token, change))
      const connack = await client.next('connack')
      if (connack.returnCode !== 0) throw new Error(`CONNACK ${connack.returnCode}`)
      return client
    },
  }
}

export type RawClient = ReturnType<typeof rawClient>

/** Speaks MQTT packet by packet. */
function rawClient(socket: Socket) {
  const seen: Packet[] = []
  const reader = parser()
  let wake = Promise.withResolvers<void>()
  const stir = () => {
    wake.resolve()
    wake = Promise.withResolvers<void>()
  }
  reader.on('packet', (packet) => {
    seen.push(packet)
    stir()
  })
  socket.on('data', (chunk) => reader.parse(chunk))
  socket.on('error', () => {})
  const closed = once(socket, 'close').then(stir)
  const of = <C extends Packet['cmd']>(cmd: C) =>
    seen.filter((packet): packet is Extract<Packet, { cmd: C }> => packet.cmd === cmd)
  return {
    socket,
    closed,
    of,
    send: (...packets: Packet[]) => socket.write(Buffer.concat(packets.map((packet) => generate(packet)))),
    /** The first packet of a kind; rejects where the connection ends without one. */
    async next<C extends Packet['cmd']>(cmd: C): Promise<Extract<Packet, { cmd: C }>> {
      for (;;) {
        const [first] = of(cmd)
        if (first) return first
        if (socket.destroyed) throw new Error(`closed without ${cmd}`)
        await wake.promise
      }
    },
  }
}

export const connectPacket = (id: string, token: string, change: Partial<IConnectPacket> = {}): IConnectPacket => ({
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: true,
  clientId: `raw-${id}`,
  keepalive: 60,
  username: id,
  password: Buffer.from(token),
  ...change,
})

/** A PUBLISH; without a number at QoS 0. */
export const publishPacket = (topic: string, payload: string | Buffer, messageId?: number): Packet => ({
  cmd: 'publish',
  topic,
  payload,
  qos: messageId === undefined ? 0 : 1,
  ...(messageId !== undefined && { messageId }),
  dup: false,
  retain: false,
})
