import { generate, type Packet } from 'mqtt-packet'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { virtualClock } from '../domain/clock.ts'
import { limits } from '../domain/limits.ts'
import type { Journal, JournalRecord } from '../journal/journal.ts'
import { listAudit } from '../store/audit.ts'
import { createDevice } from '../store/devices.ts'
import { holdToKeepAlive } from './mqtt/unwelcome.ts'
import { Load } from './reading/load.ts'
import { adminToken, connectPacket, openFrontDoor, publishPacket } from './test_sockets.ts'

const readings = 'vigil/v1/watch-1/readings'

describe('a client id', () => {
  it.each([
    ['of the longest length', 'x'.repeat(limits.clientIdBytes), 0],
    ['one longer', 'x'.repeat(limits.clientIdBytes + 1), 2],
    ['short in letters and long in bytes', '表'.repeat(limits.clientIdBytes / 2), 2],
    ['with a NUL', 'a\0b', 2],
    ['with slashes, like another session’s', 'device:watch-2/raw-watch-2', 0],
  ])('%s', async (_what, clientId, returnCode) => {
    const { device, dial } = await openFrontDoor()
    const client = dial()
    client.send(connectPacket('watch-1', await device('watch-1'), { clientId }))
    expect(await client.next('connack')).toMatchObject({ returnCode })
  })

  it('with slashes takes over nobody else’s session', async () => {
    const { device, enter } = await openFrontDoor()
    const owner = await enter('watch-2', await device('watch-2'))
    await enter('watch-1', await device('watch-1'), { clientId: '../device:watch-2/raw-watch-2' })
    owner.send({ cmd: 'pingreq' })
    await owner.next('pingresp')
  })
})

it.each([
  [0, limits.keepAliveSeconds],
  [60, 60],
  [limits.keepAliveSeconds, limits.keepAliveSeconds],
  [65_535, limits.keepAliveSeconds],
])('a keep-alive of %i s is held to %i s', (keepalive, held) => {
  const packet = connectPacket('watch-1', '', { keepalive })
  holdToKeepAlive(packet)
  expect(packet.keepalive).toBe(held)
})

describe('one packet', () => {
  const subscribe = (count: number): Packet => ({
    cmd: 'subscribe',
    messageId: 1,
    subscriptions: Array.from({ length: count }, (_, n) => ({ topic: `f/${n}`, qos: 0 as const })),
  })

  it('may have so many filters, and is cut with one more', async () => {
    const { enter } = await openFrontDoor()
    const client = await enter('admin', adminToken)
    client.send(subscribe(limits.filtersPerPacket))
    await client.next('suback')
    client.send(subscribe(limits.filtersPerPacket + 1))
    await client.closed
  })

  it('that is too large or has too many filters tells in the refusals why it was cut', async () => {
    const { store, device, enter } = await openFrontDoor()
    const large = await enter('watch-1', await device('watch-1'))
    large.socket.write(generate(publishPacket(readings, Buffer.alloc(limits.packetBytes + 1))).subarray(0, 20))
    const many = await enter('watch-2', await device('watch-2'))
    many.send(subscribe(limits.filtersPerPacket + 1))
    await Promise.all([large.closed, many.closed])
    const told = async (id: string) =>
      (await listAudit(store.db, { subject: `device:${id}`, refused: true, most: 9 })).items.map(({ what }) => what)
    await expect.poll(() => told('watch-1'), { timeout: 10_000 }).toEqual(['refused:packet_too_large'])
    await expect.poll(() => told('watch-2'), { timeout: 10_000 }).toEqual(['refused:too_many_filters'])
  })

  it.each([
    ['packetBytes', limits.packetBytes + 1, true],
    ['connectBytes', limits.connectBytes + 1, false],
  ])('larger than %s is cut by what its head says', async (_name, bytes, isIn) => {
    const { device, dial, enter } = await openFrontDoor()
    const token = await device('watch-1')
    const client = isIn ? await enter('watch-1', token) : dial()
    client.socket.write(generate(publishPacket(readings, Buffer.alloc(bytes))).subarray(0, 20))
    await client.closed
  })

  it('may have a topic of so many levels, and is cut with one more', async () => {
    const { device, enter, journal } = await openFrontDoor()
    const client = await enter('watch-1', await device('watch-1'))
    client.send(publishPacket(Array(limits.topicLevels).fill('a').join('/'), 'x', 1))
    await client.next('puback')
    expect((await journal.read('bulk', 0, 9)).map(({ refused }) => refused)).toEqual(['topic_unknown'])
    client.send(
      publishPacket(
        Array(limits.topicLevels + 1)
          .fill('a')
          .join('/'),
        'x',
        2,
      ),
    )
    await client.closed
  })

  it('may have a topic of so many bytes; a longer one is kept as refused', async () => {
    const { device, enter, journal } = await openFrontDoor()
    const client = await enter('watch-1', await device('watch-1'))
    client.send(publishPacket('t'.repeat(limits.topicBytes + 1), 'x', 1))
    await client.next('puback')
    expect((await journal.read('bulk', 0, 9)).map(({ refused }) => refused)).toEqual(['topic_unknown'])
  })
})

