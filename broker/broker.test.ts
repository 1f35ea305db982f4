import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { generate, type Packet, parser } from 'mqtt-packet'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock, virtualClock } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import type { Journal, Lane } from '../journal/journal.ts'
import { openLmdbJournal } from '../journal/lmdb.ts'
import { deadLetter, keepDeadLetter, requestReplay } from '../store/dead_letters.ts'
import { createDevice } from '../store/devices.ts'
import { openStore } from '../store/open.ts'
import { enqueue } from '../store/outbox.ts'
import { movePosition } from '../store/positions.ts'
import type { Store } from '../store/store.ts'
import { needs } from '../test/real_parts.ts'
import { type RunningBroker, startBroker } from './start.ts'

const log = pino({ level: 'silent' })
const adminToken = 'administrators-token'

let data: string
let store: Store
let journal: Journal
let broker: RunningBroker
let tokens: Record<string, string>
const clients: MqttClient[] = []

/** A journal whose appends a test can hold back or make fail. */
type Held = Journal & { hold(): () => void; fail(lane: Lane | undefined): void }

function held(inner: Journal): Held {
  let gate = Promise.resolve()
  let failing: Lane | undefined
  return {
    ...inner,
    async append(lane, record) {
      if (lane === failing) throw new VigilError(lane === 'bulk' ? 'journal_full' : 'journal_unwritable')
      const waitFor = gate
      const seq = await inner.append(lane, record)
      await waitFor
      return seq
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>()
      gate = promise
      return resolve
    },
    fail(lane) {
      failing = lane
    },
  }
}

let gated: Held
let clock = systemClock

async function start(connectionsMost?: number): Promise<void> {
  gated = held(journal)
  broker = await startBroker({
    journal: gated,
    data,
    store,
    clock,
    log,
    host: '127.0.0.1',
    mqttPort: 0,
    httpPort: 0,
    adminToken,
    connectionsMost,
  })
}

beforeEach(async () => {
  clock = systemClock
  data = await mkdtemp(join(tmpdir(), 'vigil-broker-'))
  store = await openStore({ data, clock: systemClock })
  journal = await openLmdbJournal({ path: join(data, 'journal'), clock: systemClock, diskReserveBytes: 0 })
  tokens = {}
  for (const id of ['watch-1', 'watch-2']) {
    tokens[id] = (await store.write((tx) => createDevice(tx, { id }, 0))).token
  }
  await start()
})

afterEach(async () => {
  for (const client of clients.splice(0)) client.end(true)
  await broker.close()
  await journal.close()
  await store.close()
  await rm(data, { recursive: true })
})

async function connected(id: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync(`mqtt://127.0.0.1:${broker.mqttPort}`, {
    username: id,
    password: tokens[id] ?? '',
    reconnectPeriod: 0,
    ...options,
  })
  client.on('error', () => {})
  clients.push(client)
  return client
}

const topic = (device: string, kind: string) => `vigil/v1/${device}/${kind}`
const sos = JSON.stringify({ signal: 'sos' })
const reading = (n: number) => JSON.stringify({ readings: { heart_rate: n } })
const records = async (lane: Lane) => journal.read(lane, 0, 10_000)
const textOf = (r: { payload: Uint8Array }) => Buffer.from(r.payload).toString()

/** Resolves with the next JSON message on the device's receipts. */
async function nextReceipt(client: MqttClient, device: string): Promise<Record<string, unknown>> {
  await client.subscribeAsync(topic(device, 'receipts'), { qos: 1 })
  return new Promise((resolve) => client.once('message', (_topic, payload) => resolve(JSON.parse(payload.toString()))))
}

