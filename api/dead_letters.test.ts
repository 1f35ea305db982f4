import { describe, expect, it } from 'vitest'
import { keepDeadLetter } from '../store/dead_letters.ts'
import { pending } from '../store/outbox.ts'
import { type House, openHouse } from './test_house.ts'

const path = '/api/v1/dead-letters'
const token = 'token-integrator'
const bounded = 'token-integrator-north'

/** A letter of a device that nobody registered. */
const addStranger = (house: House) =>
  house.store.write((tx) =>
    keepDeadLetter(tx, {
      id: 'bulk-99',
      receivedAt: Date.UTC(2026, 10, 22, 9),
      topic: 'zigbee2mqtt/lamp',
      code: 'topic_unknown',
      detail: 'no codec takes it',
      payload: Buffer.from([0, 255, 1]),
      retained: true,
    }),
  )

const replayed = async (house: House) =>
  (await pending(house.store.db, 'replay', 100)).map(({ target }) => target).sort()
const replay = (house: House, body: object, who = token) => house.call('POST', `${path}/replay`, { token: who, body })

describe('dead letters', () => {
  it('are listed newest first and read whole, byte for byte', async () => {
    const house = await openHouse()
    await addStranger(house)
    const { body } = await house.call('GET', path, { token })
    expect(body.items.map(({ id }) => id)).toEqual(['bulk-99', 'letter-south', 'letter-north'])
    expect(body.items[0]).toEqual({
      id: 'bulk-99',
      received_at: '2026-11-22T09:00:00.000Z',
      topic: 'zigbee2mqtt/lamp',
      principal: null,
      device: null,
      code: 'topic_unknown',
      detail: 'no codec takes it',
      retained: true,
      state: 'kept',
      vendor: null,
      codec: null,
      size: 3,
    })
    const whole = await house.call('GET', `${path}/bulk-99`, { token })
    expect(whole.body).toEqual({ ...body.items[0], payload: 'AP8B' })
  })

  it('are filtered by code, device and state', async () => {
    const house = await openHouse()
    await addStranger(house)
    const list = async (query: string) =>
      (await house.call('GET', `${path}?${query}`, { token })).body.items.map(({ id }) => id)
    expect(await list('code=topic_unknown')).toEqual(['bulk-99'])
    expect(await list('device=device-north')).toEqual(['letter-north'])
    expect(await list('state=replayed')).toEqual([])
  })

  it('are counted by code and state, in the caller’s area', async () => {
    const house = await openHouse()
    await addStranger(house)
    await replay(house, { ids: ['letter-south'] })
    const counts = async (who: string) => (await house.call('GET', `${path}/counts`, { token: who })).body.items
    expect(await counts(token)).toEqual([
      { vendor: 'maker-north', code: 'payload_not_json', codec: null, state: 'kept', count: 1 },
      { vendor: 'maker-south', code: 'payload_not_json', codec: null, state: 'replaying', count: 1 },
      { vendor: null, code: 'topic_unknown', codec: null, state: 'kept', count: 1 },
    ])
    expect(await counts(bounded)).toMatchObject([{ vendor: 'maker-north', code: 'payload_not_json', count: 1 }])
  })

  it('are searched by topic, text and time, and exported whole within the caller’s area', async () => {
    const house = await openHouse()
    await addStranger(house)
    const get = async (query: string, who = token) =>
      (await house.call('GET', `${path}${query}`, { token: who })).body.items
    expect((await get(`?topic=${encodeURIComponent('zigbee2mqtt/#')}`)).map(({ id }) => id)).toEqual(['bulk-99'])
    expect((await get('?text=CODEC%20takes')).map(({ id }) => id)).toEqual(['bulk-99'])
    expect(await get('?from=2030-01-01T00:00:00Z')).toEqual([])
    expect((await get('/export')).at(-1)).toMatchObject({ id: 'bulk-99', payload: 'AP8B' })
    expect((await get('/export', bounded)).map(({ id }) => id)).toEqual(['letter-north'])
    const wrong = await house.call('GET', `${path}?from=yesterday`, { token })
    expect([wrong.status, wrong.body.code]).toEqual([400, 'request_invalid'])
  })

  it('are put up for replay by id or by filter', async () => {
    const house = await openHouse()
    await addStranger(house)
    const one = await replay(house, { ids: ['bulk-99'] })
    expect([one.status, one.body]).toEqual([202, { replaying: 1 }])
    expect(await replayed(house)).toEqual(['bulk-99'])
    expect((await replay(house, { code: 'payload_not_json' })).body).toEqual({ replaying: 2 })
    expect(await replayed(house)).toEqual(['bulk-99', 'letter-north', 'letter-south'])
    expect((await house.call('GET', `${path}/letter-north`, { token })).body.state).toBe('replaying')
    expect((await replay(house, {})).body).toEqual({ replaying: 0 })
  })

  it('are all put up for replay where nothing is named', async () => {
    const house = await openHouse()
    expect((await house.call('POST', `${path}/replay`, { token })).body).toEqual({ replaying: 2 })
    expect(await replayed(house)).toEqual(['letter-north', 'letter-south'])
  })

  it('of another area are neither seen nor replayed, nor are those of nobody', async () => {
    const house = await openHouse()
    await addStranger(house)
    expect((await replay(house, {}, bounded)).body).toEqual({ replaying: 1 })
    expect(await replayed(house)).toEqual(['letter-north'])
    for (const id of ['letter-south', 'bulk-99']) {
      expect((await house.call('GET', `${path}/${id}`, { token: bounded })).status, id).toBe(404)
      expect((await replay(house, { ids: ['letter-north', id] }, bounded)).status, id).toBe(404)
    }
    expect(await replayed(house)).toEqual(['letter-north'])
  })
})
