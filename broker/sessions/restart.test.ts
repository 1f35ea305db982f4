import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { IConnectPacket, IPublishPacket } from 'mqtt-packet'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../domain/clock.ts'
import type { Journal, Lane } from '../../journal/journal.ts'
import { openLmdbJournal } from '../../journal/lmdb.ts'
import { createDevice } from '../../store/devices.ts'
import { openStore } from '../../store/open.ts'
import { enqueue, pending } from '../../store/outbox.ts'
import type { Store } from '../../store/store.ts'
import { greet, type RawClient, rawTcp } from '../../test/raw_client.ts'
import { needs } from '../../test/real_parts.ts'
import { type RunningBroker, startBroker } from '../start.ts'
import { openSessions } from './sessions.ts'

const log = pino({ level: 'silent' })
const adminToken = 'administrators-token'
let data: string
let store: Store
let journal: Journal
let broker: RunningBroker | undefined
const tokens: Record<string, string> = { admin: adminToken }
const clients: RawClient[] = []

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'vigil-restart-'))
  store = await openStore({ data, clock: systemClock })
  journal = await openLmdbJournal({ path: join(data, 'journal'), clock: systemClock, diskReserveBytes: 0 })
  for (const id of ['watch-1', 'watch-2']) tokens[id] = (await store.write((tx) => createDevice(tx, { id }, 0))).token
  await start()
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.stream.destroy()
  await stop()
  await journal.close()
  await store.close()
  await rm(data, { recursive: true })
})

async function start(): Promise<void> {
  const ports = { host: '127.0.0.1', mqttPort: 0, httpPort: 0 }
  broker = await startBroker({ journal, store, clock: systemClock, log, adminToken, data, ...ports })
}
async function stop(): Promise<void> {
  await broker?.close()
  broker = undefined
}
async function restart(): Promise<void> {
  await stop()
  await start()
}

/** Connects with a session that lasts, if nothing else is said; `present` tells whether it was there. */
async function connected(user: string, fields: Partial<IConnectPacket> = {}) {
  const client = rawTcp(broker!.mqttPort)
  clients.push(client)
  const login = { username: user, password: Buffer.from(tokens[user]!) }
  const { returnCode, sessionPresent } = await greet(client, { clean: false, clientId: 'c', ...login, ...fields })
  expect(returnCode).toBe(0)
  return Object.assign(client, { present: sessionPresent })
}

const topic = (device: string, kind: string) => `vigil/v1/${device}/${kind}`
const receipts = topic('watch-1', 'receipts')

async function subscribed(client: RawClient, ...filters: string[]): Promise<(number | object)[]> {
  const subscriptions = filters.map((filter) => ({ topic: filter, qos: 1 as const }))
  client.send({ cmd: 'subscribe', messageId: 99, subscriptions })
  return (await client.next('suback')).granted
}

let receiptNumber = 0
/** Has the outbox send receipts, and waits until all are marked as sent. */
async function sendReceipts(device: string, ...bodies: string[]): Promise<void> {
  for (const body of bodies) {
    const stableId = `r${receiptNumber++}`
    await store.write((tx) => enqueue(tx, { stableId, channel: 'receipt', target: device, body, at: 0 }))
  }
  await expect.poll(() => pending(store.db, 'receipt', 1)).toEqual([])
}

const published = (client: RawClient) =>
  client.seen.filter((packet): packet is IPublishPacket => packet.cmd === 'publish')
const bodiesOf = (client: RawClient) => published(client).map(({ payload }) => JSON.parse(payload.toString()))
const gets = (client: RawClient, count: number) => client.until(() => published(client).length >= count)
const ack = (client: RawClient) => {
  for (const { messageId } of published(client)) client.send({ cmd: 'puback', messageId: messageId! })
}
const over = async (client: RawClient) => {
  client.send({ cmd: 'disconnect' })
  await client.closed
}

