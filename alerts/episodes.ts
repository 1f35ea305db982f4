import { limits } from '../domain/limits.ts'
import type { TicketState } from '../domain/ticket.ts'
import type { EventTime } from './event_time.ts'

/** A ticket as far as episodes care. `firstAt`, `lastAt`: event times of its first and newest evidence, epoch ms. */
export type EpisodeTicket = {
  id: string
  number: number
  state: TicketState
  firstAt: number
  lastAt: number
  /** Whether all of its evidence is late. */
  late?: boolean
}

/** Evidence of the very same claim that is there already: same device, same signal, same time by the device's clock. */
export type Duplicate = {
  evidence: number
  ticket: { id: string; state: TicketState }
  /** Why it can be told to be the same claim, and not a new one by a device whose clock stands still. */
  proof: 'exact_duplicate' | 'same_key' | 'state_unchanged' | 'replay_of_ticketed' | 'none'
}

/** What becomes of a new alert; `reason` is a stable name. */
export type Decision =
  | { what: 'open'; reason: 'no_ticket_within_gap' | 'duplicate_of_closed' | 'internal_error' }
  | { what: 'join'; ticket: string; reason: 'same_episode' | 'too_many_tickets' }
  | { what: 'reopen'; ticket: string; reason: 'signal_after_resolved' | 'fresh_after_late' }
  | {
      what: 'repeat'
      ticket: string
      evidence: number
      reason: 'exact_duplicate' | 'same_key' | 'state_unchanged' | 'replay_of_ticketed' | 'stale_duplicate'
    }

/**
 * Decides over one alert. `at`: its event time in epoch ms; `tickets`: those of its episode key, where closed ones are
 * passed over. Pure, and independent of the order of `tickets`.
 *
 * A proven duplicate only counts as a repeat, whatever became of its ticket: a QoS 1 redelivery after closing opens
 * nothing. A duplicate that may also be a new press of a device whose clock stands still is a repeat only while
 * somebody still has that ticket before them; afterwards it must be heard again.
 */
export function decide(at: number, duplicate: Duplicate | undefined, tickets: readonly EpisodeTicket[]): Decision {
  if (duplicate) return decideDuplicate(at, duplicate, tickets)
  return decideNew(at, tickets)
}

function decideDuplicate(at: number, duplicate: Duplicate, tickets: readonly EpisodeTicket[]): Decision {
  const { evidence, ticket, proof } = duplicate
  if (proof !== 'none') return { what: 'repeat', ticket: ticket.id, evidence, reason: proof }
  if (ticket.state === 'resolved') return { what: 'reopen', ticket: ticket.id, reason: 'signal_after_resolved' }
  if (ticket.state !== 'closed') return { what: 'repeat', ticket: ticket.id, evidence, reason: 'stale_duplicate' }
  const decision = decideNew(at, tickets)
  return decision.what === 'open' ? { what: 'open', reason: 'duplicate_of_closed' } : decision
}

function decideNew(at: number, tickets: readonly EpisodeTicket[]): Decision {
  const best = tickets
    .filter((ticket) => ticket.state !== 'closed' && distance(at, ticket) <= limits.episodeGapMs)
    .sort((a, b) => preference(at, a, b))[0]
  if (!best) return { what: 'open', reason: 'no_ticket_within_gap' }
  return best.state === 'resolved'
    ? { what: 'reopen', ticket: best.id, reason: 'signal_after_resolved' }
    : { what: 'join', ticket: best.id, reason: 'same_episode' }
}

/** Those of an episode key's tickets that are within the gap of `at`. */
export const near = <T extends EpisodeTicket>(at: number, open: readonly T[]): T[] =>
  open.filter((ticket) => distance(at, ticket) <= limits.episodeGapMs)

/** Whether a decision opens a ticket for a signal of long ago. */
export const wouldCrowd = ({ reason }: Decision, { doubts }: EventTime): boolean =>
  reason === 'no_ticket_within_gap' && doubts.includes('stale')

/**
 * Where a stale signal is counted that would open one more ticket at a place that has many: on the nearest of those
 * that wait for a person. A device that sends old times, one for each year and hour, opens no ticket for each. Undefined
 * where there is room. A signal of now always has its ticket.
 */
export function decideCrowded(at: number, isLate: boolean, all: readonly EpisodeTicket[]): Decision | undefined {
  // On a late ticket nobody would be called for it.
  const open = isLate ? all : all.filter(({ late }) => !late)
  if (open.length < limits.staleTickets) return undefined
  const [best] = open.filter(({ state }) => state !== 'resolved').sort((a, b) => preference(at, a, b))
  return best && { what: 'join', ticket: best.id, reason: 'too_many_tickets' }
}

/** Somebody already on the way beats a case thought done; then the nearest in time, then the newest. */
function preference(at: number, a: EpisodeTicket, b: EpisodeTicket): number {
  const done = Number(a.state === 'resolved') - Number(b.state === 'resolved')
  return done || distance(at, a) - distance(at, b) || b.number - a.number
}

/** How far `at` lies outside the span of a ticket's evidence, in ms; 0 within it. */
function distance(at: number, { firstAt, lastAt }: EpisodeTicket): number {
  return Math.max(firstAt - at, at - lastAt, 0)
}

/**
 * What lateness makes of a decision. A late signal (a memory, a drill, a retained or replayed message) wakes nobody: it opens no
 * resolved ticket again. A fresh one finds a late ticket as if it were the first: somebody must be called. Of the tickets of
 * its episode a fresh signal looks at those first that are about now.
 */
export function decideByLateness(decision: Decision, isLate: boolean, tickets: readonly EpisodeTicket[]): Decision {
  if (isLate && decision.what === 'reopen') return { what: 'join', ticket: decision.ticket, reason: 'same_episode' }
  if (isLate || decision.what !== 'join') return decision
  const isOfLateTicket = tickets.some(({ id, late }) => id === decision.ticket && late)
  return isOfLateTicket ? { what: 'reopen', ticket: decision.ticket, reason: 'fresh_after_late' } : decision
}

/** The tickets that a signal may join, by the same idea. */
export function withinReach<T extends EpisodeTicket>(tickets: readonly T[], isLate: boolean): readonly T[] {
  const ofNow = isLate ? tickets : tickets.filter(({ late }) => !late)
  return ofNow.some(({ state }) => state !== 'closed') ? ofNow : tickets
}
