import { describe, expect, it } from 'vitest'
import type { Fact, Truth } from '../truth.ts'
import { type Score, scoreOf } from './score.ts'
import type { ScoredTicket } from './scored.ts'
import { tableOf } from './table.ts'

const from = Date.UTC(2026, 2, 1)
/** `day(3, 12, 30)`: half past twelve of the third of March. */
const day = (n: number, hour = 0, minute = 0, second = 0) =>
  Date.UTC(2026, 2, n, hour, minute, Math.floor(second), Math.round((second % 1) * 1_000))
const iso = (at: number) => new Date(at).toISOString()
const MINUTE = 60_000

const homes = [
  {
    id: 'ash',
    residents: ['ann', 'abe'],
    devices: [
      { id: 'ash-watch', kind: 'watch' },
      { id: 'ash-radar', kind: 'radar' },
    ],
  },
  {
    id: 'birch',
    residents: ['bea'],
    devices: [
      { id: 'birch-pendant', kind: 'pendant' },
      { id: 'birch-smoke', kind: 'smoke' },
    ],
  },
  { id: 'cedar', residents: ['cat'], devices: [{ id: 'cedar-radar', kind: 'radar' }] },
]

const happened = (id: string, home: string, event: Fact['event'], at: number, more: Partial<Fact> = {}): Fact => ({
  id,
  home,
  event,
  at,
  until: at,
  needsHelp: true,
  ...more,
})

type Said = {
  device: string
  signal?: 'sos' | 'fall' | 'smoke'
  at: number
  received?: number
  reason?: string
  doubts?: string[]
}
const reasons = { sos: 'sos_pressed', fall: 'fall_reported', smoke: 'hazard_reported' }

function ticket(number: number, home: string | null, ...said: Said[]): ScoredTicket {
  const evidence = said.map(({ device, signal = 'fall', at, received = at, reason, doubts = [] }) => ({
    reason: reason ?? reasons[signal],
    doubts,
    device,
    signal,
    at: iso(at),
    received_at: iso(received),
  }))
  const [first] = evidence
  return { id: `t${number}`, number, kind: first!.signal, home, opened_at: first!.received_at, evidence }
}

const truthOf = (facts: Fact[], until = day(15)): Truth => ({
  run: { seed: 7, from, homes },
  facts,
  end: { at: until, facts: facts.length, messages: 0 },
})

/** Two weeks of four people: eight person-weeks. */
const facts = [
  happened('f1', 'ash', 'fall', day(1, 3), { until: day(1, 5), who: 'ann', room: 'bathroom' }),
  happened('f2', 'birch', 'press', day(2, 10), { until: day(2, 10, 0, 8), times: 9 }),
  happened('f3', 'cedar', 'slide', day(3, 12), { until: day(3, 12, 30), who: 'cat', room: 'kitchen' }),
  happened('f4', 'birch', 'fall', day(4, 14), { until: day(4, 14, 20) }),
  happened('f5', 'birch', 'press', day(4, 14, 5)),
  happened('f6', 'birch', 'accidental_press', day(5, 16), { needsHelp: false }),
  happened('f7', 'ash', 'jolt', day(6, 18), { needsHelp: false }),
  happened('f8', 'birch', 'hazard', day(8, 8), { until: day(8, 8, 20), kind: 'smoke' }),
  happened('f9', 'ash', 'wandering', day(9, 2), { until: day(9, 3) }),
]

const presses = Array.from(
  { length: 9 },
  (_, n): Said => ({ device: 'birch-pendant', signal: 'sos', at: day(2, 10, 0, n), received: day(2, 10, 0, n + 0.2) }),
)
const tickets = [
  ticket(
    1,
    'ash',
    { device: 'ash-watch', at: day(1, 3, 0, 5), received: day(1, 3, 0, 6) },
    { device: 'ash-radar', at: day(1, 3, 0, 20), received: day(1, 3, 0, 21) },
  ),
  ticket(2, 'birch', ...presses),
  ticket(3, 'birch', { device: 'birch-pendant', signal: 'sos', at: day(4, 14, 5), received: day(4, 14, 5, 1) }),
  ticket(4, 'birch', { device: 'birch-pendant', signal: 'sos', at: day(5, 16) }),
  ticket(5, 'ash', { device: 'ash-watch', at: day(6, 18), reason: 'fall_suspected' }),
  ticket(6, 'cedar', { device: 'cedar-radar', at: day(7, 4) }),
  ticket(7, 'birch', { device: 'birch-smoke', signal: 'smoke', at: day(8, 8, 0, 4), received: day(8, 8, 0, 5) }),
  ticket(8, 'ash', { device: 'ash-radar', at: day(1, 4, 50) }),
]

