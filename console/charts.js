// @ts-check
import { call } from './calls.js'
import { devicesOf } from './directory.js'
import { el, fill } from './dom.js'
import { minuteText, numberText } from './format.js'
import { bars, line } from './plot.js'
import { now } from './time.js'
import { language, t, wordFor } from './words.js'

/**
 * The last hour of a home as small charts: vital signs and movement first, all else folded away.
 * @typedef {import('../domain/ticket.ts').Ticket} Ticket
 * @typedef {import('./directory.js').Device} Device
 * @typedef {import('./plot.js').Window} Window
 * @typedef {{ device: string, metric: string, unit: string, points: [at: number, value: number][] }} Series
 */

const hourMs = 3_600_000
const refreshMs = 20_000

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

/** @type {{ ticket: string, at: number, busy: boolean, window: Window, series: Series[] | undefined }} */
let kept = { ticket: '', at: 0, busy: false, window: { from: 0, to: 0 }, series: undefined }

/** @param {Element} part @param {Ticket} ticket */
export function showCharts(part, ticket) {
  if (!ticket.home) {
    fill(part, 'none', () => [])
    return
  }
  if (kept.ticket !== ticket.id)
    kept = { ticket: ticket.id, at: 0, busy: false, window: { from: 0, to: 0 }, series: undefined }
  const still =
    ticket.closed_at !== null && kept.series !== undefined && kept.window.to === Date.parse(ticket.closed_at)
  if (!kept.busy && !still && now() - kept.at > refreshMs) void refresh(part, ticket, kept)
  draw(part, ticket)
}

/** @param {Element} part @param {Ticket} ticket @param {typeof kept} entry */
async function refresh(part, ticket, entry) {
  entry.busy = true
  const to = ticket.closed_at ? Date.parse(ticket.closed_at) : now()
  const span = { from: to - hourMs, to }
  const query = new URLSearchParams({
    from: new Date(span.from).toISOString(),
    to: new Date(to).toISOString(),
    every: '1m',
  })
  try {
    const answer = await call(`/homes/${encodeURIComponent(ticket.home ?? '')}/telemetry?${query}`)
    entry.series = answer.series.map(asNumbers)
    entry.window = span
  } catch {
    // The charts keep what they had: they are dated, and the next round tries again.
  }
  entry.at = now()
  entry.busy = false
  if (kept === entry) draw(part, ticket)
}

/** @param {{ points: [at: string | number, value: number][] } & Series} series @returns {Series} */
const asNumbers = ({ points, ...series }) => ({
  ...series,
  points: points.map(([at, value]) => [new Date(at).getTime(), value]),
})

/** @param {Element} part @param {Ticket} ticket */
function draw(part, ticket) {
  const { window, series, at } = kept
  const devices = ticket.home ? devicesOf(ticket.home) : undefined
  const open = part.querySelector('details')?.open ?? false
  fill(
    part,
    [
      language(),
      ticket.id,
      at,
      window,
      series === undefined,
      devices,
      ticket.evidence.length,
      ticket.state === 'closed',
    ],
    () => {
      const heading = el('h3', {}, t(ticket.state === 'closed' ? 'chart.until_closing' : 'chart.heading'))
      if (!series) return [heading, el('p', {}, t('where.loading'))]
      const marks = ticket.evidence.map((evidence) => Date.parse(evidence.at))
      const chart = (/** @type {Series} */ one) => chartOf(one, window, marks, placeOf(one.device, devices))
      const { main, others } = sorted(series)
      return [
        heading,
        series.length === 0 && el('p', {}, t('chart.none')),
        el('div', { class: 'charts' }, ...main.map(chart)),
        others.length > 0 &&
          el(
            'details',
            { open },
            el('summary', {}, t('chart.more', { n: others.length })),
            el('div', { class: 'charts' }, ...others.map(chart)),
          ),
      ]
    },
  )
}

/** @param {Series[]} series */
function sorted(series) {
  const order = [...first, ...movement]
  const main = series.filter(({ metric }) => order.includes(metric))
  main.sort((a, b) => order.indexOf(a.metric) - order.indexOf(b.metric))
  return { main, others: series.filter(({ metric }) => !order.includes(metric)) }
}

/** @param {string} id @param {Device[] | undefined} devices */
const placeOf = (id, devices) => devices?.find((device) => device.id === id)?.place ?? id

/** @param {Series} series @param {Window} window @param {number[]} marks @param {string} place */
function chartOf({ metric, unit, points }, window, marks, place) {
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
