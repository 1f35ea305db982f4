// @ts-check
import { el } from '../parts/dom.js'
import { language, wordsOf } from '../words/words.js'
import { lengthText } from './plan_text.js'
import { en, zh } from './rotas_words.js'

/**
 * A rota laid out over a week. What is told here comes from the server, by its clock: `date` and `from`, `to` (HH:MM).
 * @typedef {{ date: string, from: string, to: string, starts_at: string, ends_at: string,
 *   operators: { id: string, name: string }[], shifts: number[], overrides: number[] }} Stretch
 * @typedef {{ date: string, time: string }} Clock
 * @typedef {Stretch & { begins: number, ends: number, kind: 'nobody' | 'stands-in' | 'planned', now: boolean }} Block
 *   `begins` and `ends`: minutes of the day
 */

export const w = wordsOf({ en, zh })
const dayMs = 86_400_000

/** @param {string} clock HH:MM */
const minutesOf = (clock) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))

/**
 * The days of a week with their blocks. Pure.
 * @param {Stretch[]} stretches @param {Clock} now @returns {{ date: string, blocks: Block[] }[]}
 */
export function weekOf(stretches, now) {
  const days = Map.groupBy(stretches, ({ date }) => date)
  return [...days].map(([date, ofDay]) => ({ date, blocks: ofDay.map((one) => blockOf(one, now)) }))
}

/** @param {Stretch} stretch @param {Clock} now @returns {Block} */
function blockOf(stretch, now) {
  const { date, from, to, operators, overrides } = stretch
  const kind = operators.length === 0 ? 'nobody' : overrides.length > 0 ? 'stands-in' : 'planned'
  const isNow = date === now.date && from <= now.time && now.time < to
  return { ...stretch, begins: minutesOf(from), ends: minutesOf(to), kind, now: isNow }
}

/** For how long nobody is on duty, in seconds. @param {Stretch[]} stretches */
export const gapSeconds = (stretches) =>
  stretches
    .filter(({ operators }) => operators.length === 0)
    .reduce((sum, { starts_at, ends_at }) => sum + (Date.parse(ends_at) - Date.parse(starts_at)) / 1_000, 0)

/** The Monday of a date's week, moved by so many weeks. @param {string} date @param {number} [by] */
export function mondayOf(date, by = 0) {
  const at = Date.parse(`${date}T00:00:00Z`)
  const sinceMonday = (new Date(at).getUTCDay() + 6) % 7
  return new Date(at + (by * 7 - sinceMonday) * dayMs).toISOString().slice(0, 10)
}

/** Friday, 27 November. @param {string} date */
const dayText = (date) =>
  new Date(`${date}T00:00:00Z`).toLocaleDateString(language(), { timeZone: 'UTC', month: 'short', day: 'numeric' })
/** @param {string} date */
const weekdayText = (date) =>
  new Date(`${date}T00:00:00Z`).toLocaleDateString(language(), { timeZone: 'UTC', weekday: 'long' })

/** @param {{ stretches: Stretch[], now: Clock, holidays: readonly string[] }} given */
export function weekView({ stretches, now, holidays }) {
  const gap = gapSeconds(stretches)
  const scale = Array.from({ length: 8 }, (_, n) => `${String(n * 3).padStart(2, '0')}:00`)
  return el(
    'div',
    { class: 'week' },
    gap > 0 ? el('p', { class: 'gap' }, w('gaps', { time: lengthText(gap) })) : el('p', { class: 'good' }, w('full')),
    el(
      'div',
      { class: 'week-scale', 'aria-hidden': 'true' },
      el('span'),
      el('ol', {}, ...scale.map((at) => el('li', {}, at))),
    ),
    ...weekOf(stretches, now).map((day) => dayRow(day, { now, isHoliday: holidays.includes(day.date) })),
  )
}

/** @param {{ date: string, blocks: Block[] }} day @param {{ now: Clock, isHoliday: boolean }} known */
function dayRow({ date, blocks }, { now, isHoliday }) {
  const notes = [dayText(date), date === now.date && w('today'), isHoliday && w('holiday')].filter((note) => note)
  return el(
    'section',
    { class: date === now.date ? 'week-day today' : 'week-day' },
    el('h3', {}, weekdayText(date), el('small', {}, notes.join(' · '))),
    el('ol', {}, ...blocks.map(block)),
  )
}

/** @param {Block} one */
function block({ begins, ends, from, to, kind, now, operators }) {
  const names = operators.map(({ name }) => name).join(', ') || w('nobody')
  const notes = [kind === 'stands-in' && w('standsIn'), now && w('onNow')].filter((note) => note)
  const text = [`${from}–${to}`, ...notes].join(' · ')
  const node = el(
    'li',
    { class: `stretch ${kind}${now ? ' now' : ''}`, title: `${names} ${text}` },
    names,
    el('small', {}, text),
  )
  node.style.gridColumn = `${begins + 1} / ${ends + 1}`
  return node
}
