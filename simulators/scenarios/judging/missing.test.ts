import { describe, expect, it } from 'vitest'
import { isoTime } from '../../../domain/clock.ts'
import { limits } from '../../../domain/limits.ts'
import type { Evidence, Ticket } from '../../../domain/ticket.ts'
import type { Output } from '../../home/home.ts'
import { createSaid, type SaidReading, type SaidSignal } from '../playing/said.ts'
import type { SeenTicket } from '../playing/seen.ts'
import { missingReadings, missingSignals, wrongTickets } from './missing.ts'

const now = Date.UTC(2026, 2, 2, 12)
const here = { lat: 39.6553, lon: 106.7944 }

const pressed = (fields: Partial<SaidSignal> = {}): SaidSignal => ({
  device: 'li-pendant',
  signal: 'sos',
  at: now,
  position: here,
  ...fields,
})
const piece = (fields: Partial<Evidence> = {}): Evidence =>
  ({
    device: 'li-pendant',
    signal: 'sos',
    device_at: isoTime(now),
    position: { ...here, accuracy_m: 12 },
    repeats: 0,
    ...fields,
  }) as Evidence
const ticket = (fields: Partial<Ticket> = {}): Ticket =>
  ({
    id: 't-1',
    number: 1,
    kind: 'sos',
    state: 'open',
    severity: 'critical',
    home: 'li',
    area: 'east',
    device: 'li-pendant',
    evidence: [piece()],
    next_step: { what: 'answer', at: isoTime(now), holder: null },
    ...fields,
  }) as Ticket

describe('signals', () => {
  it('are found with their time and place, the very same one as a repeat', () => {
    expect(missingSignals([pressed()], [ticket()])).toEqual(new Map())
    expect(missingSignals([pressed(), pressed()], [ticket({ evidence: [piece({ repeats: 1 })] })])).toEqual(new Map())
    expect(missingSignals([pressed({ at: undefined })], [ticket({ evidence: [piece({ device_at: null })] })])).toEqual(
      new Map(),
    )
  })

  it.each<[string, Partial<Evidence>]>([
    ['of another device', { device: 'li-watch' }],
    ['of another kind', { signal: 'fall' }],
    ['of another time', { device_at: isoTime(now + 1) }],
    ['without its place', { position: null }],
    ['at another place', { position: { ...here, lat: 1 } }],
  ])('are missing where there is only one %s', (_, other) => {
    expect(missingSignals([pressed()], [ticket({ evidence: [piece(other)] })])).toEqual(
      new Map([['sos of li-pendant', 1]]),
    )
  })

  it('are missing where the same one came more often than was counted', () => {
    expect(missingSignals([pressed(), pressed(), pressed()], [ticket()])).toEqual(new Map([['sos of li-pendant', 2]]))
  })

  it('without a place say 0/0, and are found without one', () => {
    const nowhere = pressed({ position: { lat: 0, lon: 0 } })
    expect(missingSignals([nowhere], [ticket({ evidence: [piece({ position: null })] })])).toEqual(new Map())
  })

  it('are only counted where a ticket has more than it keeps one by one', () => {
    const full = Array.from({ length: limits.evidencePerTicket }, (_, n) => piece({ device_at: isoTime(now - n) }))
    full[0] = piece({ repeats: 1 })
    const said = Array.from({ length: limits.evidencePerTicket + 1 }, (_, n) => pressed({ at: now - n }))
    expect(missingSignals(said, [ticket({ evidence: full })])).toEqual(new Map())
    expect(missingSignals([...said, pressed()], [ticket({ evidence: full })])).toEqual(
      new Map([['sos of li-pendant', 1]]),
    )
  })
})

describe('readings', () => {
  const said = (value: number, at = now, message = 0): SaidReading => ({
    device: 'li-watch',
    metric: 'heart_rate',
    at,
    value,
    message,
  })
  const stored = (...points: [number, number][]) => [
    { device: 'li-watch', metric: 'heart_rate', points: points.map(([at, n]): [string, number] => [isoTime(at), n]) },
  ]

  it('are missing by message, where they are not there or are another value', () => {
    const all = [said(70), said(71, now + 1, 1), said(72, now + 2, 2)]
    expect(missingReadings(all, stored([now, 70], [now + 1, 71], [now + 2, 72]))).toEqual(new Map())
    expect(missingReadings(all, stored([now, 70], [now + 2, 7]))).toEqual(new Map([['li-watch', 2]]))
  })

  it('at one instant: either may be kept', () => {
    expect(missingReadings([said(70), said(71, now, 1)], stored([now, 70]))).toEqual(new Map())
    expect(missingReadings([said(70), said(71, now, 1)], stored([now, 72]))).toEqual(new Map([['li-watch', 2]]))
  })
})

