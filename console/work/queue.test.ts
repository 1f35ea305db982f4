import { describe, expect, it } from 'vitest'
import type { LiveEvent, Ticket } from '../../domain/ticket.ts'
import { groups, mark, newQueue, startAt, takeEvent, takeList, takeSnapshot, waitingSince } from './queue.js'

const minute = (n: number) => new Date(Date.UTC(2026, 10, 22, 3, n)).toISOString()

function ticket(id: string, more: Partial<Ticket> = {}): Ticket {
  return {
    id,
    number: 1,
    state: 'open',
    kind: 'sos',
    severity: 'critical',
    home: null,
    area: null,
    device: null,
    opened_at: minute(0),
    updated_at: minute(0),
    acknowledged_at: null,
    closed_at: null,
    unverified: false,
    late: false,
    unverified_reasons: [],
    outcome: null,
    holder: null,
    lease_until: null,
    plan: null,
    plan_at: null,
    to_do: [],
    times: {
      received: minute(0),
      shown: null,
      answered: null,
      contact_made: null,
      dispatched: null,
      on_scene: null,
      resolved: null,
      closed: null,
    },
    shared_with: [],
    origin: null,
    evidence: [],
    next_step: null,
    timeline: [],
    ...more,
  }
}
const event = (seq: number, about: Ticket | null): LiveEvent => ({
  seq,
  type: about ? 'ticket.updated' : 'elsewhere',
  at: minute(1),
  ticket: about,
})
const stateOf = (queue: ReturnType<typeof newQueue>, id: string) => queue.tickets.get(id)?.state

describe('live events', () => {
  it('are taken in order, repeats are passed over, and a gap is told and not taken', () => {
    const queue = newQueue()
    startAt(queue, 10)
    expect(takeEvent(queue, event(11, ticket('a')))).toBe('taken')
    expect(takeEvent(queue, event(11, ticket('a', { state: 'closed' })))).toBe('repeat')
    expect(takeEvent(queue, event(12, null))).toBe('taken')
    expect(takeEvent(queue, event(14, ticket('a', { state: 'closed' })))).toBe('gap')
    expect(stateOf(queue, 'a')).toBe('open')
    expect(queue.seq).toBe(12)
  })

  it('need the list only where the stream does not go on from what is known', () => {
    const queue = newQueue()
    expect(startAt(queue, 10)).toBe(true)
    expect(startAt(queue, 10)).toBe(false)
    expect(startAt(queue, 4)).toBe(true)
  })
})

describe('a snapshot', () => {
  it('never replaces what an event brought while it was on its way', () => {
    const queue = newQueue()
    const since = mark(queue)
    takeEvent(queue, event(1, ticket('a', { state: 'dispatched' })))
    takeSnapshot(queue, ticket('a', { state: 'acknowledged' }), since)
    expect(stateOf(queue, 'a')).toBe('dispatched')
    takeSnapshot(queue, ticket('a', { state: 'on_scene' }), mark(queue))
    expect(stateOf(queue, 'a')).toBe('on_scene')
  })

  it('of the list drops what is no longer there, but neither what has just come nor what has just been closed', () => {
    const queue = newQueue()
    takeEvent(queue, event(1, ticket('gone')))
    takeEvent(queue, event(2, ticket('closed', { state: 'closed', closed_at: minute(2) })))
    const since = mark(queue)
    takeEvent(queue, event(3, ticket('new')))
    takeList(queue, [ticket('listed')], since)
    expect([...queue.tickets.keys()].sort()).toEqual(['closed', 'listed', 'new'])
  })
})

