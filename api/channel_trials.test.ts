import pino from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type HttpReceiver, startHttpReceiver } from '../alerts/channels/test_receivers.ts'
import { workNotices } from '../alerts/outbox/outbox.ts'
import { openWording } from '../alerts/outbox/wording.ts'
import { systemClock } from '../domain/clock.ts'
import { until } from '../test/until.ts'
import { type House, openHouse } from './test_house.ts'

const secret = 'a secret that nobody may read again'
let house: House
let receiver: HttpReceiver
beforeEach(async () => {
  house = await openHouse()
  receiver = await startHttpReceiver()
})
afterEach(() => receiver.close())

const call = (method: string, path: string, body?: object, token = 'token-administrator') =>
  house.call(method, `/api/v1/channels${path}`, { token, body })
const given = () => ({ id: 'hook', name: 'hook', kind: 'webhook', settings: { url: `${receiver.url}/in`, secret } })

/** The alert service's worker on the store of this house, for as long as `work` takes. */
async function whileSending<T>(work: () => Promise<T>): Promise<T> {
  const ending = new AbortController()
  const { store } = house
  const options = {
    store,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    word: openWording({ store, zone: 'UTC' }),
  }
  const sending = workNotices(options, ending.signal)
  try {
    return await work()
  } finally {
    ending.abort()
    await sending
  }
}

it('a trial goes the way of every message, and its record tells that it arrived', async () => {
  await call('POST', '', given())
  await whileSending(async () => {
    const { status, body } = await call('POST', '/hook/test', { to: '' })
    const [arrived] = await until('it arrives', async () =>
      receiver.received.length > 0 ? receiver.received : undefined,
    )
    expect([status, arrived?.headers['vigil-id']]).toEqual([202, body.notice])
    const items = await until('it is on record', async () => {
      const { body: record } = await call('GET', '/hook/deliveries')
      return record.items.length > 0 ? record.items : undefined
    })
    expect(items).toMatchObject([{ notice: body.notice, result: 'delivered', recipient: 'operator:administrator' }])
  })
})

it('a secret never comes back, by no answer and not by the audit', async () => {
  const answers = [
    await call('POST', '', given()),
    await call('GET', '/hook'),
    await call('GET', ''),
    await call('PATCH', '/hook', { name: 'renamed' }),
    await call('PATCH', '/hook', { settings: { ...given().settings, secret: 'another secret, as long as that' } }),
    await house.call('GET', '/api/v1/audit', { token: 'token-administrator' }),
  ]
  expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 200, 200, 200])
  for (const { text } of answers) expect(text).not.toMatch(/a secret that|another secret/)
  expect(answers[1]?.body.settings).toEqual({ url: `${receiver.url}/in`, secret: 'set' })
})

it.each([
  ['left out', { url: 'http://127.0.0.1:9/new' }],
  ['sent back as it was shown', { url: 'http://127.0.0.1:9/new', secret: 'set' }],
])('a secret that is %s stays as it is', async (_, settings) => {
  await call('POST', '', given())
  expect((await call('PATCH', '/hook', { settings })).status).toBe(200)
  const { body } = await house.store.db
    .selectFrom('channels')
    .select('body')
    .where('id', '=', 'hook')
    .executeTakeFirstOrThrow()
  expect(JSON.parse(body).settings).toEqual({ url: 'http://127.0.0.1:9/new', secret })
})

it('settings that are not of its kind are refused, and so is an address', async () => {
  const wrong = await call('POST', '', { ...given(), settings: { url: 'ftp://x', secret } })
  expect([wrong.status, wrong.body.code]).toEqual([400, 'request_invalid'])
  const sms = { url: 'http://127.0.0.1:9/', body: '{"to":"{{to}}","text":"{{text}}"}' }
  expect((await call('POST', '', { id: 'sms', name: 'sms', kind: 'sms', settings: sms })).status).toBe(201)
  expect((await call('POST', '/sms/test', { to: 'not a number' })).body.code).toBe('request_invalid')
  const person = { home: 'home-north', name: 'x', phone: '1', ways: [{ channel: 'sms', to: 'not a number' }] }
  const refused = await house.call('POST', '/api/v1/contacts', { token: 'token-administrator', body: person })
  expect([refused.status, refused.body.code]).toEqual([400, 'request_invalid'])
})

it('a channel or team that somebody still names is not removed; one of another district cannot be named', async () => {
  expect((await call('DELETE', '/channel-north')).body.code).toBe('still_referenced')
  const plan = (team: string) => ({
    name: 'p',
    area: 'street-north',
    steps: [{ after_s: 0, tell: [{ to: 'team', team }] }],
  })
  const make = (team: string) =>
    house.call('POST', '/api/v1/plans', { token: 'token-supervisor-north', body: plan(team) })
  expect((await make('team-north')).status).toBe(201)
  expect((await make('team-south')).body.code).toBe('reference_unknown')
  expect((await make('nobody')).body.code).toBe('reference_unknown')
})

it('a plan is attached to one thing, within the bound of whoever makes it', async () => {
  const steps = [{ after_s: 0, tell: [{ to: 'duty' }] }]
  const make = async (body: object) =>
    (
      await house.call('POST', '/api/v1/plans', {
        token: 'token-supervisor-north',
        body: { name: 'p', steps, ...body },
      })
    ).body.code
  expect(await make({ area: 'north', home: 'home-north' })).toBe('request_invalid')
  expect(await make({ home: 'home-south' })).toBe('reference_unknown')
  expect(await make({ resident: 'resident-south' })).toBe('reference_unknown')
  expect(await make({})).toBe('forbidden')
  expect(await make({ resident: 'resident-north' })).toBeUndefined()
  const everywhere = await house.call('PATCH', '/api/v1/plans/plan-north', {
    token: 'token-supervisor-north',
    body: { area: null },
  })
  expect(everywhere.body.code).toBe('forbidden')
})
