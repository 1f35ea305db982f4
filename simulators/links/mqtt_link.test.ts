import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock, virtualClock } from '../../domain/clock.ts'
import { seededRandom } from '../../domain/random.ts'
import type { Receipt } from '../../domain/ticket.ts'
import { type Account, emptyAccount } from './account.ts'
import { createHeartbeat } from './heartbeat.ts'
import type { Link, LinkOptions } from './link.ts'
import { createMqttLink } from './mqtt_link.ts'
import { startTestBroker, type TestBroker } from './test_broker.ts'

vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 })
const soon = { timeout: 10_000 }

let broker: TestBroker
let link: Link
let states: string[]
let receipts: Receipt[]
let account: Account
let pauses: number[]

beforeEach(async () => {
  broker = await startTestBroker()
  states = []
  receipts = []
  account = emptyAccount()
  pauses = []
})
afterEach(async () => {
  // No farewell: some tests have a clock that stands still.
  link.cut()
  await link.close()
  await broker.close()
})

/** A clock on which no pause takes time, but each is counted. */
const hurriedClock = {
  ...systemClock,
  after: (ms: number, fn: () => void) => {
    pauses.push(ms)
    return systemClock.after(pauses.length > 8 ? 20 : 0, fn)
  },
}

function open(options: Partial<LinkOptions> = {}): void {
  link = createMqttLink({
    url: broker.url,
    device: 'watch-1',
    firmware: '1.0',
    keeps: 1_500,
    token: async () => 'token',
    onReceipt: (receipt) => void receipts.push(receipt),
    obey: ({ id, kind }) => ({ kind: 'answers', payload: { command: id, result: 'done', kind } }),
    onState: (state) => void states.push(state),
    onBusy: () => {},
    account,
    // Its beats take their time, so that only the pauses of the back-off are counted and hurried.
    heartbeat: createHeartbeat(systemClock),
    clock: hurriedClock,
    random: seededRandom(1),
    ...options,
  })
  link.open()
}

const seqs = () => broker.arrived.filter(({ kind }) => kind === 'readings').map(({ payload }) => payload.seq)
const online = () => broker.arrived.filter(({ kind }) => kind === 'status').map(({ payload }) => payload.online)
const send = (seq: number) => link.send({ kind: 'readings', payload: { seq } })
const sos = () => link.send({ kind: 'signals', payload: { signal: 'sos' } })
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n)
const allAcknowledged = () => vi.waitFor(() => expect(link.waiting()).toBe(0), soon)
const isLinked = () => vi.waitFor(() => expect(states.at(-1)).toBe('linked'), soon)

