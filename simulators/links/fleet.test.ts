import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock, virtualClock } from '../../domain/clock.ts'
import { seededRandom } from '../../domain/random.ts'
import type { DevicePlan, Message } from '../devices/device.ts'
import type { HomePlan } from '../home/home.ts'
import { type Fleet, type FleetOptions, openFleet } from './fleet.ts'
import { startTestBroker, type TestBroker } from './test_broker.ts'

vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 })
const soon = { timeout: 10_000 }

const homeOf = (id: string, devices: DevicePlan[]): HomePlan => ({
  id,
  label: id,
  position: { lat: 39.6, lon: 106.8 },
  residents: [{ id: 'resident', seed: 1 }],
  devices,
})
const pendants = (count: number) =>
  homeOf(
    'many',
    Array.from({ length: count }, (_, n) => ({ id: `pendant-${n}`, kind: 'pendant' })),
  )

let broker: TestBroker
let http: Server
let posted: { path: string | undefined; token: string | undefined }[]
let abort: AbortController
let fleet: Fleet
let states: string[]

beforeEach(async () => {
  posted = []
  states = []
  abort = new AbortController()
  broker = await startTestBroker()
  http = createServer((request, response) => {
    posted.push({ path: request.url, token: request.headers.authorization })
    request.resume()
    response.writeHead(202).end('{}')
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
})
afterEach(async () => {
  await fleet.close()
  await broker.close()
  http.close()
  http.closeAllConnections()
})

function open(homes: HomePlan[], options: Partial<FleetOptions> = {}): void {
  fleet = openFleet({
    mqttUrl: broker.url,
    httpUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    homes,
    token: async (device) => `token of ${device}`,
    onReceipt: () => {},
    onState: (device, home, state) => void states.push(`${home.id} ${device.id} ${state}`),
    clock: systemClock,
    random: seededRandom(1),
    signal: abort.signal,
    ...options,
  })
}

function carrier(home: HomePlan) {
  const find = (id: string) => home.devices.find((device) => device.id === id) ?? expect.unreachable(`no ${id}`)
  return {
    say: (id: string, message: Message) => fleet.carry({ what: 'message', at: 0, home, device: find(id), message }),
    line: (id: string, up: boolean) => fleet.carry({ what: 'link', at: 0, home, device: find(id), up }),
  }
}
const reading = (seq: number, at = 0): Message => ({ kind: 'readings', payload: { at, seq } })
const allConnected = (count: number) => vi.waitFor(() => expect(fleet.connected()).toBe(count), soon)

describe('a fleet', () => {
  it('carries the messages of each device on its own line, over MQTT or HTTP as planned, with its own token', async () => {
    const home = homeOf('li', [
      { id: 'li-watch', kind: 'watch' },
      { id: 'li-cuff', kind: 'bp_cuff', transport: 'http' },
    ])
    open([home])
    carrier(home).say('li-watch', reading(1))
    carrier(home).say('li-cuff', reading(2))
    await fleet.settled()
    expect(broker.arrived.filter(({ kind }) => kind === 'readings')).toMatchObject([
      { device: 'li-watch', payload: { seq: 1 } },
    ])
    expect(posted).toEqual([{ path: '/api/v1/devices/li-cuff/readings', token: 'Bearer token of li-cuff' }])
    expect(states.toSorted()).toEqual(['li li-cuff linked', 'li li-watch linked'])
    expect(fleet.account()).toMatchObject({ sent: 2, acknowledged: 2, connects: 2, dropped: 0 })
  })

  describe('with a gateway', () => {
    const home = homeOf('li', [
      { id: 'li-door', kind: 'door', room: 'hall', opening: 'front_door', gateway: 'li-hub' },
      { id: 'li-hub', kind: 'gateway', room: 'hall' },
      { id: 'li-pull', kind: 'pull_cord', room: 'bathroom', gateway: 'li-hub' },
      { id: 'li-cuff', kind: 'bp_cuff', transport: 'http', gateway: 'li-hub' },
    ])
    const statuses = () =>
      broker.arrived.filter(({ kind }) => kind === 'status').map(({ device, payload }) => `${device} ${payload.online}`)

    it('has one connection for it and its children, and everybody is heard and answered', async () => {
      const receipts: string[] = []
      open([home], { onReceipt: (device, _home, { result }) => void receipts.push(`${device.id} ${result}`) })
      const { say } = carrier(home)
      await allConnected(4)
      say('li-door', reading(1))
      say('li-pull', { kind: 'signals', payload: { signal: 'sos' } })
      say('li-hub', reading(2))
      await fleet.settled()
      expect(broker.addresses).toHaveLength(1)
      expect(posted).toEqual([])
      const heard = broker.arrived.filter(({ kind }) => kind !== 'status')
      expect(heard.map(({ device, kind }) => `${device} ${kind}`).toSorted()).toEqual([
        'li-door readings',
        'li-hub readings',
        'li-pull signals',
      ])
      expect(statuses().toSorted()).toEqual(['li-door true', 'li-hub true', 'li-pull true'])
      expect(fleet.account()).toMatchObject({ sent: 3, acknowledged: 3, connects: 1 })
      broker.publish('vigil/v1/li-pull/receipts', { result: 'accepted', at: '2026-11-22T08:00:00.000Z', topic: 't' })
      broker.publish('vigil/v1/li-hub/receipts', { result: 'accepted', at: '2026-11-22T08:00:00.000Z', topic: 't' })
      await vi.waitFor(() => expect(receipts).toEqual(['li-pull accepted', 'li-hub accepted']), soon)
    })

    it('says of a child out of its reach that it is away, and carries what it kept when it is back', async () => {
      open([home])
      const { say, line } = carrier(home)
      await allConnected(4)
      line('li-door', false)
      say('li-door', reading(1))
      say('li-door', { kind: 'signals', payload: { signal: 'sos' } })
      expect([fleet.connected(), fleet.waiting()]).toEqual([3, 2])
      await vi.waitFor(() => expect(statuses()).toContain('li-door false'), soon)
      line('li-door', true)
      await fleet.settled()
      expect(fleet.waiting()).toBe(0)
      expect(broker.arrived.filter(({ kind }) => kind !== 'status').map(({ kind }) => kind)).toEqual([
        'signals',
        'readings',
      ])
      expect(states.filter((state) => state.startsWith('li li-door'))).toEqual(
        ['linked', 'lost', 'linked'].map((s) => `li li-door ${s}`),
      )
    })

    it('keeps what its children say while its own line is away, and none of it is lost', async () => {
      open([home])
      const { say, line } = carrier(home)
      await allConnected(4)
      for (const id of ['li-hub', 'li-door', 'li-pull']) line(id, false)
      await vi.waitFor(() => expect(broker.connected()).toBe(0), soon)
      for (let seq = 1; seq <= 50; seq++) for (const id of ['li-hub', 'li-door', 'li-pull']) say(id, reading(seq))
      expect([fleet.connected(), fleet.waiting()]).toEqual([1, 150])
      for (const id of ['li-hub', 'li-door', 'li-pull']) line(id, true)
      await fleet.settled()
      await allConnected(4)
      const { sent, acknowledged, dropped } = fleet.account()
      expect({ sent, acknowledged, dropped }).toEqual({ sent: 150, acknowledged: 150, dropped: 0 })
      expect(
        new Set(
          broker.arrived
            .filter(({ kind }) => kind === 'readings')
            .map(({ device, payload }) => `${device} ${payload.seq}`),
        ).size,
      ).toBe(150)
    })

    it('answers commands for its children, and for one out of its reach that it could not', async () => {
      const home = homeOf('li', [
        { id: 'li-hub', kind: 'gateway', room: 'hall' },
        { id: 'li-watch', kind: 'watch', gateway: 'li-hub' },
        { id: 'li-door', kind: 'door', room: 'hall', opening: 'front_door', gateway: 'li-hub' },
      ])
      open([home])
      await vi.waitFor(() => expect(fleet.connected()).toBe(3), soon)
      fleet.carry({ what: 'link', at: 0, home, device: home.devices[2]!, up: false })
      const answered = () =>
        broker.arrived
          .filter(({ kind }) => kind === 'answers')
          .map(({ device, payload }) => [device, payload.command, payload.result])
      const expected = [
        ['li-door', 'c-3', 'failed'],
        ['li-hub', 'c-1', 'done'],
        ['li-watch', 'c-2', 'done'],
      ]
      await vi.waitFor(() => {
        for (const [device, id] of expected)
          broker.publish(`vigil/v1/${device}/commands`, { id, kind: 'locate', queued_at: '', expires_at: '' })
        expect(new Set(answered().map(String))).toEqual(new Set(expected.map(String)))
      }, soon)
      const position = broker.arrived.find(({ payload }) => payload.command === 'c-2')?.payload.position
      expect(position).toEqual(home.position)
    })

    it('takes leave for all of them', async () => {
      open([home])
      await allConnected(4)
      await fleet.close()
      expect(statuses().slice(-3).toSorted()).toEqual(['li-door false', 'li-hub false', 'li-pull false'])
    })
  })

  it('opens the connections evenly over the ramp', async () => {
    const clock = virtualClock()
    open([pendants(10)], { clock, rampMs: 10_000 })
    const opened = () => vi.waitFor(() => expect(broker.addresses.length).toBe(fleet.connected()), soon)
    for (const count of [1, 2, 3]) {
      await allConnected(count)
      await opened()
      await clock.advance(1_000)
    }
    await clock.advance(6_000)
    await allConnected(10)
  })

  it('is settled when all is acknowledged but for what cut devices keep, and adds up', async () => {
    const home = pendants(3)
    open([home])
    const { say, line } = carrier(home)
    await allConnected(3)
    line('pendant-0', false)
    for (let seq = 1; seq <= 5; seq++) for (const { id } of home.devices) say(id, reading(seq))
    await fleet.settled()
    expect(fleet.waiting()).toBe(5)
    expect(fleet.account()).toMatchObject({ sent: 10, acknowledged: 10, connects: 3 })
    line('pendant-0', true)
    await fleet.settled()
    expect(fleet.waiting()).toBe(0)
    const { sent, acknowledged, redelivered, dropped, connects, lost } = fleet.account()
    expect({ sent, acknowledged, redelivered, dropped, connects, lost }).toEqual({
      sent: 15,
      acknowledged: 15,
      redelivered: 0,
      dropped: 0,
      connects: 4,
      lost: 1,
    })
  })

  it('is not settled while an answer is due, and stops waiting for that when told', async () => {
    const home = pendants(1)
    open([home])
    await allConnected(1)
    broker.mute = true
    carrier(home).say('pendant-0', reading(1))
    const waiting = new AbortController()
    const settled = fleet.settled(waiting.signal)
    waiting.abort(new Error('long enough'))
    await expect(settled).rejects.toThrow('long enough')
    broker.mute = false
    await fleet.settled()
    expect(fleet.waiting()).toBe(0)
  })

  it('keeps as much as the device’s model does', async () => {
    const home = pendants(1)
    broker.away = true
    open([home])
    for (let seq = 1; seq <= 1_000; seq++) carrier(home).say('pendant-0', reading(seq))
    expect(fleet.waiting()).toBe(200)
    expect(fleet.account()).toMatchObject({ sent: 0, dropped: 800 })
  })

  it('gives the n-th device the n-th address', async () => {
    open([pendants(3)], { sourceAddress: (n) => `127.0.3.${n + 1}` })
    await allConnected(3)
    expect(broker.addresses.toSorted()).toEqual(['127.0.3.1', '127.0.3.2', '127.0.3.3'])
  })

  it('puts another time into payloads where it is told to', async () => {
    const home = pendants(1)
    open([home], { trueToSent: (at) => at + 1_000_000 })
    carrier(home).say('pendant-0', reading(1, 5))
    carrier(home).say('pendant-0', { kind: 'readings', payload: { seq: 2 } })
    await fleet.settled()
    const sent = broker.arrived.filter(({ kind }) => kind === 'readings').map(({ payload }) => payload)
    expect(sent).toEqual([{ at: 1_000_005, seq: 1 }, { seq: 2 }])
  })

  it('ends with every device’s farewell when its signal aborts', async () => {
    open([pendants(3)])
    await allConnected(3)
    abort.abort()
    await fleet.close()
    const farewells = broker.arrived.filter(({ payload }) => payload.online === false)
    expect(new Set(farewells.map(({ device }) => device)).size).toBe(3)
    expect(fleet.connected()).toBe(0)
  })

  it('opens nothing more after it was closed on its way up', async () => {
    const clock = virtualClock()
    open([pendants(10)], { clock, rampMs: 10_000 })
    await allConnected(1)
    await fleet.close()
    await clock.advance(20_000)
    expect(broker.addresses).toHaveLength(1)
  })
})
