import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { signWebhook } from '../alerts/channels/signature.ts'
import { type VirtualClock, virtualClock } from '../domain/clock.ts'
import { limits } from '../domain/limits.ts'
import type { PartnerMessage } from '../domain/partner_messages.ts'
import type { Ticket } from '../domain/ticket.ts'
import { listAudit } from '../store/audit.ts'
import { createPartner } from '../store/partners.ts'
import { type House, openHouse } from './test_house.ts'

const secret = 'a secret of more than enough'
const page = new URL('../docs/Partners.md', import.meta.url)

type Sent = { body: string; id?: string; secret?: string; timestamp?: number; to?: string }

/** A house with the partner `p` in the street of the north, and another one, `q`; time stands still. */
async function partnerHouse() {
  const clock = virtualClock(Date.UTC(2026, 10, 22, 9))
  const house = await openHouse({ clock })
  for (const id of ['p', 'q'])
    await house.store.write((tx) =>
      createPartner(tx, {
        id,
        name: id.toUpperCase(),
        area: 'north',
        url: 'https://p.invalid/',
        secret,
        mode: 'by_hand',
      }),
    )
  return { house, clock, send: sender(house, clock) }
}

const sender =
  (house: House, clock: VirtualClock) =>
  ({ body, id, to = 'p', ...given }: Sent) => {
    const timestamp = `${given.timestamp ?? Math.floor(clock.now() / 1_000)}`
    const headers = {
      'vigil-id': id ?? idOf(body),
      'vigil-timestamp': timestamp,
      'vigil-signature': signWebhook({ secret: given.secret ?? secret, body, timestamp }),
    }
    return house.call('POST', `/api/v1/partners/${to}/events`, { body, headers })
  }

const idOf = (body: string): string => /"id":\s*"([^"]+)"/.exec(body)?.[1] ?? 'none'

/** The messages of the page, as they stand there; the last example is an answer. */
async function examples(): Promise<string[]> {
  const text = await readFile(page, 'utf8')
  return [...text.matchAll(/```json\n(.*?)\n```/gs)].map(([, json = '']) => json)
}

const tickets = async (house: House): Promise<Ticket[]> =>
  (await house.call('GET', '/api/v1/tickets', { token: 'token-dispatcher-north' })).body.items as unknown as Ticket[]

describe('docs/Partners.md', () => {
  it('has examples that do what it says', async () => {
    const { house, send } = await partnerHouse()
    const [shared = '', acknowledged = '', closed = '', answer = ''] = await examples()
    const first = await send({ body: shared })
    expect(first.body).toEqual({ ...JSON.parse(answer), ticket: expect.any(String), state: expect.any(Object) })
    expect(first.body.state).toEqual(JSON.parse(answer).state)
    expect((await send({ body: acknowledged })).status).toBe(200)
    const [held] = await tickets(house)
    expect(held).toMatchObject({ state: 'acknowledged', holder: 'partner:p', area: 'north', kind: 'sos' })
    expect(held?.origin).toEqual({ partner: 'p', ticket: 'T-88', number: 88 })
    expect((await send({ body: closed })).body.result).toBe('taken')
    const [done] = await tickets(house)
    expect(done).toMatchObject({ state: 'closed', outcome: 'false_alarm', next_step: null })
    expect(done?.timeline.map(({ who, what, reason }) => [who, what, reason])).toEqual([
      ['vigil', 'opened', 'shared_by_partner: P'],
      ['P', 'noted', 'Elm house, 3rd floor'],
      ['Zoe (P)', 'noted', 'she lives alone'],
      ['Zoe (P)', 'acknowledged', null],
      ['vigil', 'evidence_added', 'partner_evidence: 2'],
      ['Zoe (P)', 'closed', 'false_alarm: the cat'],
    ])
  })

  it('makes one ticket of what comes again, also long after its id is forgotten', async () => {
    const { house, clock, send } = await partnerHouse()
    const [shared = '', acknowledged = ''] = await examples()
    for (const body of [shared, shared, acknowledged, acknowledged]) expect((await send({ body })).status).toBe(200)
    await clock.advance(3 * limits.partnerWindowMs)
    for (const body of [shared, acknowledged]) expect((await send({ body })).body.result).toBe('repeated')
    const [only, ...others] = (await tickets(house)).filter(({ origin }) => origin !== null)
    expect(others).toEqual([])
    expect(only?.timeline.filter(({ what }) => what === 'acknowledged')).toHaveLength(1)
  })
})

const change = (ticket: string, number: number, more: object): string => {
  const at = '2026-11-22T09:00:00.000Z'
  return JSON.stringify({ type: 'ticket.changed', id: `m/${number}`, number, ticket, whose: 'yours', at, ...more })
}
const step = (name: string, more: object = {}) => ({
  steps: [{ at: '2026-11-22T09:00:00.000Z', by: 'Zoe', step: name, ...more }],
})