it('a session may have so many subscriptions', async () => {
  const { store, device, enter } = await openFrontDoor()
  const token = await device('gateway-1')
  for (let n = 0; n <= limits.subscriptions; n++)
    await store.write((tx) => createDevice(tx, { id: `child-${n}`, gateway: 'gateway-1' }, 0))
  const client = await enter('gateway-1', token)
  for (let n = 0; n <= limits.subscriptions; n++) {
    const topic = `vigil/v1/child-${n}/commands`
    client.send({ cmd: 'subscribe', messageId: n + 1, subscriptions: [{ topic, qos: 1 }] })
    await vi.waitFor(() => expect(client.of('suback').length).toBe(n + 1))
  }
  const granted = client.of('suback').flatMap((packet) => packet.granted)
  expect(granted).toEqual([...Array(limits.subscriptions).fill(1), 128])
})

it('QoS 2 messages that wait for their PUBREL: with one too many it is cut', async () => {
  const { device, enter } = await openFrontDoor()
  const client = await enter('watch-1', await device('watch-1'))
  for (let n = 1; n <= limits.inFlightQos2 + 1; n++)
    client.send({ ...publishPacket(readings, '{}', n), qos: 2 } as Packet)
  await client.closed
})

/** A journal that takes everything, and says that it is durable only once it is released. */
function stuckJournal() {
  const taken: JournalRecord[] = []
  const released = Promise.withResolvers<number>()
  const journal = {
    append: (_lane: string, record: JournalRecord) => {
      taken.push(record)
      return released.promise
    },
    continueAfter: () => {},
    trim: async () => 0,
  } as unknown as Journal
  return { taken, journal, release: () => released.resolve(1) }
}

describe('on their way to the journal', () => {
  it.each([
    ['inFlight', '{"signal":"sos"}', limits.inFlight],
    ['inFlightBytes', `{"signal":"sos","pad":"${'x'.repeat(250_000)}"}`, Math.ceil(limits.inFlightBytes / 250_026)],
  ])('of one connection there are no more than %s; another one is heard', async (_name, payload, most) => {
    const { taken, journal, release } = stuckJournal()
    const clock = virtualClock()
    const { dial, device } = await openFrontDoor({ journal, clock })
    // Before the broker is closed, which waits for what is on its way.
    onTestFinished(release)
    const topic = 'vigil/v1/watch-1/signals'
    const greedy = dial()
    greedy.send(connectPacket('watch-1', await device('watch-1')))
    await greedy.next('connack')
    for (let n = 1; n <= most * 2; n++) greedy.send(publishPacket(topic, payload))
    const isFull = async () => {
      // Large signals are held for a while once there were many.
      await clock.advance(100)
      expect(taken.length).toBe(most)
    }
    await vi.waitFor(isFull, { timeout: 10_000 })
    const other = dial()
    other.send(connectPacket('watch-2', await device('watch-2')), publishPacket('vigil/v1/watch-2/signals', payload))
    await vi.waitFor(() => expect(taken.at(-1)?.device).toBe('watch-2'), { timeout: 10_000 })
    expect(taken.length).toBe(most + 1)
  })

  it('of a connection that goes meanwhile nothing is taken off twice', async () => {
    const added = vi.spyOn(Load.prototype, 'add')
    const removed = vi.spyOn(Load.prototype, 'remove')
    onTestFinished(() => void vi.restoreAllMocks())
    const left = () => [added, removed].map(({ mock }) => mock.calls.reduce((sum, [bytes]) => sum + bytes, 0))
    const { taken, journal, release } = stuckJournal()
    const { enter, device } = await openFrontDoor({ journal })
    onTestFinished(release)
    const gone = await enter('watch-1', await device('watch-1'))
    gone.send(publishPacket('vigil/v1/watch-1/readings', 'x'.repeat(10_000), 1))
    await vi.waitFor(() => expect(taken).toHaveLength(1))
    gone.socket.destroy()
    await vi.waitFor(() => expect(left()).toEqual([10_000, 10_000]))
    release()
    const other = await enter('watch-2', await device('watch-2'))
    other.send(publishPacket('vigil/v1/watch-2/readings', 'x', 1))
    await other.next('puback')
    await vi.waitFor(() => expect(left()).toEqual([10_001, 10_001]))
  })
})
