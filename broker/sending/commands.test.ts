import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { IPublishPacket } from 'mqtt-packet'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../../domain/clock.ts'
import { CommandInput } from '../../domain/commands.ts'
import { limits } from '../../domain/limits.ts'
import { topicOf } from '../../domain/topics.ts'
import type { Journal } from '../../journal/journal.ts'
import { openLmdbJournal } from '../../journal/lmdb.ts'
import { getCommand, queueCommand } from '../../store/commands.ts'
import { issueToken } from '../../store/credentials.ts'
import { createDevice } from '../../store/devices.ts'
import { openStore } from '../../store/open.ts'
import type { Store } from '../../store/store.ts'
import { createVendor } from '../../store/vendors.ts'
import { type RawClient, rawTcp } from '../../test/raw_client.ts'
import { until } from '../../test/until.ts'
import { type RunningBroker, startBroker } from '../start.ts'

const log = pino({ level: 'silent' })
const tokens: Record<string, string> = {}
const clients: RawClient[] = []
const brokers: RunningBroker[] = []
let data: string
let store: Store
let journal: Journal
let broker: RunningBroker
/** How far the time of this house is ahead; its clock runs all the same, because brokers look every few milliseconds. */
let aheadMs = 0
const clock: Clock = {
  ...systemClock,
  now: () => systemClock.now() + aheadMs,
  // Nobody pauses for long, so that what failed is soon tried again.
  sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 50), signal),
}

async function startOne(folder = data): Promise<RunningBroker> {
  const ports = { host: '127.0.0.1', mqttPort: 0, httpPort: 0 }
  const started = await startBroker({ journal, store, clock, log, data: folder, ...ports })
  brokers.push(started)
  return started
}

async function stopOne(): Promise<void> {
  await brokers.pop()?.close()
}

beforeEach(async () => {
  aheadMs = 0
  data = await mkdtemp(join(tmpdir(), 'vigil-commands-'))
  store = await openStore({ data, clock })
  journal = await openLmdbJournal({ path: join(data, 'journal'), clock, diskReserveBytes: 0 })
  await store.write(async (tx) => {
    await createVendor(tx, { id: 'acme', name: 'Acme' }, 0)
    const devices = [{ id: 'watch-1' }, { id: 'watch-2' }, { id: 'gateway-1', vendor: 'acme' }]
    const children = ['mat-1', 'mat-2'].map((id) => ({ id, gateway: 'gateway-1', vendor: 'acme' }))
    for (const device of [...devices, ...children]) tokens[device.id] = (await createDevice(tx, device, 0)).token
    tokens['vendor/acme'] = (await issueToken(tx, 'vendor:acme', { now: 0 })).token
  })
  broker = await startOne()
})

afterEach(async () => {
  for (const client of clients.splice(0)) client.stream.destroy()
  for (const running of brokers.splice(0)) await running.close()
  await journal.close()
  await store.close()
  await rm(data, { recursive: true })
})

type Given = {
  clean?: boolean
  at?: RunningBroker
  qos?: 0 | 1
  topic?: string
  subscribes?: boolean
  clientId?: string
}

/** A device or account that is connected, and subscribed to its own commands where nothing else is said. */
async function connected(name: string, given: Given = {}): Promise<RawClient> {
  const { clean = true, at = broker, qos = 1, topic = topicOf(name, 'commands') } = given
  const { subscribes = true, clientId = name.replace('/', '-') } = given
  const client = rawTcp(at.mqttPort)
  clients.push(client)
  const login = { clientId, username: name, password: Buffer.from(tokens[name] ?? '') }
  client.send({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean, keepalive: 0, ...login })
  expect((await client.next('connack')).returnCode).toBe(0)
  if (subscribes) await subscribe(client, topic, qos)
  return client
}

async function subscribe(client: RawClient, topic: string, qos: 0 | 1 = 1): Promise<void> {
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos }] })
  await client.next('suback', client.seen.filter(({ cmd }) => cmd === 'suback').length + 1)
}