/** A client that speaks MQTT packet by packet, so that a test sees the acknowledgements themselves. */
async function rawClient(id: string) {
  const socket = connectTcp(broker.mqttPort, '127.0.0.1')
  const reader = parser()
  const seen: Packet[] = []
  let wake = () => {}
  reader.on('packet', (packet) => {
    seen.push(packet)
    wake()
  })
  socket.on('data', (chunk) => reader.parse(chunk))
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const until = async (done: (seen: Packet[]) => boolean) => {
    while (!done(seen)) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  const send = (...packets: Packet[]) => socket.write(Buffer.concat(packets.map((packet) => generate(packet))))
  send({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: `raw-${id}`,
    keepalive: 0,
    username: id,
    password: Buffer.from(tokens[id] ?? ''),
  })
  await until((packets) => packets.length > 0)
  return { socket, seen, send, until, closed }
}

const publishPacket = (messageId: number, to: string, payload: string, qos: 0 | 1 | 2 = 1): Packet => ({
  cmd: 'publish',
  topic: to,
  payload,
  qos,
  messageId,
  dup: false,
  retain: false,
})

describe('acknowledged means durable', () => {
  for (const [qos, ack] of [
    [1, 'puback'],
    [2, 'pubrec'],
  ] as const) {
    it(`sends ${ack.toUpperCase()} at QoS ${qos} only when the journal has the message`, async () => {
      const raw = await rawClient('watch-1')
      const release = gated.hold()
      raw.send(publishPacket(1, topic('watch-1', 'signals'), sos, qos), { cmd: 'pingreq' })
      await raw.until((seen) => seen.some((packet) => packet.cmd === 'pingresp'))
      await expect.poll(() => journal.head('urgent')).toBe(1)
      expect(raw.seen.map((packet) => packet.cmd)).toEqual(['connack', 'pingresp'])
      release()
      await raw.until((seen) => seen.some((packet) => packet.cmd === ack))
      raw.socket.destroy()
    })
  }

  it('answers 202 only when the journal has the message', async () => {
    const release = gated.hold()
    let answered = false
    const answer = post('watch-1', 'signals', sos).then((response) => {
      answered = true
      return response
    })
    await expect.poll(() => journal.head('urgent')).toBe(1)
    expect(answered).toBe(false)
    release()
    expect((await answer).status).toBe(202)
  })

  it('journals QoS 0 as well', async () => {
    const client = await connected('watch-1')
    client.publish(topic('watch-1', 'readings'), reading(71), { qos: 0 })
    await expect.poll(async () => (await records('bulk')).map(textOf)).toEqual([reading(71)])
  })

  it('keeps the order of a burst, in the journal and in the acknowledgements', async () => {
    const raw = await rawClient('watch-1')
    const ids = Array.from({ length: 400 }, (_, i) => i + 1)
    raw.send(
      ...ids.map((id) =>
        id % 7 === 0
          ? publishPacket(id, topic('watch-1', 'signals'), sos)
          : publishPacket(id, topic('watch-1', 'readings'), reading(id % 200)),
      ),
    )
    await raw.until((seen) => seen.filter((packet) => packet.cmd === 'puback').length === ids.length)
    expect(raw.seen.flatMap((p) => (p.cmd === 'puback' ? [p.messageId] : []))).toEqual(ids)
    const bulk = (await records('bulk')).map(textOf)
    expect(bulk).toEqual(ids.filter((id) => id % 7 !== 0).map((id) => reading(id % 200)))
    raw.socket.destroy()
  })

  it('leaves a message that cannot be stored unacknowledged, hears an SOS behind it, then cuts the connection', async () => {
    await broker.close()
    const virtual = virtualClock()
    clock = virtual
    await start()
    const raw = await rawClient('watch-1')
    raw.send({ cmd: 'subscribe', messageId: 9, subscriptions: [{ topic: topic('watch-1', 'receipts'), qos: 0 }] })
    await raw.until((seen) => seen.some((packet) => packet.cmd === 'suback'))
    gated.fail('bulk')
    raw.send(
      publishPacket(1, topic('watch-1', 'readings'), reading(70)),
      publishPacket(2, topic('watch-1', 'signals'), sos),
    )
    await raw.until((seen) => seen.some((p) => p.cmd === 'puback') && seen.some((p) => p.cmd === 'publish'))
    expect(raw.seen.flatMap((p) => (p.cmd === 'puback' ? [p.messageId] : []))).toEqual([2])
    const receipt = raw.seen.flatMap((p) => (p.cmd === 'publish' ? [JSON.parse(p.payload.toString())] : []))[0]
    expect(receipt).toMatchObject({ result: 'refused', code: 'journal_full', topic: topic('watch-1', 'readings') })
    await virtual.advance(5_000)
    await raw.closed
  })

  it('journals the will of a device that is gone', async () => {
    const client = await connected('watch-1', {
      will: { topic: topic('watch-1', 'status'), payload: Buffer.from('{"online":false}'), qos: 1, retain: true },
    })
    client.stream.destroy()
    await expect.poll(async () => (await records('bulk')).map(textOf)).toEqual(['{"online":false}'])
  })
})

describe('who may speak', () => {
  it('refuses a wrong token, an unknown device and nobody, with CONNACK 4', async () => {
    for (const login of [
      { username: 'watch-1', password: 'wrong' },
      { username: 'watch-9', password: 'wrong' },
      { username: 'watch-1', password: tokens['watch-2']! },
      { username: 'admin', password: 'wrong' },
      { username: undefined, password: undefined },
    ]) {
      await expect(connected('', login as IClientOptions)).rejects.toMatchObject({ code: 4 })
    }
  })

  it("acknowledges and keeps a message on another device's topic, marked, and passes it on to nobody", async () => {
    const victim = await connected('watch-2')
    await victim.subscribeAsync(topic('watch-2', 'commands'), { qos: 1 })
    const heard: string[] = []
    victim.on('message', (to) => heard.push(to))
    const intruder = await connected('watch-1')
    await intruder.publishAsync(topic('watch-2', 'commands'), '{"kind":"ring"}', { qos: 1, retain: true })
    await intruder.publishAsync(topic('watch-2', 'signals'), sos, { qos: 1 })
    const administrator = await connected('admin', { password: adminToken })
    await administrator.publishAsync('vigil/v1/watch-2/status', '{"online":true}', { qos: 1 })
    expect((await records('urgent')).map((r) => [r.principal, r.device, r.refused])).toEqual([
      ['watch-1', 'watch-2', 'topic_foreign'],
    ])
    expect((await records('bulk'))[0]).toMatchObject({ principal: 'watch-1', refused: 'topic_foreign' })
    const late = await connected('watch-2', { clientId: 'late' })
    await late.subscribeAsync(topic('watch-2', 'commands'))
    late.on('message', (to) => heard.push(to))
    await late.publishAsync(topic('watch-2', 'readings'), reading(1), { qos: 1 })
    expect(heard).toEqual([])
  })

  it('lets a device subscribe to its own commands and receipts only', async () => {
    const raw = await rawClient('watch-1')
    const filters = [
      topic('watch-1', 'commands'),
      topic('watch-1', 'receipts'),
      topic('watch-2', 'receipts'),
      'vigil/v1/+/receipts',
      '#',
      '$SYS/#',
      '$share/g/vigil/v1/watch-2/receipts',
      topic('watch-1', 'readings'),
    ]
    raw.send({ cmd: 'subscribe', messageId: 1, subscriptions: filters.map((filter) => ({ topic: filter, qos: 1 })) })
    await raw.until((seen) => seen.some((packet) => packet.cmd === 'suback'))
    const granted = raw.seen.flatMap((packet) => (packet.cmd === 'suback' ? packet.granted : []))
    expect(granted).toEqual([1, 1, 128, 128, 128, 128, 128, 128])
    raw.socket.destroy()
  })

  it('does not keep a signal as retained, but its status', async () => {
    const client = await connected('watch-1')
    await client.publishAsync(topic('watch-1', 'signals'), sos, { qos: 1, retain: true })
    await client.publishAsync(topic('watch-1', 'status'), '{"online":true}', { qos: 1, retain: true })
    expect((await records('urgent'))[0]).toMatchObject({ retained: true })
    const administrator = await connected('admin', { password: adminToken })
    const first = new Promise((resolve) => administrator.once('message', resolve))
    await administrator.subscribeAsync('vigil/v1/#')
    expect(await first).toBe(topic('watch-1', 'status'))
  })
})

describe('two lanes', () => {
  it('puts what may be a safety signal into the urgent lane, whatever its topic', async () => {
    const client = await connected('watch-1')
    for (const [kind, payload] of [
      ['readings', reading(70)],
      ['signals', sos],
      ['readings', '{"readings":{"heart_rate":70},"signal":"sos"}'],
      ['motion', '{}'],
      ['status', '{"online":true}'],
    ] as const) {
      await client.publishAsync(topic('watch-1', kind), payload, { qos: 1 })
    }
    expect((await records('urgent')).map((r) => r.topic.split('/').at(-1))).toEqual(['signals', 'readings', 'motion'])
    expect((await records('bulk')).map((r) => r.topic.split('/').at(-1))).toEqual(['readings', 'status'])
  })
})

describe('bad input', () => {
  it('cuts a connection whose packet grows beyond the limit; nobody else notices', async () => {
    const other = await connected('watch-2')
    const raw = await rawClient('watch-1')
    const header = generate(publishPacket(1, topic('watch-1', 'readings'), 'x'.repeat(limits.packetBytes * 2)))
    raw.socket.write(header.subarray(0, limits.packetBytes + 100_000))
    await raw.closed
    await other.publishAsync(topic('watch-2', 'signals'), sos, { qos: 1 })
    expect((await records('urgent')).length).toBe(1)
  })

  it('keeps a payload of a megabyte whole, marked as too large', async () => {
    const client = await connected('watch-1')
    const payload = JSON.stringify({ signal: 'sos', pad: 'x'.repeat(1_000_000) })
    await client.publishAsync(topic('watch-1', 'signals'), payload, { qos: 1 })
    const [record] = await records('urgent')
    expect(record?.refused).toBe('payload_too_large')
    expect(textOf(record!)).toBe(payload)
  })

  it('keeps what is sent to a topic that no codec takes', async () => {
    const client = await connected('watch-1')
    await client.publishAsync('somewhere/else', 'bytes', { qos: 1 })
    expect((await records('bulk'))[0]).toMatchObject({ refused: 'topic_unknown', device: 'watch-1' })
  })
})

async function post(device: string, kind: string, body: string, token = tokens[device]): Promise<Response> {
  return fetch(`http://127.0.0.1:${broker.httpPort}/api/v1/devices/${device}/${kind}`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${token}` },
  })
}

describe('HTTP ingest', () => {
  it('takes the same payloads into the same lanes', async () => {
    expect((await post('watch-1', 'readings', reading(72))).status).toBe(202)
    expect((await post('watch-1', 'signals', sos)).status).toBe(202)
    expect((await post('watch-2', 'signals', sos, adminToken)).status).toBe(202)
    expect((await records('bulk')).map((r) => r.topic)).toEqual([topic('watch-1', 'readings')])
    expect((await records('urgent')).map((r) => r.device)).toEqual(['watch-1', 'watch-2'])
  })

  it.each([
    ['payload_not_json', 400, 'watch-1', 'readings', 'nonsense', undefined],
    ['metric_unknown', 400, 'watch-1', 'readings', '{"readings":{"mood":3}}', undefined],
    ['payload_too_large', 413, 'watch-1', 'readings', `{"pad":"${'x'.repeat(300_000)}"}`, undefined],
    ['unauthenticated', 401, 'watch-1', 'readings', '{}', 'wrong'],
    ['not_found', 404, 'watch-1', 'wishes', '{}', undefined],
    ['not_found', 404, 'no%20id', 'readings', '{}', undefined],
  ])('answers %s with %i and problem+json', async (code, status, device, kind, body, token) => {
    const response = await post(device, kind, body, token ?? tokens['watch-1'])
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    expect(await response.json()).toMatchObject({ code, status })
  })

  it('keeps what it refuses', async () => {
    await post('watch-1', 'readings', 'nonsense')
    expect((await records('bulk')).map(textOf)).toEqual(['nonsense'])
  })

  it('says in part what it could not take', async () => {
    const response = await post('watch-1', 'readings', '{"readings":{"heart_rate":70,"mood":3}}')
    expect(response.status).toBe(202)
    expect(await response.json()).toMatchObject({ accepted: true, refusals: [{ code: 'metric_unknown' }] })
  })

  it('speaks MQTT over WebSocket at /mqtt', async () => {
    const client = await connectAsync(`ws://127.0.0.1:${broker.httpPort}/mqtt`, {
      username: 'watch-1',
      password: tokens['watch-1']!,
      reconnectPeriod: 0,
    })
    clients.push(client)
    await client.publishAsync(topic('watch-1', 'signals'), sos, { qos: 1 })
    expect(await journal.head('urgent')).toBe(1)
  })
})

