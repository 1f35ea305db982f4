import { beforeEach, describe, expect, it } from 'vitest'
import type { EventType, Evidence, Ticket } from '../../../domain/ticket.ts'
import { deviceModels } from '../../devices/models.ts'
import { namingWith } from '../playing/naming.ts'
import { createSeen, type Seen } from '../playing/seen.ts'
import { readScenario } from '../reading/read.ts'
import type { Scenario } from '../reading/scenario.ts'
import { callingIn } from './judge.ts'
import { createVerdicts, type Verdict, type Verdicts } from './verdicts.ts'

/** The instants below are seconds after the step that the expectation counts from. */
const file = (sentence: string) => `name: A test
story: It tests.
start: 22:00
homes:
  li:
    devices:
      watch: watch
      pendant: pendant
      radar: {kind: radar, room: bathroom}
script:
  - at 23:00 ${'press pendant'}
  - ${sentence}
  - at 23:30 press pendant
  - expect no ticket smoke
`

let scenario: Scenario
let seen: Seen
let verdicts: Verdicts
let start: number

function expecting(sentence: string): void {
  const read = readScenario(file(sentence), { file: 'a.yaml', models: deviceModels })
  if ('mistakes' in read) throw new Error(read.mistakes[0]?.text)
  scenario = read.scenario
  const step = scenario.steps.find((one) => one.does === 'expects')
  if (step?.does !== 'expects') throw new Error('expects nothing')
  start = step.at
  seen = createSeen(scenario, namingWith('run-'))
  verdicts = createVerdicts()
  verdicts.open(step)
}

const evidence = (device: string, signal: Evidence['signal'], repeats = 0) => ({ device, signal, repeats }) as Evidence

/** A ticket as Vigil tells of it, with the names that the run has there. */
function ticket(fields: Partial<Ticket> = {}): Ticket {
  return {
    id: 't-1',
    kind: 'fall',
    severity: 'high',
    state: 'open',
    home: 'run-li',
    device: 'run-li-watch',
    unverified: false,
    unverified_reasons: [],
    evidence: [evidence('run-li-watch', 'fall')],
    timeline: [],
    ...fields,
  } as Ticket
}

const told = (seconds: number, fields: Partial<Ticket> = {}, type: EventType = 'ticket.opened') =>
  void seen.event({ seq: 1, type, at: '', ticket: ticket(fields) }, start + seconds * 1_000)

const look = (seconds: number, phase: 'before' | 'after' = 'after'): Verdict[] =>
  verdicts.look({ seen, now: start + seconds * 1_000, phase, called: callingIn(scenario) })

const outcome = (seconds: number, phase?: 'before' | 'after') =>
  look(seconds, phase).map((verdict) => [verdict.outcome, verdict.detail])

describe('expect ticket', () => {
  beforeEach(() => expecting('expect ticket fall within 10 s, severity high, evidence from watch and radar'))

  it('is met as soon as everything holds of one ticket', () => {
    told(2)
    expect(outcome(2)).toEqual([])
    told(4, { evidence: [evidence('run-li-watch', 'fall'), evidence('run-li-radar', 'fall')] }, 'ticket.updated')
    expect(outcome(4)).toEqual([['held', 'ticket 1 after 2 s']])
    expect(outcome(10)).toEqual([])
  })

  it('says what was seen instead', () => {
    told(2, { severity: 'low' })
    expect(outcome(10)).toEqual([['failed', 'ticket 1 has severity low, and has evidence from watch, not from radar']])
  })

  it('takes no ticket that was there before the step', () => {
    told(-60)
    expect(outcome(10)).toEqual([['failed', 'no ticket was opened within 10 s; there already: ticket 1 (fall)']])
  })

  it('takes none that is opened after the deadline, also where nobody looked in between', () => {
    told(12, { evidence: [evidence('run-li-watch', 'fall'), evidence('run-li-radar', 'fall')] })
    expect(outcome(12)).toEqual([['failed', 'no ticket was opened within 10 s; ticket 1 (fall) came after 12 s']])
  })

  it('includes the instant of the deadline', () => {
    expect(outcome(10, 'before')).toEqual([])
    told(10, { evidence: [evidence('run-li-watch', 'fall'), evidence('run-li-radar', 'fall')] })
    expect(outcome(10)[0]?.[0]).toBe('held')
  })

  it('is deaf to what happens in homes of others', () => {
    told(2, { home: 'elsewhere', device: 'run-x-watch' })
    told(3, { home: 'li', device: 'li-watch' })
    expect(outcome(10)).toEqual([['failed', 'no ticket was opened within 10 s']])
  })
})

