import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type VirtualClock, virtualClock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import type { OutgoingPacket, PublishPacket, Qos, Subscription } from './packets.ts'
import { openSessions, type Sessions, type SessionsOptions } from './sessions.ts'

let path: string
let clock: VirtualClock
const open: Sessions[] = []

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'vigil-sessions-'))
  clock = virtualClock()
})
afterEach(async () => {
  for (const sessions of open.splice(0)) await sessions.close()
  await rm(path, { recursive: true })
})

async function opened(options: Partial<SessionsOptions> = {}): Promise<Sessions> {
  const log = pino({ level: 'silent' })
  const sessions = await openSessions({ path, clock, log, diskReserveBytes: 0, mayReceive: () => true, ...options })
  await sessions.persistence.setup({ id: `broker-${open.length}`, clients: {} })
  open.push(sessions)
  return sessions
}

/** Opens the folder again, as after a restart; what was noted by then is durable. */
async function reopened(sessions: Sessions): Promise<Sessions> {
  await sessions.close()
  return opened()
}

const receipts = 'vigil/v1/watch-1/receipts'
const client = (n: number | string, key = 'device:watch-1') => ({ id: `${key}/${n}`, clean: false })
let counter = 0
const message = (payload: string, topic = receipts, qos: Qos = 1): PublishPacket => ({
  cmd: 'publish',
  topic,
  payload: Buffer.from(payload),
  qos,
  retain: false,
  dup: false,
  brokerId: 'broker',
  brokerCounter: ++counter,
})

async function subscribe(sessions: Sessions, id: string, ...filters: (string | Subscription)[]): Promise<void> {
  const subscriptions = filters.map((one) => (typeof one === 'string' ? { topic: one, qos: 1 } : one))
  for (const subscription of subscriptions) sessions.grant(subscription)
  await sessions.persistence.addSubscriptions({ id, clean: false }, subscriptions)
}

/** As Aedes publishes it. */
async function publish({ persistence }: Sessions, packet: PublishPacket): Promise<void> {
  await persistence.outgoingEnqueueCombi(await persistence.subscriptionsByTopic(packet.topic), packet)
}

async function queue({ persistence }: Sessions, id: string): Promise<OutgoingPacket[]> {
  return persistence.outgoingStream({ id }).toArray()
}
const textOf = (packet: OutgoingPacket) => (packet.cmd === 'publish' ? packet.payload.toString() : packet.cmd)
const texts = async (sessions: Sessions, id: string) => (await queue(sessions, id)).map(textOf)
const filters = async ({ persistence }: Sessions, id: string) =>
  (await persistence.subscriptionsByClient({ id })).map(({ topic }) => topic)
const retained = async ({ persistence }: Sessions, filter: string) =>
  (await persistence.createRetainedStreamCombi([filter]).toArray()).map(textOf)

