// @ts-check
import { isWaiting, severities } from '../house/rules.js'

/**
 * What the page knows of the tickets. Two sources feed it: live events, which are numbered without gaps and each carry the
 * ticket whole, and snapshots (the list, one ticket, the answer to an action), which may be overtaken by events while they
 * travel. So a snapshot never replaces what an event brought after the snapshot was asked for. No clock takes part.
 * @typedef {import('../../domain/ticket.ts').Ticket} Ticket
 * @typedef {import('../../domain/ticket.ts').LiveEvent} LiveEvent
 * @typedef {{ waiting: Ticket[], in_hand: Ticket[], from_before: Ticket[], closed: Ticket[] }} Groups
 * @typedef {{
 *   tickets: Map<string, Ticket>, touched: Map<string, number>, seq: number | undefined, tick: number, groups: Groups | undefined,
 * }} Queue `groups`: sorted, and kept so as tickets come; absent until asked for
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
  put(queue, event.ticket)
  if (event.ticket.state === 'closed') forgetClosed(queue)
  return 'taken'
}

/**
 * One ticket as a call gave it.
 * @param {Queue} queue @param {Ticket} ticket @param {number} since the mark from before the call
 */
export function takeSnapshot(queue, ticket, since) {
  if ((queue.touched.get(ticket.id) ?? -1) > since) return
  put(queue, ticket)
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
  for (const { id } of groups(queue).closed.splice(closedKept)) {
    queue.tickets.delete(id)
    queue.touched.delete(id)
  }
}

/**
 * One ticket in the place of what was known of it. With thousands of tickets and hundreds of events a second there is no time
 * to sort them all for each: only the one that changed is taken out and put where it belongs.
 * @param {Queue} queue @param {Ticket} ticket
 */
function put(queue, ticket) {
  const before = queue.tickets.get(ticket.id)
  queue.tickets.set(ticket.id, ticket)
  if (!queue.groups) return
  if (before) takeOut(queue.groups, before)
  const name = groupOf(ticket)
  queue.groups[name].splice(placeIn(queue.groups[name], ticket, orders[name]), 0, ticket)
}

/** @param {Groups} groups @param {Ticket} ticket */
function takeOut(groups, ticket) {
  const name = groupOf(ticket)
  const place = groups[name].indexOf(ticket, placeIn(groups[name], ticket, orders[name]))
  if (place >= 0) groups[name].splice(place, 1)
}

/** The first place at which it may stand. @param {Ticket[]} list @param {Ticket} ticket @param {(a: Ticket, b: Ticket) => number} order */
function placeIn(list, ticket, order) {
  let [from, to] = [0, list.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (order(/** @type {Ticket} */ (list[middle]), ticket) < 0) from = middle + 1
    else to = middle
  }
  return from
}

/** @param {Ticket} ticket @returns {keyof Groups} */
function groupOf(ticket) {
  if (ticket.state === 'closed') return 'closed'
  if (!isWaiting(ticket)) return 'in_hand'
  return ticket.late ? 'from_before' : 'waiting'
}

/** @param {Ticket} a @param {Ticket} b */
const newestClosed = (a, b) =>
  Date.parse(b.closed_at ?? b.updated_at) - Date.parse(a.closed_at ?? a.updated_at) || b.number - a.number

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

/** Since when the one has been waiting that waits longest; infinite where nobody waits. Epoch ms. @param {Ticket[]} waiting */
export const longestWait = (waiting) =>
  waiting.reduce((least, ticket) => Math.min(least, waitingSince(ticket)), Number.POSITIVE_INFINITY)

/** Graver first; among equals whoever has waited longest. @param {Ticket} a @param {Ticket} b */
export function byUrgency(a, b) {
  const grave = severities.indexOf(b.severity) - severities.indexOf(a.severity)
  return grave || waitingSince(a) - waitingSince(b) || a.number - b.number
}

const orders = { waiting: byUrgency, in_hand: byUrgency, from_before: byUrgency, closed: newestClosed }

/**
 * The queue in groups: what calls now, what is in hand, what only came in late and calls nobody, what is done; each in the order
 * in which it wants to be worked. They are the queue's own and change with it.
 * @param {Queue} queue @returns {Groups}
 */
export function groups(queue) {
  if (queue.groups) return queue.groups
  /** @type {Groups} */
  const sorted = { waiting: [], in_hand: [], from_before: [], closed: [] }
  for (const ticket of queue.tickets.values()) sorted[groupOf(ticket)].push(ticket)
  for (const [name, order] of Object.entries(orders)) sorted[/** @type {keyof Groups} */ (name)].sort(order)
  queue.groups = sorted
  return sorted
}
