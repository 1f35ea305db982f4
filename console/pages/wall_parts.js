// @ts-check

import { answerWithinMs, severities } from '../house/rules.js'
import { sinceClock } from '../parts/clocks.js'
import { el } from '../parts/dom.js'
import { severityIcon } from '../parts/icons.js'
import { clockText, minuteText } from '../words/format.js'
import { language, wordFor, wordsOf } from '../words/words.js'
import * as words from './wall_words.js'

/**
 * The parts of the wall view, as large as they must be to be read from across the room.
 * @typedef {Record<import('../house/rules.js').Severity, number>} BySeverity
 * @typedef {{ total: number, online: number, offline: number, offline_over_hour: number, offline_over_day: number }} Devices
 * @typedef {{ waiting: BySeverity, overdue: number, oldest_wait_since: string | null, in_hand: BySeverity, late: number, devices: Devices }} Load
 * @typedef {Load & { place: 'below' | 'own' | 'elsewhere', id: string | null, name: string | null }} Area
 * @typedef {{ n: number, median_ms: number | null, p90_ms: number | null, longest_ms: number | null }} Spread
 * @typedef {{ by: 'rota' | 'last_8_hours', since: string, tickets: number, answer: Spread, in_time: number, in_time_of: number,
 *   in_time_share: number | null, lapsed: number }} Shift
 * @typedef {{ ready: boolean, checks: { name: string, ok: boolean, behind: number | null }[],
 *   findings: { code: string, severity: import('../house/rules.js').Severity }[] }} Health
 * @typedef {{ at: string, area: { name: string } | null, total: Load, areas: Area[], shift: Shift, system: Health }} Overview
 */

export const w = wordsOf(words)

/** Lines of the list of areas, findings and failed checks that there is room for. */
const areasShown = 5
const troublesShown = 2
/** Messages that wait are worth a line when there are more of them than a moment brings. */
const behindMany = 1_000

/** @param {BySeverity} counts */
const sum = (counts) => severities.reduce((all, severity) => all + counts[severity], 0)

/** All of it. @param {Overview} overview */
export const wallParts = ({ total, areas, shift, system }) => [
  el('div', { class: 'wall-load' }, waitingPart(total), ...smallParts(total)),
  areasPart(areas),
  el('div', { class: 'wall-side' }, shiftPart(shift), devicesPart(total.devices), systemPart(system)),
]

/** Who waits: the one number that must be seen from the door. @param {Load} load */
function waitingPart({ waiting, overdue, oldest_wait_since: since }) {
  const n = sum(waiting)
  if (n === 0)
    return el(
      'section',
      { class: 'wall-waiting calm' },
      el('b', { class: 'huge' }, '0'),
      el('h2', {}, w('nobody_waits')),
    )
  const worst = severities.toReversed().find((severity) => waiting[severity] > 0)
  const at = Date.parse(since ?? '')
  return el(
    'section',
    { class: `wall-waiting ${worst}` },
    el('b', { class: 'huge' }, n),
    el(
      'div',
      {},
      el('h2', {}, w('waiting')),
      el('p', { class: 'longest' }, el('span', {}, w('longest')), sinceClock(at, at + answerWithinMs)),
      overdue > 0 && el('p', { class: 'overdue' }, w('overdue', { n: overdue })),
    ),
    el(
      'ul',
      {},
      ...severities.toReversed().map((severity) => waiting[severity] > 0 && severityLine(severity, waiting[severity])),
    ),
  )
}

/** By shape, number and word; colour only repeats it. @param {import('../house/rules.js').Severity} severity @param {number} n */
const severityLine = (severity, n) =>
  el('li', { class: severity }, severityIcon(severity), el('b', {}, n), el('span', {}, wordFor('severity', severity)))

/** @param {Load} load */
const smallParts = ({ in_hand, late }) => [
  el('section', { class: 'wall-small' }, el('b', {}, sum(in_hand)), el('h2', {}, w('in_hand'))),
  el('section', { class: 'wall-small' }, el('b', {}, late), el('h2', {}, w('late'))),
]

/** The areas with the most to do. @param {Area[]} areas */
function areasPart(areas) {
  const sorted = areas.toSorted(byNeed)
  const rest = sorted.splice(sorted.length > areasShown + 1 ? areasShown : areasShown + 1)
  const of = (/** @type {'waiting' | 'in_hand'} */ what) => rest.reduce((all, area) => all + sum(area[what]), 0)
  const head = [w('area'), w('waiting'), w('in_hand'), w('wait'), w('offline')]
  return el(
    'section',
    { class: 'wall-areas' },
    el(
      'table',
      {},
      el('caption', { class: 'unseen' }, w('areas')),
      el('thead', {}, el('tr', {}, ...head.map((text) => el('th', { scope: 'col' }, text)))),
      el('tbody', {}, ...sorted.map(areaRow)),
    ),
    rest.length > 0 && el('p', {}, w('more', { n: rest.length, waiting: of('waiting'), in_hand: of('in_hand') })),
  )
}