describe('what a restart keeps', () => {
  it('subscriptions with their QoS, and by topic', async () => {
    const before = await opened()
    await subscribe(before, client(1).id, receipts, { topic: 'vigil/v1/+/receipts', qos: 2 }, { topic: 'a', qos: 0 })
    await before.persistence.removeSubscriptions(client(1), ['a'])
    const after = await reopened(before)
    expect(await after.persistence.subscriptionsByClient(client(1))).toMatchObject([
      { topic: receipts, qos: 1 },
      { topic: 'vigil/v1/+/receipts', qos: 2 },
    ])
    const receivers = await after.persistence.subscriptionsByTopic(receipts)
    expect(receivers.map(({ topic, qos }) => [topic, qos])).toEqual([
      ['vigil/v1/+/receipts', 2],
      [receipts, 1],
    ])
  })

  it('queued messages in their order, without those that were acknowledged', async () => {
    const before = await opened()
    await subscribe(before, client(1).id, receipts)
    for (const payload of ['a', 'b', 'c']) await publish(before, message(payload))
    const [, second] = await queue(before, client(1).id)
    const sent = { ...(second as PublishPacket), messageId: 7 }
    await before.persistence.outgoingUpdate(client(1), sent)
    await before.persistence.outgoingClearMessageId(client(1), { cmd: 'puback', messageId: 7 })
    const after = await reopened(before)
    await publish(after, message('d'))
    expect(await texts(after, client(1).id)).toEqual(['a', 'c', 'd'])
  })

  it('what is on its way: a message keeps its number and says that it comes again, a released number stays one', async () => {
    const before = await opened()
    await subscribe(before, client(1).id, { topic: receipts, qos: 2 })
    for (const payload of ['a', 'b']) await publish(before, message(payload, receipts, 2))
    const [a, b] = (await queue(before, client(1).id)) as PublishPacket[]
    await before.persistence.outgoingUpdate(client(1), { ...a!, messageId: 7 })
    await before.persistence.outgoingUpdate(client(1), { ...b!, messageId: 8 })
    await before.persistence.outgoingUpdate(client(1), { cmd: 'pubrel', messageId: 7 })
    const after = await reopened(before)
    const [release, again] = await queue(after, client(1).id)
    expect(release).toEqual({ cmd: 'pubrel', messageId: 7 })
    expect(again).toMatchObject({ messageId: 8, qos: 2 })
    await after.persistence.outgoingUpdate(client(1), again!)
    expect(again).toMatchObject({ messageId: 8, dup: true })
  })

  it('numbers of QoS 2 messages that were not let go, of lasting sessions only', async () => {
    const before = await opened()
    const fleeting = { id: 'device:watch-1/clean', clean: true }
    for (const messageId of [1, 2]) await before.persistence.incomingStorePacket(client(1), { messageId })
    await before.persistence.incomingStorePacket(fleeting, { messageId: 1 })
    await before.persistence.incomingDelPacket(client(1), { messageId: 1 })
    expect(before.hasInbound(fleeting, 1)).toBe(true)
    const after = await reopened(before)
    expect([1, 2].map((messageId) => after.hasInbound(client(1), messageId))).toEqual([false, true])
    expect(after.hasInbound(fleeting, 1)).toBe(false)
    expect(after.hasInbound({ id: fleeting.id, clean: false }, 1)).toBe(false)
  })

  it('retained messages: replaced and cleared ones as they were last', async () => {
    const before = await opened()
    const store = (topic: string, payload: string) =>
      before.persistence.storeRetained({ ...message(payload, topic, 0), retain: true })
    await store('a/status', 'old')
    await store('a/status', 'new')
    await store('b/status', 'gone')
    await store('b/status', '')
    await store('c/status', 'same')
    await store('c/status', 'same')
    const after = await reopened(before)
    expect(await retained(after, '#')).toEqual(['new', 'same'])
    expect(await retained(after, 'a/status')).toEqual(['new'])
  })

  it('wills, which are then those of another broker', async () => {
    const before = await opened()
    const will = (topic: string) => ({ topic, payload: Buffer.from('gone'), qos: 1 as const, retain: true })
    await before.persistence.putWill(client(1), will('a/status'))
    await before.persistence.putWill(client(2), will('b/status'))
    await before.persistence.delWill(client(2))
    const after = await reopened(before)
    expect(await after.persistence.streamWill({ 'broker-1': 1 }).toArray()).toMatchObject([
      { topic: 'a/status', clientId: client(1).id, retain: true, qos: 1, payload: Buffer.from('gone') },
    ])
    expect(await after.persistence.streamWill({ 'broker-0': 1 }).toArray()).toEqual([])
  })

  it('nothing of a session that was ended', async () => {
    const before = await opened()
    await subscribe(before, client(1).id, receipts)
    await publish(before, message('a'))
    await before.persistence.incomingStorePacket(client(1), { messageId: 1 })
    await before.persistence.cleanSubscriptions(client(1))
    const after = await reopened(before)
    expect([await filters(after, client(1).id), await texts(after, client(1).id)]).toEqual([[], []])
    expect(after.hasInbound(client(1), 1)).toBe(false)
  })
})

