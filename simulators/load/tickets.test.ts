import { describe, expect, it } from 'vitest'
import { limits } from '../../domain/limits.ts'
import type { LiveEvent, Ticket } from '../../domain/ticket.ts'
import { watchTickets } from './tickets.ts'

const start = Date.UTC(2026, 2, 4, 2)
const homes = new Set(['h-1', 'h-2', 'h-3'])
const END = Number.POSITIVE_INFINITY

/** A ticket as far as the watch looks at it. */
const ticketOf = (home: string | null, number: number) =>
  ({ id: `t-${number}`, number, home, kind: 'sos', opened_at: '2026-03-04T02:00:01.000Z' }) as Ticket
const opened = (home: string | null, number: number): LiveEvent => ({
  seq: number,
  type: 'ticket.opened',
  at: '2026-03-04T02:00:01.000Z',
  ticket: ticketOf(home, number),
})
const told = (home: string, at: number) => ({ home, device: `${home}-pendant`, signal: 'sos', at })

describe('tickets expected against tickets seen', () => {
  it('agree where each emergency that was told got its ticket, and take the time from the first signal on', () => {
    const watch = watchTickets(homes)
    watch.emergency('h-1', start)
    watch.told(told('h-1', start + 100))
    watch.told(told('h-1', start + 2_100))
    watch.event(opened('h-1', 1), start + 150)
    const account = watch.account(END)
    expect(account).toMatchObject({ expected: 1, seen: 1, missing: [], surplus: [], falseAlarms: 0 })
    expect([account.times.count, account.times.max]).toEqual([1, 50])
  })

  it('name an emergency that no device told of as missing', () => {
    const watch = watchTickets(homes)
    watch.emergency('h-2', start)
    expect(watch.account(END).missing).toEqual([
      { home: 'h-2', at: start, emergency: true, device: undefined, toldAt: undefined },
    ])
  })

  it('name a signal without a ticket as missing, with the device that told', () => {
    const watch = watchTickets(homes)
    watch.emergency('h-2', start)
    watch.told(told('h-2', start + 3))
    expect(watch.account(END).missing).toMatchObject([{ home: 'h-2', device: 'h-2-pendant', toldAt: start + 3 }])
  })

  it('name a ticket that nobody asked for, and a second one for the same episode, as too many', () => {
    const watch = watchTickets(homes)
    watch.told(told('h-1', start))
    watch.event(opened('h-1', 1), start + 10)
    watch.event(opened('h-1', 2), start + 20)
    watch.event(opened('h-3', 3), start + 30)
    expect(watch.account(END).surplus.map(({ home, number }) => [home, number])).toEqual([
      ['h-1', 2],
      ['h-3', 3],
    ])
  })

  it('count a ticket once however often it is told of', () => {
    const watch = watchTickets(homes)
    watch.told(told('h-1', start))
    for (const at of [10, 20, 30]) watch.event(opened('h-1', 1), start + at)
    watch.listed(ticketOf('h-1', 1))
    expect(watch.account(END)).toMatchObject({ seen: 1, surplus: [] })
    expect(watch.account(END).times.max).toBe(10)
  })

  it('expect one ticket while signals follow each other within the gap of an episode, and another one beyond it', () => {
    const watch = watchTickets(homes)
    const gap = limits.episodeGapMs
    for (const at of [0, gap, 2 * gap, 3 * gap + 1]) watch.told(told('h-1', start + at))
    expect(watch.account(END)).toMatchObject({ expected: 2, falseAlarms: 2 })
  })

  it('leave other homes, and tickets from before, alone', () => {
    const watch = watchTickets(homes, new Set(['t-7']))
    watch.told(told('elsewhere', start))
    watch.event(opened('elsewhere', 5), start)
    watch.event(opened(null, 6), start)
    watch.event(opened('h-1', 7), start)
    watch.event({ seq: 8, type: 'elsewhere', at: '2026-03-04T02:00:01.000Z', ticket: null }, start)
    expect(watch.account(END)).toMatchObject({ expected: 0, seen: 0, missing: [], surplus: [] })
  })

  it('do not expect yet what is still to come', () => {
    const watch = watchTickets(homes)
    watch.emergency('h-1', start + 1_000)
    expect(watch.account(start + 999).expected).toBe(0)
    expect(watch.account(start + 1_000).expected).toBe(1)
  })

  it('count a ticket that was found in the list, without a time', () => {
    const watch = watchTickets(homes)
    watch.told(told('h-1', start))
    watch.listed(ticketOf('h-1', 1))
    const account = watch.account(END)
    expect(account).toMatchObject({ expected: 1, seen: 1, missing: [] })
    expect(account.times.count).toBe(0)
  })
})
