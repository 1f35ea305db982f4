import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { limits } from '../../domain/limits.ts'
import type { PublishPacket } from './packets.ts'
import {
  client,
  clock,
  filters,
  knows,
  message,
  opened,
  path,
  publish,
  queue,
  receipts,
  reopened,
  retained,
  subscribe,
  texts,
} from './test_sessions.ts'

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

  it('of one principal, after a restart: the idlest is still the one that was not used for longest', async () => {
    const before = await opened()
    for (let n = 0; n < limits.sessionsPerPrincipal; n++) await subscribe(before, client(n).id, receipts)
    await clock.leap(2 * 24 * 3_600_000)
    await before.persistence.subscriptionsByClient(client(0))
    const after = await reopened(before)
    await subscribe(after, client('new').id, receipts)
    expect(await filters(after, client(0).id)).toEqual([receipts])
    expect(await filters(after, client(1).id)).toEqual([])
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
    const known = [1, 2, limits.inboundPerSession + 1].map((id) => knows(after, client(1), id))
    expect(await Promise.all(known)).toEqual([false, true, true])
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
