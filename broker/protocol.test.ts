import { generate, type IConnectPacket, type IPublishPacket, type Packet, type QoS } from 'mqtt-packet'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createWebSocketStream, WebSocket } from 'ws'
import { type OpenHouse, openOpenHouse } from '../test/interoperability/open_house.ts'
import { connectPacket, greet, type RawClient, rawConnected, rawOn, rawTcp } from '../test/raw_client.ts'
import { connects } from './metrics.ts'

/**
 * MQTT as devices meet it, packet by packet; what Eclipse's suite looks at, and more. Aedes does most of it: these tests
 * notice where another version of it, or what Vigil changes about it, does not.
 */

let house: OpenHouse
let run = 0
/** A topic level that no other test uses. */
let own: string

beforeAll(async () => {
  house = await openOpenHouse()
})
afterAll(() => house.close())
beforeEach(() => {
  own = `t${++run}`
})

const connected = (fields: Partial<IConnectPacket> = {}): Promise<RawClient> =>
  rawConnected(house.mqttPort, { clientId: `${own}-${Math.random()}`, ...fields })

const publish = (topic: string, payload: string, fields: Partial<IPublishPacket> = {}): IPublishPacket => ({
  cmd: 'publish',
  topic,
  payload,
  qos: 0,
  dup: false,
  retain: false,
  ...fields,
})

async function subscribed(client: RawClient, ...filters: [topic: string, qos: QoS][]): Promise<number[]> {
  const before = client.seen.filter(({ cmd }) => cmd === 'suback').length
  client.send({ cmd: 'subscribe', messageId: 7, subscriptions: filters.map(([topic, qos]) => ({ topic, qos })) })
  return (await client.next('suback', before + 1)).granted as number[]
}

/** What a client heard, after it has heard `last`: messages keep their order, so nothing else is on its way. */
async function heard(client: RawClient, last: string): Promise<[payload: string, qos: QoS, retain: boolean][]> {
  const messages = () => client.seen.flatMap((packet) => (packet.cmd === 'publish' ? [packet] : []))
  await client.until(() => messages().some(({ payload }) => payload.toString() === last))
  return messages().map(({ payload, qos, retain }) => [payload.toString(), qos, retain])
}

const cmds = ({ seen }: RawClient): Packet['cmd'][] => seen.map(({ cmd }) => cmd)

async function counted(result: string): Promise<number> {
  const { values } = await connects.get()
  return values.find(({ labels }) => labels.result === result)?.value ?? 0
}

const bytes = (...parts: (string | number)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part))))

/** A CONNECT of protocol `name`, `level`, `flags`, without keep-alive. */
const connectBytes = (name: string, level: number, flags: number, id = 'c'): Buffer =>
  bytes(0x10, 2 + name.length + 6 + id.length, 0, name.length, name, level, flags, 0, 0, 0, id.length, id)

