import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Ticket } from '../domain/ticket.ts'
import { type System, startSystem } from './system.ts'
import { until } from './until.ts'

/** Two real houses that work one case: an SOS of A shows on B, B works it, and A follows. */
let a: System
let b: System
const secret = 'a-secret-that-both-houses-know'

beforeAll(async () => {
  ;[a, b] = await Promise.all([startSystem(), startSystem()])
  await a.call('POST', '/areas', { id: 'city', name: 'City' })
  await a.call('POST', '/homes', { id: 'elm', area: 'city', address: 'Elm house, 3rd floor' })
  await b.call('POST', '/areas', { id: 'desk', name: 'Desk' })
  await b.call('POST', '/operators', { id: 'bob', name: 'Bob', password: 'long enough 1', role: 'dispatcher' })
  await pair()
}, 120_000)
afterAll(() => Promise.all([a, b].map((house) => house?.close())))

/** Each knows the other by its address. */
async function pair(): Promise<void> {
  const toA = { name: 'House A', url: `${a.url}/api/v1/partners/b/events`, mode: 'by_hand' }
  const toB = { name: 'House B', url: `${b.url}/api/v1/partners/a/events`, mode: 'all' }
  await a.call('POST', '/partners', { id: 'b', area: 'city', secret, ...toB })
  await b.call('POST', '/partners', { id: 'a', area: 'desk', secret, ...toA })
}

const only = async (house: System, state?: Ticket['state']): Promise<Ticket> =>
  until(`a ticket ${state ?? ''}`, async () => {
    const tickets = await house.tickets().catch((): Ticket[] => [])
    expect(tickets.length).toBeLessThan(2)
    return tickets.find((ticket) => state === undefined || ticket.state === state)
  })

async function bobs(): Promise<(action: string, body?: object) => Promise<void>> {
  const login = { name: 'Bob', password: 'long enough 1' }
  const { token } = await b.call<{ token: string }>('POST', '/login', login)
  const { id } = await only(b)
  return async (action, body = {}) => {
    const answer = await fetch(`${b.url}/api/v1/tickets/${id}/${action}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect([action, answer.status]).toEqual([action, 200])
  }
}

const steps = ({ timeline }: Ticket) =>
  timeline.filter(({ who }) => who !== 'vigil').map(({ who, what }) => [who, what])

it('an SOS of A is worked at B, and A follows with the names, though both are killed in between', async () => {
  const device = await a.call<{ token: string }>('POST', '/devices', { id: 'watch', home: 'elm' })
  const pressed = await fetch(`${a.url}/api/v1/devices/watch/signals`, {
    method: 'POST',
    headers: { authorization: `Bearer ${device.token}`, 'content-type': 'application/json' },
    body: '{"signal":"sos"}',
  })
  expect(pressed.status).toBe(202)
  const opened = await only(a, 'open')
  const mirror = await only(b, 'open')
  expect(mirror).toMatchObject({ kind: 'sos', severity: 'critical', area: 'desk', home: null })
  expect(mirror.origin).toEqual({ partner: 'a', ticket: opened.id, number: opened.number })
  expect(mirror.timeline).toContainEqual(expect.objectContaining({ what: 'noted', reason: 'Elm house, 3rd floor' }))

  const does = await bobs()
  await does('acknowledge')
  await a.kill('api')
  await does('dispatch', { reason: 'car 7' })
  expect(await only(a, 'dispatched')).toMatchObject({ holder: 'partner:b' })
  await b.kill('api')
  await until('B is back', async () => ((await b.tickets().catch(() => [])).length > 0 ? true : undefined))
  await a.call('POST', `/tickets/${opened.id}/note`, { text: 'the key is under the mat' })
  await until('B has the note', async () => (await notesOf(b)).includes('the key is under the mat') || undefined)
  await a.kill('api')
  await (await bobs())('close', { outcome: 'assistance', reason: 'she is well' })
  const closed = await only(a, 'closed')
  expect(closed).toMatchObject({ outcome: 'assistance', holder: null })
  expect(steps(closed)).toEqual([
    ['Bob (House B)', 'acknowledged'],
    ['Bob (House B)', 'dispatched'],
    ['administrator', 'noted'],
    ['Bob (House B)', 'closed'],
  ])
  expect(closed.timeline.at(-1)?.reason).toBe('assistance: she is well')
  const told = await until('B is told all', async () => ((await only(b)).state === 'closed' ? only(b) : undefined))
  expect(steps(told).map(([, what]) => what)).toEqual(['noted', 'acknowledged', 'dispatched', 'noted', 'closed'])
}, 120_000)

const notesOf = async (house: System): Promise<(string | null)[]> =>
  (await house.tickets().catch((): Ticket[] => [])).flatMap(({ timeline }) => timeline.map(({ reason }) => reason))

it('shows the secret to nobody', async () => {
  for (const house of [a, b]) {
    const partners = await until('it is up', () => house.list<object>('/partners').catch(() => undefined))
    expect(partners).toHaveLength(1)
    expect(JSON.stringify(partners)).not.toContain(secret)
  }
})