describe('what is queued for whom', () => {
  it('one message for a session however many of its filters match, at the highest QoS that was granted', async () => {
    const sessions = await opened()
    await subscribe(sessions, client(1).id, receipts, { topic: 'vigil/v1/+/receipts', qos: 2 }, { topic: '#', qos: 0 })
    await publish(sessions, message('a', receipts, 2))
    await publish(sessions, message('b', receipts, 1))
    expect(await queue(sessions, client(1).id)).toMatchObject([{ qos: 2 }, { qos: 1 }])
  })

  it('never commands, which wait in the store', async () => {
    const sessions = await opened()
    await subscribe(sessions, client(1).id, '#')
    await publish(sessions, message('ring', 'vigil/v1/watch-1/commands'))
    expect(await texts(sessions, client(1).id)).toEqual([])
  })

  it.each([
    ['at once', (id: string, topic: string) => `${id} ${topic}` === `device:gate-1/g ${receipts}`],
    ['after a look', async (id: string, topic: string) => `${id} ${topic}` === `device:gate-1/g ${receipts}`],
  ])('by a wildcard only what it may have, told %s', async (_, mayReceive) => {
    const sessions = await opened({ mayReceive })
    await subscribe(sessions, 'device:gate-1/g', 'vigil/v1/+/receipts')
    await subscribe(sessions, 'device:watch-2/w', 'vigil/v1/watch-2/receipts')
    await publish(sessions, message('own'))
    await publish(sessions, message('foreign', 'vigil/v1/watch-2/receipts'))
    expect(await texts(sessions, 'device:gate-1/g')).toEqual(['own'])
    expect(await texts(sessions, 'device:watch-2/w')).toEqual(['foreign'])
  })

  it('nothing for a filter that was not granted, though it stands beside one that was', async () => {
    const sessions = await opened()
    const asked = [receipts, 'vigil/v1/watch-2/receipts'].map((topic) => ({ topic, qos: 1 }))
    sessions.grant(asked[0]!)
    await sessions.persistence.addSubscriptions(client(1), asked)
    await publish(sessions, message('foreign', 'vigil/v1/watch-2/receipts'))
    expect([await filters(sessions, client(1).id), await texts(sessions, client(1).id)]).toEqual([[receipts], []])
  })
})

describe('acknowledgements', () => {
  it('of no number take nothing away, and a message that was never queued goes out all the same', async () => {
    const sessions = await opened()
    await subscribe(sessions, client(1).id, receipts)
    await publish(sessions, message('waits'))
    expect(await sessions.persistence.outgoingClearMessageId(client(1), {})).toBeUndefined()
    await sessions.persistence.outgoingUpdate(client(1), { ...message('command'), messageId: 5 })
    expect(await sessions.persistence.outgoingClearMessageId(client(1), { messageId: 5 })).toBeUndefined()
    expect(await texts(sessions, client(1).id)).toEqual(['waits'])
  })

  it('a number that another message of the session still has is not given again', async () => {
    const sessions = await opened()
    await subscribe(sessions, client(1).id, receipts)
    for (const payload of ['a', 'b', 'c']) await publish(sessions, message(payload))
    const packets = (await queue(sessions, client(1).id)) as PublishPacket[]
    const numbers: unknown[] = []
    for (const packet of packets) {
      const sent = { ...packet, messageId: 65_535 }
      await sessions.persistence.outgoingUpdate(client(1), sent)
      numbers.push(sent.messageId)
    }
    expect(numbers).toEqual([65_535, 1, 2])
  })

  it('the number of a message that was never queued is kept too once the client has it', async () => {
    const sessions = await opened()
    await subscribe(sessions, client(1).id, receipts)
    await sessions.persistence.outgoingUpdate(client(1), { cmd: 'pubrel', messageId: 9 })
    expect(await queue(sessions, client(1).id)).toEqual([{ cmd: 'pubrel', messageId: 9 }])
    await sessions.persistence.outgoingClearMessageId(client(1), { cmd: 'pubcomp', messageId: 9 })
    expect(await queue(sessions, client(1).id)).toEqual([])
  })

  it('what could not go out because the line is cut stays for the next one', async () => {
    const sessions = await opened()
    await subscribe(sessions, client(1).id, receipts)
    await publish(sessions, message('a'))
    const [packet] = (await queue(sessions, client(1).id)) as PublishPacket[]
    const sent = { ...packet!, messageId: 3 }
    await sessions.persistence.outgoingUpdate(client(1), sent)
    const cut = { ...client(1), conn: { destroyed: true } }
    await sessions.persistence.outgoingClearMessageId(cut, sent)
    expect(await texts(sessions, client(1).id)).toEqual(['a'])
  })
})