it('numbers a new journal above what the store has worked, so that no SOS is passed over', async () => {
  await broker.close()
  await store.write((tx) => movePosition(tx, 'alerts', 'urgent', 500))
  await start()
  const client = await connected('watch-1')
  await client.publishAsync(topic('watch-1', 'signals'), sos, { qos: 1 })
  expect((await journal.read('urgent', 500, 10)).map(textOf)).toEqual([sos])
})

describe('the outbox', () => {
  it('brings receipts to the device', async () => {
    const client = await connected('watch-1')
    const receipt = nextReceipt(client, 'watch-1')
    await client.publishAsync(topic('watch-1', 'readings'), reading(1), { qos: 1 })
    const body = { result: 'accepted', ticket: 't-u1-0' }
    await store.write((tx) => enqueue(tx, { stableId: 'r1', channel: 'receipt', target: 'watch-1', body, at: 0 }))
    expect(await receipt).toEqual(body)
  })

  it('brings a dead letter back into the journal, judged anew, with its first time of receipt', async () => {
    const letter = {
      id: 'bulk-77',
      receivedAt: 12_345,
      topic: topic('watch-1', 'readings'),
      principal: 'watch-1',
      device: 'watch-1',
      code: 'metric_unknown',
      detail: '',
      payload: Buffer.from(reading(70)),
      retained: false,
    }
    await store.write((tx) => keepDeadLetter(tx, letter))
    await store.write((tx) => requestReplay(tx, ['bulk-77'], 0))
    await expect.poll(() => journal.head('bulk')).toBe(1)
    expect((await records('bulk'))[0]).toMatchObject({ replayOf: 'bulk-77', receivedAt: 12_345, refused: undefined })
    await expect.poll(async () => (await deadLetter(store.db, 'bulk-77'))?.state).toBe('replayed')
  })
})

