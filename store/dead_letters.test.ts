import { expect, test } from 'vitest'
import { onBothEngines } from '../test/engines.ts'
import { createArea } from './areas.ts'
import {
  countDeadLetters,
  deadLetter,
  deadLetterEdge,
  keepDeadLetter,
  listDeadLetters,
  markReplayed,
  type Refused,
  requestReplay,
  trimDeadLetters,
  wholeDeadLetters,
} from './dead_letters.ts'
import { createDevice } from './devices.ts'
import { createHome } from './homes.ts'
import { markSent, pending } from './outbox.ts'
import type { Store } from './store.ts'
import { createVendor } from './vendors.ts'

const letter = (id: string, given: Partial<Refused> = {}): Refused => ({
  id,
  receivedAt: 1_000,
  topic: 'vigil/v1/watch-1/readings',
  principal: 'watch-1',
  device: 'watch-1',
  code: 'payload_not_json',
  detail: 'unexpected end',
  payload: new Uint8Array([0, 255, 10, 0]),
  retained: false,
  ...given,
})
const keep = (store: Store, ...letters: Refused[]) =>
  store.write(async (tx) => {
    for (const each of letters) await keepDeadLetter(tx, each)
  })
const idsOf = async (store: Store, filter = {}) =>
  (await listDeadLetters(store.db, filter, { most: 99 })).items.map(({ id }) => id)
const stateOf = async (store: Store, id: string) => (await deadLetter(store.db, id))?.state