describe('a ticket of ours', () => {
  const share = (house: House) =>
    house.call('POST', '/api/v1/tickets/ticket-north/share', {
      token: 'token-dispatcher-north',
      body: { partner: 'p' },
    })

  it('is worked by the people of a partner, who are told nothing of what they did themselves', async () => {
    const { house, send } = await partnerHouse()
    expect((await share(house)).status).toBe(200)
    expect((await send({ body: change('ticket-north', 1, step('acknowledge')) })).body).toMatchObject({
      result: 'taken',
      state: { state: 'acknowledged', holder: { name: 'Zoe (P)', at: 'yours' } },
    })
    const rows = await house.store.db
      .selectFrom('outbox')
      .select('stable_id')
      .where('channel', '=', 'partner')
      .execute()
    expect(rows).toEqual([{ stable_id: 'ticket-north/p/1' }])
    const taken = { token: 'token-dispatcher-north', body: { reason: 'car 7' } }
    const dispatched = await house.call('POST', '/api/v1/tickets/ticket-north/dispatch', taken)
    expect(dispatched.body).toMatchObject({ state: 'dispatched', holder: 'dispatcher-north' })
  })

  it('is its own house’s word: who comes second is answered 409 with the state, and its notes are kept', async () => {
    const { house, send } = await partnerHouse()
    await share(house)
    await house.call('POST', '/api/v1/tickets/ticket-north/acknowledge', { token: 'token-dispatcher-north' })
    const notes = { notes: [{ at: '2026-11-22T09:00:00.000Z', by: 'Zoe', text: 'I know\u0000 her' }] }
    const body = change('ticket-north', 1, { ...step('acknowledge'), ...notes })
    const refused = await send({ body })
    expect(refused.status).toBe(409)
    const state = { state: 'acknowledged', holder: { name: 'dispatcher-north', at: 'mine' } }
    expect(refused.body).toMatchObject({ code: 'transition_not_allowed', result: 'refused', number: 2, state })
    expect((await send({ body })).status).toBe(409)
    const arrived = await send({ body: change('ticket-north', 2, step('arrive')) })
    expect(arrived.body).toMatchObject({ result: 'taken', state: { state: 'on_scene' } })
    const [ticket] = await tickets(house)
    expect(ticket?.timeline.filter(({ who }) => who === 'Zoe (P)').map(({ what, reason }) => [what, reason])).toEqual([
      ['noted', 'I know\uFFFD her'],
      ['arrived', null],
    ])
  })
})

describe('refused is', () => {
  const shared = async () => (await examples())[0] ?? ''
  const cases: [string, string, (body: string, now: number) => Sent][] = [
    ['a wrong signature', '401 signature_invalid', (body) => ({ body, secret: 'another secret, long enough' })],
    ['a partner that there is not', '401 signature_invalid', (body) => ({ body, to: 'nobody' })],
    ['an old timestamp', '401 signature_stale', (body, now) => ({ body, timestamp: now / 1_000 - 301 })],
    ['a timestamp ahead', '401 signature_stale', (body, now) => ({ body, timestamp: now / 1_000 + 301 })],
    ['another id than the body’s', '400 request_invalid', (body) => ({ body, id: 'fresh' })],
    ['what is not JSON', '400 payload_not_json', () => ({ body: '{"id":' })],
    ['a body that is no message', '400 request_invalid', () => ({ body: '{"id":"x","type":"ticket.eaten"}' })],
    ['a ticket that was not shared', '404 partner_ticket_unknown', () => ({ body: change('ticket-north', 1, {}) })],
  ]
  it.each(cases)('%s: %s', async (_, expected, given) => {
    const { house, clock, send } = await partnerHouse()
    const sent = given(await shared(), clock.now())
    const answer = await send(sent)
    expect(`${answer.status} ${answer.body.code}`).toBe(expected)
    expect((await tickets(house)).filter(({ origin }) => origin !== null)).toEqual([])
    const { items } = await listAudit(house.store.db, { refused: true, most: 9 })
    const code = expected.split(' ')[1]
    expect(items.map(({ what, subject }) => `${subject} ${what}`)).toEqual(
      sent.to === 'nobody' ? [] : [`partner:p refused:${code}`],
    )
  })

  it('a ticket of another partner, and a body changed under way', async () => {
    const { send, house } = await partnerHouse()
    const body = await shared()
    await send({ body })
    const of = JSON.stringify({ ...(JSON.parse(change('T-88', 2, {})) as PartnerMessage), whose: 'mine' })
    expect((await send({ body: of, to: 'q' })).body.code).toBe('partner_ticket_unknown')
    const timestamp = '1795338000'
    const headers = { 'vigil-id': 'x', 'vigil-timestamp': timestamp }
    const signature = signWebhook({ secret, body, timestamp })
    const changed = { body: body.replace('Elm', 'Oak'), headers: { ...headers, 'vigil-signature': signature } }
    expect((await house.call('POST', '/api/v1/partners/p/events', changed)).status).toBe(401)
  })
})