describe('the outbox under a large replay', () => {
  it('brings receipts all the same', async () => {
    const client = await connected('watch-1')
    await client.subscribeAsync(topic('watch-1', 'receipts'), { qos: 1 })
    const heard = new Promise((resolve) => client.once('message', (_topic, payload) => resolve(payload.toString())))
    const release = gated.hold()
    const letter = { id: 'bulk-77', receivedAt: 1, topic: topic('watch-1', 'readings'), code: 'x', detail: '' }
    await store.write((tx) => keepDeadLetter(tx, { ...letter, payload: Buffer.from(reading(70)), retained: false }))
    await store.write((tx) => requestReplay(tx, ['bulk-77'], 0))
    await expect.poll(() => journal.head('bulk')).toBe(1)
    await store.write((tx) =>
      enqueue(tx, { stableId: 'r1', channel: 'receipt', target: 'watch-1', body: 'yes', at: 0 }),
    )
    expect(await heard).toBe('"yes"')
    expect((await deadLetter(store.db, 'bulk-77'))?.state).toBe('replaying')
    release()
  })
})

describe.skipIf(!needs('mosquitto'))('mosquitto_pub as a foreign client', () => {
  it.each([0, 1, 2])('publishes an SOS at QoS %i', async (qos) => {
    const args = ['-h', '127.0.0.1', '-p', `${broker.mqttPort}`, '-u', 'watch-1', '-P', tokens['watch-1']!]
    const message = ['-q', `${qos}`, '-t', topic('watch-1', 'signals'), '-m', sos]
    await promisify(execFile)('mosquitto_pub', [...args, ...message])
    await expect.poll(async () => (await records('urgent')).map(textOf)).toEqual([sos])
  })
})

it('hangs up on one connection too many, keeps those there are, and has room again when one of them went', async () => {
  await broker.close()
  await start(2)
  const first = await connected('watch-1')
  const second = await connected('watch-2')
  const third = connectTcp(broker.mqttPort, '127.0.0.1').on('error', () => {})
  await once(third, 'close')
  await second.endAsync()
  await connected('watch-2', { reconnectPeriod: 20 })
  expect(first.connected).toBe(true)
})
