import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Codec, urgentIfDecoded } from '../codecs/codec.ts'
import { useMappings } from '../codecs/codecs.ts'
import { limits } from '../domain/limits.ts'
import { nothingDecoded } from '../domain/message.ts'
import { sourceName } from '../domain/sources.ts'
import { createArea } from '../store/areas.ts'
import { createDevice, getDevice, listDevices, updateDevice } from '../store/devices.ts'
import { createHome } from '../store/homes.ts'
import { at, openRoom, recordOf, type TestRoom } from './test_room.ts'

/** A format of a gateway: `{name: pulse}` of many devices, `teach` of what a name means, `hello` of a new one. */
const hub: Codec = {
  name: 'hub',
  title: 'for this test',
  topics: ['hub/#'],
  speaks: 'others',
  about: { urgent: '', repeat: '', device: '' },
  urgent: (topic, payload) => urgentIfDecoded(hub, topic, payload),
  decode(topic, payload, { receivedAt, learned }) {
    const decoded = nothingDecoded()
    const content = JSON.parse(Buffer.from(payload).toString()) as Record<string, number>
    for (const [name, value] of Object.entries(content)) {
      const source = sourceName(name)
      if (topic === 'hub/teach') decoded.learned.push({ key: name, value: String(value) })
      else if (topic === 'hub/hello') decoded.announced.push({ source, model: 'mat', place: 'bed' })
      else {
        const times = Number(learned?.(name) ?? 1)
        decoded.readings.push({
          source,
          at: receivedAt,
          metric: 'heart_rate',
          value: value * times,
          implausible: false,
        })
        decoded.warnings.push({ code: 'unit_converted', detail: name })
      }
    }
    return decoded
  },
}

let room: TestRoom
beforeEach(async () => {
  room = await openRoom()
  useMappings([hub])
  await room.store.write(async (tx) => {
    await createArea(tx, { id: 'city', name: 'City' })
    await createHome(tx, { id: 'home-1', area: 'city', address: 'x' })
    await createDevice(tx, { id: 'gw', home: 'home-1', category: 'gateway' }, 0)
    await createDevice(tx, { id: 'mat-1', home: 'home-1', gateway: 'gw' }, 0)
  })
})
afterEach(async () => {
  useMappings([])
  await room.close()
})

const say = async (topic: string, content: object, principal = 'gw') => {
  await room.journal.append('bulk', recordOf(principal, content, { topic, principal, device: principal }))
  await room.worked('bulk')
}