describe('tickets', () => {
  const seen = (fields: Partial<Ticket> = {}): SeenTicket => ({
    number: 1,
    ticket: ticket(fields),
    openedAt: now,
    alarms: [],
    explained: true,
  })
  const homeOf = (device: string) => (device.startsWith('li-') ? 'li' : undefined)
  const wrong = (now: Partial<Ticket>, last: Partial<Ticket> = {}) =>
    wrongTickets([ticket(now)], [seen(last)], homeOf, 'east')

  it('as they were told, in the home of their devices, with a next step', () => {
    expect(wrong({})).toEqual([])
    expect(wrong({ state: 'closed', next_step: null }, { state: 'closed' })).toEqual([])
    expect(wrong({ next_step: { what: 'work', at: null, holder: 'zhang' } })).toEqual([])
  })

  it.each<[Partial<Ticket>, string]>([
    [{ home: null }, 'ticket 1 is in no home, and li-pendant is in li'],
    [{ evidence: [piece(), piece({ device: 'wang-watch' })] }, 'ticket 1 is in li, and wang-watch is in none'],
    [{ device: 'li-watch' }, 'ticket 1 names li-watch, not li-pendant'],
    [{ area: null }, 'ticket 1 is in no area, not in east'],
    [{ next_step: null }, 'ticket 1 is open, and has no next step'],
    [{ state: 'closed' }, 'ticket 1 is critical and closed, but was last told as critical and open'],
    [{ severity: 'low' }, 'ticket 1 is low and open, but was last told as critical and open'],
  ])('%j is wrong', (fields, sentence) => {
    expect(wrong(fields)).toEqual([sentence])
  })

  it('that nobody was told of, or that are gone, are wrong', () => {
    expect(wrongTickets([ticket()], [], homeOf, 'east')).toEqual(['ticket 1 (sos) was never told of'])
    expect(wrongTickets([], [seen()], homeOf, 'east')).toEqual(['ticket 1 is gone'])
  })
})

describe('what was said', () => {
  const shift = (at: number) => at + 1_000
  function note(payload: Record<string, unknown>, kind: 'readings' | 'signals' = 'readings') {
    const said = createSaid()
    const device = { id: 'li-watch', kind: 'watch' }
    const output = { what: 'message', at: now, device, message: { kind, payload } } as unknown as Output
    said.note(output, shift)
    return said
  }

  it('is noted with the time that Vigil has for it', () => {
    expect(note({ at: now, readings: { heart_rate: 70 } }).readings).toEqual([
      { device: 'li-watch', metric: 'heart_rate', at: now + 1_000, value: 70, message: 0 },
    ])
    expect(note({ at: now, signal: 'SOS' }, 'signals').signals).toEqual([
      { device: 'li-watch', signal: 'sos', at: now + 1_000, position: undefined },
    ])
  })

  it.each([
    ['a clock too far ahead', { at: now + limits.clockAheadMs + 1, readings: { heart_rate: 70 } }],
    ['a clock that was never set', { at: 1_000, readings: { heart_rate: 70 } }],
    ['no time', { readings: { heart_rate: 70 } }],
    ['a value that is refused', { at: now, readings: { battery: '80.00' } }],
    ['a metric that is refused', { at: now, readings: { linkquality: 87 } }],
  ])('%s: no reading that could be found under its own time', (_, payload) => {
    expect(note(payload).readings).toEqual([])
  })

  it.each([
    [{ battery: '80.00', heart_rate: 70 }, 1],
    [{ linkquality: 87 }, 1],
    [{ battery: null, heart_rate: 70 }, 0],
  ])('of %j so many messages must be refused', (readings, count) => {
    expect(note({ at: now, readings }).refusable.get('li-watch') ?? 0).toBe(count)
  })
})