describe('a link', () => {
  it('sends what was said before it was connected, in order', async () => {
    open()
    for (const seq of range(1, 50)) send(seq)
    await allAcknowledged()
    expect(seqs()).toEqual(range(1, 50))
    expect(account).toEqual({ ...emptyAccount(), sent: 50, acknowledged: 50, connects: 1 })
  })

  it('comes back after a lost connection, its will having spoken, and loses nothing of what is said meanwhile', async () => {
    open()
    send(1)
    await allAcknowledged()
    broker.cut()
    send(2)
    send(3)
    await vi.waitFor(() => expect(states).toEqual(['linked', 'lost', 'linked']), soon)
    await allAcknowledged()
    expect(new Set(seqs())).toEqual(new Set([1, 2, 3]))
    await vi.waitFor(() => expect(online()).toEqual([true, false, true]), soon)
  })

  it('sends again what was not acknowledged, marked as such, and counts it apart', async () => {
    open()
    await isLinked()
    broker.mute = true
    for (const seq of range(1, 3)) send(seq)
    await vi.waitFor(() => expect(seqs()).toEqual([1, 2, 3]), soon)
    expect(account).toMatchObject({ sent: 3, acknowledged: 0, redelivered: 0 })
    link.cut()
    await vi.waitFor(() => expect(states.at(-1)).toBe('lost'), soon)
    broker.mute = false
    link.restore()
    await allAcknowledged()
    const again = broker.arrived.filter(({ kind }) => kind === 'readings').slice(3)
    expect(again.map(({ payload, dup }) => [payload.seq, dup])).toEqual([
      [1, true],
      [2, true],
      [3, true],
    ])
    expect(account).toMatchObject({ sent: 3, acknowledged: 3, redelivered: 3, connects: 2, lost: 1 })
  })

  it('makes no attempt while it is cut, says no farewell, and keeps what is said', async () => {
    open()
    await isLinked()
    link.cut()
    await vi.waitFor(() => expect(online()).toEqual([true, false]), soon)
    for (const seq of range(1, 20)) send(seq)
    expect(link.connected()).toBe(false)
    expect(pauses).toEqual([])
    expect(link.waiting()).toBe(20)
    link.restore()
    await allAcknowledged()
    expect(seqs()).toEqual(range(1, 20))
    expect(broker.addresses).toHaveLength(2)
  })

  it('stays cut where it was cut while it was still waiting for its token', async () => {
    const asked = Promise.withResolvers<string>()
    open({ token: () => asked.promise })
    link.cut()
    asked.resolve('token')
    sos()
    // Whoever connects after it: had it connected, it would be noted before.
    const other = connect(Number(new URL(broker.url).port), '127.0.0.1')
    await vi.waitFor(() => expect(broker.addresses.length).toBeGreaterThan(0), soon)
    other.destroy()
    expect([broker.addresses.length, link.waiting()]).toEqual([1, 1])
    link.restore()
    await allAcknowledged()
  })

  it('sends signals first after an outage, before readings that were said earlier', async () => {
    open()
    await isLinked()
    link.cut()
    for (const seq of range(1, 100)) send(seq)
    sos()
    link.restore()
    await allAcknowledged()
    const order = broker.arrived.filter(({ kind }) => kind !== 'status').map(({ kind }) => kind)
    expect(order.indexOf('signals')).toBe(0)
    expect(seqs()).toEqual(range(1, 100))
  })

  it('lets a signal pass while as many readings are unanswered as may be', async () => {
    open()
    await isLinked()
    broker.mute = true
    for (const seq of range(1, 100)) send(seq)
    expect(account.sent).toBe(16)
    sos()
    expect(account.sent).toBe(17)
    broker.mute = false
    await allAcknowledged()
  })

  it('backs off while nobody answers: each pause about twice the one before, with a jitter', async () => {
    broker.away = true
    open()
    await vi.waitFor(() => expect(pauses.length).toBeGreaterThan(8), soon)
    expect(states).toEqual(['lost'])
    expect(account).toMatchObject({ connects: 0, lost: 0 })
    expect(account.failed).toBeGreaterThan(7)
    for (const [n, pause] of pauses.slice(0, 9).entries()) {
      const middle = Math.min(500 * 2 ** n, 30_000)
      expect(pause).toBeGreaterThanOrEqual(middle / 2)
      expect(pause).toBeLessThanOrEqual(middle * 1.5)
    }
    expect(new Set(pauses.map((pause, n) => pause / 2 ** n)).size).toBeGreaterThan(5)
  })

  it('drops the oldest readings when more wait than it keeps, and never a signal', async () => {
    broker.away = true
    open({ keeps: 100 })
    sos()
    for (const seq of range(1, 300)) send(seq)
    expect(link.waiting()).toBe(100)
    broker.away = false
    await allAcknowledged()
    expect(broker.arrived.filter(({ kind }) => kind === 'signals')).toHaveLength(1)
    expect(seqs()).toEqual(range(202, 300))
    expect(account).toMatchObject({ sent: 100, acknowledged: 100, dropped: 201 })
  })

  it('asks for another token where its own is refused, and counts the refusal', async () => {
    broker.token = 'new'
    const asked: boolean[] = []
    open({
      token: async (refused) => {
        asked.push(refused)
        return refused ? 'new' : 'old'
      },
    })
    await isLinked()
    expect(states).toEqual(['refused', 'linked'])
    expect(asked).toEqual([false, true])
    expect(account).toMatchObject({ refused: 1, connects: 1 })
  })

  it('answers commands, and counts the answers as messages', async () => {
    open()
    await isLinked()
    const command = { id: 'c-1', kind: 'ring', queued_at: '', expires_at: '' }
    await vi.waitFor(() => {
      broker.publish('vigil/v1/watch-1/commands', 'not a command')
      broker.publish('vigil/v1/watch-1/commands', command)
      const [answer] = broker.arrived.filter(({ kind }) => kind === 'answers')
      expect(answer).toMatchObject({ device: 'watch-1', payload: { command: 'c-1', result: 'done', kind: 'ring' } })
    }, soon)
    await allAcknowledged()
    expect([account.sent > 0, account.refused]).toEqual([true, 0])
  })

  it('hands over receipts, and counts those that refuse', async () => {
    open()
    await isLinked()
    const receipt = { result: 'refused', at: '2026-03-04T02:00:10.000Z', topic: 'vigil/v1/watch-1/readings' } as const
    await vi.waitFor(() => {
      broker.publish('vigil/v1/watch-1/receipts', receipt)
      expect(receipts[0]).toEqual(receipt)
    }, soon)
    expect(account.refused).toBe(receipts.length)
  })

  it('comes from the address that it is given', async () => {
    open({ localAddress: '127.0.7.9' })
    await isLinked()
    expect(broker.addresses).toEqual(['127.0.7.9'])
  })

  it('says farewell when it is closed, and has no will then', async () => {
    open({ clock: systemClock })
    await isLinked()
    await link.close()
    await vi.waitFor(() => expect(broker.connected()).toBe(0), soon)
    expect(online()).toEqual([true, false])
    expect(account.lost).toBe(0)
  })
})

