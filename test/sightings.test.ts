import { expect, it } from 'vitest'
import type { LiveEvent, Ticket } from '../domain/ticket.ts'
import { event, type Seen, ticket } from './sightings.ts'

const iso = (second: number) => new Date(second * 1_000).toISOString()
const aTicket = (fields: Partial<Ticket> = {}) =>
  ({
    id: 't-1',
    kind: 'sos',
    state: 'open',
    evidence: [{ repeats: 1 }],
    timeline: [{ what: 'opened' }],
    ...fields,
  }) as Ticket
const told = (second: number, fields: Partial<Ticket> = {}, type: LiveEvent['type'] = 'ticket.updated'): LiveEvent => ({
  seq: second,
  type,
  at: iso(second),
  ticket: aTicket(fields),
})
const seen = (events: LiveEvent[], listed?: { at: number; fields?: Partial<Ticket> }): Seen => ({
  events,
  tickets: listed ? [aTicket(listed.fields)] : [],
  at: (listed?.at ?? 1_000) * 1_000,
})
const span = { from: 10_000, to: 20_000 }

it('an event counts in its span, both ends included', () => {
  const events = [9, 10, 15, 20, 21].map((second) => told(second))
  expect(event().count(seen(events), span)).toBe(3)
  expect(event('ticket.opened').count(seen(events), span)).toBe(0)
  expect(event('ticket.updated', { kind: 'fall' }).count(seen(events), span)).toBe(0)
})

it('a ticket is what an event of the span tells, or what the last one before it told', () => {
  expect(ticket({ state: 'open' }).count(seen([told(5), told(15)]), span)).toBe(1)
  expect(ticket({ state: 'open' }).count(seen([told(5), told(6, { state: 'closed' })]), span)).toBe(0)
  expect(ticket({ state: 'closed' }).count(seen([told(5), told(6, { state: 'closed' })]), span)).toBe(1)
  expect(ticket().count(seen([told(15), told(16, { id: 't-2' })]), span)).toBe(2)
})

it('a list read after the span proves nothing of it, one read within does', () => {
  expect(ticket().count(seen([], { at: 21, fields: { opened_at: iso(11), updated_at: iso(11) } }), span)).toBe(0)
  expect(ticket().count(seen([], { at: 20 }), span)).toBe(1)
  expect(ticket().count(seen([], { at: 9 }), span)).toBe(0)
})

it('a ticket is also asked how many signals it accounts for, and what its timeline says', () => {
  const one = seen([told(15)])
  expect(ticket({ signals: 2, lines: ['opened'] }).count(one, span)).toBe(1)
  expect(ticket({ signals: 1 }).count(one, span)).toBe(0)
  expect(ticket({ lines: ['opened', 'repeated'] }).count(one, span)).toBe(0)
})