describe('the order', () => {
  it('is by severity, then by the time waited, the unanswered apart', () => {
    const queue = newQueue()
    const all = [
      ticket('in-hand', { state: 'on_scene', holder: 'ann' }),
      ticket('fall-old', { kind: 'fall', severity: 'high', opened_at: minute(0) }),
      ticket('sos-young', { opened_at: minute(2) }),
      ticket('sos-old', { opened_at: minute(1) }),
      ticket('done', { state: 'closed', closed_at: minute(3) }),
    ]
    all.forEach((one, i) => void takeEvent(queue, event(i + 1, one)))
    const { waiting, in_hand, closed } = groups(queue)
    expect(waiting.map(({ id }) => id)).toEqual(['sos-old', 'sos-young', 'fall-old'])
    expect(in_hand.map(({ id }) => id)).toEqual(['in-hand'])
    expect(closed.map(({ id }) => id)).toEqual(['done'])
  })

  it('counts the wait of a ticket opened again from then', () => {
    const timeline = [
      { at: minute(1), who: 'Li Na', what: 'resolved', reason: null },
      { at: minute(9), who: 'vigil', what: 'reopened', reason: 'signal_after_resolved' },
    ]
    expect(waitingSince(ticket('a', { timeline }))).toBe(Date.parse(minute(9)))
  })

  it('has a ticket wait again, from then on, whose holder has gone silent, whatever was sent', () => {
    const queue = newQueue()
    const timeline = [{ at: minute(9), who: 'vigil', what: 'lapsed', reason: 'no_progress' }]
    const free = ticket('a', { state: 'dispatched', timeline })
    void takeEvent(queue, event(1, free))
    void takeEvent(queue, event(2, ticket('b', { state: 'resolved' })))
    expect(groups(queue).waiting.map(({ id }) => id)).toEqual(['a'])
    expect(groups(queue).in_hand.map(({ id }) => id)).toEqual(['b'])
    expect(waitingSince(free)).toBe(Date.parse(minute(9)))
  })

  it('keeps the ten tickets closed last in sight, and no more', () => {
    const queue = newQueue()
    for (let i = 1; i <= 12; i++) takeEvent(queue, event(i, ticket(`t${i}`, { state: 'closed', closed_at: minute(i) })))
    const ids = groups(queue).closed.map(({ id }) => id)
    expect(ids).toHaveLength(10)
    expect(ids[0]).toBe('t12')
    expect(ids).not.toContain('t1')
  })
})

describe('with thousands of tickets', () => {
  const many = 5_000
  let looks = 0
  /** A ticket that counts how often the order looks at it. */
  const counted = (id: string, number: number, more: Partial<Ticket> = {}) =>
    Object.defineProperty(ticket(id, { number, ...more }), 'severity', {
      get: () => {
        looks++
        return number % 3 === 0 ? 'critical' : 'high'
      },
    })
  const states = ['open', 'acknowledged', 'closed', 'on_scene'] as const

  it('an event moves the one that it is about, and looks at few of the others', () => {
    const queue = newQueue()
    takeList(
      queue,
      Array.from({ length: many }, (_, n) => counted(`t${n}`, n)),
      mark(queue),
    )
    const first = groups(queue).waiting[0]!
    looks = 0
    takeEvent(queue, event(1, counted('t2500', 2_500, { state: 'acknowledged', holder: 'ann' })))
    takeEvent(queue, event(2, counted('new', many)))
    expect(groups(queue).waiting).toHaveLength(many)
    expect(groups(queue).waiting[0]).toBe(first)
    expect(looks).toBeLessThan(200)
  })

  it('stands after any events as if it had been sorted anew', () => {
    const queue = newQueue()
    groups(queue)
    for (let seq = 1; seq <= 600; seq++) {
      const n = (seq * 7_919) % 97
      const state = states[(seq * 31) % states.length]!
      const more = { state, number: n, opened_at: minute(n % 7), updated_at: minute(seq % 50), late: n % 5 === 0 }
      takeEvent(queue, event(seq, ticket(`t${n}`, { ...more, holder: state === 'acknowledged' ? 'ann' : null })))
    }
    const kept = groups(queue)
    expect(groups({ ...queue, groups: undefined })).toEqual(kept)
    expect(Object.values(kept).every((group) => group.length > 3)).toBe(true)
  })
})
