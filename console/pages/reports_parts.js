// @ts-check

import { barPlot, heatMap } from '../parts/bar_plot.js'
import { el } from '../parts/dom.js'
import { downloadButton, figurePanel, tileRow } from '../parts/figures.js'
import { table } from '../parts/table.js'
import { now } from '../parts/time.js'
import { clockText, numberText, timeText } from '../words/format.js'
import { language, wordFor, wordsOf } from '../words/words.js'
import * as words from './reports_words.js'

/**
 * The parts of a report. Of every share it is said of how many, and where there are none a dash stands rather than a nought.
 * @typedef {import('./wall_parts.js').Spread} Spread
 * @typedef {{ n: number, false_alarms: number, judged: number, false_alarm_share: number | null }} Quality
 * @typedef {Quality & { slot: string, answered: number, answer_median_ms: number | null, in_time: number, in_time_of: number, lapsed: number }} Slot
 * @typedef {{ tickets: number, answer: Spread, in_time: number, in_time_of: number, in_time_share: number | null, unanswered: number,
 *   alarmed_again: number, escalated: number, lapsed: number }} Answering
 * @typedef {Quality & { kind: string }} OfKind
 * @typedef {Quality & { severity: string }} OfSeverity
 * @typedef {Quality & { place: 'below' | 'own' | 'elsewhere', name: string | null }} OfArea
 * @typedef {Quality & { model: string | null }} OfModel
 * @typedef {Quality & { device: string, model: string | null }} OfDevice
 * @typedef {{ from: string, to: string, tz: string, by: string, area: { name: string } | null, total: Quality, late: number,
 *   answering: Answering, times: Record<'contact' | 'dispatch' | 'on_scene' | 'close', Spread>,
 *   histogram: { up_to_s: number | null, n: number }[], slots: Slot[], kinds: OfKind[], severities: OfSeverity[],
 *   outcomes: { outcome: string | null, n: number }[], areas: OfArea[], models: OfModel[], devices: OfDevice[], hours: number[][] }} Report
 */

export const w = wordsOf(words)

/** @param {number | null} share */
const percent = (share) => (share === null ? '–' : `${numberText(share * 100, language())} %`)
/** @param {number | null} ms */
const length = (ms) => (ms === null ? '–' : clockText(ms))
const whole = (/** @type {number} */ n) => numberText(n, language())

/** @param {Report} report */
export const spanText = ({ from, to, tz }) => {
  const text = (/** @type {string} */ iso) => timeText(iso, language(), now()).replace(/(:\d\d):\d\d$/, '$1')
  return w('span', { from: text(from), to: text(to), tz })
}

/** All of it. @param {Report} report @param {(table: string) => string} csvPath */
export function reportParts(report, csvPath) {
  /** @type {(of: { key: keyof typeof words.en, csv: string, about?: string, drawing?: Element, rows: HTMLElement, wide?: boolean }) => HTMLElement} */
  const part = ({ key, csv, about, drawing, rows, wide = false }) =>
    figurePanel({
      heading: w(key),
      table: rows,
      wide,
      ...(about && { about }),
      ...(drawing && { drawing }),
      words: { asTable: w('as_table'), asChart: w('as_chart'), drawingOf: w('chart_of', { what: w(key) }) },
      actions: [
        downloadButton({
          path: csvPath(csv),
          file: `vigil-${csv}.csv`,
          text: w('csv'),
          title: w('csv_of', { what: w(key) }),
        }),
      ],
    })
  return [
    tiles(report),
    report.total.n === 0 && el('p', { class: 'empty' }, w('nothing')),
    el(
      'div',
      { class: 'report' },
      ...slotParts(report, part),
      ...answerParts(report, part),
      hoursPart(report, part),
      ...tableParts(report, part),
    ),
  ]
}
/** @typedef {Parameters<typeof reportParts>} Given */
/** @typedef {(of: { key: keyof typeof words.en, csv: string, about?: string, drawing?: Element, rows: HTMLElement, wide?: boolean }) => HTMLElement} Part */

