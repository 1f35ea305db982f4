// @ts-check

import { after, now } from '../parts/time.js'
import { mark, newQueue, startAt, takeEvent, takeList, takeSnapshot } from '../work/queue.js'
import { CallError, call, currentSession, everyItem } from './calls.js'
import { follow } from './live.js'

/**
 * What the page knows and how fresh it is: the queue, kept by the stream of events, and the state of the line.
 * @typedef {import('../work/queue.js').Queue} Queue
 * @typedef {import('../work/queue.js').Ticket} Ticket
 * @typedef {import('../work/queue.js').LiveEvent} LiveEvent
 * @typedef {import('./live.js').Link} Link
 * @typedef {{ onChange: () => void, onNews: (event: LiveEvent, before: Ticket | undefined) => void }} Listener
 */

/** A line that comes back within this long was never away as far as people are concerned. */
const cutAfterMs = 1_500
const listRetryMs = 2_000
const openStates = 'open,acknowledged,dispatched,on_scene,resolved'

const nothing = () => ({
  queue: newQueue(),
  stream: new AbortController(),
  /** Whether the list has been there once. */
  loaded: false,
  loading: false,
  listFailed: false,
  link: /** @type {Link} */ ({ live: false, heardAt: undefined, refused: false }),
  lostAt: now(),
  wasCut: false,
  /** When the line came back after a cut, epoch ms. */
  backAt: 0,
})

let known = nothing()
/** @type {Listener} */
let listener = { onChange: () => {}, onNews: () => {} }

export const whatIsKnown = () => known

/** @param {string | undefined} id @returns {Ticket | undefined} */
export const ticketOf = (id) => (id === undefined ? undefined : known.queue.tickets.get(id))

/** Since when the line has been cut, where it has been for more than a moment. Epoch ms. */
export function cutSince() {
  const cut = !known.link.live && now() - known.lostAt > cutAfterMs
  if (cut) known.wasCut = true
  return cut ? known.lostAt : undefined
}

/** Begins to follow the events, with nothing known. @param {Listener} heard */
export function beginToKnow(heard) {
  forget()
  listener = heard
  const { signal } = known.stream
  void follow({ signal, lastSeq: () => known.queue.seq, onStart, onEvent, onReset: onStart, onLink })
}

/** Ends the stream and forgets everything. */
export function forget() {
  known.stream.abort()
  known = nothing()
}

/** What an action gives back, or a ticket asked for. */
export const snapshots = {
  mark: () => mark(known.queue),
  current: ticketOf,
  /** @param {Ticket} ticket @param {number} since */
  take: (ticket, since) => {
    takeSnapshot(known.queue, ticket, since)
    listener.onChange()
  },
}

/**
 * Fetches a ticket that the queue does not hold: a closed one, or one from a link.
 * @param {string} id @returns {Promise<string | undefined>} the code of what went wrong
 */
export async function lookAt(id) {
  if (!known.loaded || known.queue.tickets.has(id)) return undefined
  const since = snapshots.mark()
  try {
    snapshots.take(await call(`/tickets/${encodeURIComponent(id)}`), since)
    return undefined
  } catch (error) {
    return error instanceof CallError ? error.code : 'internal'
  }
}

async function loadList() {
  const loadingFor = known
  if (loadingFor.loading) return
  loadingFor.loading = true
  const since = mark(loadingFor.queue)
  try {
    takeList(loadingFor.queue, await everyItem(`/tickets?state=${openStates}&limit=1000`), since)
    loadingFor.loaded = true
    loadingFor.listFailed = false
  } catch {
    loadingFor.listFailed = true
    if (currentSession()) after(listRetryMs, () => loadingFor === known && void loadList())
  }
  loadingFor.loading = false
  if (loadingFor === known) listener.onChange()
}

/** @param {LiveEvent} event */
function onEvent(event) {
  const before = ticketOf(event.ticket?.id)
  const taken = takeEvent(known.queue, event)
  if (taken === 'repeat') return
  if (taken === 'gap') {
    startAt(known.queue, event.seq - 1)
    takeEvent(known.queue, event)
    void loadList()
  }
  listener.onNews(event, before)
  listener.onChange()
}

/** @param {number} seq */
function onStart(seq) {
  if (startAt(known.queue, seq) || !known.loaded) void loadList()
}

/** @param {Link} link */
function onLink(link) {
  const was = known.link
  if (was.live && !link.live) known.lostAt = now()
  if (!was.live && link.live && known.wasCut) {
    known.backAt = now()
    known.wasCut = false
  }
  known.link = { ...link }
  if (was.live !== link.live || was.refused !== link.refused) listener.onChange()
}
