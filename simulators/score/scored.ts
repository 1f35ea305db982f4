import { z } from 'zod'
import { Evidence, Ticket } from '../../domain/ticket.ts'
import type { Fact, Truth } from '../truth.ts'
import { type Claim, tolerance } from './match.ts'

/** A ticket as far as the score cares: as `GET /tickets` gives it, whatever else is in it. */
export const ScoredTicket = Ticket.pick({ id: true, number: true, kind: true, home: true, opened_at: true }).extend({
  evidence: z.array(
    Evidence.pick({ device: true, signal: true, at: true, received_at: true, reason: true, doubts: true }),
  ),
})
export type ScoredTicket = z.infer<typeof ScoredTicket>

/** What was not counted, and why: told, so that a score over the wrong tickets does not look like a bad detector. */
export type SetAside = {
  facts_outside_the_run: number
  facts_of_other_homes: number
  /** Nobody found them, but the run ended before somebody could have. */
  facts_at_the_very_end: number
  tickets_of_other_homes: number
  tickets_outside_the_run: number
  /** Nothing but tests in them. */
  tickets_of_tests: number
}

/** The kind of a device that the truth does not have. */
export const unknownDevice = 'unknown device'

/** What is counted. `until`: the end of the run, epoch ms. */
export type Counted = {
  until: number
  facts: Fact[]
  tickets: ScoredTicket[]
  claims: Claim[]
  aside: Omit<SetAside, 'facts_at_the_very_end'>
}

/** The end of the run, or of what is known of it where it was cut short; epoch ms. */
const endOf = ({ run, facts, end }: Truth): number =>
  end?.at ?? facts.reduce((last, { at }) => Math.max(last, at), run.from)

/** The home of a ticket; of one whose device Vigil did not know, the home where the truth has that device. */
const homeOf = (ticket: ScoredTicket, homes: ReadonlyMap<string, { home: string }>): string | undefined =>
  ticket.home ?? ticket.evidence.map(({ device }) => homes.get(device)?.home).find((home) => home !== undefined)

const isTest = ({ evidence }: ScoredTicket): boolean =>
  evidence.length > 0 && evidence.every(({ doubts }) => doubts.includes('test'))

function claimsOf(ticket: ScoredTicket, home: string, kinds: ReadonlyMap<string, { kind: string }>): Claim[] {
  return ticket.evidence
    .filter(({ doubts }) => !doubts.includes('test'))
    .map(({ device, signal, reason, at, received_at }) => ({
      ticket: ticket.id,
      home,
      device,
      kind: kinds.get(device)?.kind ?? unknownDevice,
      signal,
      reason,
      at: Date.parse(at),
      receivedAt: Date.parse(received_at),
    }))
}

/** Takes from facts and tickets what belongs to the run, and counts the rest. */
export function counted(truth: Truth, all: readonly ScoredTicket[]): Counted {
  const { run } = truth
  const until = endOf(truth)
  const homes = new Set(run.homes.map(({ id }) => id))
  const devices = new Map(
    run.homes.flatMap((home) => home.devices.map(({ id, kind }) => [id, { kind, home: home.id }])),
  )
  const ofHomes = truth.facts.filter(({ home }) => homes.has(home))
  const facts = ofHomes.filter(({ at }) => at >= run.from && at <= until)
  const here = all.filter((ticket) => homes.has(homeOf(ticket, devices) ?? ''))
  const inTime = here.filter(({ opened_at }) => isDuring(Date.parse(opened_at), run.from, until))
  const tickets = inTime.filter((ticket) => !isTest(ticket))
  return {
    until,
    facts,
    tickets,
    claims: tickets.flatMap((ticket) => claimsOf(ticket, homeOf(ticket, devices) ?? '', devices)),
    aside: {
      facts_outside_the_run: ofHomes.length - facts.length,
      facts_of_other_homes: truth.facts.length - ofHomes.length,
      tickets_of_other_homes: all.length - here.length,
      tickets_outside_the_run: here.length - inTime.length,
      tickets_of_tests: inTime.length - tickets.length,
    },
  }
}

const isDuring = (at: number, from: number, until: number): boolean =>
  at >= from - tolerance.earlyMs && at <= until + tolerance.lateMs
