import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { Aedes, type AedesPublishPacket, type AuthenticateError } from 'aedes'

type Arrived = { device: string; kind: string; payload: Record<string, unknown>; dup: boolean }

/** A broker that notes what devices do, and that can be away, mute, or choosy about tokens. */
export type TestBroker = {
  url: string
  /** Every message of a device, in the order of arrival. */
  arrived: Arrived[]
  /** Source addresses of the connections, in their order. */
  addresses: (string | undefined)[]
  /** Cuts every connection at once from now on, until set back. */
  away: boolean
  /** Takes messages and does not acknowledge them, until set back. */
  mute: boolean
  /** Password that is taken; undefined: any. */
  token: string | undefined
  /** Cuts every connection that there is. */
  cut(): void
  connected(): number
  publish(topic: string, body: unknown): void
  close(): Promise<void>
}

function noted({ topic, payload, dup }: AedesPublishPacket): Arrived {
  const [, , device = '', kind = ''] = topic.split('/')
  return { device, kind, payload: JSON.parse(payload.toString()), dup }
}

const notTaken = (): AuthenticateError => Object.assign(new Error('refused'), { returnCode: 4 }) as AuthenticateError

export async function startTestBroker(): Promise<TestBroker> {
  const sockets = new Set<Socket>()
  const withheld: (() => void)[] = []
  let mute = false
  const aedes = await Aedes.createBroker({
    authenticate: (_client, _name, password, done) => {
      const taken = broker.token === undefined || broker.token === password?.toString()
      done(taken ? null : notTaken(), taken)
    },
    authorizePublish: (client, packet, done) => {
      if (client && packet.topic.startsWith('vigil/')) broker.arrived.push(noted(packet as AedesPublishPacket))
      if (mute) withheld.push(() => done(null))
      else done(null)
    },
  })
  // The will is the broker's to publish, so it passes no authorization.
  aedes.on('publish', (packet, client) => {
    if (!client && packet.topic.endsWith('/status')) broker.arrived.push(noted(packet))
  })
  const server = createServer((socket) => {
    if (broker.away) return void socket.destroy()
    sockets.add(socket)
    broker.addresses.push(socket.remoteAddress)
    aedes.handle(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const broker: TestBroker = {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived: [],
    addresses: [],
    away: false,
    get mute() {
      return mute
    },
    set mute(value) {
      mute = value
      if (!mute) for (const release of withheld.splice(0)) release()
    },
    token: undefined,
    cut() {
      for (const socket of sockets) socket.destroy()
      sockets.clear()
    },
    connected: () => aedes.connectedClients,
    publish(topic, body) {
      const packet = {
        cmd: 'publish',
        topic,
        payload: JSON.stringify(body),
        qos: 1,
        retain: false,
        dup: false,
      } as const
      aedes.publish(packet, () => {})
    },
    async close() {
      broker.mute = false
      await new Promise<void>((resolve) => aedes.close(() => resolve()))
      server.close()
    },
  }
  return broker
}
