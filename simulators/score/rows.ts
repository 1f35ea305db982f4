import type { Fact } from '../truth.ts'
import { borrowedClaim, type Claim, meaningOf } from './match.ts'
import { type Estimate, proportion, rate, type Times, timesOf } from './measures.ts'

/** An event that was found: by which claim, and how long after it began (ms). */
export type Found = { fact: Fact; claim: Claim; after: number }

/** What somebody or something made of the events. */
export type Finding = {
  found: Found[]
  missed: Fact[]
  /** Tickets that found an event, and those that found none. */
  right: string[]
  wrong: string[]
  meaning: ReadonlyMap<Claim, Fact>
}

/** Of what happened, what was found; absent where nothing was to be found. */
export type Finds = {
  facts: number
  found: number
  missed: number
  sensitivity: Estimate | undefined
  time_to_ticket_ms: Times | undefined
}

/** Of the tickets, those for nothing; absent where there was none, or no time. */
export type Alarms = {
  tickets: number
  false: number
  precision: Estimate | undefined
  person_weeks: number
  false_per_person_week: Estimate | undefined
}

function byHome<T extends { home: string }>(items: readonly T[]): Map<string, T[]> {
  const homes = new Map<string, T[]>()
  for (const item of items) {
    const there = homes.get(item.home)
    if (there) there.push(item)
    else homes.set(item.home, [item])
  }
  return homes
}

const firstReceived = (claims: readonly Claim[]): Claim | undefined =>
  [...claims].sort((a, b) => a.receivedAt - b.receivedAt)[0]

/** The clocks of the simulation and of Vigil may differ a little: nothing is found before it happens. */
function foundBy(claim: Claim | undefined, fact: Fact): Found[] {
  return claim ? [{ fact, claim, after: Math.max(0, claim.receivedAt - fact.at) }] : []
}

/**
 * Which events the claims found and which of their tickets were for nothing. An event that no claim meant counts as
 * found where another signal brought somebody. A ticket is right where it was the first for some event; a further
 * ticket for the same event is wrong, because a dispatcher had to look at it.
 */
export function findingOf(facts: readonly Fact[], claims: readonly Claim[]): Finding {
  const claimsOf = byHome(claims)
  const factsOf = byHome(facts)
  const meaning = new Map([...claimsOf].flatMap(([home, said]) => [...meaningOf(factsOf.get(home) ?? [], said)]))
  const meant = Map.groupBy(meaning, ([, fact]) => fact)
  const needed = facts.filter(({ needsHelp }) => needsHelp)
  const found = needed.flatMap((fact) => {
    const own = firstReceived((meant.get(fact) ?? []).map(([claim]) => claim))
    return foundBy(own ?? borrowedClaim(fact, claimsOf.get(fact.home) ?? []), fact)
  })
  const right = new Set(found.map(({ claim }) => claim.ticket))
  const all = new Set(claims.map(({ ticket }) => ticket))
  const seen = new Set(found.map(({ fact }) => fact))
  const missed = needed.filter((fact) => !seen.has(fact))
  return { found, missed, right: [...right], wrong: [...all].filter((ticket) => !right.has(ticket)), meaning }
}

export function findsOf(found: readonly Found[], missed: readonly Fact[]): Finds {
  const facts = found.length + missed.length
  return {
    facts,
    found: found.length,
    missed: missed.length,
    sensitivity: proportion(found.length, facts),
    time_to_ticket_ms: timesOf(found.map(({ after }) => after)),
  }
}

/** Of `tickets` so many were `wrong` while people lived `personWeeks` with them. */
export function alarmsOf(tickets: number, wrong: number, personWeeks: number): Alarms {
  return {
    tickets,
    false: wrong,
    precision: proportion(tickets - wrong, tickets),
    person_weeks: personWeeks,
    false_per_person_week: rate(wrong, personWeeks),
  }
}

/** Both halves of a finding's figures. */
export const rowOf = ({ found, missed, right, wrong }: Finding, personWeeks: number): Finds & Alarms => ({
  ...findsOf(found, missed),
  ...alarmsOf(right.length + wrong.length, wrong.length, personWeeks),
})