/** Graver first, then who waits longest, then who has most in hand. @param {Area} a @param {Area} b */
function byNeed(a, b) {
  const graver = severities.toReversed().map((severity) => b.waiting[severity] - a.waiting[severity])
  const since = (/** @type {Area} */ area) => Date.parse(area.oldest_wait_since ?? '9999-12-31')
  return (
    graver.find((difference) => difference !== 0) ||
    since(a) - since(b) ||
    sum(b.in_hand) - sum(a.in_hand) ||
    b.devices.offline - a.devices.offline
  )
}

/** @param {Area} area */
function areaRow({ place, name, waiting, in_hand, oldest_wait_since: since, devices }) {
  const n = sum(waiting)
  const worst = severities.toReversed().find((severity) => waiting[severity] > 0)
  const at = Date.parse(since ?? '')
  return el(
    'tr',
    { class: worst },
    el('th', { scope: 'row' }, place === 'below' ? name : w(place)),
    el(
      'td',
      {},
      worst && severityIcon(worst),
      worst && el('span', { class: 'unseen' }, wordFor('severity', worst)),
      n || '–',
    ),
    el('td', {}, sum(in_hand) || '–'),
    el('td', {}, n > 0 ? sinceClock(at, at + answerWithinMs) : '–'),
    el('td', {}, devices.offline || '–'),
  )
}

/** A length of time, or a dash where there is none. @param {number | null} ms */
const lengthText = (ms) => (ms === null ? '–' : clockText(ms))

/** @param {Shift} shift */
function shiftPart({ by, since, tickets, answer, in_time, in_time_of, in_time_share, lapsed }) {
  const share = in_time_share === null ? '–' : `${Math.floor(in_time_share * 100)}%`
  const facts = /** @type {const} */ ([
    ['median', answer.median_ms],
    ['p90', answer.p90_ms],
    ['slowest', answer.longest_ms],
  ])
  return el(
    'section',
    { class: 'wall-shift' },
    el('h2', {}, w(`shift_${by}`, { at: minuteText(Date.parse(since), language()) })),
    el(
      'p',
      { class: 'share' },
      el('b', {}, share),
      el('span', {}, w('in_time'), el('small', {}, w('in_time_of', { n: in_time, of: in_time_of }))),
    ),
    el('dl', {}, ...facts.map(([name, ms]) => el('div', {}, el('dt', {}, w(name)), el('dd', {}, lengthText(ms))))),
    el('p', { class: 'note' }, tickets === 0 ? w('none_yet') : w('answered', { n: answer.n, of: tickets })),
    lapsed > 0 && el('p', { class: 'overdue' }, w('lapsed', { n: lapsed })),
  )
}

/** @param {Devices} devices */
const devicesPart = ({ total, offline, offline_over_hour: hour, offline_over_day: day }) =>
  el(
    'section',
    { class: 'wall-devices' },
    el('h2', {}, w('devices')),
    el('p', { class: 'many' }, el('b', {}, offline), ' ', w('devices_of', { n: total })),
    offline > 0 && el('p', { class: 'note' }, `${w('over_hour', { n: hour })} · ${w('over_day', { n: day })}`),
  )

/** What does not work, graver first, or that all does. @param {Health} health */
function systemPart({ checks, findings }) {
  const told = [
    ...findings.map(({ code }) => known(`found_${code}`, code, 'found_other')),
    ...checks.filter(({ ok }) => !ok).map(({ name }) => known(`check_${name}`, name, 'check_other')),
    ...checks.filter(({ behind }) => (behind ?? 0) >= behindMany).map(({ behind }) => w('behind', { n: behind ?? 0 })),
  ]
  return el(
    'section',
    { class: told.length === 0 ? 'wall-system well' : 'wall-system ill' },
    el('h2', {}, w('system')),
    told.length === 0 && el('p', {}, el('span', { 'aria-hidden': 'true' }, '✓ '), w('well')),
    ...told.slice(0, troublesShown).map((text) => el('p', {}, el('span', { 'aria-hidden': 'true' }, '! '), text)),
    told.length > troublesShown && el('p', {}, `+ ${told.length - troublesShown}`),
  )
}

/** The words for a stable name, or for any of its sort where the console does not know it yet. @param {string} key @param {string} name @param {'found_other' | 'check_other'} other */
const known = (key, name, other) =>
  key in words.en ? w(/** @type {keyof typeof words.en} */ (key)) : w(other, { name: name.replaceAll('_', ' ') })
