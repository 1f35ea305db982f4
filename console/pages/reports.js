// @ts-check
import { CallError, call, can, everyItem } from '../house/calls.js'
import { el } from '../parts/dom.js'
import { localTime } from '../parts/form.js'
import { loading, pageHead } from '../parts/page_head.js'
import { now } from '../parts/time.js'
import { addressOf } from '../shell/route.js'
import { wordFor } from '../words/words.js'
import { reportParts, spanText, w } from './reports_parts.js'

/** Reports: figures of a span of time. What is chosen stands in the address, so that a report can be sent to somebody. */

const periods = /** @type {const} */ (['shift', 'today', 'week', 'month', 'custom'])
/** @typedef {(typeof periods)[number]} Period */
const sizes = /** @type {const} */ (['hour', 'day', 'week', 'month'])
const dayMs = 86_400_000

/** Which field was changed last: the page is built anew then, and whoever changes it by keyboard must find it again. */
const last = { field: '' }

/** @param {HTMLElement} root @param {import('../shell/route.js').Route} route */
export function show(root, { query }) {
  const period = periods.find((one) => one === query.get('period')) ?? 'week'
  const asked = questionOf(period, query)
  const path = (/** @type {Record<string, string>} */ more) =>
    `/reports?${new URLSearchParams(Object.entries({ ...asked, ...more }).filter(([, value]) => value !== ''))}`
  const about = el('span', {}, ' ')
  const body = el('div', { class: 'report-body', 'aria-live': 'polite' }, loading())
  const print = el('button', { onclick: () => window.print() }, w('print'))
  const form = filters(period, { ...asked, area: query.get('area') ?? '' })
  root.append(pageHead({ title: w('heading'), about, actions: [print] }), form, body)
  const field = last.field === '' ? null : form.querySelector(`[name="${last.field}"]`)
  if (field instanceof HTMLElement) field.focus()
  last.field = ''
  let left = false
  const fetchNow = async () => {
    try {
      const report = await call(path({}))
      if (left) return
      about.textContent = spanText(report)
      body.replaceChildren(
        ...reportParts(report, (table) => path({ format: 'csv', table })).filter((part) => part !== false),
      )
    } catch (error) {
      const { code, detail = '' } = error instanceof CallError ? error : new CallError('internal')
      if (!(error instanceof CallError)) console.error(error)
      if (!left)
        body.replaceChildren(
          el('p', { class: 'complaint', role: 'alert' }, wordFor('error', code), ' ', el('small', {}, detail)),
        )
    }
  }
  void fetchNow()
  return () => {
    left = true
  }
}

/** The day as `YYYY-MM-DD`, by the browser's clock. @param {number} at */
const dayOf = (at) => localTime(new Date(at).toISOString()).slice(0, 10)

/** What the server is asked for. Days go by the browser's clock, which is also that of every other time on the page. @param {Period} period @param {URLSearchParams} query */
function questionOf(period, query) {
  const today = dayOf(now())
  const custom = { from: query.get('from') ?? dayOf(now() - 29 * dayMs), to: query.get('to') ?? today }
  const spans = {
    shift: { shift: 'now' },
    today: { from: today, to: today },
    week: { from: dayOf(now() - 6 * dayMs), to: today },
    month: { from: `${today.slice(0, 8)}01`, to: today },
    custom,
  }
  const by = sizes.find((size) => size === query.get('by')) ?? usualSize(period, custom)
  const tz = Intl.DateTimeFormat().resolvedOptions().timeZone
  return { ...spans[period], by, tz, area: query.get('area') ?? '' }
}

/** As many columns as can be told apart. @param {Period} period @param {{ from: string, to: string }} span */
function usualSize(period, { from, to }) {
  if (period === 'shift' || period === 'today') return 'hour'
  const days = period === 'custom' ? (Date.parse(to) - Date.parse(from)) / dayMs : 0
  if (days < 2 && period === 'custom') return 'hour'
  return days > 180 ? 'month' : days > 45 ? 'week' : 'day'
}

/** @param {Period} period @param {Record<string, string>} asked */
function filters(period, asked) {
  const choose = (/** @type {Event} */ event) => {
    const form = /** @type {HTMLFormElement} */ (event.currentTarget)
    const given = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]))
    const field = /** @type {HTMLInputElement} */ (event.target)
    last.field = field.name
    // Another period has its own usual division.
    const { by = '', ...rest } = given
    location.hash = addressOf('reports', undefined, field.name === 'by' ? { ...rest, by } : rest)
  }
  const option = (/** @type {string} */ value, /** @type {string} */ text, /** @type {string} */ chosen) =>
    el('option', { value, selected: value === chosen }, text)
  const field = (/** @type {string} */ label, /** @type {HTMLElement} */ control) =>
    el('label', { class: 'field' }, el('span', {}, label), control)
  const area = el('select', { name: 'area' }, option('', w('everything'), asked.area ?? ''))
  if (can('read_registry')) void listAreas(area, asked.area ?? '')
  return el(
    'form',
    {
      class: 'list-filters report-filters',
      onchange: choose,
      onsubmit: (/** @type {Event} */ event) => event.preventDefault(),
    },
    field(
      w('period'),
      el('select', { name: 'period' }, ...periods.map((one) => option(one, w(`period_${one}`), period))),
    ),
    period === 'custom' &&
      field(w('from'), el('input', { type: 'date', name: 'from', value: asked.from, required: true })),
    period === 'custom' && field(w('to'), el('input', { type: 'date', name: 'to', value: asked.to, required: true })),
    field(w('by'), el('select', { name: 'by' }, ...sizes.map((size) => option(size, w(`by_${size}`), asked.by ?? '')))),
    field(w('area'), area),
  )
}

/** @param {HTMLElement} select @param {string} chosen */
async function listAreas(select, chosen) {
  const areas = await everyItem('/areas').catch(() => [])
  select.append(...areas.map(({ id, name }) => el('option', { value: id, selected: id === chosen }, name)))
}