const score = scoreOf(truthOf(facts), tickets)
const detector = (name: string, of: Score = score) =>
  of.detectors.find(({ device, signal, reason }) => name === `${device}: ${signal}${reason ? ` (${reason})` : ''}`)
const event = (name: string) => score.events.find((row) => row.event === name)

describe('two weeks of four people', () => {
  it('are scored as a whole', () => {
    expect(score.person_weeks).toBe(8)
    expect(score.all).toMatchObject({ facts: 7, found: 5, missed: 2, tickets: 8, false: 4 })
    expect(score.all.sensitivity?.value).toBeCloseTo(5 / 7, 12)
    expect(score.all.precision?.value).toBe(0.5)
    expect(score.all.false_per_person_week?.value).toBe(0.5)
  })

  it('tell how long tickets took: 0.2 s, 1 s, 5 s, 6 s, and 301 s until the fallen reached the button', () => {
    expect(score.all.time_to_ticket_ms).toEqual({ median: 5_000, p95: 301_000, max: 301_000 })
  })

  it('are told by what happened, and what Vigil has no rule for is missed', () => {
    expect(score.events.map((row) => [row.event, row.found, row.missed])).toEqual([
      ['fall', 2, 0],
      ['hazard smoke', 1, 0],
      ['press', 2, 0],
      ['slide', 0, 1],
      ['wandering', 0, 1],
    ])
    expect(event('fall')?.time_to_ticket_ms).toEqual({ median: 6_000, p95: 301_000, max: 301_000 })
    expect(score.missed.map(({ fact }) => fact)).toEqual(['f3', 'f9'])
  })

  it('are told by kind of ticket', () => {
    expect(score.kinds.map(({ kind, tickets: all, false: wrong }) => [kind, all, wrong])).toEqual([
      ['fall', 4, 3],
      ['smoke', 1, 0],
      ['sos', 3, 1],
    ])
  })

  it('are told by detector: against what its signal means, where it is installed', () => {
    expect(detector('any device: fall')).toMatchObject({ facts: 3, found: 1, missed: 2, tickets: 4, false: 3 })
    expect(detector('watch: fall')).toMatchObject({ facts: 1, found: 1, tickets: 2, false: 1, person_weeks: 4 })
    expect(detector('radar: fall')).toMatchObject({ facts: 2, found: 1, tickets: 3, false: 2, person_weeks: 6 })
    expect(detector('radar: fall')?.time_to_ticket_ms?.max).toBe(21_000)
    expect(detector('any device: sos')).toMatchObject({ facts: 2, found: 2, tickets: 3, false: 1 })
    expect(detector('smoke: smoke')).toMatchObject({ facts: 1, found: 1, tickets: 1, false: 0, person_weeks: 2 })
  })

  it('are told by reason where a detector has several', () => {
    expect(detector('watch: fall (fall_reported)')).toMatchObject({ found: 1, tickets: 1, false: 0 })
    expect(detector('watch: fall (fall_suspected)')).toMatchObject({ found: 0, missed: 1, tickets: 1, false: 1 })
    expect(detector('radar: fall (fall_reported)')).toBeUndefined()
  })

  it('do not ask of a pendant what was pressed on the watch', () => {
    const press = (id: string, device: string, minute: number) =>
      happened(id, 'ash', 'press', day(1, 3, minute), { device })
    const pressed = [press('p1', 'ash-watch', 0), press('p2', 'ash-watch', 20), press('p3', 'ash-radar', 40)]
    const sos = ticket(1, 'ash', { device: 'ash-watch', signal: 'sos', at: day(1, 3) })
    const of = scoreOf(truthOf(pressed), [sos])
    expect(detector('watch: sos', of)).toMatchObject({ facts: 2, found: 1, missed: 1 })
    expect(detector('any device: sos', of)).toMatchObject({ facts: 3, found: 1, missed: 2 })
  })

  it('tell of a detector that never spoke', () => {
    expect(detector('watch: sos')).toMatchObject({ facts: 0, found: 0, tickets: 0, sensitivity: undefined })
    const silent = scoreOf(truthOf(facts), tickets.slice(1, 4))
    expect(detector('radar: fall', silent)).toMatchObject({ facts: 2, found: 0, missed: 2, tickets: 0 })
  })

  it('explain a false alarm where they can', () => {
    expect(score.false_alarms.map(({ number, because }) => [number, because?.event, because?.fact])).toEqual([
      [4, 'accidental_press', 'f6'],
      [5, 'jolt', 'f7'],
      [6, undefined, undefined],
      [8, 'repeated', 'f1'],
    ])
  })

  it('are printed with counts and how sure they are', () => {
    const text = tableOf(score).join('\n')
    expect(text).toContain('seed 7, 3 homes, 4 residents, 8 person-weeks')
    expect(text).toMatch(/everything +7 +5 +2 +71\.4 % \(35\.9–91\.8\) +5\.0 s +5\.0 min +5\.0 min/)
    expect(text).toMatch(/all tickets +8 +4 +50 % \(21\.5–78\.5\) +0\.5 \(0\.13–1\.3\)/)
    expect(text).toMatch(/wandering +1 +0 +1 +0 % \(0–79\.3\) +– +– +–/)
    expect(text).toContain('#6 fall in cedar, 2026-03-07T04:00:00.000Z: unexplained')
    expect(text).toContain('slide in cedar, kitchen, cat, 2026-03-03T12:00:00.000Z, f3')
  })
})

