import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer, type Server as NetServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Aedes, type AedesPublishPacket, type AuthenticateError } from 'aedes'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock, type VirtualClock, virtualClock } from '../domain/clock.ts'
import { runDemo } from './demo.ts'
import { demoRegistry } from './demo_plan.ts'

vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 })

/** A registry behind HTTP as the contract has it, and a broker that takes its tokens: enough of Vigil for a device. */
class FakeVigil {
  records = new Map<string, unknown>()
  tokens = new Map<string, string>()
  calls: string[] = []
  published: AedesPublishPacket[] = []
  answer503 = 0
  http: Server = createHttpServer((request, response) => void this.serve(request, response))
  aedes: Aedes | undefined
  mqtt: NetServer = createServer((socket) => void this.aedes?.handle(socket))

  async start(): Promise<void> {
    this.http.listen(0, '127.0.0.1')
    const aedes = await Aedes.createBroker({
      authenticate: (client, name, password, done) => {
        const taken = name === client?.id && this.tokens.get(name ?? '') === password?.toString()
        if (taken) return done(null, true)
        done(Object.assign(new Error('refused'), { returnCode: 5 }) as AuthenticateError, false)
      },
    })
    aedes.on('publish', (packet, client) => {
      if (client) this.published.push(packet)
    })
    this.aedes = aedes
    this.mqtt.listen(0, '127.0.0.1')
    await Promise.all([once(this.http, 'listening'), once(this.mqtt, 'listening')])
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.aedes?.close(() => resolve()))
    this.mqtt.close()
    this.http.close()
    this.http.closeAllConnections()
  }

  get httpUrl(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`
  }
  get mqttUrl(): string {
    return `mqtt://127.0.0.1:${(this.mqtt.address() as AddressInfo).port}`
  }

  newToken(device: string): string {
    const token = `token-${device}-${this.calls.length}`
    this.tokens.set(device, token)
    return token
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = ''
    for await (const chunk of request) text += chunk
    const { status, body } = this.decide(request, JSON.parse(text))
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

  private decide({ url = '', method, headers }: IncomingMessage, record: { id: string }) {
    if (this.answer503-- > 0) return { status: 503, body: { code: 'starting' } }
    if (headers.authorization !== 'Bearer admin') return { status: 401, body: { code: 'unauthenticated' } }
    this.calls.push(`${method} ${url}`)
    const rotation = /^\/api\/v1\/devices\/(.*)\/token$/.exec(url)
    if (rotation?.[1]) return { status: 200, body: { token: this.newToken(rotation[1]) } }
    const key = `${url}/${record.id}`
    if (this.records.has(key)) return { status: 409, body: { code: 'id_taken', detail: record.id } }
    this.records.set(key, record)
    return { status: 201, body: url.endsWith('/devices') ? { ...record, token: this.newToken(record.id) } : record }
  }
}

let vigil: FakeVigil
let folder: string
let clock: VirtualClock
let logged: string[]
let abort: AbortController
let running: Promise<void>[]

beforeEach(async () => {
  vigil = new FakeVigil()
  await vigil.start()
  folder = await mkdtemp(join(tmpdir(), 'vigil-demo-'))
  clock = virtualClock(Date.UTC(2026, 2, 4, 2))
  logged = []
  abort = new AbortController()
  running = []
})

afterEach(async () => {
  abort.abort()
  await Promise.allSettled(running)
  await vigil.stop()
  await rm(folder, { recursive: true })
})

/** Starts a demo; it is ended after the test. */
function start(options: Partial<Parameters<typeof runDemo>[0]> = {}): void {
  const { httpUrl, mqttUrl } = vigil
  const defaults = { httpUrl, mqttUrl, adminToken: 'admin', statePath: join(folder, 'demo.json'), seed: 1, clock }
  running.push(runDemo({ ...defaults, log: (line) => void logged.push(line), signal: abort.signal, ...options }))
}

async function end(): Promise<void> {
  abort.abort()
  await Promise.all(running)
  abort = new AbortController()
  running = []
}

const connected = (count: number) =>
  vi.waitFor(() => expect(logged.filter((line) => line.endsWith(': connected'))).toHaveLength(count), 10_000)

const published = (kind: string) =>
  vigil.published
    .filter(({ topic }) => topic.endsWith(`/${kind}`))
    .map(({ topic, payload, qos, retain }) => ({
      device: topic.split('/')[2],
      qos,
      retain,
      payload: JSON.parse(payload.toString()),
    }))

const devices = demoRegistry.devices.length