/** @param {Report} report */
const tiles = ({ total, late, answering }) =>
  tileRow([
    { name: w('tickets'), value: whole(total.n), about: w('tickets_late', { n: late }) },
    {
      name: w('in_time'),
      value: percent(answering.in_time_share),
      about: w('of', { n: answering.in_time, of: answering.in_time_of }),
    },
    { name: w('median'), value: length(answering.answer.median_ms), about: w('median_of', { n: answering.answer.n }) },
    {
      name: w('p90'),
      value: length(answering.answer.p90_ms),
      about: w('longest', { ms: length(answering.answer.longest_ms) }),
    },
    {
      name: w('false_share'),
      value: percent(total.false_alarm_share),
      about: w('false_of', { n: total.false_alarms, of: total.judged }),
    },
    .../** @type {const} */ (['unanswered', 'alarmed_again', 'escalated', 'lapsed']).map((what) => ({
      name: w(what),
      value: whole(answering[what]),
      about: w(`${what}_about`),
    })),
  ])

/** `2026-11-23T08:00` as `08:00` where it is one of hours, `11-23` of a day or a week. @param {string} slot */
const slotText = (slot) => (slot.length > 10 ? slot.slice(11) : slot.length > 7 ? slot.slice(5) : slot)

/** @param {Report} report @param {Part} part */
function slotParts({ slots, by }, part) {
  const rows = table({
    caption: w('over_time'),
    empty: w('none'),
    items: slots,
    columns: [
      { head: w('time'), cell: ({ slot }) => slot.replace('T', ' ') },
      ...qualityColumns(),
      { head: w('in_time'), class: 'number', cell: (one) => w('of', { n: one.in_time, of: one.in_time_of }) },
      { head: w('median_head'), class: 'number', cell: (one) => length(one.answer_median_ms) },
      { head: w('lapsed'), class: 'number', cell: ({ lapsed }) => lapsed },
    ],
  })
  const label = (/** @type {Slot} */ { slot }) =>
    by === 'hour' && slots.length > 30 ? slot.slice(5, 16).replace('T', ' ') : slotText(slot)
  const counts = slots.map((one) => ({ label: label(one), value: one.n, part: one.false_alarms }))
  const shares = slots.map((one) => ({ label: label(one), value: one.false_alarm_share }))
  return [
    part({
      key: 'over_time',
      csv: 'slots',
      about: w('over_time_about'),
      drawing: barPlot(counts, { text: whole }),
      rows,
    }),
    part({
      key: 'quality',
      csv: 'slots',
      about: w('quality_about'),
      drawing: barPlot(shares, { most: 1, text: (share) => `${Math.round(share * 100)} %` }),
      rows: /** @type {HTMLElement} */ (rows.cloneNode(true)),
    }),
  ]
}

/** @param {Report} report @param {Part} part */
function answerParts({ histogram, answering, times }, part) {
  const bound = (/** @type {number | null} */ s) =>
    s === null ? w('longer') : w('up_to', { length: clockText(s * 1_000) })
  const bars = histogram.map(({ up_to_s: s, n }) => ({
    label: s === null ? w('longer') : `≤ ${clockText(s * 1_000)}`,
    value: n,
  }))
  const steps = /** @type {const} */ (['contact', 'dispatch', 'on_scene', 'close'])
  const all = [
    { step: w('step_answer'), of: answering.answer },
    ...steps.map((step) => ({ step: w(`step_${step}`), of: times[step] })),
  ]
  return [
    part({
      key: 'answer_time',
      csv: 'histogram',
      about: w('answer_time_about'),
      drawing: barPlot(bars, { text: whole }),
      rows: table({
        caption: w('answer_time'),
        empty: w('none'),
        items: histogram,
        columns: [
          { head: w('time'), cell: ({ up_to_s: s }) => bound(s) },
          { head: w('n'), class: 'number', cell: ({ n }) => n },
        ],
      }),
    }),
    part({
      key: 'steps',
      csv: 'times',
      rows: table({
        caption: w('steps'),
        empty: w('none'),
        items: all,
        columns: [
          { head: w('step'), cell: ({ step }) => step },
          { head: w('count'), class: 'number', cell: ({ of }) => of.n },
          { head: w('median_head'), class: 'number', cell: ({ of }) => length(of.median_ms) },
          { head: w('p90_head'), class: 'number', cell: ({ of }) => length(of.p90_ms) },
          { head: w('longest_head'), class: 'number', cell: ({ of }) => length(of.longest_ms) },
        ],
      }),
    }),
  ]
}

