import { describe, expect, it } from 'vitest'
import type { PublishPacket } from './packets.ts'
import type { Sessions } from './sessions.ts'
import {
  client,
  filters,
  killed,
  knows,
  message,
  opened,
  publish,
  queue,
  receipts,
  reopened,
  retained,
  subscribe,
  texts,
} from './test_sessions.ts'

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
    expect(await knows(before, fleeting, 1)).toBe(true)
    const after = await reopened(before)
    expect([await knows(after, client(1), 1), await knows(after, client(1), 2)]).toEqual([false, true])
    expect(await knows(after, fleeting, 1)).toBe(false)
    expect(await knows(after, { id: fleeting.id, clean: false }, 1)).toBe(false)
  })

  it('which QoS 2 message has a number: another one under it is new, and is the one that counts then', async () => {
    const qos2 = (payload: string) => ({ ...message(payload, 'vigil/v1/watch-1/signals', 2), messageId: 1 })
    const arrive = async (sessions: Sessions, payload: string) => {
      const packet = qos2(payload)
      const isRepeat = sessions.isRepeat(client(1), packet)
      packet.topic = 'elsewhere'
      await sessions.persistence.incomingGetPacket(client(1), packet).catch(() => {
        return sessions.persistence.incomingStorePacket(client(1), packet)
      })
      return isRepeat
    }
    const before = await opened()
    expect([await arrive(before, 'a'), await arrive(before, 'a')]).toEqual([false, true])
    const after = await reopened(before)
    expect([await arrive(after, 'a'), await arrive(after, 'b')]).toEqual([true, false])
    const last = await reopened(after)
    expect([await arrive(last, 'b'), await arrive(last, 'a')]).toEqual([true, false])
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
    expect(await knows(after, client(1), 1)).toBe(false)
  })
})

describe('what is acknowledged', () => {
  it('is on disk by then: SUBACK and UNSUBACK', async () => {
    const sessions = await opened()
    await subscribe(sessions, client(1).id, receipts)
    expect(await filters(await killed(), client(1).id)).toEqual([receipts])
    await sessions.persistence.removeSubscriptions(client(1), [receipts])
    expect(await filters(await killed(), client(1).id)).toEqual([])
  })

  it('is on disk by then: the end of a session', async () => {
    const sessions = await opened()
    await subscribe(sessions, client(1).id, receipts)
    await sessions.persistence.cleanSubscriptions(client(1))
    expect(await filters(await killed(), client(1).id)).toEqual([])
  })

  it('is on disk by then: a message for who is away, where its publisher waited', async () => {
    const sessions = await opened()
    await subscribe(sessions, client(1).id, receipts)
    const packet = message('a')
    await publish(sessions, packet)
    await sessions.settled(packet)
    expect(await texts(await killed(), client(1).id)).toEqual(['a'])
  })

  it('is on disk by then: PUBREC and PUBCOMP', async () => {
    const sessions = await opened()
    await sessions.persistence.incomingStorePacket(client(1), { messageId: 7 })
    expect(await knows(await killed(), client(1), 7)).toBe(true)
    await sessions.persistence.incomingDelPacket(client(1), { messageId: 7 })
    expect(await knows(await killed(), client(1), 7)).toBe(false)
  })

  it('is on disk by then: a QoS 2 message that goes out with its number, and PUBREL', async () => {
    const sessions = await opened()
    await subscribe(sessions, client(1).id, { topic: receipts, qos: 2 })
    await publish(sessions, message('a', receipts, 2))
    const [packet] = (await queue(sessions, client(1).id)) as PublishPacket[]
    await sessions.persistence.outgoingUpdate(client(1), { ...packet!, messageId: 7 })
    expect(await queue(await killed(), client(1).id)).toMatchObject([{ messageId: 7 }])
    await sessions.persistence.outgoingUpdate(client(1), { cmd: 'pubrel', messageId: 7 })
    expect(await queue(await killed(), client(1).id)).toEqual([{ cmd: 'pubrel', messageId: 7 }])
  })
})
