import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { Aedes } from 'aedes'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import { seededRandom } from '../domain/random.ts'
import { type Link, openLink } from './link.ts'

vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 })

let aedes: Aedes
let server: Server
let sockets: Set<Socket>
/** Whether the broker cuts every connection at once. */
let away: boolean
let abort: AbortController
let link: Link
let states: string[]
let arrived: { topic: string; payload: { seq?: number; online?: boolean } }[]

beforeEach(async () => {
  arrived = []
  states = []
  sockets = new Set()
  abort = new AbortController()
  aedes = await Aedes.createBroker()
  aedes.on('publish', ({ topic, payload }) => {
    if (topic.startsWith('vigil/')) arrived.push({ topic, payload: JSON.parse(payload.toString()) })
  })
  away = false
  server = createServer((socket) => {
    if (away) return void socket.destroy()
    sockets.add(socket)
    aedes.handle(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(async () => {
  abort.abort()
  await link.ended
  await new Promise<void>((resolve) => aedes.close(() => resolve()))
  server.close()
})

/** A link whose pauses last no time, but are counted. */
function open(pauses: number[] = []): void {
  const clock = { ...systemClock, sleep: (ms: number) => systemClock.sleep(pauses.push(ms) > 5 ? 20 : 0) }
  link = openLink({
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    device: 'watch-1',
    firmware: '1.0',
    token: async () => 'token',
    onReceipt: () => {},
    onState: (state) => void states.push(state),
    clock,
    random: seededRandom(1),
    signal: abort.signal,
  })
}

const seqs = () => arrived.filter(({ topic }) => topic.endsWith('/readings')).map(({ payload }) => payload.seq)
const send = (seq: number) => link.send({ kind: 'readings', payload: { seq } })

describe('a link', () => {
  it('sends what was said before it was connected, in order', async () => {
    open()
    for (let seq = 1; seq <= 50; seq++) send(seq)
    await vi.waitFor(() => expect(link.waiting()).toBe(0), 10_000)
    expect(seqs()).toEqual(Array.from({ length: 50 }, (_, n) => n + 1))
  })

  it('comes back after a cut, its will having spoken, and loses nothing of what is said meanwhile', async () => {
    open()
    send(1)
    await vi.waitFor(() => expect(link.waiting()).toBe(0), 10_000)
    for (const socket of sockets) socket.destroy()
    send(2)
    send(3)
    await vi.waitFor(() => expect(states).toEqual(['linked', 'lost', 'linked']), 10_000)
    await vi.waitFor(() => expect(link.waiting()).toBe(0), 10_000)
    expect(new Set(seqs())).toEqual(new Set([1, 2, 3]))
    const statuses = arrived.filter(({ topic }) => topic.endsWith('/status')).map(({ payload }) => payload.online)
    expect(statuses).toEqual([true, false, true])
  })

  it('backs off while nobody answers: each pause about twice the one before', async () => {
    away = true
    const pauses: number[] = []
    open(pauses)
    await vi.waitFor(() => expect(pauses.length).toBeGreaterThan(5), 10_000)
    expect(states.slice(0, 3)).toEqual(['lost', 'lost', 'lost'])
    expect(pauses[0]).toBeGreaterThanOrEqual(250)
    expect(pauses[5]).toBeGreaterThan(250 * 2 ** 5 - 1)
    expect(Math.max(...pauses)).toBeLessThanOrEqual(45_000)
  })

  it('drops the oldest readings when too many wait, and never a signal', async () => {
    away = true
    open()
    link.send({ kind: 'signals', payload: { signal: 'sos' } })
    for (let seq = 1; seq <= 3_000; seq++) send(seq)
    expect(link.waiting()).toBe(1_500)
    away = false
    await vi.waitFor(() => expect(link.waiting()).toBe(0), 15_000)
    expect(arrived.filter(({ topic }) => topic.endsWith('/signals'))).toHaveLength(1)
    expect(seqs().at(-1)).toBe(3_000)
  })
})
