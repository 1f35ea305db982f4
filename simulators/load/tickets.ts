import { limits } from '../../domain/limits.ts'
import type { LiveEvent, Ticket } from '../../domain/ticket.ts'
import { Latencies } from './latencies.ts'
import type { Told } from './messages.ts'

/** A ticket that must be: `at` of its first claim, epoch ms; `device` that told of it first, undefined where none did. */
export type Expected = {
  home: string
  at: number
  emergency: boolean
  device: string | undefined
  toldAt: number | undefined
}

/** A ticket that came. `seenAt`: when its live event came here, epoch ms; undefined where it was found in the list only. */
export type Seen = {
  id: string
  number: number
  home: string
  kind: string
  openedAt: string
  seenAt: number | undefined
}

export type TicketAccount = {
  expected: number
  seen: number
  /** Tickets that devices asked for without an emergency; part of `expected`. */
  falseAlarms: number
  missing: Expected[]
  surplus: Seen[]
  /** From a device's first signal to the live event of its ticket. */
  times: Latencies
}

export type TicketWatch = {
  /** An emergency that happens at `at`. */
  emergency(home: string, at: number): void
  told(told: Told): void
  /** A live event, at the time `now`. */
  event(event: LiveEvent, now: number): void
  /** A ticket found in the list. */
  listed(ticket: Ticket): void
  /** What agrees and what does not; emergencies later than `until` are not expected yet. */
  account(until: number): TicketAccount
}

type Claim = { at: number; device: string | undefined }

/** Claims of one home, each list within the gap that makes one episode. */
function episodesOf(claims: readonly Claim[]): Claim[][] {
  const episodes: Claim[][] = []
  let last = Number.NEGATIVE_INFINITY
  for (const claim of claims.toSorted((a, b) => a.at - b.at)) {
    if (claim.at - last > limits.episodeGapMs) episodes.push([])
    episodes.at(-1)!.push(claim)
    last = claim.at
  }
  return episodes
}

function expectedOf(home: string, episode: readonly Claim[]): Expected {
  const told = episode.find(({ device }) => device !== undefined)
  return {
    home,
    at: episode[0]!.at,
    emergency: episode.some(({ device }) => device === undefined),
    device: told?.device,
    toldAt: told?.at,
  }
}

const seenOf = (ticket: Ticket & { home: string }, seenAt: number | undefined): Seen => ({
  id: ticket.id,
  number: ticket.number,
  home: ticket.home,
  kind: ticket.kind,
  openedAt: ticket.opened_at,
  seenAt,
})

function group<T extends { home: string }>(all: Iterable<T>): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of all) groups.set(item.home, [...(groups.get(item.home) ?? []), item])
  return groups
}

/**
 * Tickets expected against tickets seen, of `homes` alone. One ticket is expected for each episode of a home: for an
 * emergency, whether a device told of it or not, and for whatever else a device signalled. Tickets `known` before do
 * not count.
 */
export function watchTickets(homes: ReadonlySet<string>, known: ReadonlySet<string> = new Set()): TicketWatch {
  const claims: (Claim & { home: string })[] = []
  const tickets = new Map<string, Seen>()

  function see(ticket: Ticket | null, seenAt: number | undefined): void {
    if (!ticket || ticket.home === null || !homes.has(ticket.home)) return
    if (known.has(ticket.id) || tickets.has(ticket.id)) return
    tickets.set(ticket.id, seenOf({ ...ticket, home: ticket.home }, seenAt))
  }

  function accountOfHome(into: TicketAccount, expected: Expected[], seen: Seen[]): void {
    into.expected += expected.length
    into.seen += seen.length
    into.falseAlarms += expected.filter(({ emergency }) => !emergency).length
    into.missing.push(...expected.slice(seen.length))
    into.surplus.push(...seen.slice(expected.length))
    for (const [n, { toldAt }] of expected.entries()) {
      const seenAt = seen[n]?.seenAt
      if (toldAt !== undefined && seenAt !== undefined) into.times.add(Math.max(0, seenAt - toldAt))
    }
  }

  return {
    emergency: (home, at) => void (homes.has(home) && claims.push({ home, at, device: undefined })),
    told: ({ home, device, at }) => void (homes.has(home) && claims.push({ home, at, device })),
    event: ({ ticket }, now) => see(ticket, now),
    listed: (ticket) => see(ticket, undefined),
    account(until) {
      const account: TicketAccount = {
        expected: 0,
        seen: 0,
        falseAlarms: 0,
        missing: [],
        surplus: [],
        times: new Latencies(),
      }
      const due = group(claims.filter(({ at, device }) => device !== undefined || at <= until))
      const came = group(tickets.values())
      for (const home of new Set([...due.keys(), ...came.keys()])) {
        const expected = episodesOf(due.get(home) ?? []).map((episode) => expectedOf(home, episode))
        accountOfHome(account, expected, came.get(home) ?? [])
      }
      return account
    },
  }
}