/** Names of the days in the language of the console; the fifth of January 1970 was a Monday. */
const dayNames = () =>
  Array.from({ length: 7 }, (_, day) =>
    new Date(Date.UTC(1970, 0, 5 + day)).toLocaleDateString(language(), { weekday: 'short', timeZone: 'UTC' }),
  )

/** @param {Report} report @param {Part} part */
function hoursPart({ hours }, part) {
  const days = dayNames()
  return part({
    key: 'hours',
    csv: 'hours',
    about: w('hours_about'),
    wide: true,
    drawing: heatMap(hours, days),
    rows: table({
      caption: w('hours'),
      empty: w('none'),
      items: hours.map((of, day) => ({ day: days[day] ?? '', of })),
      columns: [
        { head: w('day'), cell: ({ day }) => day },
        ...Array.from({ length: 24 }, (_, hour) => ({
          head: String(hour),
          class: 'number',
          cell: (/** @type {{ of: number[] }} */ { of }) => of[hour] ?? 0,
        })),
      ],
    }),
  })
}

/** @returns {import('../parts/table.js').Column<Quality>[]} */
const qualityColumns = () => [
  { head: w('n'), class: 'number', cell: ({ n }) => n },
  { head: w('false_alarms'), class: 'number', cell: (one) => one.false_alarms },
  { head: w('judged'), class: 'number', cell: ({ judged }) => judged },
  { head: w('share'), class: 'number', cell: (one) => percent(one.false_alarm_share) },
]

/** @param {Report} report @param {Part} part */
function tableParts({ kinds, severities, outcomes, areas, models, devices }, part) {
  /** @template {Quality} T @param {keyof typeof words.en} key @param {string} csv @param {T[]} items @param {[string, (item: T) => string][]} names */
  const ofQuality = (key, csv, items, names) =>
    part({
      key,
      csv,
      rows: table({
        caption: w(key),
        empty: w('none'),
        items,
        columns: [...names.map(([head, cell]) => ({ head, cell })), ...qualityColumns()],
      }),
    })
  const outcomeRows = table({
    caption: w('by_outcome'),
    empty: w('none'),
    items: outcomes,
    columns: [
      { head: w('outcome'), cell: ({ outcome }) => (outcome === null ? w('not_closed') : wordFor('outcome', outcome)) },
      { head: w('n'), class: 'number', cell: ({ n }) => n },
    ],
  })
  const model = (/** @type {{ model: string | null }} */ one) => one.model ?? w('no_model')
  return [
    ofQuality('by_kind', 'kinds', kinds, [[w('kind'), ({ kind }) => wordFor('signal', kind)]]),
    ofQuality('by_severity', 'severities', severities, [
      [w('severity'), ({ severity }) => wordFor('severity', severity)],
    ]),
    part({ key: 'by_outcome', csv: 'outcomes', rows: outcomeRows }),
    ofQuality('by_area', 'areas', areas, [
      [w('area'), ({ place, name }) => (place === 'below' ? (name ?? '') : w(place))],
    ]),
    ofQuality('by_model', 'models', models, [[w('model'), model]]),
    ofQuality('by_device', 'devices', devices, [
      [w('device'), ({ device }) => device],
      [w('model'), model],
    ]),
  ]
}
