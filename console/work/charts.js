// @ts-check
import { devicesOf } from '../house/directory.js'
import { el, fill } from '../parts/dom.js'
import { minuteText, numberText } from '../words/format.js'
import { language, t, wordFor } from '../words/words.js'
import { bars, line } from './plot.js'
import { subjectText } from './story.js'

/**
 * The hour before the alarm and what came since as small charts: vital signs and movement first, all else folded away.
 * @typedef {import('../../domain/ticket.ts').Ticket} Ticket
 * @typedef {import('../house/directory.js').Device} Device
 * @typedef {import('./plot.js').Window} Window
 * @typedef {import('./readings.js').Readings} Readings
 * @typedef {import('./readings.js').Series} Series
 */

/** What a dispatcher asks first, in this order. */
const first = [
  'heart_rate',
  'spo2',
  'respiration_rate',
  'body_temperature',
  'systolic',
  'diastolic',
  'blood_glucose',
  'activity',
]
const movement = ['in_bed', 'presence', 'motion', 'person_count', 'door_open', 'worn']
/** Yes or no rather than a measure; drawn as bars. */
const yesNo = new Set([
  'in_bed',
  'presence',
  'motion',
  'door_open',
  'worn',
  'smoke',
  'gas',
  'carbon_monoxide',
  'water_leak',
  'stove_on',
])

/** @param {Element} part @param {Ticket} ticket @param {Readings} readings */
export function showCharts(part, ticket, readings) {
  if (!ticket.home) {
    fill(part, 'none', () => [])
    return
  }
  const devices = devicesOf(ticket.home)
  const open = part.querySelector('details')?.open ?? false
  const closed = ticket.state === 'closed'
  const focused = part.querySelector('summary') === document.activeElement && document.activeElement !== null
  const built = fill(part, [language(), ticket.id, readings.at, devices, ticket.evidence.length, closed], () =>
    contents(ticket, readings, { devices, open }),
  )
  if (built && focused) part.querySelector('summary')?.focus()
}

/** @param {Ticket} ticket @param {Readings} readings @param {{ devices: Device[] | undefined, open: boolean }} about */
function contents(ticket, { window, series }, { devices, open }) {
  const heading = el('h3', {}, t(ticket.state === 'closed' ? 'chart.until_closing' : 'chart.heading'))
  if (!series) return [heading, el('p', {}, t('where.loading'))]
  const marks = ticket.evidence.map((evidence) => Date.parse(evidence.at))
  const chart = (/** @type {Series} */ one) => chartOf(one, window, marks, subjectText(one.device, devices))
  const { main, others } = sorted(series)
  return [
    heading,
    series.length === 0 && el('p', {}, t('chart.none')),
    main.length > 0 && el('p', { class: 'mark-word' }, t('chart.mark')),
    el('div', { class: 'charts' }, ...main.map(chart)),
    others.length > 0 &&
      el(
        'details',
        { open },
        el('summary', {}, t('chart.more', { n: others.length })),
        el('div', { class: 'charts' }, ...others.map(chart)),
      ),
  ]
}

/** What is looked at first, and the rest. @param {Series[]} series */
export function sorted(series) {
  const order = [...first, ...movement]
  const main = series.filter(({ metric }) => order.includes(metric))
  main.sort((a, b) => order.indexOf(a.metric) - order.indexOf(b.metric))
  return { main, others: series.filter(({ metric }) => !order.includes(metric)) }
}

/** One small chart. @param {Series} series @param {Window} window @param {number[]} marks @param {string} place */
export function chartOf({ metric, unit, points }, window, marks, place) {
  const isYesNo = yesNo.has(metric)
  const values = points.map(([, value]) => value)
  const last = points.at(-1)
  if (!last) return null
  const say = (/** @type {number} */ value) =>
    isYesNo ? t(value >= 0.5 ? 'chart.yes' : 'chart.no') : numberText(value, language())
  const [low, high] = [say(Math.min(...values)), say(Math.max(...values))]
  const label = {
    metric: wordFor('metric', metric),
    where: place,
    last: say(last[1]),
    at: minuteText(last[0], language()),
    low,
    high,
  }
  return el(
    'figure',
    {},
    el(
      'figcaption',
      {},
      el('b', {}, label.metric),
      el('small', { class: 'place' }, place),
      el('output', {}, say(last[1]), !isYesNo && el('small', {}, wordFor('unit', unit))),
    ),
    el(
      'div',
      { role: 'img', 'aria-label': t('chart.label', label) },
      isYesNo ? bars(points, window, marks) : line(points, window, marks),
    ),
    el(
      'p',
      { class: 'axis' },
      el('span', {}, minuteText(window.from, language())),
      !isYesNo && el('span', {}, t('chart.range', { low, high })),
      el('span', {}, minuteText(window.to, language())),
    ),
  )
}
