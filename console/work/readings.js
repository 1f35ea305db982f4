// @ts-check
import { call } from '../house/calls.js'
import { now } from '../parts/time.js'

/**
 * What the devices of a ticket's home measured: from one hour before it began until now, or until it was closed. What is
 * new is added to what is there, in buckets that widen with the window, so that a ticket of a whole night stays as light.
 * @typedef {import('../../domain/ticket.ts').Ticket} Ticket
 * @typedef {import('./plot.js').Window} Window
 * @typedef {import('./plot.js').Point} Point
 * @typedef {{ device: string, metric: string, unit: string, points: Point[] }} Series
 * @typedef {{
 *   ticket: string, window: Window, every: number, series: Series[] | undefined, before: Series[],
 *   at: number, busy: boolean, complete: boolean,
 * }} Readings `before`: the hours before the window, coarsely; `at`: when they were last asked for
 */

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const refreshMs = 4_000
/** How far back a state is looked for that has not changed in the window: the door that has been shut since the evening. */
const beforeMs = 12 * hourMs
const beforeEvery = 5 * minuteMs
const longestMs = 30 * 24 * hourMs
/** Points of one line: more cannot be seen on its width. */
const mostPoints = 180
const steps = [30_000, minuteMs, 2 * minuteMs, 5 * minuteMs, 15 * minuteMs, hourMs, 6 * hourMs]

/** @param {string} ticket @returns {Readings} */
const nothing = (ticket) => ({
  ticket,
  window: { from: 0, to: 0 },
  every: 0,
  series: undefined,
  before: [],
  at: 0,
  busy: false,
  complete: false,
})

let kept = nothing('')

/**
 * The moment that the ticket is about: its first evidence. Evidence from long before a call of now is not what it is about.
 * @param {Pick<Ticket, 'evidence' | 'opened_at' | 'late'>} ticket
 */
export function momentOf({ evidence, opened_at, late }) {
  const opened = Date.parse(opened_at)
  const first = Math.min(opened, ...evidence.map(({ at }) => Date.parse(at)))
  return late ? first : Math.max(first, opened - hourMs)
}

/** @param {Pick<Ticket, 'evidence' | 'opened_at' | 'late' | 'closed_at'>} ticket @param {number} present @returns {Window} */
export function windowOf(ticket, present) {
  const from = momentOf(ticket) - hourMs
  const to = ticket.closed_at ? Date.parse(ticket.closed_at) : present
  return { from, to: Math.min(Math.max(to, from + hourMs), from + longestMs) }
}

/** The width of a bucket. @param {Window} window */
export const stepOf = ({ from, to }) => steps.find((step) => (to - from) / step <= mostPoints) ?? 6 * hourMs

/**
 * What was there, with what came now put in place of its end.
 * @param {Series[]} old @param {Series[]} fresh @param {number} since where the fresh begins
 */
export function joined(old, fresh, since) {
  const key = (/** @type {Series} */ { device, metric }) => `${device} ${metric}`
  const all = new Map(old.map((one) => [key(one), { ...one, points: one.points.filter(([at]) => at < since) }]))
  for (const one of fresh) {
    const there = all.get(key(one))
    all.set(key(one), there ? { ...there, points: [...there.points, ...one.points] } : one)
  }
  return [...all.values()].filter(({ points }) => points.length > 0)
}

/**
 * What is known now; asks for what is new, and calls `whenLearnt` when it has come.
 * @param {Ticket} ticket @param {() => void} whenLearnt @returns {Readings}
 */
export function readingsOf(ticket, whenLearnt) {
  if (kept.ticket !== ticket.id) kept = nothing(ticket.id)
  // Closed, the window ends; opened again, it goes on.
  if (ticket.closed_at === null) kept.complete = false
  if (ticket.home && !kept.busy && !kept.complete && now() - kept.at > refreshMs) void refresh(ticket, kept, whenLearnt)
  return kept
}

/** @param {Ticket} ticket @param {Readings} entry @param {() => void} whenLearnt */
async function refresh(ticket, entry, whenLearnt) {
  entry.busy = true
  const window = windowOf(ticket, now())
  const every = stepOf(window)
  const whole = entry.series === undefined || every !== entry.every || window.from !== entry.window.from
  const since = whole ? window.from : Math.floor(entry.window.to / every) * every - every
  try {
    if (whole) entry.before = await read(ticket, { from: window.from - beforeMs, to: window.from }, beforeEvery)
    const fresh = await read(ticket, { from: since, to: window.to }, every)
    entry.series = whole ? fresh : joined(entry.series ?? [], fresh, since)
    Object.assign(entry, { window, every, complete: ticket.closed_at !== null })
  } catch {
    // What was there stays: it is dated, and the next round tries again.
  }
  entry.at = now()
  entry.busy = false
  if (kept === entry) whenLearnt()
}

/** @param {Ticket} ticket @param {Window} window @param {number} every @returns {Promise<Series[]>} */
async function read({ home }, { from, to }, every) {
  const query = new URLSearchParams({
    from: new Date(from).toISOString(),
    to: new Date(Math.max(to, from + 1)).toISOString(),
    every: `${every / 1_000}s`,
  })
  const answer = await call(`/homes/${encodeURIComponent(home ?? '')}/telemetry?${query}`)
  return answer.series.map((/** @type {{ points: [string, number][] }} */ one) => ({
    ...one,
    points: one.points.map(([at, value]) => [Date.parse(at), value]),
  }))
}