async function queue(id: string, device = 'watch-1', more: object = {}): Promise<void> {
  const input = CommandInput.parse({ id, kind: 'ring', ...more })
  await store.write((tx) => queueCommand(tx, { device, input, by: 'anna', now: clock.now() }))
}

const arrivals = (client: RawClient): IPublishPacket[] =>
  client.seen.filter((packet): packet is IPublishPacket => packet.cmd === 'publish')
const bodyOf = ({ payload }: IPublishPacket) => JSON.parse(payload.toString()) as Record<string, unknown>
const ids = (client: RawClient) => arrivals(client).map((packet) => bodyOf(packet).id)
const got = (client: RawClient, count: number) => client.until(() => arrivals(client).length >= count)

/** Acknowledges the nth that came (from 1). */
function acknowledge(client: RawClient, nth: number): void {
  client.send({ cmd: 'puback', messageId: arrivals(client)[nth - 1]!.messageId! })
}

const stateOf = async (id: string, device = 'watch-1') => (await getCommand(store.db, device, id, clock.now()))?.state
const becomes = (id: string, state: string, device = 'watch-1') =>
  until(`${id} is ${state}`, async () => ((await stateOf(id, device)) === state ? true : undefined))

let probes = 0
/** Resolves when a broker has looked for everything that was queued before: commands are looked for one after another. */
async function looked(at = broker): Promise<void> {
  const probe = await connected('watch-2', { at })
  // The first may come by the look for who has just subscribed; the second comes by the changes, after all before it.
  for (let nth = 1; nth <= 2; nth++) {
    const id = `probe-${++probes}`
    await queue(id, 'watch-2')
    await probe.until(() => ids(probe).includes(id))
  }
  probe.stream.destroy()
}

describe.each([
  ['a clean session', true],
  ['a session that lasts', false],
])('a device with %s', (_what, clean) => {
  it('gets a command at once where it is subscribed, and PUBACK makes it delivered', async () => {
    const device = await connected('watch-1', { clean })
    await queue('c-1', 'watch-1', { kind: 'say', text: 'hello', volume: 3 })
    await got(device, 1)
    const [packet] = arrivals(device)
    expect(packet).toMatchObject({ topic: 'vigil/v1/watch-1/commands', qos: 1, retain: false })
    expect(bodyOf(packet!)).toMatchObject({ id: 'c-1', kind: 'say', text: 'hello', volume: 3 })
    expect(await stateOf('c-1')).toBe('queued')
    acknowledge(device, 1)
    await becomes('c-1', 'delivered')
  })

  it('gets what waited for it in order, when it has come and is subscribed', async () => {
    for (const id of ['c-1', 'c-2', 'c-3']) await queue(id)
    const device = await connected('watch-1', { clean, subscribes: false })
    await looked()
    expect(ids(device)).toEqual([])
    await subscribe(device, 'vigil/v1/watch-1/commands')
    await got(device, 3)
    expect(ids(device)).toEqual(['c-1', 'c-2', 'c-3'])
  })

  it('gets again what it did not acknowledge, on its next connection and not before', async () => {
    const first = await connected('watch-1', { clean })
    await queue('c-1')
    await queue('c-2')
    await got(first, 2)
    acknowledge(first, 2)
    await becomes('c-2', 'delivered')
    await subscribe(first, 'vigil/v1/watch-1/commands')
    await queue('c-3')
    await got(first, 3)
    await looked()
    expect(ids(first)).toEqual(['c-1', 'c-2', 'c-3'])
    first.stream.destroy()
    const second = await connected('watch-1', { clean })
    await got(second, 2)
    await looked()
    expect(ids(second)).toEqual(['c-1', 'c-3'])
  })

  it('gets what was queued while it and the broker were away', async () => {
    const before = await connected('watch-1', { clean })
    await queue('c-1')
    await got(before, 1)
    before.stream.destroy()
    await stopOne()
    await queue('c-2')
    broker = await startOne()
    const after = await connected('watch-1', { clean })
    await got(after, 2)
    expect(ids(after)).toEqual(['c-1', 'c-2'])
  })

  it('gets it from another broker on the same store', async () => {
    const other = await startOne(await mkdtemp(join(data, 'other-')))
    const device = await connected('watch-1', { clean, at: other })
    await queue('c-1')
    await got(device, 1)
    acknowledge(device, 1)
    await becomes('c-1', 'delivered')
  })

  it('does not get what has expired', async () => {
    await queue('c-1', 'watch-1', { expires_in_s: 60 })
    await queue('c-2')
    aheadMs = 60_001
    const device = await connected('watch-1', { clean })
    await got(device, 1)
    expect([ids(device), await stateOf('c-1')]).toEqual([['c-2'], 'expired'])
  })
})

