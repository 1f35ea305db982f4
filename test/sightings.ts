import { isDeepStrictEqual } from 'node:util'
import type { EventType, LiveEvent, Ticket } from '../domain/ticket.ts'
import { countedSignals } from './timeline.ts'

/** What is seen of a night: its live events so far, and its tickets as they are listed at `at` (epoch ms). */
export type Seen = { events: LiveEvent[]; tickets: Ticket[]; at: number }
/** Both included, epoch ms. */
export type Span = { from: number; to: number }

/** What a story may expect. To add a kind, write a function that gives one. */
export type Matcher = {
  /** In a failure: `nothing was seen of {words}`. */
  words: string
  /** How often it is to be seen within the span. */
  count(seen: Seen, span: Span): number
}

/** Fields that a ticket must have; `signals`: how many it accounts for, repeats too; `lines`: words of its timeline. */
export type TicketFields = Partial<Ticket> & { signals?: number; lines?: string[] }

/** Live events of one type, or any, about a ticket with these fields. */
export const event = (type?: EventType, fields: TicketFields = {}): Matcher => ({
  words: `event ${type ?? 'of any type'}${inWords(fields)}`,
  count: ({ events }, span) =>
    events.filter(
      (e) => isIn(e.at, span) && (type === undefined || e.type === type) && e.ticket !== null && has(e.ticket, fields),
    ).length,
})

/** Steps of plans that called this person, by name. */
export const escalated = (to: string): Matcher => ({
  words: `a step of the plan that calls ${to}`,
  count: ({ events }, span) =>
    events.filter(({ type, at, ticket }) => type === 'ticket.escalated' && isIn(at, span) && calls(ticket, at, to))
      .length,
})

/** Whether the lines of this very moment say that somebody was called. */
const calls = (found: Ticket | null, at: string, to: string): boolean =>
  (found?.timeline ?? []).some((line) => line.what === 'called' && line.at === at && line.reason?.includes(to))

/**
 * Tickets that have these fields at some time within the span: as an event of then tells, as the last event before it told, or
 * as they are listed then. What is listed after the span proves nothing: `opened_at` is when the signal came in, and the
 * ticket may have been made much later.
 */
export const ticket = (fields: TicketFields = {}): Matcher => ({
  words: `ticket${inWords(fields)}`,
  count({ events, tickets, at }, span) {
    const before = new Map(
      events.flatMap((e) => (Date.parse(e.at) < span.from && e.ticket ? [[e.ticket.id, e.ticket]] : [])),
    )
    const told = events.flatMap((e) => (isIn(e.at, span) && e.ticket ? [e.ticket] : []))
    const listed = at >= span.from && at <= span.to ? tickets : []
    return new Set([...before.values(), ...told, ...listed].filter((t) => has(t, fields)).map(({ id }) => id)).size
  },
})

const isIn = (iso: string, { from, to }: Span): boolean => Date.parse(iso) >= from && Date.parse(iso) <= to

function has(found: Ticket, { signals, lines, ...fields }: TicketFields): boolean {
  if (signals !== undefined && countedSignals(found) !== signals) return false
  const said = found.timeline.map(({ what }) => what)
  if (lines?.some((line) => !said.includes(line))) return false
  return Object.entries(fields).every(([name, value]) => isDeepStrictEqual(found[name as keyof Ticket], value))
}

const inWords = (fields: TicketFields): string =>
  Object.keys(fields).length > 0 ? ` with ${JSON.stringify(fields)}` : ''
