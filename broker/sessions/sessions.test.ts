import { describe, expect, it } from 'vitest'
import type { PublishPacket } from './packets.ts'
import {
  client,
  filters,
  message,
  opened,
  publish,
  queue,
  receipts,
  subscribe,
  textOf,
  texts,
} from './test_sessions.ts'

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