describe('a connection that begins', () => {
  it('gets all that waits in order, also what comes in meanwhile, and only then what is new', async () => {
    const sessions = await opened()
    const { persistence } = sessions
    await subscribe(sessions, client(1).id, receipts)
    for (const payload of ['a', 'b']) await publish(sessions, message(payload))
    const connected = { ...client(1), conn: {} }
    const got: string[] = []
    let number = 1
    for await (const packet of persistence.outgoingStream(connected) as AsyncIterable<PublishPacket>) {
      if (packet.payload.toString() === 'a') {
        const late = message('c')
        await publish(sessions, late)
        expect(sessions.leavesToQueue(connected, late)).toBe(true)
      }
      await persistence.outgoingUpdate(connected, { ...packet, messageId: number++ })
      got.push(textOf(packet))
    }
    expect(got).toEqual(['a', 'b', 'c'])
    const live = message('d')
    await publish(sessions, live)
    expect(sessions.leavesToQueue(connected, live)).toBe(false)
    await persistence.outgoingUpdate(connected, { ...live, messageId: number })
    expect(sessions.leavesToQueue(connected, live)).toBe(true)
  })

  it('is left nothing where it is clean, or the message has QoS 0 or is not queued', async () => {
    const sessions = await opened()
    await subscribe(sessions, client(1).id, receipts)
    const connected = { ...client(1), conn: {} }
    expect(sessions.leavesToQueue(connected, message('not queued'))).toBe(false)
    const packet = message('a')
    await publish(sessions, packet)
    expect(sessions.leavesToQueue({ ...connected, clean: true }, packet)).toBe(false)
    expect(sessions.leavesToQueue(connected, { ...packet, qos: 0 })).toBe(false)
    expect(sessions.leavesToQueue(connected, packet)).toBe(true)
  })
})

