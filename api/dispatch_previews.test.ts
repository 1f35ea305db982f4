import { beforeEach, expect, it } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import { type House, openHouse } from './test_house.ts'

/** Monday, 2026-11-23, 10:00 in Shanghai, by whose clock the test house goes. */
const monday = Date.parse('2026-11-23T10:00:00+08:00')
let house: House
beforeEach(async () => {
  house = await openHouse({ clock: { ...systemClock, now: () => monday } })
})
const call = async <T = { [name: string]: unknown }>(
  method: string,
  path: string,
  body?: object,
  token = 'administrator',
) =>
  (await house.call(method, `/api/v1${path}`, { token: `token-${token}`, body })) as unknown as {
    status: number
    body: T
  }

type Preview = {
  plan: { id: string; reason: string } | null
  reaches: number
  steps: {
    after_s: number
    passed_over: boolean
    tell: { to: string; nobody: boolean; above: string | null; people: { key: string; telephone: string | null }[] }[]
  }[]
}
const preview = async (body: object, token?: string) =>
  (await call<Preview>('POST', '/plans/preview', body, token)).body

it('a plan is chosen and looked up as for a real ticket, and nothing is written', async () => {
  const steps = [
    { after_s: 0, tell: [{ to: 'duty' }] },
    { after_s: 60, tell: [{ to: 'contacts' }, { to: 'team', team: 'team-north' }] },
    { after_s: 30, tell: [{ to: 'emergency', number: '120' }], window: { from: '22:00', to: '07:00' } },
  ]
  await call('POST', '/plans', { id: 'sos', name: 'sos', area: 'street-north', kinds: ['sos'], steps })
  const before = await house.call('GET', '/api/v1/audit', { token: 'token-administrator' })
  const seen = await preview({ home: 'home-north', kind: 'sos' })
  expect(seen.plan).toMatchObject({ id: 'sos', reason: 'area' })
  expect(seen.steps.map(({ after_s, passed_over }) => [after_s, passed_over])).toEqual([
    [0, false],
    [60, false],
    [90, true],
  ])
  expect(seen.steps[0]?.tell[0]?.people.map(({ key }) => key)).toEqual(['operator:dispatcher-north'])
  expect(seen.steps[1]?.tell.map(({ people }) => people.map(({ key, telephone }) => [key, telephone]))).toEqual([
    [['contact:contact-north', '123']],
    [['team:team-north/1', null]],
  ])
  expect(seen.reaches).toBe(3)
  expect((await preview({ home: 'home-north', kind: 'fall' })).plan?.id).toBe('plan-north')
  expect(await house.call('GET', '/api/v1/audit', { token: 'token-administrator' })).toMatchObject({
    body: before.body,
  })
})

it('a step that finds nobody says so, and who of the area above is called instead', async () => {
  const steps = [{ after_s: 0, tell: [{ to: 'contacts' }] }]
  await call('POST', '/plans', { id: 'lonely', name: 'lonely', area: 'street-north', severities: ['low'], steps })
  const seen = await preview({ area: 'street-north', kind: 'sos', severity: 'low' })
  expect(seen.steps[0]?.tell[0]).toMatchObject({
    nobody: true,
    above: 'north',
    people: [{ key: 'operator:dispatcher-north' }],
  })
  expect(await preview({ kind: 'system' })).toMatchObject({ plan: null, steps: [], reaches: 0 })
})

it('what lies elsewhere is not there, and a home and an area at once are refused', async () => {
  const of = async (body: object, token: string) => (await call('POST', '/plans/preview', body, token)).status
  expect(await of({ home: 'home-south', kind: 'sos' }, 'dispatcher-north')).toBe(404)
  expect(await of({ kind: 'sos' }, 'dispatcher-north')).toBe(403)
  expect(await of({ home: 'home-north', area: 'north', kind: 'sos' }, 'administrator')).toBe(400)
})

it('a rota tells who is on duty from when to when by the clock of the house', async () => {
  const { body } = await call<{ items: object[]; now: object; zone: string }>('GET', '/rotas/rota-north/duty?days=1')
  const ann = { id: 'dispatcher-north', name: 'dispatcher-north' }
  expect(body.items).toMatchObject([
    { date: '2026-11-23', from: '00:00', to: '08:00', operators: [] },
    { from: '08:00', to: '20:00', operators: [ann], shifts: [0], starts_at: '2026-11-23T00:00:00.000Z' },
    { from: '20:00', to: '24:00', operators: [] },
  ])
  expect([body.zone, body.now]).toEqual(['Asia/Shanghai', { date: '2026-11-23', time: '10:00' }])
})

type Duty = { area: string; dispatcher: { reason: string; people: { id: string }[]; above: string | null } }
it('every area has who is on duty now, and why', async () => {
  const at = async (query: string) => {
    const { body } = await call<{ items: Duty[] }>('GET', `/duty${query}`)
    return body.items.map(({ area, dispatcher: { reason, above, people } }) => [area, reason, above, people[0]?.id])
  }
  const dispatcher = 'dispatcher-north'
  expect(await at('?area=north')).toEqual([
    ['north', 'everybody', null, dispatcher],
    ['street-north', 'rota', null, dispatcher],
  ])
  expect(await at('?area=street-north&at=2026-11-23T22:00:00%2B08:00')).toEqual([
    ['street-north', 'above', 'north', dispatcher],
  ])
  expect((await call('GET', '/duty?area=south', undefined, 'dispatcher-north')).status).toBe(404)
})