describe('a claim means an event', () => {
  const fall = happened('f', 'ash', 'fall', day(1, 3), { until: day(1, 3, 10) })
  const one = (...said: Said[]) => scoreOf(truthOf([fall]), [ticket(1, 'ash', ...said)]).all

  it.each([
    ['a minute before, for a clock that is a little slow', day(1, 2, 59), 1],
    ['earlier', day(1, 2, 58, 59), 0],
    ['two minutes after its end, for a rule that waits', day(1, 3, 12), 1],
    ['later', day(1, 3, 12, 1), 0],
  ])('%s', (_, at, found) => {
    expect(one({ device: 'ash-radar', at })).toMatchObject({ found, false: 1 - found })
  })

  it('by its receipt, where the clock of the device is hours off', () => {
    const all = one({ device: 'ash-radar', at: day(1, 1), received: day(1, 3, 0, 2) })
    expect(all).toMatchObject({ found: 1, false: 0, time_to_ticket_ms: { max: 2_000 } })
  })

  it('by its own time, where it was stored while the link was away, and the ticket came late', () => {
    const all = one({ device: 'ash-radar', at: day(1, 3), received: day(1, 3, 40) })
    expect(all).toMatchObject({ found: 1, time_to_ticket_ms: { max: 40 * MINUTE } })
  })

  it('at once, where the clock of Vigil is behind that of the simulation', () => {
    expect(one({ device: 'ash-radar', at: day(1, 2, 59, 58) }).time_to_ticket_ms?.max).toBe(0)
  })

  it('of its own home only, and of its own kind', () => {
    const elsewhere = ticket(1, 'cedar', { device: 'cedar-radar', at: day(1, 3) })
    const smoke = ticket(2, 'ash', { device: 'ash-watch', signal: 'smoke', at: day(1, 3) })
    expect(scoreOf(truthOf([fall]), [elsewhere, smoke]).all).toMatchObject({ found: 0, false: 2 })
  })
})