describe('a message that speaks of several devices', () => {
  test('each reading is stored of its own device: a registered child, or one of the gateway itself', async () => {
    await room.start()
    await say('hub/up', { 'mat-1': 60, 'Bed room': 70 })
    const [child] = (await listDevices(room.store.db, { most: 10, gateway: 'gw' })).items.filter(
      ({ id }) => id !== 'mat-1',
    )
    expect(child?.id).toMatch(/^gw:Bed-room-[0-9a-f]{8}$/)
    expect(await room.valuesOf('mat-1')).toEqual([['heart_rate', at, 60]])
    expect(await room.valuesOf(child!.id)).toEqual([['heart_rate', at, 70]])
    expect(await room.valuesOf('gw')).toEqual([])
  })

  test('what it is heard to speak of is registered in its home, seen, and once only', async () => {
    await room.start()
    await say('hub/hello', { kitchen: 1 })
    await say('hub/up', { kitchen: 61 })
    expect(await getDevice(room.store.db, 'gw:kitchen')).toMatchObject({
      home: 'home-1',
      gateway: 'gw',
      model: 'mat',
      place: 'bed',
      last_seen_at: new Date(at).toISOString(),
    })
  })

  test('what is told of it later fills in what is empty, and nothing that a person entered', async () => {
    await room.start()
    await say('hub/up', { kitchen: 61, hall: 62 })
    await room.store.write((tx) => updateDevice(tx, 'gw:hall', { place: 'by the door' }, 0))
    await say('hub/hello', { kitchen: 1, hall: 1 })
    expect(await getDevice(room.store.db, 'gw:kitchen')).toMatchObject({ model: 'mat', place: 'bed' })
    expect(await getDevice(room.store.db, 'gw:hall')).toMatchObject({ model: 'mat', place: 'by the door' })
  })

  test('a device that is no gateway in the registry brings children too where its format speaks for others; nobody for another', async () => {
    await room.store.write((tx) => createDevice(tx, { id: 'pi', home: 'home-1' }, 0))
    await room.start()
    await say('hub/up', { 'mat-1': 99 }, 'pi')
    expect(await room.valuesOf('mat-1')).toEqual([])
    expect(await room.valuesOf('pi:mat-1')).toEqual([['heart_rate', at, 99]])
  })

  test('who is not registered registers nobody', async () => {
    await room.start()
    await say('hub/up', { kitchen: 61 }, 'stranger')
    expect(await getDevice(room.store.db, 'stranger:kitchen')).toBeUndefined()
  })

  test('a gateway brings no more than it may', async () => {
    await room.start()
    const names = Object.fromEntries(Array.from({ length: limits.childrenProvisioned + 20 }, (_, i) => [`d${i}`, 50]))
    await say('hub/up', names)
    const { items } = await listDevices(room.store.db, { most: 5_000, gateway: 'gw' })
    expect(items).toHaveLength(limits.childrenProvisioned)
  })

  test('a vendor may speak for his own devices alone: the rest is refused and kept', async () => {
    await room.start()
    await room.journal.append(
      'bulk',
      recordOf('gw', { 'mat-1': 60 }, { topic: 'hub/up', principal: 'vendor/acme', device: undefined }),
    )
    await room.worked('bulk')
    expect(await room.valuesOf('mat-1')).toEqual([])
    expect(await room.letters()).toMatchObject([{ code: 'topic_foreign', detail: 'topic_foreign: mat-1' }])
  })
})

describe('what a message teaches', () => {
  test('counts for later ones of the same sender, and of nobody else; also after a restart', async () => {
    await room.store.write((tx) => createDevice(tx, { id: 'gw-2', home: 'home-1', category: 'gateway' }, 0))
    const first = await room.start()
    await say('hub/teach', { 'mat-1': 2 })
    await say('hub/up', { 'mat-1': 30 })
    await say('hub/up', { 'mat-1': 30 }, 'gw-2')
    await first.close()
    await room.start()
    await room.journal.append('bulk', recordOf('gw', { 'mat-1': 31 }, { topic: 'hub/up', receivedAt: at + 1 }))
    await room.worked('bulk')
    expect(await room.valuesOf('mat-1')).toEqual([
      ['heart_rate', at, 60],
      ['heart_rate', at + 1, 62],
    ])
    expect(await room.valuesOf('gw-2:mat-1')).toEqual([['heart_rate', at, 30]])
  })
})

test('what is replayed is of long ago: it teaches only what nobody has taught since', async () => {
  await room.start()
  await say('hub/teach', { 'mat-1': 2 })
  const old = recordOf('gw', { 'mat-1': 5, hall: 3 }, { topic: 'hub/teach', replayOf: 'bulk-1' })
  await room.journal.append('bulk', old)
  await say('hub/up', { 'mat-1': 30, hall: 20 })
  expect(await room.valuesOf('mat-1')).toEqual([['heart_rate', at, 60]])
  expect(await room.valuesOf('gw:hall')).toEqual([['heart_rate', at, 60]])
})

test('what is replayed says nothing of whether a device lives, and brings nobody into the registry', async () => {
  await room.start()
  const [up, hello] = ['hub/up', 'hub/hello'].map((topic) => ({ topic, replayOf: 'bulk-1' }))
  await room.journal.append('bulk', recordOf('gw', { 'mat-1': 30 }, up))
  await room.journal.append('bulk', recordOf('gw', { 'mat-9': 1 }, hello))
  await room.worked('bulk')
  expect((await getDevice(room.store.db, 'mat-1'))?.last_seen_at).toBeNull()
  expect((await listDevices(room.store.db, { most: 10 })).items.map(({ id }) => id)).toEqual(['gw', 'mat-1'])
  await say('hub/up', { 'mat-1': 30 })
  expect((await getDevice(room.store.db, 'mat-1'))?.last_seen_at).not.toBeNull()
})
