import { beforeEach, expect, it } from 'vitest'
import { answerToken, hashOfName } from '../alerts/outbox/links.ts'
import { systemClock } from '../domain/clock.ts'
import { teams } from '../store/dispatch.ts'
import { linkKey } from '../store/links.ts'
import { readTicket } from '../store/tickets.ts'
import { type House, openHouse } from './test_house.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})

type Given = { ticket?: string; key?: string; name?: string; run?: number; inMs?: number; secret?: string }
async function link({
  ticket = 'ticket-north',
  key = 'contact:contact-north',
  name = 'responder',
  run = 0,
  inMs = 60_000,
  secret,
}: Given = {}) {
  const expires = systemClock.now() + inMs
  return answerToken({ ticket, key, nameHash: hashOfName(name), run, expires }, secret ?? (await linkKey(house.store)))
}
const answer = async (token: string) => (await house.call('POST', '/api/v1/answers', { body: { token } })).body
const holder = async () => (await readTicket(house.store.db, 'ticket-north'))?.holder
const step = (action: string, token: string, body: object = {}) =>
  house.call('POST', `/api/v1/tickets/ticket-north/${action}`, { token, body })

it.each([
  ['contact:contact-north', 'contact:contact-north', 'daughter'],
  ['operator:dispatcher-north', 'dispatcher-north', 'dispatcher-north'],
  ['team:team-north/1', 'team:team-north/1', 'responder'],
])('a link of %s makes that person the holder, by name', async (key, held, name) => {
  expect(await answer(await link({ key }))).toMatchObject({ result: 'yours', number: 1, kind: 'sos' })
  const ticket = await readTicket(house.store.db, 'ticket-north')
  expect(ticket).toMatchObject({ state: 'acknowledged', holder: held })
  expect(ticket?.lease_until).not.toBeNull()
  expect(ticket?.timeline.at(-1)).toMatchObject({ who: name, what: 'acknowledged', reason: 'link' })
})

it('is good once only; whoever did not hear of it hears once more that it is his', async () => {
  const token = await link()
  await answer(token)
  expect(await answer(token)).toMatchObject({ result: 'yours' })
  await step('reopen', 'token-supervisor-north', { reason: 'again' })
  expect(await answer(token)).toMatchObject({ code: 'link_invalid' })
  expect(await holder()).toBeNull()
})

it.each([
  ['out of date', { inMs: -1 }],
  ['signed by another', { secret: 'another key' }],
  ['of an earlier call', { run: -1 }],
  ['of nobody who is there', { key: 'contact:nobody' }],
  ['of a team without that member', { key: 'team:team-north/7' }],
  ['of a member whose place another has taken', { key: 'team:team-north/1', name: 'who left' }],
  ['of no ticket', { ticket: 'none' }],
])('is refused where it is %s, and changes nothing', async (_, given) => {
  expect(await answer(await link(given))).toMatchObject({ code: 'link_invalid', status: 410 })
  expect(await holder()).toBeNull()
})

it('is refused where it was changed', async () => {
  const [body = '', signature = ''] = (await link()).split('.')
  const other = Buffer.from(JSON.stringify({ t: 'ticket-south', k: 'contact:contact-south', r: 0, e: 9e15 })).toString(
    'base64url',
  )
  for (const token of [`${other}.${signature}`, body, `${body}.`, '.', 'x'.repeat(900)])
    expect(await answer(token)).toMatchObject({ code: 'link_invalid' })
})

it('says so where somebody was faster, or it is over', async () => {
  await step('acknowledge', 'token-dispatcher-north')
  expect(await answer(await link())).toMatchObject({ result: 'answered_before' })
  expect(await holder()).toBe('dispatcher-north')
  await step('close', 'token-dispatcher-north', { outcome: 'test' })
  expect(await answer(await link({ key: 'team:team-north/1' }))).toMatchObject({ result: 'closed' })
})

it('whoever sits at a console takes over what was answered by a link; another link does not', async () => {
  await answer(await link())
  expect(await answer(await link({ key: 'team:team-north/1' }))).toMatchObject({ result: 'answered_before' })
  expect((await step('contact', 'token-dispatcher-north', { contact: 'contact-north', reached: true })).status).toBe(
    200,
  )
  expect(await holder()).toBe('dispatcher-north')
})

it('fetching the page changes nothing, whoever fetches it', async () => {
  const { store } = house
  await store.write((tx) => teams.update(tx, 'team-north', { name: 'still there' }))
  const page = await fetch(`${house.base}/a/${await link()}`)
  expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store'])
  expect(await holder()).toBeNull()
})