describe('several events of one home', () => {
  const both = [
    happened('long', 'ash', 'fall', day(1, 3), { until: day(1, 4), who: 'ann' }),
    happened('short', 'ash', 'fall', day(1, 3, 1), { until: day(1, 3, 3), who: 'abe' }),
  ]

  it('need a claim each: a couple who both fell, in one ticket', () => {
    const seen = { device: 'ash-radar', at: day(1, 3, 2) }
    const heard = { device: 'ash-watch', at: day(1, 3, 30) }
    expect(scoreOf(truthOf(both), [ticket(1, 'ash', seen, heard)]).all).toMatchObject({ found: 2, false: 0 })
    const alone = scoreOf(truthOf(both), [ticket(1, 'ash', seen)])
    expect(alone.missed.map(({ fact }) => fact)).toEqual(['long'])
  })

  it('are both found by two claims that could mean either', () => {
    const claims = [2, 2.5].map((minute): Said => ({ device: 'ash-radar', at: day(1, 3) + minute * MINUTE }))
    expect(scoreOf(truthOf(both), [ticket(1, 'ash', ...claims)]).all.found).toBe(2)
  })

  it('are found in whatever order the tickets are listed', () => {
    const early = happened('early', 'ash', 'fall', day(1, 3), { until: day(1, 3, 10) })
    const late = happened('late', 'ash', 'fall', day(1, 3, 5), { until: day(1, 3, 30) })
    const listed = [6, 1].map((minute) => ticket(minute, 'ash', { device: 'ash-radar', at: day(1, 3, minute) }))
    expect(scoreOf(truthOf([early, late]), listed).all).toMatchObject({ found: 2, false: 0 })
  })

  it('are met in need before an accident explains the claim', () => {
    const accident = happened('a', 'birch', 'accidental_press', day(1, 10), { needsHelp: false })
    const press = happened('p', 'birch', 'press', day(1, 10, 0, 30))
    const sos = ticket(1, 'birch', { device: 'birch-pendant', signal: 'sos', at: day(1, 10, 0, 30) })
    expect(scoreOf(truthOf([accident, press]), [sos]).all).toMatchObject({ found: 1, false: 0 })
  })

  it('on different devices are not found by each other: a press that was lost beside one that came twice', () => {
    const lost = happened('lost', 'ash', 'press', day(1, 3), { device: 'ash-watch' })
    const heard = happened('heard', 'ash', 'press', day(1, 3, 1), { device: 'ash-radar' })
    const twice = [60, 62].map((second): Said => ({ device: 'ash-radar', signal: 'sos', at: day(1, 3, 0, second) }))
    expect(scoreOf(truthOf([lost, heard]), [ticket(1, 'ash', ...twice)]).missed.map(({ fact }) => fact)).toEqual([
      'lost',
    ])
  })

  it('are not found twice by an echo of what was found', () => {
    const echo = [1, 2, 3].map((minute): Said => ({ device: 'ash-radar', at: day(1, 3, 40 + minute) }))
    expect(scoreOf(truthOf(both), [ticket(1, 'ash', ...echo)]).all).toMatchObject({ found: 1, missed: 1 })
  })
})

describe('what does not belong to the run', () => {
  const fall = happened('f', 'ash', 'fall', day(2, 3), { until: day(2, 4) })

  it('is told and not counted', () => {
    const strangers = [
      happened('f1', 'elm', 'fall', day(2)),
      happened('f2', 'ash', 'fall', day(16)),
      happened('f3', 'ash', 'fall', from - 1),
    ]
    const test = ticket(5, 'ash', { device: 'ash-watch', at: day(3), doubts: ['test'] })
    const result = scoreOf(truthOf([...strangers, fall]), [
      ticket(1, 'elm', { device: 'elm-watch', at: day(2) }),
      ticket(2, null, { device: 'stray', at: day(2) }),
      ticket(3, 'ash', { device: 'ash-watch', at: day(20) }),
      ticket(4, 'ash', { device: 'ash-watch', at: from - 2 * MINUTE }),
      test,
    ])
    expect(result.all).toMatchObject({ facts: 1, missed: 1, tickets: 0 })
    expect(result.set_aside).toEqual({
      facts_outside_the_run: 2,
      facts_of_other_homes: 1,
      facts_at_the_very_end: 0,
      tickets_of_other_homes: 2,
      tickets_outside_the_run: 2,
      tickets_of_tests: 1,
    })
    expect(tableOf(result).join('\n')).toContain('2 tickets of other homes, or of none')
  })

  it('does not include a ticket whose device Vigil did not know but the truth does', () => {
    const unregistered = ticket(1, null, { device: 'ash-watch', at: day(2, 3) })
    expect(scoreOf(truthOf([fall]), [unregistered]).all).toMatchObject({ found: 1, tickets: 1 })
  })

  it('is an event of the last two minutes, unless it was found', () => {
    const soon = truthOf([fall], day(2, 3, 1))
    expect(scoreOf(soon, [])).toMatchObject({ all: { facts: 0 }, set_aside: { facts_at_the_very_end: 1 } })
    expect(scoreOf(soon, [ticket(1, 'ash', { device: 'ash-watch', at: day(2, 3) })]).all.found).toBe(1)
  })

  it('of a run cut short is what came after its last event', () => {
    const result = scoreOf({ ...truthOf([fall]), end: undefined }, [])
    expect(result.run).toMatchObject({ cut_short: true, until: iso(day(2, 3)) })
    expect(tableOf(result)[1]).toMatch(/cut short/)
  })
})