describe('a broker that starts again', () => {
  it('knows the session, and delivers in order what was sent while the device was away', async () => {
    const first = await connected('watch-1')
    expect([first.present, await subscribed(first, receipts)]).toEqual([false, [1]])
    await over(first)
    await sendReceipts('watch-1', 'a', 'b', 'c')
    await restart()
    const second = await connected('watch-1')
    expect(second.present).toBe(true)
    await gets(second, 3)
    await sendReceipts('watch-1', 'd')
    await gets(second, 4)
    expect(bodiesOf(second)).toEqual(['a', 'b', 'c', 'd'])
    expect(published(second).map(({ qos, dup }) => [qos, dup])).toEqual(Array(4).fill([1, false]))
    ack(second)
    await over(second)
    await restart()
    const third = await connected('watch-1')
    await sendReceipts('watch-1', 'e')
    await gets(third, 1)
    expect(bodiesOf(third)).toEqual(['e'])
  })

  it('sends again, marked so and by the same number, what was not acknowledged', async () => {
    const first = await connected('watch-1')
    await subscribed(first, receipts)
    await sendReceipts('watch-1', 'a')
    const { messageId } = await first.next('publish')
    await restart()
    const second = await connected('watch-1')
    expect(await second.next('publish')).toMatchObject({ messageId, dup: true })
  })

  it('shows the last status of a device to an administrator who comes late', async () => {
    const watch = await connected('watch-1')
    for (const online of [false, true])
      watch.send({
        cmd: 'publish',
        topic: topic('watch-1', 'status'),
        payload: JSON.stringify({ online }),
        qos: 1,
        messageId: 5,
        retain: true,
        dup: false,
      })
    await watch.next('puback', 2)
    await restart()
    const admin = await connected('admin', { clean: true })
    await subscribed(admin, 'vigil/v1/+/status')
    expect(await admin.next('publish')).toMatchObject({ topic: topic('watch-1', 'status'), retain: true })
    expect(bodiesOf(admin)).toEqual([{ online: true }])
  })

  it('journals a QoS 2 message once, though it comes again before it was let go', async () => {
    const message = (text: string, dup = false): IPublishPacket => {
      const payload = JSON.stringify({ signal: 'sos', detail: text })
      return { cmd: 'publish', topic: topic('watch-1', 'signals'), payload, qos: 2, messageId: 7, dup, retain: false }
    }
    const journalled = async () =>
      (await journal.read('urgent', 0, 10)).map(({ payload }) => JSON.parse(Buffer.from(payload).toString()).detail)
    const first = await connected('watch-1')
    first.send(message('first'))
    await first.next('pubrec')
    await restart()
    const second = await connected('watch-1')
    second.send(message('first', true))
    await second.next('pubrec')
    expect(await journalled()).toEqual(['first'])
    second.send({ cmd: 'pubrel', messageId: 7 })
    await second.next('pubcomp')
    await restart()
    const third = await connected('watch-1')
    third.send(message('second'))
    await third.next('pubrec')
    expect(await journalled()).toEqual(['first', 'second'])
  })

  it('journals a signal under a number that was never let go, of a device that counts from 1 again', async () => {
    const message = (kind: 'readings' | 'signals', dup = false): IPublishPacket => {
      const payload = kind === 'signals' ? '{"signal":"sos"}' : '{"readings":{"heart_rate":70}}'
      return { cmd: 'publish', topic: topic('watch-1', kind), payload, qos: 2, messageId: 1, dup, retain: false }
    }
    const before = await connected('watch-1')
    before.send(message('readings'))
    await before.next('pubrec')
    await over(before)
    const after = await connected('watch-1')
    after.send(message('signals'), message('readings'))
    await after.next('pubrec', 2)
    const count = async (lane: Lane) => (await journal.read(lane, 0, 10)).length
    expect([await count('urgent'), await count('bulk')]).toEqual([1, 1])
  })

  it('journals a signal of which only the repeat came, under a number that was never let go', async () => {
    const message = (detail: string): IPublishPacket => {
      const payload = JSON.stringify({ signal: 'sos', detail })
      return {
        cmd: 'publish',
        topic: topic('watch-1', 'signals'),
        payload,
        qos: 2,
        messageId: 1,
        dup: true,
        retain: false,
      }
    }
    const before = await connected('watch-1')
    before.send(message('of yesterday'))
    await before.next('pubrec')
    await over(before)
    const after = await connected('watch-1')
    after.send(message('of today'))
    await after.next('pubrec')
    after.send(message('of today'))
    await after.next('pubrec', 2)
    const told = (await journal.read('urgent', 0, 10)).map(({ payload }) => JSON.parse(Buffer.from(payload).toString()))
    expect(told.map(({ detail }) => detail)).toEqual(['of yesterday', 'of today'])
  })

  it('knows nothing of a session that ended with a clean connection', async () => {
    const first = await connected('watch-1')
    await subscribed(first, receipts)
    await over(first)
    await sendReceipts('watch-1', 'a')
    await over(await connected('watch-1', { clean: true }))
    await restart()
    const third = await connected('watch-1')
    expect(third.present).toBe(false)
    await subscribed(third, receipts)
    await sendReceipts('watch-1', 'b')
    await gets(third, 1)
    expect(bodiesOf(third)).toEqual(['b'])
  })

  it('publishes the will of a device that stayed away since a broker died, as from that device', async () => {
    await stop()
    // As a broker leaves it that is killed.
    const left = await openSessions({ path: join(data, 'sessions'), clock: systemClock, log, mayReceive: () => true })
    await left.persistence.setup({ id: 'the-killed-one' })
    const will = { payload: Buffer.from('{"online":false}'), qos: 1 as const, retain: true }
    for (const id of ['device:watch-1/c', 'device:nobody/c', 'device:watch-2/c'])
      await left.persistence.putWill({ id }, { ...will, topic: topic('watch-1', 'status') })
    await left.close()
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      await start()
      const admin = await connected('admin')
      await subscribed(admin, topic('watch-1', 'status'))
      // Aedes looks for the wills of dead brokers every fourth heartbeat.
      for (let minute = 0; minute < 4; minute++) await vi.advanceTimersByTimeAsync(60_000)
      await admin.next('publish')
      await expect.poll(() => journal.head('bulk')).toBe(2)
      const records = await journal.read('bulk', 0, 10)
      expect(records.map(({ principal, refused }) => [principal, refused ?? 'accepted']).sort()).toEqual([
        ['watch-1', 'accepted'],
        ['watch-2', 'topic_foreign'],
      ])
      expect(bodiesOf(admin)).toEqual([{ online: false }])
    } finally {
      vi.useRealTimers()
    }
  })

  it.skipIf(!needs('mosquitto'))("keeps the session of mosquitto's clients", async () => {
    const sub = (...more: string[]) => {
      const login = ['-u', 'watch-1', '-P', tokens['watch-1']!, '-i', 'mosquitto', '-c', '-q', '1', '-t', receipts]
      const args = ['-h', '127.0.0.1', '-p', `${broker!.mqttPort}`, ...login, ...more]
      return promisify(execFile)('mosquitto_sub', args)
    }
    await sub('-E')
    await sendReceipts('watch-1', 'a', 'b')
    await restart()
    expect((await sub('-C', '2')).stdout).toBe('"a"\n"b"\n')
  })
})