describe('CONNECT', () => {
  it('lets nameless clients in that ask for a clean session, each as its own', async () => {
    const clients = [await connected({ clientId: '' }), await connected({ clientId: '' })]
    for (const client of clients) expect(await subscribed(client, [own, 0])).toEqual([0])
    clients[0]!.send(publish(own, 'to both'))
    for (const client of clients) expect(await heard(client, 'to both')).toHaveLength(1)
  })

  it.each([
    ['whose session is to last', 'MQTT', 4, false],
    ['of MQTT 3.1', 'MQIsdp', 3, true],
  ] as const)('refuses a nameless client %s with CONNACK 2', async (_who, name, level, clean) => {
    const before = await counted('client_id_missing')
    const client = rawTcp(house.mqttPort)
    client.sendBytes(connectBytes(name, level, clean ? 2 : 0, ''))
    expect(await client.next('connack')).toMatchObject({ returnCode: 2, sessionPresent: false })
    await client.closed
    expect(await counted('client_id_missing')).toBe(before + 1)
  })

  it('takes MQTT 3.1', async () => {
    const client = rawTcp(house.mqttPort, 3)
    expect(await greet(client, { protocolVersion: 3, protocolId: 'MQIsdp' })).toMatchObject({ returnCode: 0 })
  })

  it.each(['tcp', 'websocket'] as const)(
    'tells MQTT 5 clients in their own words what to mend, over %s',
    async (road) => {
      const before = await counted('protocol_unsupported')
      const ws = () => createWebSocketStream(new WebSocket(`ws://127.0.0.1:${house.httpPort}/mqtt`, ['mqtt']))
      const client = road === 'tcp' ? rawTcp(house.mqttPort, 5) : rawOn(ws(), 5)
      client.sendBytes(generate(connectPacket({ protocolVersion: 5 }), { protocolVersion: 5 }))
      expect(await client.next('connack')).toMatchObject({
        reasonCode: 0x84,
        properties: { reasonString: expect.stringContaining('3.1.1') },
      })
      await client.closed
      expect(await counted('protocol_unsupported')).toBe(before + 1)
    },
  )

  it('works what a client sends on before its CONNACK, after it and in order', async () => {
    const client = rawTcp(house.mqttPort)
    client.send(
      connectPacket({ clientId: own }),
      { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: own, qos: 0 }] },
      publish(own, 'early', { qos: 1, messageId: 2 }),
    )
    await heard(client, 'early')
    expect(cmds(client).slice(0, 2)).toEqual(['connack', 'suback'])
  })

  it('cuts the old connection where the same client connects again', async () => {
    const first = await connected({ clientId: own })
    const second = await connected({ clientId: own })
    await first.closed
    expect(await subscribed(second, [own, 1])).toEqual([1])
  })

  it('keeps clients of the same id apart where they log in as others', async () => {
    const login = (username: string) => ({ clientId: own, username, password: Buffer.from('any') })
    const first = await connected(login('watch-1'))
    await connected(login('watch-2'))
    expect(await subscribed(first, ['vigil/v1/watch-1/commands', 1])).toEqual([1])
  })

  it.each([
    ['an unknown protocol', connectBytes('hj', 4, 2)],
    ['an unknown version', connectBytes('MQTT', 9, 2)],
    ['the reserved flag', connectBytes('MQTT', 4, 3)],
    ['a QoS for a will that it has not', connectBytes('MQTT', 4, 0x0a)],
    ['a packet that ends too soon', connectBytes('MQTT', 4, 2).subarray(0, 12).fill(10, 1, 2)],
    ['a length of five bytes', bytes(0x10, 0xff, 0xff, 0xff, 0xff, 0x7f)],
    ['something else than CONNECT', generate(publish('a/b', 'first'))],
    ['what is no MQTT', bytes('GET / HTTP/1.1\r\nHost: vigil\r\n\r\n')],
  ])('cuts a connection that begins with %s, without an answer', async (_what, first) => {
    const client = rawTcp(house.mqttPort)
    client.sendBytes(first)
    await client.closed
    expect(client.seen).toEqual([])
  })
})

describe('broken packets', () => {
  it.each([
    ['a second CONNECT', generate(connectPacket())],
    ['PUBLISH at QoS 3', Buffer.of(0x36, 5, 0, 1, 0x61, 0, 1)],
    ['PUBLISH to a wildcard +', generate(publish('a', 'x')).fill('+', 4, 5)],
    ['PUBLISH to a wildcard #', generate(publish('a', 'x')).fill('#', 4, 5)],
    ['PUBLISH to no topic', Buffer.of(0x30, 3, 0, 0, 0x78)],
    ['a topic longer than its packet', Buffer.of(0x30, 4, 0xff, 0xff, 0x61, 0x62)],
    ['SUBSCRIBE with the wrong flags', Buffer.of(0x80, 6, 0, 1, 0, 1, 0x61, 0)],
    ['SUBSCRIBE to nothing', Buffer.of(0x82, 2, 0, 1)],
    ['SUBSCRIBE at QoS 3', Buffer.of(0x82, 6, 0, 1, 0, 1, 0x61, 3)],
    [
      'SUBSCRIBE to a # in the middle',
      generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a/#/b', qos: 0 }] }),
    ],
    ['PUBREL with the wrong flags', Buffer.of(0x60, 2, 0, 1)],
    ['a packet of the reserved kind', Buffer.of(0x00, 0)],
    ['a packet only servers send', Buffer.of(0x20, 2, 0, 0)],
    ['a topic of 200 levels', generate(publish('a/'.repeat(200), 'x'))],
  ])('cuts a connection that sends %s', async (_what, packet) => {
    const client = await connected()
    client.sendBytes(packet)
    await client.closed
  })
})