describe('bounds', () => {
  it('of one session: the oldest message makes room', async () => {
    const sessions = await opened()
    await subscribe(sessions, client(1).id, receipts)
    for (let n = 0; n < limits.queuedPerSession + 2; n++) await publish(sessions, message(`${n}`))
    const kept = await texts(sessions, client(1).id)
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([
      limits.queuedPerSession,
      '2',
      `${limits.queuedPerSession + 1}`,
    ])
    expect(await texts(await reopened(sessions), client(1).id)).toEqual(kept)
  })

  it('of all sessions: the oldest message of them all makes room', async () => {
    const sessions = await opened()
    const ids = Array.from({ length: limits.queuedMost / limits.queuedPerSession }, (_, n) => `device:d${n}/x`)
    const packet = message('x')
    const receivers = ids.map((clientId) => ({ clientId, topic: receipts, qos: 1 }))
    for (let n = 0; n < limits.queuedPerSession; n++) await sessions.persistence.outgoingEnqueueCombi(receivers, packet)
    await sessions.persistence.outgoingEnqueueCombi([{ clientId: 'device:late/x', topic: receipts, qos: 1 }], packet)
    expect(await texts(sessions, ids[0]!)).toHaveLength(limits.queuedPerSession - 1)
    expect(await texts(sessions, ids[1]!)).toHaveLength(limits.queuedPerSession)
    expect(await texts(sessions, 'device:late/x')).toHaveLength(1)
  })

  it('of bytes over all sessions: as many of the oldest make room as need be', async () => {
    const sessions = await opened({ path: join(path, 'no', '\0') })
    const payload = Buffer.alloc(limits.payloadBytes)
    const fits = Math.floor(limits.queuedBytes / (limits.payloadBytes + 1_000))
    for (let n = 0; n < fits + 30; n++)
      await sessions.persistence.outgoingEnqueue({ clientId: `device:d${n}/x` }, { ...message(''), payload })
    expect(await texts(sessions, 'device:d0/x')).toEqual([])
    const waiting = await Promise.all(Array.from({ length: fits + 30 }, (_, n) => queue(sessions, `device:d${n}/x`)))
    const bytes = waiting.flat().length * limits.payloadBytes
    expect(bytes).toBeLessThanOrEqual(limits.queuedBytes)
    expect(bytes).toBeGreaterThan(limits.queuedBytes * 0.9)
  })

  it('of one principal: the idlest session without a connection is forgotten, others keep theirs', async () => {
    const sessions = await opened()
    const clients: Record<string, unknown> = { [client(0).id]: {} }
    await sessions.persistence.setup({ id: 'b', clients })
    await subscribe(sessions, client(1, 'device:watch-2').id, receipts)
    for (let n = 0; n < limits.sessionsPerPrincipal; n++) await subscribe(sessions, client(n).id, receipts)
    await publish(sessions, message('waits'))
    // Used again, so that the third is the idlest now.
    await sessions.persistence.subscriptionsByClient(client(1))
    await subscribe(sessions, client('new').id, receipts)
    const after = await reopened(sessions)
    expect([await filters(after, client(2).id), await texts(after, client(2).id)]).toEqual([[], []])
    for (const id of [client(0).id, client(1).id, client('new').id, client(1, 'device:watch-2').id])
      expect(await filters(after, id)).toEqual([receipts])
  })

  it('of time: a session that nobody came back to is forgotten, one with a connection is not', async () => {
    const sessions = await opened()
    const clients: Record<string, unknown> = { [client(1).id]: {} }
    await sessions.persistence.setup({ id: 'b', clients })
    await subscribe(sessions, client(1).id, receipts)
    await subscribe(sessions, client(2).id, receipts)
    await clock.leap(limits.sessionKeepMs - 1)
    expect(await filters(sessions, client(2).id)).toEqual([receipts])
    for (let day = 0; day < 31; day++) await clock.leap(24 * 3_600_000)
    expect([await filters(sessions, client(1).id), await filters(sessions, client(2).id)]).toEqual([[receipts], []])
    expect(await filters(await reopened(sessions), client(1).id)).toEqual([receipts])
  })

  it('of QoS 2 numbers that are not let go: the oldest is forgotten', async () => {
    const sessions = await opened()
    for (let messageId = 1; messageId <= limits.inboundPerSession + 1; messageId++)
      void sessions.persistence.incomingStorePacket(client(1), { messageId })
    const after = await reopened(sessions)
    expect([1, 2, limits.inboundPerSession + 1].map((id) => after.hasInbound(client(1), id))).toEqual([
      false,
      true,
      true,
    ])
  })

  it('of a retained message: a larger one is not kept, and neither is the one before it', async () => {
    const sessions = await opened()
    const store = (bytes: number) =>
      sessions.persistence.storeRetained({ ...message('x'.repeat(bytes), 'a/status', 0), retain: true })
    await store(limits.retainedPayloadBytes)
    expect(await retained(sessions, 'a/status')).toHaveLength(1)
    await store(limits.retainedPayloadBytes + 1)
    expect(await retained(sessions, 'a/status')).toEqual([])
  })

  it('of all retained messages: those not told for longest go', async () => {
    const sessions = await opened({ path: join(path, 'no', '\0') })
    const payload = Buffer.alloc(limits.retainedPayloadBytes, 1)
    const store = (n: number) =>
      sessions.persistence.storeRetained({ ...message(''), topic: `d${n}/status`, payload, retain: true })
    const fits = Math.floor(limits.retainedBytes / limits.retainedPayloadBytes)
    for (let n = 0; n < fits - 500; n++) await store(n)
    await store(0)
    for (let n = fits; n < fits + 600; n++) await store(n)
    const has = async (n: number) => (await retained(sessions, `d${n}/status`)).length === 1
    expect([await has(0), await has(1), await has(fits + 599)]).toEqual([true, false, true])
  })

  it('of a copy: what is kept does not hold on to the bytes that came with it', async () => {
    const sessions = await opened()
    const chunk = Buffer.alloc(64 * 1024, 'x')
    const window = { ...message(''), topic: 'a/status', payload: chunk.subarray(0, 10), retain: true }
    await sessions.persistence.storeRetained(window)
    await sessions.persistence.outgoingEnqueue({ clientId: client(1).id }, window)
    const kept = [
      ...(await sessions.persistence.createRetainedStream('a/status').toArray()),
      ...(await queue(sessions, client(1).id)),
    ] as PublishPacket[]
    expect(kept.map(({ payload }) => (payload as Buffer).buffer.byteLength)).toEqual([10, 10])
  })
})

describe('wills', () => {
  it('of a new connection stays when the one that made room is closed', async () => {
    const { persistence } = await opened()
    const will = (payload: string) => ({ topic: 'a', payload: Buffer.from(payload), qos: 0 as const, retain: false })
    const [old, next] = [
      { ...client(1), closed: false },
      { ...client(1), closed: false },
    ]
    await persistence.putWill(old, will('old'))
    await persistence.delWill(next)
    await persistence.putWill(next, will('next'))
    old.closed = true
    await persistence.delWill({ id: old.id, brokerId: 'broker-0' })
    expect((await persistence.getWill(next))?.payload.toString()).toBe('next')
    next.closed = true
    await persistence.delWill({ id: next.id, brokerId: 'broker-0' })
    expect(await persistence.getWill(next)).toBeUndefined()
  })
})
