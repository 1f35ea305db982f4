import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer, type Server as NetServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Aedes, type AedesPublishPacket, type AuthenticateError } from 'aedes'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock, type VirtualClock, virtualClock } from '../../domain/clock.ts'
import { parseTruth } from '../truth.ts'
import { runDemo } from './demo.ts'
import { demoHomes, demoRecords } from './demo_plan.ts'

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
    if (/\/(readings|signals|motion)$/.test(url)) return { status: 202, body: { accepted: true } }
    if (this.answer503-- > 0) return { status: 503, body: { code: 'starting' } }
    if (headers.authorization !== 'Bearer admin') return { status: 401, body: { code: 'unauthenticated' } }
    this.calls.push(`${method} ${url}`)
    const rotation = /^\/api\/v1\/devices\/(.*)\/token$/.exec(url)
    if (rotation?.[1]) return { status: 200, body: { token: this.newToken(rotation[1]) } }
    if (method === 'PATCH') return { status: 200, body: record }
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

const connected = (count = overMqtt) =>
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

const all = demoHomes.flatMap((home) => home.devices)
/** The others speak HTTP: a message at a time, no connection, no status. */
const overMqtt = all.filter(({ transport }) => transport !== 'http').length
/** Those behind a gateway speak over its connection. */
const connections = all.filter(({ transport, gateway }) => transport !== 'http' && gateway === undefined).length
const devices = demoRecords.devices.length

