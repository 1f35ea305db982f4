import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { limits } from '../domain/limits.ts'
import { type TicketAction, type TicketState, ticketActions, ticketStates } from '../domain/ticket.ts'
import { hillStreet, iso, type OperatorName, startTimeline, story, type Timeline } from '../test/timeline.ts'

let night: Timeline
beforeEach(async () => {
  night = await startTimeline()
  await night.at(0).publish('watch', { signal: 'sos' })
})
afterEach(() => night.close())

/** The steps by which Ann brings the ticket into a state. */
const wayTo: Record<TicketState, TicketAction[]> = {
  open: [],
  acknowledged: ['acknowledge'],
  dispatched: ['acknowledge', 'dispatch'],
  on_scene: ['acknowledge', 'arrive'],
  resolved: ['acknowledge', 'resolve'],
  closed: ['close'],
}
/** What an action needs beside its name. */
const needs: Partial<Record<TicketAction, object>> = {
  assign: { assignee: 'bob' },
  contact: { contact: 'resident', reached: false },
  close: { outcome: 'assistance' },
  note: { reason: 'the door is locked' },
  reopen: { reason: 'she called again' },
  share: { areaPath: '/city/lake/' },
}
const does = (who: OperatorName, action: TicketAction, more: object = {}) =>
  night.at(0.5).does(who, action, { ...needs[action], ...more })

async function bringTo(state: TicketState) {
  for (const action of wayTo[state]) await does('ann', action)
  expect((await night.ticket()).state).toBe(state)
}

/** Runs what must be refused: gives code and detail, and holds that ticket and events stayed as they were. */
async function refused(work: () => Promise<unknown>) {
  const before = [await night.ticket(), await night.events()]
  const error: unknown = await work().then(
    () => 'allowed',
    (reason: unknown) => reason,
  )
  expect([await night.ticket(), await night.events()]).toEqual(before)
  const { code, detail } = error as { code?: string; detail?: string }
  return { code, detail }
}

/** The table as the centre's rules have it, written out: what leads where; what is not here is refused. */
const allowed: Record<TicketState, Partial<Record<TicketAction, TicketState>>> = {
  open: {
    acknowledge: 'acknowledged',
    assign: 'acknowledged',
    dispatch: 'dispatched',
    close: 'closed',
    contact: 'acknowledged',
    note: 'open',
    share: 'open',
  },
  acknowledged: {
    acknowledge: 'acknowledged',
    assign: 'acknowledged',
    dispatch: 'dispatched',
    arrive: 'on_scene',
    resolve: 'resolved',
    close: 'closed',
    contact: 'acknowledged',
    note: 'acknowledged',
    reopen: 'open',
    share: 'acknowledged',
  },
  dispatched: {
    acknowledge: 'dispatched',
    assign: 'dispatched',
    dispatch: 'dispatched',
    arrive: 'on_scene',
    resolve: 'resolved',
    close: 'closed',
    contact: 'dispatched',
    note: 'dispatched',
    reopen: 'open',
    share: 'dispatched',
  },
  on_scene: {
    acknowledge: 'on_scene',
    assign: 'on_scene',
    resolve: 'resolved',
    close: 'closed',
    contact: 'on_scene',
    note: 'on_scene',
    reopen: 'open',
    share: 'on_scene',
  },
  resolved: {
    acknowledge: 'resolved',
    close: 'closed',
    contact: 'resolved',
    note: 'resolved',
    reopen: 'open',
    share: 'resolved',
  },
  closed: { note: 'closed', reopen: 'open', share: 'closed' },
}