describe('PUBLISH', () => {
  it('acknowledges in the order of the messages, QoS 1 among QoS 2', async () => {
    const client = await connected()
    const ids = Array.from({ length: 60 }, (_, n) => n + 1)
    client.send(...ids.map((id) => publish(own, `${id}`, { qos: id % 3 === 0 ? 2 : 1, messageId: id })))
    const answered = () => client.seen.flatMap((p) => (p.cmd === 'puback' || p.cmd === 'pubrec' ? [p] : []))
    await client.until(() => answered().length === ids.length)
    const of = (cmd: string) => answered().flatMap((p) => (p.cmd === cmd ? [p.messageId] : []))
    expect(of('puback')).toEqual(ids.filter((id) => id % 3 !== 0))
    expect(of('pubrec')).toEqual(ids.filter((id) => id % 3 === 0))
  })

  it('takes a QoS 2 message once, however often it is sent before PUBREL, and its number anew after it', async () => {
    const listener = await connected()
    await subscribed(listener, [own, 1])
    const client = await connected()
    client.send(publish(own, 'once', { qos: 2, messageId: 9 }))
    await client.next('pubrec')
    client.send(publish(own, 'once', { qos: 2, messageId: 9, dup: true }))
    await client.next('pubrec', 2)
    client.send({ cmd: 'pubrel', messageId: 9 })
    await client.next('pubcomp')
    client.send(publish(own, 'anew', { qos: 2, messageId: 9 }))
    expect((await heard(listener, 'anew')).map(([payload]) => payload)).toEqual(['once', 'anew'])
  })

  it('answers a PUBREL that it does not know', async () => {
    const client = await connected()
    client.send({ cmd: 'pubrel', messageId: 77 })
    expect(await client.next('pubcomp')).toMatchObject({ messageId: 77 })
  })

  it('keeps the order of a publisher for its subscribers', async () => {
    const listener = await connected()
    await subscribed(listener, [own, 1])
    const client = await connected()
    const texts = Array.from({ length: 300 }, (_, n) => `${n}`)
    client.send(...texts.map((text, n) => publish(own, text, { qos: 1, messageId: n + 1 })))
    expect((await heard(listener, '299')).map(([payload]) => payload)).toEqual(texts)
  })

  it('uses every message number up to 65,535 and begins again at 1', { timeout: 120_000 }, async () => {
    const listener = await connected()
    await subscribed(listener, [own, 1])
    const client = await connected()
    const before = client.seen.length
    const count = 66_000
    for (let n = 0; n < count; n += 500) {
      client.send(
        ...Array.from({ length: 500 }, (_, m) =>
          publish(own, `${n + m}`, { qos: 1, messageId: ((n + m) % 65_535) + 1 }),
        ),
      )
      await client.until((seen) => seen.length >= before + n + 500)
    }
    await listener.until((seen) => seen.at(-1)?.cmd === 'publish' && seen.length > count)
    const ids = listener.seen.flatMap((p) => (p.cmd === 'publish' ? [p.messageId ?? 0] : []))
    expect(ids).toHaveLength(count)
    expect(ids.every((id, n) => n === 0 || id === (ids[n - 1]! % 65_535) + 1)).toBe(true)
  })
})

