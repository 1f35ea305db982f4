// @ts-check
import { isWaiting, severities } from './rules.js'

/**
 * What the page knows of the tickets. Two sources feed it: live events, which are numbered without gaps and each carry the
 * ticket whole, and snapshots (the list, one ticket, the answer to an action), which may be overtaken by events while they
 * travel. So a snapshot never replaces what an event brought after the snapshot was asked for. No clock takes part.
 * @typedef {import('../domain/ticket.ts').Ticket} Ticket
 * @typedef {import('../domain/ticket.ts').LiveEvent} LiveEvent
 * @typedef {{ waiting: Ticket[], in_hand: Ticket[], from_before: Ticket[], closed: Ticket[] }} Groups
 * @typedef {{
 *   tickets: Map<string, Ticket>, touched: Map<string, number>, seq: number | undefined, tick: number, groups: Groups | undefined,
 * }} Queue `groups`: as last sorted, until something changes
 */

/** Closed tickets kept in sight, so that a wrong closing can be taken back at once. */
const closedKept = 10

/** @returns {Queue} */
export const newQueue = () => ({ tickets: new Map(), touched: new Map(), seq: undefined, tick: 0, groups: undefined })

/**
 * Where the stream of events begins. Tells whether the list must be loaded, because it is not known what came before.
 * @param {Queue} queue @param {number} seq
 */
export function startAt(queue, seq) {
  if (queue.seq === seq) return false
  queue.seq = seq
  return true
}

/** The mark to take before a snapshot is asked for. @param {Queue} queue */
export const mark = (queue) => queue.tick

/**
 * @param {Queue} queue @param {LiveEvent} event
 * @returns {'taken' | 'repeat' | 'gap'} at a gap nothing is taken: the list must be loaded anew
 */
export function takeEvent(queue, event) {
  if (queue.seq !== undefined && event.seq <= queue.seq) return 'repeat'
  if (queue.seq !== undefined && event.seq > queue.seq + 1) return 'gap'
  queue.seq = event.seq
  queue.tick++
  if (!event.ticket) return 'taken'
  queue.touched.set(event.ticket.id, queue.tick)
  queue.tickets.set(event.ticket.id, event.ticket)
  queue.groups = undefined
  forgetClosed(queue)
  return 'taken'
}

/**
 * One ticket as a call gave it.
 * @param {Queue} queue @param {Ticket} ticket @param {number} since the mark from before the call
 */
export function takeSnapshot(queue, ticket, since) {
  if ((queue.touched.get(ticket.id) ?? -1) > since) return
  queue.tickets.set(ticket.id, ticket)
  queue.groups = undefined
}

/**
 * The whole list of tickets that are not closed. What is missing from it was closed or is no longer ours to see.
 * @param {Queue} queue @param {Ticket[]} list @param {number} since the mark from before the call
 */
export function takeList(queue, list, since) {
  const listed = new Set(list.map((ticket) => ticket.id))
  for (const { id, state } of [...queue.tickets.values()])
    if (state !== 'closed' && !listed.has(id) && (queue.touched.get(id) ?? -1) <= since) queue.tickets.delete(id)
  queue.groups = undefined
  for (const ticket of list) takeSnapshot(queue, ticket, since)
}

/** @param {Queue} queue */
function forgetClosed(queue) {
  const closed = [...queue.tickets.values()].filter((ticket) => ticket.state === 'closed')
  for (const ticket of closed.sort(newestClosed).slice(closedKept)) {
    queue.tickets.delete(ticket.id)
    queue.touched.delete(ticket.id)
  }
}

/** @param {Ticket} a @param {Ticket} b */
const newestClosed = (a, b) => Date.parse(b.closed_at ?? b.updated_at) - Date.parse(a.closed_at ?? a.updated_at)

/** Tickets are never changed, only replaced; so what was worked out of one stays true. @type {WeakMap<Ticket, number>} */
const since = new WeakMap()

/**
 * Since when the ticket has been waiting for an answer: since it was opened, opened again, or let go by a holder who went silent. Epoch ms.
 * @param {Ticket} ticket
 */
export function waitingSince(ticket) {
  const known = since.get(ticket)
  if (known !== undefined) return known
  const again = ticket.timeline.findLast(({ what }) => what === 'reopened' || what === 'lapsed')
  const at = Date.parse(again?.at ?? ticket.opened_at)
  since.set(ticket, at)
  return at
}

/** Graver first; among equals whoever has waited longest. @param {Ticket} a @param {Ticket} b */
export function byUrgency(a, b) {
  const grave = severities.indexOf(b.severity) - severities.indexOf(a.severity)
  return grave || waitingSince(a) - waitingSince(b) || a.number - b.number
}

/**
 * The queue in groups: what calls now, what is in hand, what only came in late and calls nobody, what is done; each in the order in which it wants to be worked.
 * @param {Queue} queue @returns {Groups}
 */
export function groups(queue) {
  if (queue.groups) return queue.groups
  const all = [...queue.tickets.values()]
  queue.groups = {
    waiting: all.filter((ticket) => isWaiting(ticket) && !ticket.late).sort(byUrgency),
    in_hand: all.filter((ticket) => !isWaiting(ticket) && ticket.state !== 'closed').sort(byUrgency),
    from_before: all.filter((ticket) => isWaiting(ticket) && ticket.late).sort(byUrgency),
    closed: all.filter((ticket) => ticket.state === 'closed').sort(newestClosed),
  }
  return queue.groups
}
