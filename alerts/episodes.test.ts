import { describe, expect, it } from 'vitest'
import { limits } from '../domain/limits.ts'
import { type TicketState, ticketStates } from '../domain/ticket.ts'
import { type Duplicate, decide, type EpisodeTicket } from './episodes.ts'

const gap = limits.episodeGapMs
const ticket = (number: number, state: TicketState, firstAt: number, lastAt = firstAt): EpisodeTicket => ({
  id: `t${number}`,
  number,
  state,
  firstAt,
  lastAt,
})
const duplicate = (proof: Duplicate['proof'], state: TicketState): Duplicate => ({
  evidence: 7,
  ticket: { id: 't1', state },
  proof,
})
const held = ['open', 'acknowledged', 'dispatched', 'on_scene'] as const

describe('a new alert', () => {
  it('opens a ticket where there is none', () => {
    expect(decide(0, undefined, [])).toEqual({ what: 'open', reason: 'no_ticket_within_gap' })
  })

  it.each(held)('joins a ticket that is %s', (state) => {
    const decision = decide(gap, undefined, [ticket(1, state, 0)])
    expect(decision).toEqual({ what: 'join', ticket: 't1', reason: 'same_episode' })
  })

  it('reopens a ticket that is resolved', () => {
    const decision = decide(gap, undefined, [ticket(1, 'resolved', 0)])
    expect(decision).toEqual({ what: 'reopen', ticket: 't1', reason: 'signal_after_resolved' })
  })

  it('never joins a ticket that is closed', () => {
    expect(decide(0, undefined, [ticket(1, 'closed', 0)]).what).toBe('open')
  })

  it.each([
    [-gap - 1, 'open'],
    [-gap, 'join'],
    [0, 'join'],
    [500, 'join'],
    [1_000 + gap, 'join'],
    [1_000 + gap + 1, 'open'],
  ])('at %i from the start of an episode of a second leads to: %s', (at, what) => {
    expect(decide(at, undefined, [ticket(1, 'open', 0, 1_000)]).what).toBe(what)
  })

  it('prefers what somebody is still on, then the nearest, then the newest, in whatever order they come', () => {
    const joined = (...tickets: EpisodeTicket[]) => {
      const decisions = [decide(1_000, undefined, tickets), decide(1_000, undefined, tickets.toReversed())]
      expect(decisions[0]).toEqual(decisions[1])
      return (decisions[0] as { ticket: string }).ticket
    }
    expect(joined(ticket(1, 'on_scene', 0), ticket(2, 'resolved', 1_000))).toBe('t1')
    expect(joined(ticket(1, 'open', 900), ticket(2, 'open', 1_200))).toBe('t1')
    expect(joined(ticket(1, 'open', 900), ticket(2, 'open', 1_100))).toBe('t2')
  })
})

describe('a duplicate', () => {
  it.each(ticketStates)('that is proven counts as a repeat while its ticket is %s', (state) => {
    for (const proof of ['exact_duplicate', 'replay_of_ticketed'] as const) {
      const decision = decide(0, duplicate(proof, state), [])
      expect(decision).toEqual({ what: 'repeat', ticket: 't1', evidence: 7, reason: proof })
    }
  })

  it.each(held)('that may be a new press counts as a repeat while its ticket is %s', (state) => {
    const decision = decide(0, duplicate('none', state), [])
    expect(decision).toEqual({ what: 'repeat', ticket: 't1', evidence: 7, reason: 'stale_duplicate' })
  })

  it('that may be a new press reopens its ticket when that is resolved', () => {
    const decision = decide(0, duplicate('none', 'resolved'), [])
    expect(decision).toEqual({ what: 'reopen', ticket: 't1', reason: 'signal_after_resolved' })
  })

  it('that may be a new press opens a new ticket when its own is closed, or joins one of its episode', () => {
    const closed = duplicate('none', 'closed')
    expect(decide(0, closed, [])).toEqual({ what: 'open', reason: 'duplicate_of_closed' })
    expect(decide(0, closed, [ticket(2, 'open', 0)])).toMatchObject({ what: 'join', ticket: 't2' })
  })
})