describe('retained messages', () => {
  it('reach who subscribes later, the newest only, marked; and subscribers of now unmarked', async () => {
    const listener = await connected()
    await subscribed(listener, [own, 1])
    const client = await connected()
    client.send(publish(own, 'old', { retain: true }), publish(own, 'new', { retain: true }))
    expect(await heard(listener, 'new')).toEqual([
      ['old', 0, false],
      ['new', 0, false],
    ])
    const late = await connected()
    await subscribed(late, [own, 1])
    expect(await heard(late, 'new')).toEqual([['new', 0, true]])
  })

  it('come again with every SUBSCRIBE', async () => {
    const client = await connected()
    client.send(publish(own, 'kept', { retain: true, qos: 1, messageId: 1 }))
    await client.next('puback')
    await subscribed(client, [own, 1])
    await subscribed(client, [own, 1])
    await client.until((seen) => seen.filter(({ cmd }) => cmd === 'publish').length === 2)
  })

  it('are deleted by an empty one', async () => {
    const client = await connected()
    client.send(publish(own, 'kept', { retain: true }), publish(own, '', { retain: true, qos: 1, messageId: 1 }))
    await client.next('puback')
    const late = await connected()
    await subscribed(late, [own, 1])
    client.send(publish(own, 'after'))
    expect(await heard(late, 'after')).toEqual([['after', 0, false]])
  })
})

describe('the will', () => {
  const will = () => ({ topic: own, payload: Buffer.from('gone'), qos: 1 as const, retain: false })

  it('is published when the connection is cut', async () => {
    const listener = await connected()
    await subscribed(listener, [own, 1])
    const client = await connected({ will: will() })
    client.stream.destroy()
    expect(await heard(listener, 'gone')).toEqual([['gone', 1, false]])
  })

  it('is not published after DISCONNECT', async () => {
    const listener = await connected()
    await subscribed(listener, [own, 1])
    const client = await connected({ will: will() })
    client.send({ cmd: 'disconnect' })
    await client.closed
    listener.send(publish(own, 'after'))
    expect(await heard(listener, 'after')).toEqual([['after', 0, false]])
  })

  it('is published when the broker cuts the connection for a broken packet', async () => {
    const listener = await connected()
    await subscribed(listener, [own, 1])
    const client = await connected({ will: will() })
    client.sendBytes(Buffer.of(0x00, 0))
    expect(await heard(listener, 'gone')).toHaveLength(1)
  })

  it('is published when another connection takes over', async () => {
    const listener = await connected()
    await subscribed(listener, [own, 1])
    await connected({ clientId: own, will: will() })
    await connected({ clientId: own })
    expect(await heard(listener, 'gone')).toHaveLength(1)
  })

  it('is published when a client is silent for one and a half times its keep-alive, and it is cut', async () => {
    const listener = await connected()
    await subscribed(listener, [own, 1])
    const client = await connected({ keepalive: 1, will: will() })
    await client.closed
    expect(await heard(listener, 'gone')).toHaveLength(1)
  })
})

