// @ts-check
import { devicesOf } from './directory.js'
import { el, fill } from './dom.js'
import { clockText, numberText, timeText } from './format.js'
import { now } from './time.js'
import { language, t, wordFor } from './words.js'

/**
 * What was reported, in plain words.
 * @typedef {import('../domain/ticket.ts').Ticket} Ticket
 * @typedef {import('../domain/ticket.ts').Evidence} Evidence
 * @typedef {import('./directory.js').Device} Device
 */

const rows = 5
/** Below this nobody cares that a message took time to arrive. */
const delayWorthTellingMs = 2_000

/** @type {Set<string>} */
const shownWhole = new Set()

/** @param {Element} part @param {Ticket} ticket */
export function showEvidence(part, ticket) {
  const devices = ticket.home ? devicesOf(ticket.home) : undefined
  const whole = shownWhole.has(ticket.id)
  const today = new Date(now()).toDateString()
  fill(part, [language(), today, ticket.evidence, devices, whole], () => {
    const shown = whole ? ticket.evidence : ticket.evidence.slice(0, rows)
    const showAll = () => {
      shownWhole.add(ticket.id)
      showEvidence(part, ticket)
    }
    return [
      el('h3', {}, t('evidence.heading')),
      el('ul', {}, ...shown.map((evidence) => row(evidence, devices))),
      shown.length < ticket.evidence.length &&
        el('button', { class: 'quiet', onclick: showAll }, t('evidence.show_all', { n: ticket.evidence.length })),
    ]
  })
}

/** @param {Evidence} evidence @param {Device[] | undefined} devices */
function row(evidence, devices) {
  return el(
    'li',
    { class: 'reported' },
    el(
      'p',
      {},
      el('b', {}, wordFor('signal', evidence.signal)),
      ' ',
      t('evidence.reported', { at: timeText(evidence.at, language(), now()) }),
    ),
    el('p', { class: 'detail' }, deviceText(evidence.device, devices)),
    ...details(evidence).map((text) => el('p', { class: 'detail' }, text)),
    ...evidence.doubts.map((doubt) => el('p', { class: 'doubt' }, wordFor('doubt', doubt))),
  )
}

/** The room or wearer before the model, and the id for the record. @param {string} id @param {Device[] | undefined} devices */
export function deviceText(id, devices) {
  const device = devices?.find((one) => one.id === id)
  return [device?.place, device?.model, t('evidence.device', { device: id })].filter(Boolean).join(' · ')
}

/** @param {Evidence} evidence @returns {string[]} */
function details(evidence) {
  const { repeats, confidence, skew_ms, device_at, position } = evidence
  const delay = Date.parse(evidence.received_at) - Date.parse(evidence.at)
  const lines = []
  if (repeats > 0) lines.push(t('evidence.repeats', { n: repeats }))
  if (delay > delayWorthTellingMs) lines.push(t('evidence.delay', { for: clockText(delay) }))
  if (skew_ms !== null)
    lines.push(
      t('evidence.skew', { for: clockText(Math.abs(skew_ms)), said: timeText(device_at ?? '', language(), now()) }),
    )
  if (confidence !== null && confidence < 1)
    lines.push(t('evidence.confidence', { n: numberText(confidence * 100, language()) }))
  if (position) lines.push(positionText(position))
  return lines
}

/** @param {NonNullable<Evidence['position']>} position */
function positionText({ lat, lon, accuracy_m, datum }) {
  const place = t('evidence.position', { lat: lat.toFixed(5), lon: lon.toFixed(5) })
  const within =
    accuracy_m === undefined ? '' : ` · ${t('evidence.accuracy', { n: numberText(accuracy_m, language()) })}`
  return `${place}${datum ? ` (${datum})` : ''}${within}`
}