describe('commands', () => {
  it('come to a session that came back with its subscriptions, without a SUBSCRIBE', async () => {
    const first = await connected('watch-1', { clean: false })
    first.send({ cmd: 'disconnect' })
    await first.closed
    await stopOne()
    broker = await startOne()
    await queue('c-1')
    await looked()
    const second = await connected('watch-1', { clean: false, subscribes: false })
    await got(second, 1)
    expect(ids(second)).toEqual(['c-1'])
    acknowledge(second, 1)
    await becomes('c-1', 'delivered')
  })

  it('are not more at a time than may be in flight, and the next comes for each that is acknowledged', async () => {
    const all = Array.from({ length: limits.commandsInFlight + 5 }, (_, n) => `c-${n}`)
    for (const id of all) await queue(id)
    const device = await connected('watch-1')
    await got(device, limits.commandsInFlight)
    await looked()
    expect(ids(device)).toEqual(all.slice(0, limits.commandsInFlight))
    for (let nth = 1; nth <= 5; nth++) {
      acknowledge(device, nth)
      await got(device, limits.commandsInFlight + nth)
    }
    await looked()
    expect(ids(device)).toEqual(all)
  })

  it('of a device that has stopped reading hold up nobody else’s', async () => {
    const frozen = await connected('watch-1')
    frozen.stream.pause()
    for (let n = 0; n < 20; n++) await queue(`c-${n}`, 'watch-1', { note: 'x'.repeat(limits.commandBytes) })
    await looked()
  })

  it('that were acknowledged are noted when the store can, and not sent again meanwhile', async () => {
    const device = await connected('watch-1')
    await queue('c-1')
    await got(device, 1)
    const { write } = store
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    let failures = 0
    store.write = async (work) => {
      if (failures++ < 2) throw new Error('the database is away')
      await held
      return write(work)
    }
    acknowledge(device, 1)
    await until('it failed twice', async () => (failures > 2 ? true : undefined))
    const now = clock.now()
    const next = { device: 'watch-1', input: CommandInput.parse({ id: 'c-2', kind: 'ring' }), by: 'anna', now }
    await write((tx) => queueCommand(tx, next))
    await subscribe(device, 'vigil/v1/watch-1/commands')
    await got(device, 2)
    release()
    await becomes('c-1', 'delivered')
    store.write = write
    await looked()
    expect(ids(device)).toEqual(['c-1', 'c-2'])
  })

  it('are not sent again by a look that began before their acknowledgement was noted', async () => {
    const device = await connected('watch-1')
    await queue('c-1')
    await got(device, 1)
    const { db } = store
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    let isHeld = false
    store.db = db.withPlugin({
      transformQuery: ({ node }) => node,
      async transformResult({ result }) {
        if (result.rows.some((row) => 'gateway' in row)) {
          isHeld = true
          await held
        }
        return result
      },
    })
    await queue('c-2')
    await until('it looks', async () => isHeld || undefined)
    acknowledge(device, 1)
    await becomes('c-1', 'delivered')
    release()
    await looked()
    expect(ids(device)).toEqual(['c-1', 'c-2'])
  })

  it('are looked for again where the store failed', async () => {
    const device = await connected('watch-1')
    const { db } = store
    let failures = 0
    store.db = new Proxy(db, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          if (args[0] === 'commands' && failures++ < 3) throw new Error('the database is away')
          return value.apply(target, args)
        }
      },
    })
    await queue('c-1')
    await got(device, 1)
    expect(failures).toBeGreaterThan(3)
  })

  it('come once on each connection where they were subscribed to with QoS 0', async () => {
    await queue('c-1')
    for (let turn = 0; turn < 2; turn++) {
      const device = await connected('watch-1', { qos: 0 })
      await got(device, 1)
      await queue(`more-${turn}`)
      await until('the other one came', async () => (ids(device).includes(`more-${turn}`) ? true : undefined))
      await looked()
      expect(new Set(ids(device)).size).toBe(ids(device).length)
      expect(arrivals(device)[0]).toMatchObject({ qos: 0 })
      device.stream.destroy()
      await device.closed
    }
    expect(await stateOf('c-1')).toBe('queued')
  })

  it('go to the newest of several connections, and to the one before when that is gone', async () => {
    const older = await connected('watch-1', { clientId: 'older' })
    const newer = await connected('watch-1', { clientId: 'newer' })
    await queue('c-1')
    await got(newer, 1)
    newer.stream.destroy()
    await got(older, 1)
    await queue('c-2')
    await got(older, 2)
    expect([ids(older), ids(newer)]).toEqual([['c-1', 'c-2'], ['c-1']])
  })
})

