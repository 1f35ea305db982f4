import { describe, expect, it } from 'vitest'
import { accountLines, emptyTally, faultsOf, type LoadAccount, sumOf } from './account.ts'
import { Latencies } from './latencies.ts'
import type { Tally } from './messages.ts'
import type { TicketAccount } from './tickets.ts'

const reconnectsOf = (...ms: number[]) => {
  const latencies = new Latencies()
  for (const each of ms) latencies.add(each)
  return latencies
}

const tallyOf = (some: Partial<Tally>): Tally => ({ ...emptyTally(), ...some })
const ticketsOf = (some: Partial<TicketAccount>): TicketAccount => ({
  expected: 0,
  seen: 0,
  falseAlarms: 0,
  missing: [],
  surplus: [],
  times: new Latencies(),
  ...some,
})

/** A run in which all went well. */
const good: LoadAccount = {
  homes: 20,
  tally: tallyOf({ devices: 100, connected: 100, sent: 5_000, acknowledged: 5_000, redelivered: 12, connects: 200 }),
  connectedMost: 100,
  tickets: ticketsOf({ expected: 4, seen: 4 }),
  troubles: [],
  seconds: 50,
}

const missing = { home: 'h-1', at: Date.UTC(2026, 2, 4), emergency: true, device: undefined, toldAt: undefined }
const surplus = { id: 't', number: 9, home: 'h-2', kind: 'fall', openedAt: '2026-03-04T00:00:00.000Z', seenAt: 0 }

describe('the account of a load', () => {
  it('adds up over the workers, reconnect times included', () => {
    const a = tallyOf({ devices: 2, sent: 10, lost: 1, reconnects: reconnectsOf(100).toCounts() })
    const b = tallyOf({ devices: 3, sent: 5, waiting: 7, reconnects: reconnectsOf(200, 300).toCounts() })
    const sum = sumOf([a, b])
    expect(sum).toMatchObject({ devices: 5, sent: 15, waiting: 7, lost: 1, acknowledged: 0 })
    const times = new Latencies()
    times.merge(sum.reconnects)
    expect([times.count, times.max]).toEqual([3, 300])
  })

  it('finds nothing wrong where all is acknowledged and the tickets agree; sending again is no fault', () => {
    expect(faultsOf(good)).toEqual([])
    expect(accountLines(good).at(-1)).toBe('nothing is lost and the tickets agree')
  })

  it.each<[string, Partial<LoadAccount>, string]>([
    ['waiting', { tally: { ...good.tally, waiting: 3 } }, '3 messages not acknowledged'],
    ['refused', { tally: { ...good.tally, refused: 1 } }, '1 message refused'],
    [
      'dropped',
      { tally: { ...good.tally, dropped: 2 } },
      '2 messages given up because the memory of a device was full',
    ],
    ['connection', { tally: { ...good.tally, connected: 99 } }, '1 device of 100 ended without a connection'],
    ['missing', { tickets: ticketsOf({ missing: [missing] }) }, '1 ticket missing'],
    ['surplus', { tickets: ticketsOf({ surplus: [surplus] }) }, '1 ticket too many'],
    ['trouble', { troubles: ['a process of the load ended by itself'] }, 'a process of the load ended by itself'],
  ])('is a fault: %s', (_what, change, sentence) => {
    expect(faultsOf({ ...good, ...change })).toEqual([sentence])
    expect(accountLines({ ...good, ...change }).at(-1)).toBe(`failed: ${sentence}`)
  })

  it('names missing and surplus tickets by home and time, but not without end', () => {
    const tickets = ticketsOf({ missing: Array.from({ length: 25 }, () => missing), surplus: [surplus] })
    const lines = accountLines({ ...good, tickets })
    expect(lines.filter((line) => line.includes('home h-1, emergency at 2026-03-04T00:00:00.000Z'))).toHaveLength(20)
    expect(lines).toContain('  and 5 more')
    expect(lines).toContain('  too many: home h-2, ticket 9 (fall) opened at 2026-03-04T00:00:00.000Z')
  })

  it('tells how long the connections took to come back', () => {
    const tally = { ...good.tally, lost: 3, failed: 2, reconnects: reconnectsOf(1_000, 1_000, 4_000).toCounts() }
    const line = accountLines({ ...good, tally }).find((each) => each.startsWith('connections'))
    expect(line).toMatch(
      /^connections: 3 lost, 3 back after p50 1\.0 s, p95 4\.0 s, longest 4\.0 s; 2 attempts failed$/,
    )
  })
})
