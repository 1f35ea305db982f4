import { describe, expect, it } from 'vitest'
import type { Ticket } from '../domain/ticket.ts'
import { readEvents } from '../store/events.ts'
import { type Body, type House, openHouse, openTicket } from './test_house.ts'

const path = '/api/v1/tickets'
const dispatcher = 'token-dispatcher-north'

const step = (house: House, action: string, body?: object, token = dispatcher) =>
  house.call('POST', `${path}/ticket-north/${action}`, { token, body })

const ids = (body: Body) => body.items.map(({ id }) => id)

describe('a ticket', () => {
  it('is read with its evidence, its timeline and its next step', async () => {
    const house = await openHouse()
    const { status, body } = await house.call('GET', `${path}/ticket-north`, { token: dispatcher })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      id: 'ticket-north',
      number: 1,
      state: 'open',
      kind: 'sos',
      severity: 'critical',
      home: 'home-north',
      area: 'street-north',
      opened_at: '2026-11-22T08:00:00.000Z',
      unverified: false,
      evidence: [{ device: 'device-north', signal: 'sos', at: '2026-11-22T08:00:00.000Z', reason: 'sos_pressed' }],
      next_step: { what: 'answer', at: '2026-11-22T08:01:00.000Z', holder: null },
    })
  })

  it('goes through the hands of a dispatcher to its outcome, and every step is told live', async () => {
    const house = await openHouse()
    const states: unknown[] = []
    for (const [action, body] of [
      ['acknowledge'],
      ['note', { text: 'she answers, hip hurts' }],
      ['dispatch', { reason: 'ambulance 12' }],
      ['arrive'],
      ['resolve'],
      ['close', { outcome: 'real_emergency', reason: 'taken to hospital' }],
    ] as const) {
      const answer = await step(house, action, body)
      expect(answer.status, action).toBe(200)
      states.push([answer.body.state, answer.body.holder])
    }
    expect(states).toEqual([
      ['acknowledged', 'dispatcher-north'],
      ['acknowledged', 'dispatcher-north'],
      ['dispatched', 'dispatcher-north'],
      ['on_scene', 'dispatcher-north'],
      ['resolved', 'dispatcher-north'],
      ['closed', null],
    ])
    const { body } = await house.call('GET', `${path}/ticket-north`, { token: dispatcher })
    expect(body).toMatchObject({ outcome: 'real_emergency', next_step: null })
    const timeline = body.timeline as Ticket['timeline']
    expect(timeline.map(({ who, reason }) => [who, reason])).toEqual([
      ['dispatcher-north', null],
      ['dispatcher-north', 'she answers, hip hurts'],
      ['dispatcher-north', 'ambulance 12'],
      ['dispatcher-north', null],
      ['dispatcher-north', null],
      ['dispatcher-north', 'real_emergency: taken to hospital'],
    ])
    const events = await readEvents(house.store.db, 2, 100)
    expect(events.map(({ type }) => type)).toEqual([...Array(5).fill('ticket.updated'), 'ticket.closed'])
  })

  it('that somebody holds is theirs, until a supervisor hands it over', async () => {
    const house = await openHouse()
    await house.store.write((tx) =>
      tx
        .insertInto('operators')
        .values({ id: 'colleague', name: 'c', password_hash: ':', role: 'dispatcher', area: null })
        .execute(),
    )
    await step(house, 'acknowledge')
    const other = await step(house, 'dispatch', {}, 'token-dispatcher')
    expect([other.status, other.body.code]).toEqual([409, 'held_by_other'])
    const taken = await step(house, 'assign', { assignee: 'colleague' }, 'token-supervisor-north')
    expect([taken.status, taken.body.holder]).toEqual([200, 'colleague'])
    expect((await step(house, 'dispatch')).body.code).toBe('held_by_other')
  })

  it('that is shared is seen and worked by the other area, and by no third', async () => {
    const house = await openHouse()
    const seenBy = async (token: string) => (await house.call('GET', `${path}/ticket-north`, { token })).status
    expect(await seenBy('token-dispatcher-south')).toBe(404)
    const shared = await step(house, 'share', { area: 'street-south', reason: 'they are nearer' })
    expect([shared.status, shared.body.shared_with]).toEqual([200, ['street-south']])
    expect(await seenBy('token-dispatcher-south')).toBe(200)
    expect((await step(house, 'acknowledge', undefined, 'token-dispatcher-south')).status).toBe(200)
    const list = await house.call('GET', path, { token: 'token-dispatcher-south' })
    expect(ids(list.body)).toEqual(['ticket-south', 'ticket-north'])
  })
})

describe('the list of tickets', () => {
  it('is filtered by state, severity, area and home', async () => {
    const house = await openHouse()
    await step(house, 'acknowledge')
    const list = async (query: string) =>
      ids((await house.call('GET', `${path}?${query}`, { token: 'token-viewer' })).body)
    expect(await list('')).toEqual(['ticket-south', 'ticket-north'])
    expect(await list('state=acknowledged')).toEqual(['ticket-north'])
    expect(await list('state=open,acknowledged')).toEqual(['ticket-south', 'ticket-north'])
    expect(await list('state=open&state=acknowledged')).toEqual(['ticket-south', 'ticket-north'])
    expect(await list('state=closed')).toEqual([])
    expect(await list('severity=critical')).toHaveLength(2)
    expect(await list('severity=low,medium,high')).toEqual([])
    expect(await list('area=north')).toEqual(['ticket-north'])
    expect(await list('area=city&state=open')).toEqual(['ticket-south'])
    expect(await list('home=home-north')).toEqual(['ticket-north'])
  })

  it('comes page by page, newest first, without losing one to a new ticket in between', async () => {
    const house = await openHouse()
    for (const n of [3, 4, 5]) await house.store.write((tx) => openTicket(tx, `ticket-${n}`, 'north'))
    const page = (query: string) => house.call('GET', `${path}?limit=2${query}`, { token: dispatcher })
    const first = await page('')
    expect(ids(first.body)).toEqual(['ticket-5', 'ticket-4'])
    await house.store.write((tx) => openTicket(tx, 'ticket-6', 'north'))
    const second = await page(`&after=${first.body.next}`)
    expect(ids(second.body)).toEqual(['ticket-3', 'ticket-north'])
    expect(second.body.next).toBeNull()
  })

  it('shows a ticket of no home to those who are bounded by no area', async () => {
    const house = await openHouse()
    await house.store.write(async (tx) => {
      await openTicket(tx, 'ticket-loose', 'north')
      await tx
        .updateTable('tickets')
        .set({ home: null, area: null, area_path: null })
        .where('id', '=', 'ticket-loose')
        .execute()
    })
    const list = async (token: string) => ids((await house.call('GET', path, { token })).body)
    expect(await list('token-dispatcher')).toContain('ticket-loose')
    expect(await list(dispatcher)).not.toContain('ticket-loose')
  })
})