describe('who speaks for a device', () => {
  it('a gateway gets what is for its children, by wildcard or by name, and its PUBACK counts', async () => {
    await queue('c-1', 'mat-1')
    const gateway = await connected('gateway-1', { topic: 'vigil/v1/+/commands' })
    await got(gateway, 1)
    await queue('c-2', 'gateway-1')
    await queue('c-3', 'mat-2')
    await queue('c-4', 'watch-1')
    await got(gateway, 3)
    await looked()
    expect(arrivals(gateway).map(({ topic }) => topic)).toEqual(
      ['mat-1', 'gateway-1', 'mat-2'].map((device) => topicOf(device, 'commands')),
    )
    acknowledge(gateway, 1)
    await becomes('c-1', 'delivered', 'mat-1')
    gateway.stream.destroy()
    const again = await connected('gateway-1', { topic: 'vigil/v1/mat-2/commands' })
    await got(again, 1)
    await looked()
    expect(ids(again)).toEqual(['c-3'])
  })

  it('who takes over from a gateway that has gone gets also what waited there for its turn', async () => {
    const gateway = await connected('gateway-1', { topic: 'vigil/v1/+/commands' })
    const all = Array.from({ length: limits.commandsInFlight }, (_, n) => `c-${n}`)
    for (const id of all) await queue(id, 'mat-1')
    await queue('last', 'mat-2')
    await got(gateway, all.length)
    await looked()
    const vendor = await connected('vendor/acme', { topic: 'vigil/v1/+/commands' })
    await looked()
    gateway.stream.destroy()
    await got(vendor, all.length)
    for (const n of all.keys()) acknowledge(vendor, n + 1)
    await got(vendor, all.length + 1)
    expect([ids(gateway), ids(vendor)]).toEqual([all, [...all, 'last']])
  })

  it('the device itself before its gateway, and its gateway before its vendor', async () => {
    const vendor = await connected('vendor/acme', { topic: 'vigil/v1/+/commands' })
    await queue('c-1', 'mat-1')
    await got(vendor, 1)
    const gateway = await connected('gateway-1', { topic: 'vigil/v1/+/commands' })
    await queue('c-2', 'mat-1')
    await got(gateway, 1)
    const device = await connected('mat-1')
    await queue('c-3', 'mat-1')
    await got(device, 1)
    await looked()
    expect([ids(vendor), ids(gateway), ids(device)]).toEqual([['c-1'], ['c-2'], ['c-3']])
    device.stream.destroy()
    await got(gateway, 2)
    gateway.stream.destroy()
    await got(vendor, 3)
    expect(new Set(ids(vendor).slice(1))).toEqual(new Set(['c-2', 'c-3']))
  })
})
