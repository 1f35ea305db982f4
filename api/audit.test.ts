import { describe, expect, it } from 'vitest'
import { recordAudit } from '../store/audit.ts'
import { keepDeadLetter } from '../store/dead_letters.ts'
import { adminToken, type House, openHouse } from './test_house.ts'

const token = adminToken
const at = Date.UTC(2026, 10, 22, 8)
const note = (house: House, ...subjects: string[]) =>
  house.store.write(async (tx) => {
    for (const subject of subjects) {
      const what = { who: subject, what: 'refused:topic_foreign', subject, detail: 'vigil/v1/other/signals' } as const
      await recordAudit(tx, { at, ...what, address: '10.0.0.9', count: 3 })
    }
  })
const subjects = async (house: House, who: string, query = '') => {
  const answer = await house.call('GET', `/api/v1/refusals${query}`, { token: who })
  return answer.status === 200 ? answer.body.items.map(({ subject }) => subject).sort() : answer.body.code
}
const all = [
  'device:device-north',
  'device:device-south',
  'device:stranger',
  'vendor:maker-north',
  'vendor:maker-south',
]

describe('refusals', () => {
  it('tell who was refused what, from where and how often', async () => {
    const house = await openHouse()
    await note(house, 'device:device-north')
    const { body } = await house.call('GET', '/api/v1/refusals', { token: 'token-maker-north' })
    expect(body.items).toEqual([
      {
        id: expect.any(Number),
        at: '2026-11-22T08:00:00.000Z',
        last_at: '2026-11-22T08:00:00.000Z',
        who: 'device:device-north',
        subject: 'device:device-north',
        code: 'topic_foreign',
        detail: 'vigil/v1/other/signals',
        address: '10.0.0.9',
        count: 3,
      },
    ])
  })

  it('are seen by the vendor whose they are, by the district one device at a time, and all by who sees everything', async () => {
    const house = await openHouse()
    await note(house, ...all)
    expect(await subjects(house, token)).toEqual(all)
    expect(await subjects(house, 'token-maker-north')).toEqual(['device:device-north', 'vendor:maker-north'])
    expect(await subjects(house, 'token-vendor-north')).toEqual(['device:device-north', 'vendor:maker-north'])
    expect(await subjects(house, 'token-supervisor-north', '?device=device-north')).toEqual(['device:device-north'])
    expect(await subjects(house, 'token-supervisor-north')).toBe('forbidden')
    expect(await subjects(house, token, '?vendor=maker-south')).toEqual(['device:device-south', 'vendor:maker-south'])
    expect(await subjects(house, token, '?device=device-south')).toEqual(['device:device-south'])
    expect(await subjects(house, token, '?code=topic_foreign')).toHaveLength(5)
    expect(await subjects(house, token, '?code=subscription_refused')).toEqual([])
    expect(await subjects(house, token, '?code=no_such_code')).toBe('request_invalid')
  })

  it('of another vendor or district are not there', async () => {
    const house = await openHouse()
    await note(house, ...all)
    for (const query of ['?device=device-south', '?vendor=maker-south', '?device=nothing'])
      expect(await subjects(house, 'token-maker-north', query), query).toBe('not_found')
    expect(await subjects(house, 'token-supervisor-north', '?device=device-south')).toBe('not_found')
    expect(await subjects(house, 'token-supervisor-north', '?vendor=maker-north')).toBe('not_found')
  })
})

describe('the audit', () => {
  it('is paged, and filtered by subject, kind and vendor', async () => {
    const house = await openHouse()
    await note(house, ...all)
    const first = await house.call('GET', '/api/v1/audit?limit=2', { token })
    const second = await house.call('GET', `/api/v1/audit?limit=9&after=${first.body.next}`, { token })
    expect([first.body.items.length, second.body.items.length, second.body.next]).toEqual([2, 3, null])
    const of = async (query: string) => (await house.call('GET', `/api/v1/audit?${query}`, { token })).body.items.length
    expect([await of('what=refused:topic_foreign'), await of('what=created'), await of('vendor=maker-north')]).toEqual([
      5, 0, 2,
    ])
  })
})

it('a vendor reads the dead letters of its devices and of its account, and of nobody else', async () => {
  const house = await openHouse()
  const letter = {
    receivedAt: at,
    topic: 'fleet/1',
    code: 'topic_unknown',
    detail: '',
    payload: Buffer.from('x'),
    retained: false,
  }
  await house.store.write(async (tx) => {
    await keepDeadLetter(tx, { ...letter, id: 'own', principal: 'vendor/maker-north' })
    await keepDeadLetter(tx, { ...letter, id: 'theirs', principal: 'vendor/maker-south' })
    await keepDeadLetter(tx, { ...letter, id: 'nobodys' })
  })
  const vendor = 'token-maker-north'
  const { body } = await house.call('GET', '/api/v1/dead-letters', { token: vendor })
  expect(body.items.map(({ id }) => id).sort()).toEqual(['letter-north', 'own'])
  const read = async (id: string) => (await house.call('GET', `/api/v1/dead-letters/${id}`, { token: vendor })).status
  expect(await Promise.all(['own', 'letter-north', 'theirs', 'letter-south', 'nobodys'].map(read))).toEqual([
    200, 200, 404, 404, 404,
  ])
  const counts = await house.call('GET', '/api/v1/dead-letters/counts', { token: vendor })
  expect(counts.body.items.map(({ code, count }) => [code, count])).toEqual([
    ['payload_not_json', 1],
    ['topic_unknown', 1],
  ])
})