describe('SUBSCRIBE', () => {
  it('answers each filter in its place, a refused one with 0x80', async () => {
    const client = await connected({ username: 'watch-1', password: Buffer.from('any') })
    const granted = await subscribed(
      client,
      ['vigil/v1/watch-1/commands', 2],
      ['vigil/v1/watch-2/commands', 1],
      ['#', 0],
      ['vigil/v1/watch-1/receipts', 0],
    )
    expect(granted).toEqual([2, 0x80, 0x80, 0])
  })

  it('delivers at no more than the QoS that was granted', async () => {
    const listener = await connected()
    await subscribed(listener, [`${own}/exact`, 1], [`${own}/+/wild`, 1])
    const client = await connected()
    client.send(
      publish(`${own}/exact`, 'exact', { qos: 2, messageId: 1 }),
      publish(`${own}/any/wild`, 'wild', { qos: 2, messageId: 2 }),
    )
    expect(await heard(listener, 'wild')).toEqual([
      ['exact', 1, false],
      ['wild', 1, false],
    ])
  })

  it('delivers a message once where two filters match, at the higher QoS', async () => {
    for (const filters of [
      [
        [`${own}/#`, 0],
        [`${own}/+`, 2],
      ],
      [
        [`${own}/+`, 2],
        [`${own}/#`, 0],
      ],
    ] as [string, QoS][][]) {
      const listener = await connected()
      await subscribed(listener, ...filters)
      const client = await connected()
      client.send(
        publish(`${own}/a`, 'both', { qos: 2, messageId: 1 }),
        publish(`${own}/a`, 'last', { qos: 2, messageId: 2 }),
      )
      expect(await heard(listener, 'last')).toEqual([
        ['both', 2, false],
        ['last', 2, false],
      ])
    }
  })

  it('replaces a subscription of the same filter', async () => {
    const listener = await connected()
    await subscribed(listener, [own, 2])
    await subscribed(listener, [own, 0])
    const client = await connected()
    client.send(publish(own, 'down', { qos: 1, messageId: 1 }))
    expect(await heard(listener, 'down')).toEqual([['down', 0, false]])
  })

  it('gives no topic that begins with $ to a filter that begins with a wildcard', async () => {
    const listener = await connected()
    await subscribed(listener, ['#', 0], [`+/${own}`, 0])
    const client = await connected()
    client.send(publish(`$secret/${own}`, 'hidden'), publish(`open/${own}`, 'seen'))
    const payloads = (await heard(listener, 'seen')).map(([payload]) => payload)
    expect(payloads).not.toContain('hidden')
  })

  it('delivers nothing after UNSUBSCRIBE, which is answered also for what was never subscribed', async () => {
    const listener = await connected()
    await subscribed(listener, [own, 1], [`${own}/other`, 1])
    listener.send({ cmd: 'unsubscribe', messageId: 5, unsubscriptions: [own, `${own}/never`] })
    expect(await listener.next('unsuback')).toMatchObject({ messageId: 5 })
    const client = await connected()
    client.send(
      publish(own, 'unheard', { qos: 1, messageId: 1 }),
      publish(`${own}/other`, 'heard', { qos: 1, messageId: 2 }),
    )
    expect(await heard(listener, 'heard')).toHaveLength(1)
  })
})

describe('sessions', () => {
  it('tell whether they were there, and end where a clean one is asked for', async () => {
    const present = async (clean: boolean): Promise<boolean> => {
      const client = rawTcp(house.mqttPort)
      const { sessionPresent } = await greet(client, { clientId: own, clean })
      if (!clean) await subscribed(client, [own, 1])
      client.send({ cmd: 'disconnect' })
      await client.closed
      return sessionPresent
    }
    expect(await present(false)).toBe(false)
    expect(await present(false)).toBe(true)
    expect(await present(true)).toBe(false)
    expect(await present(false)).toBe(false)
  })

  it.each([1, 2] as const)('send again, marked, what was not acknowledged, at QoS %i', async (qos) => {
    const listener = await connected({ clientId: own, clean: false })
    await subscribed(listener, [own, qos])
    const client = await connected()
    client.send(publish(own, 'one', { qos, messageId: 1 }), publish(own, 'two', { qos, messageId: 2 }))
    await heard(listener, 'two')
    listener.stream.destroy()
    const back = await connected({ clientId: own, clean: false })
    await heard(back, 'two')
    expect(back.seen.flatMap((p) => (p.cmd === 'publish' ? [[p.payload.toString(), p.qos, p.dup]] : []))).toEqual([
      ['one', qos, true],
      ['two', qos, true],
    ])
  })
})