describe('the demo', () => {
  it('registers the tree, the homes and the devices, each record after what it refers to', async () => {
    start()
    await connected(devices)
    const created = [...vigil.records.values()] as { id: string; parent?: string; area?: string; home?: string }[]
    expect(created.map(({ id }) => id).length).toBe(5 + 4 + 4 + 12 + 12)
    const seen = new Set<string>()
    for (const { id, parent, area, home } of created) {
      for (const reference of [parent, area, home]) if (reference) expect(seen).toContain(reference)
      seen.add(id)
    }
  })

  it('publishes one SOS thrice and one agreeing fall at QoS 1 within 40 s, and says so', async () => {
    start()
    await connected(devices)
    for (let s = 0; s < 40; s++) await clock.advance(1_000)
    await vi.waitFor(() => expect(published('signals')).toHaveLength(5), 10_000)
    const signals = published('signals')
    expect(signals.every(({ qos }) => qos === 1)).toBe(true)
    expect(signals.filter(({ payload }) => payload.signal === 'sos').map(({ device }) => device)).toEqual(
      Array(3).fill('li-pendant'),
    )
    expect(
      signals
        .filter(({ payload }) => payload.signal === 'fall')
        .map(({ device }) => device)
        .sort(),
    ).toEqual(['wang-radar', 'wang-watch'])
    expect(logged.filter((line) => line === 'pendant of home li: SOS pressed')).toHaveLength(3)
    expect(logged).toContain('radar of home wang: fall reported')
    expect(published('readings').length).toBeGreaterThan(40)
  })

  it('announces itself retained, and leaves a retained farewell', async () => {
    start()
    await connected(devices)
    await vi.waitFor(() => expect(published('status')).toHaveLength(devices), 10_000)
    expect(published('status')[0]).toMatchObject({ qos: 1, retain: true, payload: { online: true } })
    await end()
    const farewells = published('status').filter(({ payload }) => payload.online === false)
    expect(new Set(farewells.map(({ device }) => device)).size).toBe(devices)
  })

  it('tells what became of a signal', async () => {
    start()
    await connected(devices)
    const subscribed = () => expect(vigil.aedes?.connectedClients).toBe(devices)
    await vi.waitFor(subscribed, 10_000)
    const receipt = {
      result: 'accepted',
      at: '2026-03-04T02:00:10.000Z',
      topic: 'vigil/v1/li-pendant/signals',
      number: 3,
    }
    await vi.waitFor(() => {
      vigil.aedes?.publish(
        {
          cmd: 'publish',
          topic: 'vigil/v1/li-pendant/receipts',
          payload: Buffer.from(JSON.stringify(receipt)),
          qos: 1,
          retain: false,
          dup: false,
        },
        () => {},
      )
      expect(logged).toContain('pendant of home li: receipt: accepted, ticket 3')
    }, 10_000)
  })

  it('keeps the tokens to itself and goes on with them after a second start', async () => {
    start()
    await connected(devices)
    await end()
    const statePath = join(folder, 'demo.json')
    expect((await stat(statePath)).mode & 0o777).toBe(0o600)
    const { tokens } = JSON.parse(await readFile(statePath, 'utf8'))
    expect(Object.keys(tokens)).toHaveLength(devices)
    const records = vigil.records.size
    logged = []
    start()
    await connected(devices)
    expect(vigil.records.size).toBe(records)
    expect(vigil.calls.filter((call) => call.endsWith('/token'))).toEqual([])
  })

  it('asks for new tokens where the file is lost or a token is refused', async () => {
    start()
    await connected(devices)
    await end()
    const statePath = join(folder, 'demo.json')
    await writeFile(statePath, '{ broken')
    logged = []
    start()
    await connected(devices)
    expect(vigil.calls.filter((call) => call.endsWith('/token'))).toHaveLength(devices)
    await end()
    vigil.tokens.set('li-watch', 'changed-by-somebody')
    logged = []
    start({ clock: systemClock })
    await connected(devices)
    expect(logged).toContain('watch of home li: token refused, asking for a new one')
    expect(vigil.calls.filter((call) => call.endsWith('/token'))).toHaveLength(devices + 1)
  })

  it('waits for an api that is still starting', async () => {
    vigil.answer503 = 2
    start({ clock: systemClock })
    await connected(devices)
  })

  it('says in one sentence why the registry was refused', async () => {
    start({ adminToken: 'wrong' })
    await expect(running[0]).rejects.toThrow(/POST \/areas answered unauthenticated/)
    running = []
  })

  it('ends at once when told to while it is waiting', async () => {
    vigil.answer503 = 1_000
    start()
    await end()
    expect(vigil.records.size).toBe(0)
  })
})
