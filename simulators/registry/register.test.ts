import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../domain/clock.ts'
import type { ApiOptions } from '../api/post.ts'
import type { HomePlan } from '../home/home.ts'
import { flat } from './floor_plan.ts'
import { recordsOf } from './records.ts'
import { openTokenBook, register } from './register.ts'

type Reply = { status: number; body?: unknown; headers?: Record<string, string> }

let server: Server
let folder: string
/** What was asked for, in the order in which it came. */
let asked: { method: string; path: string; id: string; gateway: unknown }[]
let underWay: number
let mostUnderWay: number
let pauses: number[]
let reply: (path: string, id: string) => Reply
let abort: AbortController

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  underWay += 1
  mostUnderWay = Math.max(mostUnderWay, underWay)
  let text = ''
  for await (const chunk of request) text += chunk
  const path = (request.url ?? '').replace('/api/v1', '')
  const { id: given, gateway } = JSON.parse(text)
  const id = String(given)
  asked.push({ method: request.method ?? '', path, id, gateway })
  // A turn of the event loop, so that calls that are under way together are seen to be.
  await new Promise((resolve) => setImmediate(resolve))
  underWay -= 1
  const { status, body = {}, headers = {} } = reply(path, id)
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

beforeEach(async () => {
  asked = []
  pauses = []
  underWay = 0
  mostUnderWay = 0
  abort = new AbortController()
  reply = (path, id) => ({ status: path.endsWith('/token') ? 200 : 201, body: { token: `token of ${id}` } })
  folder = await mkdtemp(join(tmpdir(), 'vigil-register-'))
  server = createServer((request, response) => void serve(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(async () => {
  server.close()
  server.closeAllConnections()
  await rm(folder, { recursive: true })
})

const hurriedClock = { ...systemClock, sleep: async (ms: number) => void pauses.push(ms) }
const api = (): ApiOptions => ({
  httpUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  adminToken: 'admin',
  clock: hurriedClock,
  signal: abort.signal,
})

const homeOf = (n: number): HomePlan => ({
  id: `home-${n}`,
  label: `home ${n}`,
  position: { lat: 39.6, lon: 106.8 },
  residents: [{ id: 'resident', name: `Resident ${n}`, birthYear: 1940, seed: n }],
  devices: [
    { id: `watch-${n}`, kind: 'watch' },
    { id: `door-${n}`, kind: 'door', room: 'hall', opening: 'front_door' },
  ],
})
const areas = [
  { id: 'city', name: 'City' },
  { id: 'street', name: 'Street', parent: 'city' },
]
const recordsFor = (count: number) =>
  recordsOf(
    areas,
    Array.from({ length: count }, (_, n) => ({ plan: homeOf(n), area: 'street' })),
  )
const paths = () => [...new Set(asked.map(({ path }) => path))]
const statePath = () => join(folder, 'tokens.json')

describe('the records of homes', () => {
  it('are what the plans say, with the device’s place', () => {
    const { homes, residents, devices } = recordsFor(1)
    expect(homes).toEqual([
      { id: 'home-0', area: 'street', address: 'home 0', lat: 39.6, lon: 106.8, floor_plan: flat },
    ])
    expect(residents).toEqual([{ id: 'home-0-resident', home: 'home-0', name: 'Resident 0', birth_year: 1940 }])
    expect(devices.map(({ id, home, place }) => ({ id, home, place }))).toEqual([
      { id: 'watch-0', home: 'home-0', place: 'worn or carried' },
      { id: 'door-0', home: 'home-0', place: 'front door' },
    ])
  })

  it('name the wearer where several people live', () => {
    const plan: HomePlan = {
      ...homeOf(0),
      residents: [
        { id: 'he', name: '王', seed: 1 },
        { id: 'she', name: '李', seed: 2 },
      ],
      devices: [{ id: 'w', kind: 'watch', wearer: 'she' }],
    }
    expect(recordsOf(areas, [{ plan, area: 'street' }]).devices[0]?.place).toBe('worn by 李')
  })
})

describe('registering', () => {
  it('creates what others refer to first, many at a time but not too many', async () => {
    const progress: number[] = []
    const tokens = await register({ ...api(), onProgress: (done) => void progress.push(done) }, recordsFor(100))
    expect(paths()).toEqual(['/areas', '/homes', '/residents', '/devices'])
    expect(asked.slice(0, 2).map(({ id }) => id)).toEqual(['city', 'street'])
    expect(Object.keys(tokens)).toHaveLength(200)
    expect(tokens['door-7']).toBe('token of door-7')
    expect(mostUnderWay).toBeGreaterThan(4)
    expect(mostUnderWay).toBeLessThanOrEqual(16)
    expect(progress).toEqual(Array.from({ length: 200 }, (_, n) => n + 1))
  })

  it('creates gateways before their children, and tells of a child that was there before', async () => {
    const home = homeOf(0)
    const plan: HomePlan = {
      ...home,
      devices: [...home.devices.map((device) => ({ ...device, gateway: 'hub' })), { id: 'hub', kind: 'gateway' }],
    }
    const usual = reply
    reply = (path, id) => {
      if (path === '/devices/watch-0') return { status: 200, body: {} }
      return id === 'watch-0' ? { status: 409, body: { code: 'id_taken' } } : usual(path, id)
    }
    await register(api(), recordsOf(areas, [{ plan, area: 'street' }]))
    const devices = asked.filter(({ path }) => path.startsWith('/devices'))
    expect(devices[0]).toMatchObject({ id: 'hub', gateway: undefined })
    expect(devices).toContainEqual({ method: 'POST', path: '/devices', id: 'door-0', gateway: 'hub' })
    expect(devices).toContainEqual({ method: 'PATCH', path: '/devices/watch-0', id: 'undefined', gateway: 'hub' })
  })

  it('waits as long as it is told to where it asks too often', async () => {
    let often = 2
    const usual = reply
    reply = (path, id) => (often-- > 0 ? { status: 429, headers: { 'retry-after': '7' } } : usual(path, id))
    await register(api(), recordsFor(1))
    expect(pauses).toEqual([7_000, 7_000])
  })

  it('keeps the tokens from run to run, and makes anew only those that it does not know', async () => {
    const options = { ...api(), statePath: statePath() }
    await register(options, recordsFor(2))
    expect((await stat(statePath())).mode & 0o777).toBe(0o600)
    reply = (path, id) =>
      path.endsWith('/token')
        ? { status: 200, body: { token: 'new' } }
        : { status: 409, body: { code: 'id_taken', detail: id } }
    await writeFile(statePath(), (await readFile(statePath(), 'utf8')).replace('watch-1', 'watch-x'))
    const tokens = await register(options, recordsFor(2))
    expect(tokens).toEqual({
      'watch-0': 'token of watch-0',
      'door-0': 'token of door-0',
      'watch-1': 'new',
      'door-1': 'token of door-1',
    })
    // Others' tokens in the same file stay.
    expect(JSON.parse(await readFile(statePath(), 'utf8')).tokens).toMatchObject({
      'watch-x': expect.any(String),
      'watch-1': 'new',
    })
  })

  it('keeps the tokens that it has when it is refused half-way', async () => {
    const usual = reply
    reply = (path, id) =>
      id === 'door-20' ? { status: 400, body: { code: 'invalid', detail: 'no' } } : usual(path, id)
    await expect(register({ ...api(), statePath: statePath() }, recordsFor(40))).rejects.toThrow(
      'The simulated homes could not be registered: POST /devices answered invalid no.',
    )
    const { tokens } = JSON.parse(await readFile(statePath(), 'utf8'))
    expect(tokens['watch-0']).toBe('token of watch-0')
    expect(Object.keys(tokens).length).toBeLessThan(80)
  })

  it('says that the administrator’s token is wrong where it is', async () => {
    reply = () => ({ status: 401, body: { code: 'unauthenticated' } })
    await expect(register(api(), recordsFor(1))).rejects.toThrow(/administrator's token is wrong/)
    expect(asked).toHaveLength(1)
  })
})

describe('a token book', () => {
  it('gives what it has, and renews what was refused, for the next run too', async () => {
    const options = { ...api(), statePath: statePath() }
    reply = () => ({ status: 200, body: { token: 'new' } })
    const book = openTokenBook(options, { a: 'old a', b: 'old b', c: 'old c' })
    expect(await book.tokenOf('a', false)).toBe('old a')
    expect(await Promise.all([book.tokenOf('a', true), book.tokenOf('b', true)])).toEqual(['new', 'new'])
    expect(asked.map(({ path }) => path).toSorted()).toEqual(['/devices/a/token', '/devices/b/token'])
    expect(JSON.parse(await readFile(statePath(), 'utf8')).tokens).toEqual({ a: 'new', b: 'new', c: 'old c' })
  })
})