describe('the demo', () => {
  it('registers the tree, the homes and the devices, each record after what it refers to', async () => {
    start()
    await connected()
    const created = [...vigil.records.values()] as { id: string; parent?: string; area?: string; home?: string }[]
    expect(created).toHaveLength(5 + 4 + 4 + 12 + 1 + 20)
    const seen = new Set<string>()
    for (const { id, parent, area, home } of created) {
      for (const reference of [parent, area, home]) if (reference) expect(seen).toContain(reference)
      seen.add(id)
    }
  })

  it('publishes one SOS thrice and a fall at QoS 1 within 40 s, and says so', async () => {
    start()
    await connected()
    for (let s = 0; s < 40; s++) await clock.advance(1_000)
    const isSaid = () => expect(logged.some((line) => line.endsWith(' of home wang: fall reported'))).toBe(true)
    await vi.waitFor(() => expect(published('signals').length).toBeGreaterThanOrEqual(4), 10_000)
    isSaid()
    const signals = published('signals')
    expect(signals.every(({ qos }) => qos === 1)).toBe(true)
    expect(signals.filter(({ payload }) => payload.signal === 'sos').map(({ device }) => device)).toEqual(
      Array(3).fill('li-pendant'),
    )
    const falls = signals.filter(({ payload }) => payload.signal === 'fall').map(({ device }) => device ?? '')
    expect(falls.length).toBeGreaterThan(0)
    expect(['wang-radar', 'wang-watch']).toEqual(expect.arrayContaining(falls))
    expect(logged.filter((line) => line === 'pendant of home li: SOS pressed')).toHaveLength(3)
    expect(published('readings').length).toBeGreaterThan(10)
  })

  it('announces itself retained, and leaves a retained farewell', async () => {
    start()
    await connected()
    await vi.waitFor(() => expect(published('status')).toHaveLength(overMqtt), 10_000)
    expect(published('status')[0]).toMatchObject({ qos: 1, retain: true, payload: { online: true } })
    await end()
    const farewells = published('status').filter(({ payload }) => payload.online === false)
    expect(new Set(farewells.map(({ device }) => device)).size).toBe(overMqtt)
  })

  it('tells what became of a signal', async () => {
    start()
    await connected()
    const subscribed = () => expect(vigil.aedes?.connectedClients).toBe(connections)
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
    await connected()
    await end()
    const statePath = join(folder, 'demo.json')
    expect((await stat(statePath)).mode & 0o777).toBe(0o600)
    const { tokens } = JSON.parse(await readFile(statePath, 'utf8'))
    expect(Object.keys(tokens)).toHaveLength(devices)
    const records = vigil.records.size
    logged = []
    start()
    await connected()
    expect(vigil.records.size).toBe(records)
    expect(vigil.calls.filter((call) => call.endsWith('/token'))).toEqual([])
  })

  it('asks for new tokens where the file is lost or a token is refused', async () => {
    start()
    await connected()
    await end()
    const statePath = join(folder, 'demo.json')
    await writeFile(statePath, '{ broken')
    logged = []
    start()
    await connected()
    expect(vigil.calls.filter((call) => call.endsWith('/token'))).toHaveLength(devices)
    await end()
    vigil.tokens.set('li-watch', 'changed-by-somebody')
    logged = []
    start({ clock: systemClock })
    await connected()
    expect(logged).toContain('watch of home li: token refused, asking for a new one')
    expect(vigil.calls.filter((call) => call.endsWith('/token'))).toHaveLength(devices + 1)
  })

  it('waits for an api that is still starting', async () => {
    vigil.answer503 = 2
    start({ clock: systemClock })
    await connected()
  })

  it('says in one sentence why the registry was refused', async () => {
    start({ adminToken: 'wrong' })
    await expect(running[0]).rejects.toThrow(
      /registered: POST \/areas answered 401, so the administrator's token is wrong\.$/,
    )
    running = []
  })

  it('names its seed', async () => {
    start({ seed: 42 })
    await connected()
    expect(logged[0]).toBe(`${devices} devices in 4 homes are alive (seed 42)`)
  })

  it('tells the truth of what happens', async () => {
    const told: string[] = []
    const from = clock.now()
    start({ truth: (line) => void told.push(line) })
    await connected()
    for (let s = 0; s < 40; s++) await clock.advance(1_000)
    await end()
    const { run, facts, end: ended } = parseTruth(`${told.join('\n')}\n`)
    expect(run).toMatchObject({ seed: 1, from })
    expect(run.homes.map(({ id }) => id)).toEqual(demoHomes.map(({ id }) => id))
    expect(facts).toMatchObject([
      { event: 'press', home: 'home-li', device: 'li-pendant', times: 3, needsHelp: true, at: from + 10_000 },
      { event: 'fall', home: 'home-wang', room: 'bathroom', needsHelp: true, at: from + 25_000 },
      { event: 'fall', home: 'home-chen', room: 'living_room', needsHelp: true },
    ])
    expect(ended).toMatchObject({ at: from + 40_000, facts: 3 })
    expect(ended?.messages).toBeGreaterThan(10)
  })

  it('begins the homes anew where the clock jumps, instead of saying all that would have been said', async () => {
    let jumped = 0
    const told: string[] = []
    start({ clock: { ...clock, now: () => clock.now() + jumped }, truth: (line) => void told.push(line) })
    await connected()
    await clock.advance(2_000)
    jumped = 8 * 3_600_000
    for (let s = 0; s < 15; s++) await clock.advance(1_000)
    await vi.waitFor(() => expect(published('signals')).toHaveLength(3), 10_000)
    const from = Date.UTC(2026, 2, 4, 10)
    const times = published('readings').map(({ payload }) => payload.at as number)
    // The water meter's clock is a minute and a half slow.
    expect(times.filter((at) => at > Date.UTC(2026, 2, 4, 2, 1) && at < from - 120_000)).toEqual([])
    expect(logged).toContain('the clock jumped: the homes begin anew, and the truth ends where it was')
    expect(parseTruth(`${told.join('\n')}\n`)).toMatchObject({ facts: [], end: { facts: 0 } })
  })

  it('ends at once when told to while it is waiting', async () => {
    vigil.answer503 = 1_000
    start()
    await end()
    expect(vigil.records.size).toBe(0)
  })
})
