// @ts-check

import { absencesOf, homeOf, residentsOf } from '../house/directory.js'
import { el, fill } from '../parts/dom.js'
import { now } from '../parts/time.js'
import { language, t, wordFor } from '../words/words.js'
import { absenceText } from './absences.js'
import { phoneLink } from './calling.js'

/**
 * Who is cared for, and where.
 * @typedef {import('../../domain/ticket.ts').Ticket} Ticket
 * @typedef {import('../house/directory.js').Resident} Resident
 */

/** An institution may have hundreds; a panel is for the first few. */
const residentsShown = 6

/** @param {Element} part @param {Ticket} ticket */
export function showWhere(part, ticket) {
  if (!ticket.home) {
    const text = t(ticket.kind === 'system' ? 'where.system' : 'where.none')
    fill(part, [language(), text], () => [el('h3', {}, t('where.heading')), el('p', { class: 'warn' }, text)])
    return
  }
  const { home, error } = homeOf(ticket.home)
  const residents = residentsOf(ticket.home)
  const absences = absencesOf(ticket.home)
  fill(part, [language(), home, error?.code, residents, absences], () => [
    el('h3', {}, t('where.heading')),
    error && !home && el('p', { class: 'warn' }, t('where.failed', { why: wordFor('error', error.code) })),
    !error && !home && el('p', {}, t('where.loading')),
    ...absences.map((absence) => el('p', { class: 'away' }, absenceText(absence, residents))),
    ...who(residents),
    home && el('p', { class: 'address' }, home.address),
    home?.lat != null &&
      home.lon != null &&
      el('p', { class: 'coordinates' }, `${t('where.map')} ${home.lat}, ${home.lon}`),
    home?.notes && el('div', { class: 'notes' }, el('h4', {}, t('where.notes')), el('p', {}, home.notes)),
  ])
}

/** @param {Resident[] | undefined} residents */
function who(residents) {
  if (!residents) return []
  if (residents.length === 0) return [el('p', { class: 'warn' }, t('where.no_resident'))]
  const more = residents.length - residentsShown
  return [
    ...residents.slice(0, residentsShown).map((one) => person(one, residents.length > 1)),
    more > 0 && el('p', {}, t('where.more', { n: more })),
  ]
}

/** @param {Resident} resident @param {boolean} amongOthers one alone has the number in the calling list */
function person({ name, birth_year, phone, risks }, amongOthers) {
  const year = new Date(now()).getFullYear()
  return el(
    'div',
    { class: 'person' },
    el('b', { class: 'person-name' }, name),
    birth_year && el('span', { class: 'person-age' }, t('where.born', { year: birth_year, age: year - birth_year })),
    amongOthers && phone && phoneLink(phone),
    risks && el('p', { class: 'risks' }, el('b', { class: 'risks-word' }, t('where.risks')), ' ', risks),
  )
}