describe.each(ticketStates)('a ticket that is %s', (state) => {
  const steps = ticketActions.map((action) => [action, allowed[state][action]] as const)

  it.each(steps.filter(([, next]) => next))(
    'allows %s, which leads to %s, in trail and events',
    async (action, next) => {
      await bringTo(state)
      const events = (await night.events()).length
      const ticket = await does('ann', action)
      expect(ticket).toEqual(await night.ticket())
      expect(ticket).toMatchObject({ state: next, updated_at: iso(0.5) })
      expect(ticket.next_step === null).toBe(next === 'closed')
      // Who holds it already only says that he is still at it.
      if (state !== 'open' && action === 'acknowledge') return
      expect(ticket.timeline.at(-1)).toMatchObject({ at: iso(0.5), who: 'Ann' })
      const told = (await night.events()).slice(events)
      const type =
        { close: 'ticket.closed', reopen: 'ticket.reopened' }[action as 'close' | 'reopen'] ?? 'ticket.updated'
      expect(told).toMatchObject([{ type, body: { state: next } }])
    },
  )

  it.each(steps.filter(([, next]) => !next))('refuses %s, and nothing changes', async (action) => {
    await bringTo(state)
    expect(await refused(() => does('ann', action))).toEqual({
      code: 'transition_not_allowed',
      detail: `cannot ${action} while ${state}`,
    })
  })
})

describe('whoever answers first', () => {
  it('holds the ticket: nobody is called further, the person is the next step until the lease lapses', async () => {
    const ticket = await night.at(0.25).does('ann', 'acknowledge')
    const until = iso(0.25 + limits.leaseMs.critical / 60_000)
    expect(ticket).toMatchObject({
      holder: 'ann',
      acknowledged_at: iso(0.25),
      lease_until: until,
      next_step: { what: 'held', at: until, holder: 'ann' },
    })
    expect(await night.store.db.selectFrom('timers').select('what').execute()).toEqual([{ what: 'lease' }])
  })

  it.each(['acknowledge', 'dispatch', 'close', 'assign'] as const)(
    'is kept as the first answer after %s',
    async (action) => {
      await does('ann', action)
      await night.at(0.75).does('sue', 'reopen', { reason: 'again' })
      expect(await night.at(1).does('bob', 'acknowledge')).toMatchObject({ acknowledged_at: iso(0.5), holder: 'bob' })
    },
  )

  it('is not whoever only writes a note or shares', async () => {
    await does('ann', 'note')
    expect(await does('ann', 'share')).toMatchObject({
      acknowledged_at: null,
      holder: null,
      next_step: { what: 'answer' },
    })
  })

  it('may acknowledge again without anything happening', async () => {
    const first = await does('ann', 'acknowledge')
    const events = await night.events()
    expect(await night.at(0.55).does('ann', 'acknowledge')).toMatchObject({ timeline: first.timeline, holder: 'ann' })
    expect(await night.events()).toEqual(events)
  })

  it('may say later that he is still at it: the lease begins anew, and the consoles see it', async () => {
    await does('ann', 'acknowledge')
    const events = (await night.events()).length
    const ticket = await night.at(4).does('ann', 'acknowledge')
    expect(ticket.lease_until).toBe(iso(4 + limits.leaseMs.critical / 60_000))
    expect((await night.events()).slice(events)).toMatchObject([{ type: 'ticket.updated' }])
  })
})