describe('a link to a broker that says nothing', () => {
  it('takes it for gone, and tries again', async () => {
    const heard: Socket[] = []
    const mute = createServer((socket) => void heard.push(socket)).listen(0, '127.0.0.1')
    await once(mute, 'listening')
    const clock = virtualClock()
    const { port } = mute.address() as AddressInfo
    open({ url: `mqtt://127.0.0.1:${port}`, clock, heartbeat: createHeartbeat(clock) })
    await vi.waitFor(() => expect(heard).toHaveLength(1), soon)
    await clock.advance(29_000)
    expect(states).toEqual([])
    await clock.advance(2_000)
    await vi.waitFor(() => expect(states).toEqual(['lost']), soon)
    await clock.advance(1_000)
    await vi.waitFor(() => expect(heard).toHaveLength(2), soon)
    for (const socket of heard) socket.destroy()
    mute.close()
  })

  it('pings where it has nothing to say, and not where it has', async () => {
    const clock = virtualClock()
    const pings: number[] = []
    let answered = 0
    const server = createServer((socket) => {
      socket.on('data', (bytes) => {
        if (bytes[0] === 0xc0) pings.push(clock.now())
        // CONNECT is answered with CONNACK, all else with PINGRESP: any answer will do.
        answered += 1
        socket.write(Buffer.from(bytes[0] === 0x10 ? [0x20, 2, 0, 0] : [0xd0, 0]))
      })
      socket.on('error', () => {})
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    open({ url: `mqtt://127.0.0.1:${port}`, clock, heartbeat: createHeartbeat(clock) })
    await isLinked()
    await clock.advance(20_000)
    send(1)
    const said = clock.now()
    // Long enough on the wire that the answer is back: else the broker would be taken for gone.
    await vi.waitFor(() => expect(answered).toBeGreaterThan(1), soon)
    await clock.advance(39_000)
    expect(pings).toEqual([])
    await clock.advance(1_000)
    await vi.waitFor(() => expect(pings).toEqual([said + 40_000]), soon)
    expect(states).toEqual(['linked'])
    server.close()
  })
})