onBothEngines((engine) => {
  test('a reason with bytes in it that no text of a database may have is kept all the same', async () => {
    const store = await engine.open()
    await keep(store, letter('bulk-1', { detail: 'availability: "\0\ud800"' }))
    expect((await deadLetter(store.db, 'bulk-1'))?.detail).toContain('availability: "')
  })

  test('a refused message is kept whole, byte for byte, with its reason', async () => {
    const store = await engine.open()
    await keep(store, letter('bulk-1', { retained: true }))
    const { payload, ...rest } = (await deadLetter(store.db, 'bulk-1'))!
    expect([...payload]).toEqual([0, 255, 10, 0])
    expect(rest).toEqual({
      id: 'bulk-1',
      received_at: '1970-01-01T00:00:01.000Z',
      receivedAt: 1_000,
      topic: 'vigil/v1/watch-1/readings',
      principal: 'watch-1',
      device: 'watch-1',
      code: 'payload_not_json',
      detail: 'unexpected end',
      retained: true,
      state: 'kept',
      vendor: null,
      codec: null,
      size: 4,
    })
  })

  test('letters are searched by all that is known of them, and counted by vendor and reason', async () => {
    const store = await engine.open()
    await store.write(async (tx) => {
      await createVendor(tx, { id: 'acme', name: 'Acme' }, 0)
      await createDevice(tx, { id: 'watch-1', vendor: 'acme' }, 0)
    })
    await keep(
      store,
      letter('bulk-1', { codec: 'native' }),
      letter('bulk-2', {
        receivedAt: 2_000,
        topic: 'zigbee2mqtt/Bed_room',
        device: 'gw:bed',
        principal: 'gw',
        codec: 'zigbee2mqtt',
      }),
      letter('bulk-3', {
        receivedAt: 3_000,
        topic: 'odd/100%',
        device: undefined,
        principal: 'vendor/acme',
        code: 'topic_unknown',
        detail: 'Not OURS',
      }),
    )
    expect(await idsOf(store, { vendor: 'acme' })).toEqual(['bulk-3', 'bulk-1'])
    expect(await idsOf(store, { codec: 'zigbee2mqtt' })).toEqual(['bulk-2'])
    expect(await idsOf(store, { codec: 'none' })).toEqual(['bulk-3'])
    expect(await idsOf(store, { principal: 'gw' })).toEqual(['bulk-2'])
    expect(await idsOf(store, { topic: 'zigbee2mqtt/#' })).toEqual(['bulk-2'])
    expect(await idsOf(store, { topic: 'zigbee2mqtt/Bed?room' })).toEqual([])
    expect(await idsOf(store, { topic: 'zigbee/#' })).toEqual([])
    expect(await idsOf(store, { topic: 'ZIGBEE2MQTT/#' })).toEqual([])
    expect(await idsOf(store, { topic: 'vigil/+/readings' })).toEqual([])
    expect(await idsOf(store, { topic: 'vigil/+/+/readings' })).toEqual(['bulk-1'])
    expect(await idsOf(store, { topic: 'zigbee2mqtt/Bed_room/#' })).toEqual(['bulk-2'])
    expect(await idsOf(store, { topic: '#' })).toHaveLength(3)
    expect(await idsOf(store, { topic: '+/100%' })).toEqual(['bulk-3'])
    expect(await idsOf(store, { text: 'not ours' })).toEqual(['bulk-3'])
    expect(await idsOf(store, { text: 'bed_ROOM' })).toEqual(['bulk-2'])
    expect(await idsOf(store, { text: '%' })).toEqual(['bulk-3'])
    expect(await idsOf(store, { from: 2_000, until: 3_000 })).toEqual(['bulk-2'])
    expect(await countDeadLetters(store.db, {}, {})).toEqual([
      { vendor: null, code: 'payload_not_json', codec: 'zigbee2mqtt', state: 'kept', count: 1 },
      { vendor: 'acme', code: 'payload_not_json', codec: 'native', state: 'kept', count: 1 },
      { vendor: 'acme', code: 'topic_unknown', codec: null, state: 'kept', count: 1 },
    ])
    expect((await countDeadLetters(store.db, { vendor: 'acme' }, {})).map(({ count }) => count)).toEqual([1, 1])
  })

  test('letters are exported whole and oldest first, page by page', async () => {
    const store = await engine.open()
    await keep(store, ...[1, 2, 3].map((n) => letter(`bulk-${n}`, { receivedAt: n })))
    const first = await wholeDeadLetters(store.db, {}, { most: 2 })
    const second = await wholeDeadLetters(store.db, {}, { most: 2, after: first.next! })
    expect([...first.items, ...second.items].map(({ id, payload }) => [id, payload.length])).toEqual([
      ['bulk-1', 4],
      ['bulk-2', 4],
      ['bulk-3', 4],
    ])
    expect(second.next).toBeNull()
  })

  test('the same letter again changes nothing', async () => {
    const store = await engine.open()
    await keep(store, letter('bulk-1'), letter('bulk-1', { code: 'time_invalid' }))
    expect(await idsOf(store, {})).toEqual(['bulk-1'])
    expect((await deadLetter(store.db, 'bulk-1'))?.code).toBe('payload_not_json')
  })

  test('lists are newest first, filtered, and paged without loss where many came in one millisecond', async () => {
    const store = await engine.open()
    await keep(store, letter('b-1'), letter('b-2'), letter('b-3', { receivedAt: 900, code: 'time_invalid' }))
    await keep(store, letter('b-4', { device: 'radar-1', receivedAt: 2_000 }))
    const first = await listDeadLetters(store.db, {}, { most: 2 })
    const second = await listDeadLetters(store.db, {}, { most: 2, after: first.next! })
    expect([first, second].map(({ items }) => items.map(({ id }) => id))).toEqual([
      ['b-4', 'b-2'],
      ['b-1', 'b-3'],
    ])
    expect(second.next).toBeNull()
    expect(await idsOf(store, { code: 'time_invalid' })).toEqual(['b-3'])
    expect(await idsOf(store, { device: 'radar-1' })).toEqual(['b-4'])
    expect(await idsOf(store, { device: 'watch-1' })).toHaveLength(3)
  })

  test('with a bound, only letters of devices in the area are listed', async () => {
    const store = await engine.open()
    await store.write(async (tx) => {
      for (const area of ['east', 'west']) {
        await createArea(tx, { id: area, name: area })
        await createHome(tx, { id: `home-${area}`, area, address: 'x' })
        await createDevice(tx, { id: `watch-${area}`, home: `home-${area}` }, 0)
      }
    })
    await keep(store, letter('b-1', { device: 'watch-east' }), letter('b-2', { device: 'watch-west' }))
    await keep(store, letter('b-3', { device: undefined }))
    const { items } = await listDeadLetters(store.db, {}, { most: 9, areaPath: '/east/' })
    expect(items.map(({ id }) => id)).toEqual(['b-1'])
  })

  test('a request for replay puts each letter into the outbox once', async () => {
    const store = await engine.open()
    await keep(store, letter('b-1'), letter('b-2', { code: 'time_invalid' }), letter('b-3'))
    const replay = (which: Parameters<typeof requestReplay>[1]) => store.write((tx) => requestReplay(tx, which, 5_000))
    expect(await replay({ code: 'payload_not_json' })).toBe(2)
    expect(await replay({ code: 'payload_not_json' })).toBe(0)
    expect(await replay(['b-1', 'b-2', 'no-such-letter'])).toBe(1)
    expect(await replay([])).toBe(0)
    expect((await pending(store.db, 'replay', 9)).map(({ target }) => target)).toEqual(['b-1', 'b-3', 'b-2'])
    expect(await idsOf(store, { state: 'kept' })).toEqual([])
  })

  test('a replayed letter is done; by a filter it is not replayed again, by its id it is', async () => {
    const store = await engine.open()
    await keep(store, letter('b-1'))
    await store.write((tx) => requestReplay(tx, {}, 5_000))
    await store.write((tx) => markReplayed(tx, ['b-1']))
    expect(await stateOf(store, 'b-1')).toBe('replayed')
    expect(await store.write((tx) => requestReplay(tx, {}, 6_000))).toBe(0)
    expect(await store.write((tx) => requestReplay(tx, ['b-1'], 6_000))).toBe(1)
  })

  test('one that is refused again is kept with the new reason, whichever is noted first, and can be replayed again', async () => {
    const store = await engine.open()
    await keep(store, letter('b-1'))
    await store.write((tx) => requestReplay(tx, ['b-1'], 5_000))
    const [notice] = await pending(store.db, 'replay', 9)
    await keep(store, letter('b-1', { code: 'time_invalid', detail: 'no zone' }))
    await store.write(async (tx) => {
      await markReplayed(tx, ['b-1'])
      await markSent(tx, [notice!.id], 5_001)
    })
    expect(await deadLetter(store.db, 'b-1')).toMatchObject({ state: 'kept', code: 'time_invalid', detail: 'no zone' })
    await store.write((tx) => requestReplay(tx, ['b-1'], 5_000))
    expect(await pending(store.db, 'replay', 9)).toHaveLength(1)
  })

  test('trimming by age takes what is older than the bound', async () => {
    const store = await engine.open()
    await keep(
      store,
      letter('b-1', { receivedAt: 1 }),
      letter('b-2', { receivedAt: 2 }),
      letter('b-3', { receivedAt: 3 }),
    )
    expect(await store.write((tx) => trimDeadLetters(tx, 2, 99))).toBe(1)
    expect(await idsOf(store)).toEqual(['b-3', 'b-2'])
  })

  test('trimming by size takes the oldest until the rest fits', async () => {
    const store = await engine.open()
    const payload = new Uint8Array(1_000)
    for (let i = 1; i <= 5; i++) await keep(store, letter(`b-${i}`, { receivedAt: i, payload }))
    const edge = () => deadLetterEdge(store.db, { keepFrom: 0, mostBytes: 3_800 })
    const before = await edge()
    const removed = await store.write((tx) => trimDeadLetters(tx, before, 99))
    expect([removed, await idsOf(store)]).toEqual([2, ['b-5', 'b-4', 'b-3']])
    expect(await edge()).toBe(0)
  })
})