describe('a session that is taken over while messages wait in it', () => {
  it('brings all of them to the new connection, in order, and those that come meanwhile after them', async () => {
    const first = await connected('watch-1')
    await subscribed(first, receipts)
    await sendReceipts('watch-1', ...Array.from({ length: 50 }, (_, n) => `old ${n}`))
    await gets(first, 50)
    const more = sendReceipts('watch-1', ...Array.from({ length: 50 }, (_, n) => `new ${n}`))
    const second = await connected('watch-1')
    await first.closed
    await more
    await gets(second, 100)
    const wanted = ['old', 'new'].flatMap((word) => Array.from({ length: 50 }, (_, n) => `${word} ${n}`))
    expect(bodiesOf(second)).toEqual(wanted)
    expect(new Set(published(second).map(({ messageId }) => messageId)).size).toBe(100)
    ack(second)
    second.send({ cmd: 'pingreq' })
    await second.next('pingresp')
    await over(second)
    const third = await connected('watch-1')
    await sendReceipts('watch-1', 'last')
    await gets(third, 1)
    expect(bodiesOf(third)).toEqual(['last'])
  })
})

describe('what a session may not have', () => {
  it('is not kept for it, though it was asked for beside what it may have', async () => {
    const first = await connected('watch-1')
    expect(await subscribed(first, topic('watch-2', 'receipts'), receipts)).toEqual([128, 1])
    await over(first)
    await sendReceipts('watch-2', 'not yours')
    await sendReceipts('watch-1', 'yours')
    const second = await connected('watch-1')
    await gets(second, 1)
    await sendReceipts('watch-1', 'last')
    await gets(second, 2)
    // What became of the refused subscription is told as well.
    expect(bodiesOf(second).filter((body) => typeof body === 'string')).toEqual(['yours', 'last'])
  })
})
