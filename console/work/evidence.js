// @ts-check
import { devicesOf } from '../house/directory.js'
import { el, fill } from '../parts/dom.js'
import { now } from '../parts/time.js'
import { aboutPosition } from '../place/position.js'
import { clockText, listText, numberText, timeText } from '../words/format.js'
import { language, t, wordFor } from '../words/words.js'
import { momentOf } from './readings.js'
import { factsOf, subjectText, w } from './story.js'

/**
 * What was reported, in plain words, and how the home was around that time.
 * @typedef {import('../../domain/ticket.ts').Ticket} Ticket
 * @typedef {import('../../domain/ticket.ts').Evidence} Evidence
 * @typedef {import('../house/directory.js').Device} Device
 */

/** Below this nobody cares that a message took time to arrive. */
const delayWorthTellingMs = 2_000
/** Of a button pressed again and again, the newest times are told one by one. */
const timesTold = 4

/** @param {Element} part @param {Ticket} ticket @param {import('./readings.js').Readings} readings */
export function showEvidence(part, ticket, { before, series }) {
  const devices = ticket.home ? devicesOf(ticket.home) : undefined
  const today = new Date(now()).toDateString()
  const facts = series ? factsOf(before, series, { moment: momentOf(ticket), devices }) : []
  fill(part, [language(), today, ticket.evidence, devices, facts], () => [
    el('h3', {}, t('evidence.heading')),
    el('ul', {}, ...claims(ticket.evidence).map((claim) => claimRow(claim, devices))),
    facts.length > 0 && el('h4', {}, w('around')),
    el('ul', { class: 'facts' }, ...facts.map(factRow)),
  ])
}

/** @param {import('./story.js').Fact} fact */
const factRow = ({ who, what, later }) =>
  el('li', { class: later ? 'later' : '' }, w('claim', { who, what }), later && el('small', {}, ` ${w('after')}`))

/**
 * The same claim of the same device told once: nine presses of a button are one line, not nine. In the order of the first.
 * @param {Evidence[]} evidence @returns {Evidence[][]}
 */
export function claims(evidence) {
  return [...Map.groupBy(evidence, ({ device, signal }) => `${signal} ${device}`).values()]
}

/** @param {Evidence[]} claim @param {Device[] | undefined} devices */
function claimRow(claim, devices) {
  const first = claim[0]
  if (!first) return null
  const doubts = new Set(claim.flatMap((evidence) => evidence.doubts))
  const time = (/** @type {Evidence} */ { at }) => timeText(at, language(), now())
  return el(
    'li',
    { class: 'reported' },
    el('time', { datetime: first.at }, time(first)),
    el(
      'p',
      {},
      el('b', {}, w('claim', { who: subjectText(first.device, devices), what: wordFor('signal', first.signal) })),
    ),
    el('p', { class: 'detail device' }, deviceText(first.device, devices)),
    ...[...again(claim, time), ...details(claim)].map((text) => el('p', { class: 'detail' }, text)),
    ...[...doubts].map((doubt) => el('p', { class: 'doubt' }, wordFor('doubt', doubt))),
  )
}

/** @param {Evidence[]} claim @param {(evidence: Evidence) => string} time @returns {string[]} */
function again(claim, time) {
  const later = claim.slice(1)
  const repeats = claim.reduce((sum, evidence) => sum + evidence.repeats, 0)
  const lines = []
  if (later.length > 0)
    lines.push(t('evidence.again', { times: listText(later.slice(-timesTold).map(time), language()) }))
  if (later.length > timesTold) lines.push(t('evidence.in_all', { n: claim.length }))
  if (repeats > 0) lines.push(t('evidence.repeats', { n: repeats }))
  return lines
}

/** The model, and the id for the record. @param {string} id @param {Device[] | undefined} devices */
export function deviceText(id, devices) {
  const device = devices?.find((one) => one.id === id)
  return [device?.model, t('evidence.device', { device: id })].filter(Boolean).join(' · ')
}

/** What is known beside the claim itself, by its newest word. @param {Evidence[]} claim @returns {string[]} */
function details(claim) {
  const position = claim.findLast((evidence) => evidence.position)?.position
  // A clock that is behind looks like a message that was late, and that is told already.
  const skewed = claim.findLast(({ skew_ms, at, device_at }) => skew_ms !== null && at !== device_at)
  const confidence = claim.at(-1)?.confidence ?? null
  const delay = Math.max(...claim.map(({ received_at, at }) => Date.parse(received_at) - Date.parse(at)))
  const lines = []
  if (delay > delayWorthTellingMs) lines.push(t('evidence.delay', { for: clockText(delay) }))
  if (skewed) lines.push(skewText(skewed))
  if (confidence !== null && confidence < 1)
    lines.push(t('evidence.confidence', { n: numberText(confidence * 100, language()) }))
  if (position) lines.push(positionText(position))
  return lines
}

/** @param {Evidence} evidence */
const skewText = ({ skew_ms, device_at }) =>
  t('evidence.skew', { for: clockText(Math.abs(skew_ms ?? 0)), said: timeText(device_at ?? '', language(), now()) })

/** @param {NonNullable<Evidence['position']>} position */
const positionText = (position) =>
  [
    t('evidence.position', { lat: position.lat.toFixed(5), lon: position.lon.toFixed(5) }),
    ...aboutPosition(position),
  ].join(' · ')