describe('what a ticket can be', () => {
  const cases: [string, Partial<Ticket>, Partial<Ticket>, string][] = [
    ['state acknowledged', { state: 'acknowledged' }, { state: 'open' }, 'is open'],
    ['verified', {}, { unverified: true, unverified_reasons: ['stale'] }, 'is unverified because stale'],
    [
      'unverified because no home',
      { unverified: true, unverified_reasons: ['no_home', 'stale'] },
      { unverified: true, unverified_reasons: ['stale'] },
      'is unverified because stale, not because no home',
    ],
    ['unverified', { unverified: true }, {}, 'is verified'],
    ['not from radar', {}, { evidence: [evidence('run-li-radar', 'fall')] }, 'has evidence from radar'],
    [
      '3 presses',
      {
        evidence: [
          evidence('run-li-pendant', 'sos', 1),
          evidence('run-li-pendant', 'sos'),
          evidence('run-li-watch', 'fall'),
        ],
      },
      { evidence: [evidence('run-li-pendant', 'sos', 3)] },
      'has 4 presses',
    ],
    ['at least 2 signals', { evidence: [evidence('run-li-watch', 'fall', 1)] }, {}, 'has 1 signal'],
  ]

  it.each(cases)('%s', (words, right, wrong, detail) => {
    expecting(`expect ticket, ${words}`)
    told(1, right)
    expect(outcome(10)).toEqual([['held', 'ticket 1 after 1 s']])
    expecting(`expect ticket, ${words}`)
    told(1, wrong)
    expect(outcome(10)).toEqual([['failed', `ticket 1 ${detail}`]])
  })

  it('is looked at late where more may come', () => {
    expecting('expect ticket, 1 press')
    told(1, { evidence: [evidence('run-li-pendant', 'sos')] })
    expect(outcome(1)).toEqual([])
    told(3, { evidence: [evidence('run-li-pendant', 'sos', 1)] }, 'ticket.updated')
    expect(outcome(10)).toEqual([['failed', 'ticket 1 has 2 presses']])
  })
})

describe('expect no ticket', () => {
  it('fails with the first one', () => {
    expecting('expect no ticket for 10 min')
    told(-1)
    expect(outcome(0)).toEqual([])
    told(61, { id: 't-2', kind: 'sos' })
    expect(outcome(61)).toEqual([['failed', 'ticket 2 (sos) after 1 min 1 s']])
  })

  it('holds when its time is over, and minds only its kind', () => {
    expecting('expect no ticket smoke for 10 min')
    told(5)
    expect(outcome(600, 'before')).toEqual([])
    expect(outcome(600)).toEqual([['held', '']])
  })
})

describe('counts and states', () => {
  it('are looked at just before the next step', () => {
    expecting('expect 1 ticket')
    told(5)
    expect(outcome(1_799)).toEqual([])
    expect(outcome(1_800, 'before')).toEqual([['held', '']])
  })

  it('say how many there are', () => {
    expecting('expect 2 tickets')
    told(5)
    expect(outcome(1_800, 'before')).toEqual([['failed', 'there is 1']])
  })

  it('still means then', () => {
    expecting('expect ticket 1 still open')
    told(5)
    told(9, { state: 'closed' }, 'ticket.closed')
    expect(outcome(1_800, 'before')).toEqual([['failed', 'ticket 1 is closed']])
  })
})

describe('alarms and receipts', () => {
  it('an alarm is one about a ticket that nobody answered', () => {
    expecting('expect alarm again within 90 s')
    told(1)
    expect(outcome(30)).toEqual([])
    told(61, {}, 'ticket.unanswered')
    expect(outcome(61)).toEqual([['held', 'ticket 1 after 1 min 1 s']])
  })

  it('no alarm is none until the time is over', () => {
    expecting('expect no alarm again for 2 min')
    told(1)
    told(61, {}, 'ticket.unanswered')
    expect(outcome(61)).toEqual([['failed', 'ticket 1 after 1 min 1 s']])
    expecting('expect no alarm again for 2 min')
    expect(outcome(120)).toEqual([['held', '']])
  })

  it('a receipt is for the device and says what became of it', () => {
    expecting('expect receipt accepted for pendant')
    const receipt = { result: 'refused', at: '', topic: '', reason: 'no number' } as const
    seen.receipt({ at: start + 1_000, device: 'li-pendant', receipt })
    seen.receipt({ at: start + 1_000, device: 'li-watch', receipt: { ...receipt, result: 'accepted' } })
    expect(outcome(5)).toEqual([['failed', 'it was refused: no number']])
  })
})

describe('a known gap', () => {
  it('is counted apart while it is one', () => {
    expecting('gap: expect ticket')
    expect(outcome(10)).toEqual([['known_gap', 'no ticket was opened within 10 s']])
  })

  it('fails when it is none any more', () => {
    expecting('gap: expect ticket')
    told(2)
    expect(outcome(2)).toEqual([['closed_gap', 'ticket 1 after 2 s']])
  })

  it('explains the tickets that it is about', () => {
    expecting('gap: expect no ticket')
    told(2)
    look(2)
    expect(seen.tickets.map(({ explained }) => explained)).toEqual([true])
  })
})
