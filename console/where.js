// @ts-check
import { contactsOf, homeOf, residentsOf } from './directory.js'
import { el, fill } from './dom.js'
import { timeText } from './format.js'
import { icon } from './icons.js'
import { isMine } from './people.js'
import { now } from './time.js'
import { language, t, wordFor } from './words.js'

/**
 * Who is cared for, where, and whom to call.
 * @typedef {import('../domain/ticket.ts').Ticket} Ticket
 * @typedef {import('./directory.js').Resident} Resident
 * @typedef {import('./directory.js').Contact} Contact
 */

/** An institution may have hundreds; a panel is for the first few. */
const residentsShown = 6

/** @typedef {(contact: string, reached: boolean) => void} OnCalled */

/** @param {Element} part @param {Ticket} ticket @param {OnCalled} onCalled whom somebody telephoned, and whether he was reached */
export function showWhere(part, ticket, onCalled) {
  if (!ticket.home) {
    const text = t(ticket.kind === 'system' ? 'where.system' : 'where.none')
    fill(part, [language(), text], () => [el('h3', {}, t('where.heading')), el('p', { class: 'warn' }, text)])
    return
  }
  const { home, error } = homeOf(ticket.home)
  const residents = residentsOf(ticket.home)
  const contacts = contactsOf(ticket.home)
  const calls = ticket.timeline.filter(({ what }) => what.startsWith('contact_'))
  const open = ticket.state !== 'closed'
  fill(part, [language(), home, error?.code, residents, contacts, calls, open, isHeldElsewhere(ticket)], () => [
    el('h3', {}, t('where.heading')),
    error && !home && el('p', { class: 'warn' }, t('where.failed', { why: wordFor('error', error.code) })),
    !error && !home && el('p', {}, t('where.loading')),
    ...who(residents),
    home && el('p', { class: 'address' }, home.address),
    home?.lat != null &&
      home.lon != null &&
      el('p', { class: 'coordinates' }, `${t('where.map')} ${home.lat}, ${home.lon}`),
    home?.notes && el('div', { class: 'notes' }, el('h4', {}, t('where.notes')), el('p', {}, home.notes)),
    ...callList(contacts, calls, open && !isHeldElsewhere(ticket) ? onCalled : undefined),
  ])
}

/** @param {Resident[] | undefined} residents */
function who(residents) {
  if (!residents) return []
  if (residents.length === 0) return [el('p', { class: 'warn' }, t('where.no_resident'))]
  const more = residents.length - residentsShown
  return [...residents.slice(0, residentsShown).map(person), more > 0 && el('p', {}, t('where.more', { n: more }))]
}

/** @param {Resident} resident */
function person({ name, birth_year, phone, risks }) {
  const year = new Date(now()).getFullYear()
  return el(
    'div',
    { class: 'person' },
    el('b', { class: 'person-name' }, name),
    birth_year && el('span', { class: 'person-age' }, t('where.born', { year: birth_year, age: year - birth_year })),
    phone && phoneLink(phone),
    risks && el('p', { class: 'risks' }, el('b', { class: 'risks-word' }, t('where.risks')), ' ', risks),
  )
}

/** Who has it in hand tells whom he reached; others can only look. @param {Ticket} ticket */
const isHeldElsewhere = (ticket) => ticket.holder !== null && !isMine(ticket)

/** @param {Contact[] | undefined} contacts @param {Ticket['timeline']} calls @param {OnCalled | undefined} onCalled */
function callList(contacts, calls, onCalled) {
  if (!contacts) return []
  const heading = el('h4', {}, t('where.contacts'))
  if (contacts.length === 0) return [heading, el('p', { class: 'warn' }, t('where.no_contact'))]
  const row = (/** @type {Contact} */ { id, name, relation, phone }) =>
    el(
      'li',
      {},
      el('span', {}, el('b', {}, name), relation && el('small', {}, relation), ...lastCall(name, calls)),
      phoneLink(phone),
      onCalled && calledButtons(id, name, onCalled),
    )
  return [heading, el('ol', { class: 'contacts' }, ...contacts.map(row))]
}

/** What came of the last call. @param {string} name @param {Ticket['timeline']} calls */
function lastCall(name, calls) {
  const last = calls.findLast(({ reason }) => reason === name || reason?.startsWith(`${name}: `))
  return last
    ? [el('small', { class: 'last-call' }, `${wordFor('done', last.what)} ${timeText(last.at, language(), now())}`)]
    : []
}

/** @param {string} id @param {string} name @param {OnCalled} onCalled */
const calledButtons = (id, name, onCalled) =>
  el(
    'span',
    { class: 'called' },
    ...[true, false].map((reached) => {
      const word = t(reached ? 'contact.reached' : 'contact.not_reached')
      return el(
        'button',
        { class: 'call-result', 'aria-label': `${name}: ${word}`, onclick: () => onCalled(id, reached) },
        word,
      )
    }),
  )

/** A number that can be pressed; anything that is not one stays text. @param {string} phone */
function phoneLink(phone) {
  if (!/^[+0-9 ()-]+$/.test(phone)) return el('span', { class: 'phone' }, phone)
  return el('a', { class: 'phone', href: `tel:${phone.replaceAll(/[ ()-]/g, '')}` }, icon('phone'), phone)
}
