import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../domain/clock.ts'
import { seededRandom } from '../../domain/random.ts'
import type { Receipt } from '../../domain/ticket.ts'
import { type Account, emptyAccount } from './account.ts'
import { createHeartbeat } from './heartbeat.ts'
import { createHttpLink } from './http_link.ts'
import type { Link, LinkOptions } from './link.ts'

vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 })
const soon = { timeout: 10_000 }

type Asked = { path: string; token: string; body: { seq?: number } }

let server: Server
let asked: Asked[]
/** Answers to come, one for each request; then 202. `hold` keeps the request until it is let go. */
let answers: { status: number; headers?: Record<string, string>; body?: unknown; hold?: Promise<void> }[]
let link: Link
let states: string[]
let receipts: Receipt[]
let pauses: number[]
let account: Account

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = ''
  for await (const chunk of request) text += chunk
  asked.push({ path: request.url ?? '', token: request.headers.authorization ?? '', body: JSON.parse(text) })
  const { status, headers = {}, body = {}, hold } = answers.shift() ?? { status: 202 }
  await hold
  response.writeHead(status, headers).end(JSON.stringify(body))
}

beforeEach(async () => {
  asked = []
  answers = []
  states = []
  receipts = []
  pauses = []
  account = emptyAccount()
  server = createServer((request, response) => void serve(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(async () => {
  await link.close()
  server.close()
  server.closeAllConnections()
})

/** A clock on which no pause takes time, but each that is not a deadline is counted. */
const hurriedClock = {
  ...systemClock,
  after: (ms: number, fn: () => void) => {
    if (ms === 30_000) return systemClock.after(ms, fn)
    pauses.push(ms)
    return systemClock.after(1, fn)
  },
}

function open(options: Partial<LinkOptions> = {}): void {
  link = createHttpLink({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    device: 'cuff-1',
    firmware: '1.0',
    keeps: 100,
    token: async (refused) => (refused ? 'new' : 'old'),
    onReceipt: (receipt) => void receipts.push(receipt),
    onState: (state) => void states.push(state),
    onBusy: () => {},
    account,
    heartbeat: createHeartbeat(systemClock),
    clock: hurriedClock,
    random: seededRandom(1),
    ...options,
  })
  link.open()
}

const send = (seq: number) => link.send({ kind: 'readings', payload: { seq } })
const sos = () => link.send({ kind: 'signals', payload: { signal: 'sos' } })
const allAnswered = () => vi.waitFor(() => expect(link.waiting()).toBe(0), soon)
const kinds = () => asked.map(({ path }) => path.split('/').at(-1))

describe('a link over HTTP', () => {
  it('posts each message under its kind with the token, in order', async () => {
    open()
    for (const seq of [1, 2, 3]) send(seq)
    link.send({ kind: 'motion', payload: { seq: 4 } })
    await allAnswered()
    expect(asked).toEqual([
      { path: '/api/v1/devices/cuff-1/readings', token: 'Bearer old', body: { seq: 1 } },
      { path: '/api/v1/devices/cuff-1/readings', token: 'Bearer old', body: { seq: 2 } },
      { path: '/api/v1/devices/cuff-1/readings', token: 'Bearer old', body: { seq: 3 } },
      { path: '/api/v1/devices/cuff-1/motion', token: 'Bearer old', body: { seq: 4 } },
    ])
    expect(account).toEqual({ ...emptyAccount(), sent: 4, acknowledged: 4, connects: 1 })
    expect(states).toEqual(['linked'])
  })

  it('keeps a message until it is taken, and backs off meanwhile', async () => {
    answers = [503, 503, 503].map((status) => ({ status }))
    open()
    send(1)
    send(2)
    await allAnswered()
    expect(asked.map(({ body }) => body.seq)).toEqual([1, 1, 1, 1, 2])
    expect(states).toEqual(['lost', 'linked'])
    expect(account).toMatchObject({ sent: 2, acknowledged: 2, redelivered: 3 })
    for (const [n, pause] of pauses.entries()) expect(pause).toBeGreaterThanOrEqual(250 * 2 ** n)
    expect(pauses).toHaveLength(3)
  })

  it('waits as long as it is told to', async () => {
    answers = [{ status: 429, headers: { 'retry-after': '90' } }]
    open()
    send(1)
    await allAnswered()
    expect(pauses).toEqual([90_000])
  })

  it('asks for another token where its own is refused', async () => {
    answers = [{ status: 401 }]
    open()
    send(1)
    await allAnswered()
    expect(asked.map(({ token }) => token)).toEqual(['Bearer old', 'Bearer new'])
    expect(states).toEqual(['refused', 'linked'])
    expect(account).toMatchObject({ sent: 1, acknowledged: 1, refused: 1 })
  })

  it('gives up what can never be taken, and says so as a receipt does', async () => {
    answers = [{ status: 400, body: { code: 'payload_not_json', detail: 'it is no JSON' } }]
    open()
    send(1)
    send(2)
    await allAnswered()
    expect(receipts).toMatchObject([
      { result: 'refused', topic: 'vigil/v1/cuff-1/readings', code: 'payload_not_json', reason: 'it is no JSON' },
    ])
    expect(asked).toHaveLength(2)
    expect(account).toMatchObject({ sent: 2, acknowledged: 2, refused: 1 })
  })

  it('lets no signal wait for the answer to a reading', async () => {
    const held = Promise.withResolvers<void>()
    answers = [{ status: 202, hold: held.promise }]
    open()
    send(1)
    await vi.waitFor(() => expect(kinds()).toEqual(['readings']), soon)
    send(2)
    sos()
    await vi.waitFor(() => expect(kinds()).toEqual(['readings', 'signals']), soon)
    held.resolve()
    await allAnswered()
    expect(kinds()).toEqual(['readings', 'signals', 'readings'])
  })

  it('asks nothing while it is cut, and sends again what the cut left without an answer', async () => {
    const held = Promise.withResolvers<void>()
    answers = [{ status: 202, hold: held.promise }]
    open()
    send(1)
    await vi.waitFor(() => expect(asked).toHaveLength(1), soon)
    link.cut()
    send(2)
    held.resolve()
    await vi.waitFor(() => expect(states.at(-1)).toBe('lost'), soon)
    expect([link.connected(), link.waiting(), asked.length]).toEqual([false, 2, 1])
    link.restore()
    await allAnswered()
    expect(asked.map(({ body }) => body.seq)).toEqual([1, 1, 2])
    expect(account).toMatchObject({ sent: 2, acknowledged: 2, redelivered: 1 })
  })

  it('drops the oldest readings when more wait than it keeps, and never a signal', async () => {
    open()
    link.cut()
    sos()
    for (let seq = 1; seq <= 300; seq++) send(seq)
    expect(link.waiting()).toBe(100)
    link.restore()
    await allAnswered()
    expect(kinds().filter((kind) => kind === 'signals')).toHaveLength(1)
    expect(account).toMatchObject({ sent: 100, acknowledged: 100, dropped: 201 })
  })
})
