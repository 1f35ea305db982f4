// @ts-check

import { answerWithinMs, isWaiting } from '../house/rules.js'
import { sinceClock } from '../parts/clocks.js'
import { byId, el, fill, keyCap } from '../parts/dom.js'
import { icon, severityIcon } from '../parts/icons.js'
import { now } from '../parts/time.js'
import { showPlace } from '../place/place.js'
import { clockText, timeText } from '../words/format.js'
import { language, t, wordFor } from '../words/words.js'
import { showCalling } from './calling.js'
import { showCharts } from './charts.js'
import { showEvidence } from './evidence.js'
import { next, nextInputs } from './next_step.js'
import { whoText } from './people.js'
import { waitingSince } from './queue.js'
import { readingsOf } from './readings.js'
import { reasonText } from './reasons.js'
import { showWhere } from './where.js'

/** @typedef {import('../../domain/ticket.ts').Ticket} Ticket */

/** Rows of the timeline before "show all": a night's work fits, a storm of repeats does not push the rest away. */
const timelineRows = 12

/** @type {Set<string>} */
const shownWhole = new Set()

/** The panel's parts: across its width, then in two columns. On a narrow page all stand below each other. */
const across = ['head', 'actions', 'doubts']
const columns = [
  ['where', 'calling', 'place', 'timeline'],
  ['next', 'evidence', 'charts'],
]

/**
 * The panel of one ticket. Parts are rebuilt only where what they show has changed.
 * @param {Ticket | undefined} ticket
 * @param {{
 *   waiting: number, selected: string | undefined, problem: string | undefined, onBack: () => void,
 *   onCalled: import('./calling.js').OnCalled,
 * }} page
 */
export function showTicket(ticket, page) {
  const panel = byId('ticket')
  if (!ticket) {
    showNothing(panel, page)
    return
  }
  const part = (/** @type {string} */ id) => el('section', { id })
  fill(panel, ['ticket', ticket.id], () => [
    ...across.map(part),
    el('div', { class: 'columns' }, ...columns.map((ids) => el('div', {}, ...ids.map(part)))),
  ])
  panel.className = `ticket ${ticket.severity} ${ticket.state}`
  panel.dataset.ticket = ticket.id
  const today = [language(), new Date(now()).toDateString()]
  const headInputs = [
    today,
    ticket.kind,
    ticket.severity,
    ticket.state,
    ticket.number,
    ticket.acknowledged_at,
    ticket.holder,
    waitingSince(ticket),
    ticket.outcome,
    ticket.closed_at,
  ]
  fill(byId('head'), headInputs, () => head(ticket, page.onBack))
  fill(byId('doubts'), [today, ticket.unverified, ticket.unverified_reasons, ticket.late], () => doubts(ticket))
  fill(byId('next'), nextInputs(ticket, today), () => next(ticket))
  showTimeline(ticket, today)
  showWhere(byId('where'), ticket)
  showCalling(byId('calling'), ticket, page.onCalled)
  showPlace(byId('place'), ticket)
  showReadings(ticket)
}

/** What is made of the home's readings, which come a little later than the ticket. @param {Ticket} ticket */
function showReadings(ticket) {
  const readings = readingsOf(ticket, () => {
    // The panel may show another ticket by then, or none.
    if (byId('ticket').dataset.ticket === ticket.id) showReadings(ticket)
  })
  showEvidence(byId('evidence'), ticket, readings)
  showCharts(byId('charts'), ticket, readings)
}

/** @param {HTMLElement} panel @param {Parameters<typeof showTicket>[1]} page */
function showNothing(panel, { waiting, selected, problem }) {
  const text = selected ? (problem ?? t('ticket.loading')) : t(waiting > 0 ? 'queue.choose' : 'queue.choose_none')
  panel.className = 'nothing'
  delete panel.dataset.ticket
  fill(panel, ['nothing', text], () => [
    el('img', { src: 'icon.svg', alt: '', width: 56, height: 56 }),
    el('p', {}, text),
    waiting > 0 && !selected && el('kbd', {}, 'Enter'),
  ])
}

/** @param {Ticket} ticket @param {() => void} onBack */
function head(ticket, onBack) {
  return [
    el('button', { class: 'quiet back', onclick: onBack }, icon('back'), t('queue.back'), keyCap('Esc')),
    severityIcon(ticket.severity),
    el(
      'div',
      { class: 'title' },
      el('h2', {}, wordFor('signal', ticket.kind)),
      el(
        'p',
        {},
        el('i', { class: 'severity' }, wordFor('severity', ticket.severity)),
        el('i', { class: `state ${ticket.state}` }, wordFor('state', ticket.state)),
        el('span', {}, t('ticket.number', { number: ticket.number })),
        el('span', {}, t('ticket.opened_at', { at: timeText(ticket.opened_at, language(), now()) })),
      ),
    ),
    el('div', { class: 'answer' }, ...answer(ticket)),
  ]
}

/** The answer clock while nobody has answered; afterwards how it went. @param {Ticket} ticket */
function answer(ticket) {
  const since = waitingSince(ticket)
  if (isWaiting(ticket) && ticket.late) return [el('small', {}, t('ticket.waiting_for')), sinceClock(since)]
  if (isWaiting(ticket))
    return [
      el('small', {}, t('ticket.waiting_for')),
      sinceClock(since, since + answerWithinMs),
      el('small', { class: 'late-word' }, t('card.late')),
    ]
  if (ticket.outcome) return [el('small', {}, t('ticket.closed_as', { outcome: wordFor('outcome', ticket.outcome) }))]
  const opened = Date.parse(ticket.opened_at)
  const answered = ticket.acknowledged_at ? Date.parse(ticket.acknowledged_at) - opened : undefined
  return [
    el('small', {}, t('ticket.open_for')),
    sinceClock(opened),
    answered !== undefined && el('small', {}, t('ticket.answered_after', { for: clockText(answered) })),
  ]
}

/** @param {Ticket} ticket */
function doubts({ unverified, unverified_reasons, late }) {
  if (!unverified) return []
  return [
    el('b', { class: 'doubts-heading' }, t(late ? 'doubt.late_heading' : 'doubt.heading')),
    el('ul', {}, ...unverified_reasons.map((doubt) => el('li', {}, wordFor('doubt', doubt)))),
  ]
}

/** @param {Ticket} ticket @param {unknown} today */
function showTimeline(ticket, today) {
  const whole = shownWhole.has(ticket.id)
  fill(byId('timeline'), [today, ticket.timeline, whole], () => {
    const rows = ticket.timeline.toReversed().slice(0, whole ? undefined : timelineRows)
    const showAll = () => {
      shownWhole.add(ticket.id)
      showTimeline(ticket, today)
    }
    return [
      el('h3', {}, t('timeline.heading')),
      el('ol', {}, ...rows.map(timelineRow)),
      rows.length < ticket.timeline.length &&
        el('button', { class: 'quiet', onclick: showAll }, t('timeline.show_all', { n: ticket.timeline.length })),
    ]
  })
}

/** @param {Ticket['timeline'][number]} entry */
function timelineRow(entry) {
  const { at, who, what } = entry
  const why = reasonText(entry)
  return el(
    'li',
    { class: 'done' },
    el('time', { datetime: at }, timeText(at, language(), now())),
    el('span', {}, el('b', {}, wordFor('done', what)), ' ', el('i', {}, whoText(who))),
    why && el('p', {}, why),
  )
}