describe('a ticket that somebody holds', () => {
  const others = ticketActions.filter((action) => !['note', 'share'].includes(action))

  it.each(others)('is not open to another dispatcher for: %s', async (action) => {
    await does('ann', 'acknowledge')
    expect(await refused(() => does('bob', action))).toEqual({ code: 'held_by_other', detail: 'ann holds this ticket' })
  })

  it.each(['note', 'share'] as const)('takes a %s from anybody, and stays in its hand', async (action) => {
    await does('ann', 'acknowledge')
    expect(await does('bob', action)).toMatchObject({ state: 'acknowledged', holder: 'ann' })
  })

  it('is handed over by its holder', async () => {
    await does('ann', 'dispatch')
    const ticket = await does('ann', 'assign', { assignee: 'bob' })
    expect(ticket).toMatchObject({ state: 'dispatched', holder: 'bob', next_step: { holder: 'bob' } })
    expect(story(ticket).at(-1)).toBe('assigned: bob')
    expect((await refused(() => does('ann', 'arrive'))).code).toBe('held_by_other')
  })

  it.each(['sue', 'root'] as const)('may be handed on or reopened by %s, who stands above', async (who) => {
    await does('ann', 'acknowledge')
    expect(await does(who, 'assign', { assignee: 'bob' })).toMatchObject({ holder: 'bob' })
    expect(await does(who, 'reopen')).toMatchObject({ state: 'open', holder: null, next_step: { what: 'answer' } })
  })

  it('is not worked by a supervisor without being handed over', async () => {
    await does('ann', 'acknowledge')
    expect((await refused(() => does('sue', 'resolve'))).code).toBe('held_by_other')
  })

  it('may be worked by an administrator for its holder, in whose hands it stays', async () => {
    await does('ann', 'assign', { assignee: 'bob' })
    for (const action of ['dispatch', 'arrive', 'resolve'] as const)
      expect(await does('root', action)).toMatchObject({ holder: 'bob', next_step: { holder: 'bob' } })
    expect(await does('root', 'close')).toMatchObject({ state: 'closed', holder: null })
    expect((await night.ticket()).timeline.map(({ who }) => who)).toEqual(['vigil', 'Ann', ...Array(4).fill('Root')])
  })

  it('is free for everybody once it is closed', async () => {
    await does('ann', 'acknowledge')
    expect(await does('ann', 'close')).toMatchObject({ holder: null, next_step: null })
    expect(await does('bob', 'reopen')).toMatchObject({ state: 'open' })
  })
})

describe('what a step must say', () => {
  it.each([
    ['close', 'outcome_required', { outcome: undefined }],
    ['note', 'request_invalid', { reason: undefined }],
    ['share', 'request_invalid', { areaPath: undefined }],
    ['assign', 'request_invalid', { assignee: undefined }],
    ['assign', 'reference_unknown', { assignee: 'nobody' }],
  ] as const)('%s is refused with %s without it', async (action, code, without) => {
    expect((await refused(() => does('ann', action, without))).code).toBe(code)
  })

  it('is nothing for reopening: an emergency that is back waits for no words', async () => {
    await bringTo('closed')
    await does('ann', 'reopen', { reason: undefined })
    expect(story(await night.ticket()).at(-1)).toBe('reopened')
  })

  it('is in the trail', async () => {
    await does('ann', 'note')
    await does('ann', 'share', { reason: 'their car is nearer' })
    await does('ann', 'assign', { assignee: 'ann' })
    await does('ann', 'close', { outcome: 'false_alarm', reason: 'sat on the button' })
    await does('ann', 'reopen')
    expect(story(await night.ticket())).toEqual([
      'opened: no_ticket_within_gap',
      'noted: the door is locked',
      'shared: lake: their car is nearer',
      'assigned: ann',
      'closed: false_alarm: sat on the button',
      'reopened: she called again',
    ])
  })
})

it('closing keeps outcome and time; reopening takes both back and sets a new timer', async () => {
  expect(await night.at(0.25).does('ann', 'close', { outcome: 'test' })).toMatchObject({
    outcome: 'test',
    closed_at: iso(0.25),
  })
  expect(await night.at(0.5).does('ann', 'reopen', { reason: 'not a test' })).toMatchObject({
    outcome: null,
    closed_at: null,
    next_step: { what: 'answer', at: iso(1.5), holder: null },
  })
})

it('sharing adds each area once, and the event tells who may see it', async () => {
  await does('ann', 'share')
  await does('ann', 'share')
  const ticket = await does('ann', 'share', { areaPath: hillStreet })
  expect(ticket.shared_with).toEqual(['hill', 'lake'])
  expect((await night.events()).at(-1)?.shared_with).toEqual([hillStreet, '/city/lake/'])
})

it('a ticket that is not there is not found', async () => {
  expect((await refused(() => does('ann', 'acknowledge', { ticket: 't-u99-0' }))).code).toBe('not_found')
})
