// @ts-check

import { contactsOf, residentsOf } from '../house/directory.js'
import { byId, el, fill, keyCap } from '../parts/dom.js'
import { icon } from '../parts/icons.js'
import { now } from '../parts/time.js'
import { timeText } from '../words/format.js'
import { language, t, wordFor, wordsOf } from '../words/words.js'
import { en, zh } from './calling_words.js'
import { isMine } from './people.js'

/**
 * Whom to call, in which order, and what came of it. One key tells the result: Y and X are about whoever is marked, which is the
 * next in the order unless a number marked another.
 * @typedef {import('../../domain/ticket.ts').Ticket} Ticket
 * @typedef {import('../house/directory.js').Resident} Resident
 * @typedef {import('../house/directory.js').Contact} Contact
 * @typedef {{ id: string, key: string, name: string, relation: string, phone: string, told: string }} Callee
 *   `key`: of the keyboard, empty beyond nine; `told`: as the timeline names him
 * @typedef {(contact: string, reached: boolean) => void} OnCalled
 */

const w = wordsOf({ en, zh })

/** Whom a number key marked, on which ticket. @type {{ ticket: string, id: string } | undefined} */
let marked

/**
 * The resident first, where one is registered, then the contacts in their order.
 * @param {Pick<Resident, 'name' | 'phone'>[]} residents @param {Pick<Contact, 'id' | 'name' | 'relation' | 'phone'>[]} contacts
 * @returns {Callee[]}
 */
export function callees(residents, contacts) {
  const alone = residents.length === 1 ? residents[0] : undefined
  const resident = {
    id: 'resident',
    key: '0',
    name: alone?.name ?? w('resident'),
    relation: alone ? w('resident') : '',
    phone: alone?.phone ?? '',
    told: 'resident',
  }
  const others = contacts.map(({ id, name, relation, phone }, i) => ({
    id,
    key: i < 9 ? String(i + 1) : '',
    name,
    relation: relation ?? '',
    phone,
    told: name,
  }))
  return residents.length > 0 ? [resident, ...others] : others
}

/** What came of the last call to him. @param {Callee} callee @param {Ticket['timeline']} timeline */
export const lastCallOf = ({ told }, timeline) =>
  timeline.findLast(
    ({ what, reason }) => what.startsWith('contact_') && (reason === told || reason?.startsWith(`${told}: `)),
  )

/**
 * Who is to be called next: the first with a number whom nobody has tried, then again whoever was tried longest ago. Nobody once
 * somebody was reached: then a person decides.
 * @param {Callee[]} list @param {Ticket['timeline']} timeline @returns {Callee | undefined}
 */
export function nextToCall(list, timeline) {
  const tries = list
    .filter(({ phone }) => phone !== '')
    .map((callee) => ({ callee, last: lastCallOf(callee, timeline) }))
  if (timeline.some(({ what }) => what === 'contact_reached')) return undefined
  const triedAt = (/** @type {typeof tries[number]} */ { last }) => (last ? Date.parse(last.at) : 0)
  return tries.toSorted((a, b) => triedAt(a) - triedAt(b))[0]?.callee
}

/** @param {Ticket} ticket */
const listOf = ({ home }) => (home ? callees(residentsOf(home) ?? [], contactsOf(home) ?? []) : [])

/** Of whom Y and X tell. @param {Ticket} ticket @param {Callee[]} list */
function markedOf(ticket, list) {
  const chosen = marked?.ticket === ticket.id ? list.find(({ id }) => id === marked?.id) : undefined
  return chosen ?? nextToCall(list, ticket.timeline)
}

/** Who has it in hand tells whom he reached; others can only look. @param {Ticket} ticket */
const mayTell = (ticket) => ticket.state !== 'closed' && (ticket.holder === null || isMine(ticket))

/** @param {Element} part @param {Ticket} ticket @param {OnCalled} onCalled whom somebody telephoned, and whether he was reached */
export function showCalling(part, ticket, onCalled) {
  const list = listOf(ticket)
  const known = ticket.home !== null && contactsOf(ticket.home) !== undefined
  const calls = ticket.timeline.filter(({ what }) => what.startsWith('contact_'))
  const next = nextToCall(list, calls)
  const told = mayTell(ticket)
  const mark = told ? markedOf(ticket, list)?.id : undefined
  const isNext = (/** @type {Callee} */ { id }) => told && next?.id === id
  fill(part, [language(), ticket.id, known, list, calls, next?.id, mark, told], () =>
    known
      ? [
          el('h3', {}, w('heading')),
          el(
            'ol',
            { class: 'contacts' },
            ...list.map((callee) =>
              row(callee, { calls, isNext: isNext(callee), mark, onCalled: told ? onCalled : undefined }),
            ),
          ),
          !list.some(({ id }) => id !== 'resident') && el('p', { class: 'warn' }, w('none')),
          told && list.length > 0 && el('p', { class: 'calling-hint' }, w('hint')),
        ]
      : [],
  )
}

/**
 * @param {Callee} callee
 * @param {{ calls: Ticket['timeline'], isNext: boolean, mark: string | undefined, onCalled: OnCalled | undefined }} about
 */
function row(callee, { calls, isNext, mark, onCalled }) {
  const { id, key, name, relation, phone } = callee
  const last = lastCallOf(callee, calls)
  const isMarked = mark === id
  return el(
    'li',
    { class: isMarked ? 'marked' : '', 'data-callee': id },
    el('kbd', { class: 'order', 'aria-hidden': 'true' }, key),
    el(
      'span',
      { class: 'callee' },
      el('b', {}, name),
      relation && el('small', {}, relation),
      isNext && el('i', { class: 'next-to-call' }, w('next')),
      last &&
        el(
          'small',
          { class: `last-call ${last.what}` },
          `${wordFor('done', last.what)} ${timeText(last.at, language(), now())}`,
        ),
    ),
    phone ? phoneLink(phone) : el('small', {}, w('no_number')),
    onCalled && result(callee, isMarked, onCalled),
  )
}

/** @param {Callee} callee @param {boolean} isMarked @param {OnCalled} onCalled */
const result = ({ id, name }, isMarked, onCalled) =>
  el(
    'span',
    { class: 'called' },
    ...[true, false].map((reached) => {
      const word = t(reached ? 'contact.reached' : 'contact.not_reached')
      return el(
        'button',
        {
          class: 'call-result',
          'aria-keyshortcuts': isMarked ? (reached ? 'Y' : 'X') : null,
          onclick: () => onCalled(id, reached),
        },
        el('span', { class: 'unseen' }, `${name}: `),
        word,
        isMarked && keyCap(reached ? 'Y' : 'X'),
      )
    }),
  )

/** A number that can be pressed; anything that is not one stays text. @param {string} phone */
export function phoneLink(phone) {
  if (!/^[+0-9 ()-]+$/.test(phone)) return el('span', { class: 'phone' }, phone)
  return el('a', { class: 'phone', href: `tel:${phone.replaceAll(/[ ()-]/g, '')}` }, icon('phone'), phone)
}

/**
 * A number key: marks whom Y and X are about.
 * @param {Ticket} ticket @param {string} key @returns {string} what to say where nobody has this number
 */
export function mark(ticket, key) {
  const callee = listOf(ticket).find((one) => one.key === key)
  if (!callee) return w('nobody', { n: key })
  marked = { ticket: ticket.id, id: callee.id }
  byId('soft').textContent = w('chosen', { name: callee.name })
  return ''
}

/** Whom Y or X tells of now; undefined: nobody is marked. @param {Ticket} ticket */
export const toTellOf = (ticket) => markedOf(ticket, listOf(ticket))?.id

/** The mark goes on to the next once its result is told. */
export const unmark = () => {
  marked = undefined
}

/** What to say to somebody who tells a result before it is known of whom. */
export const chooseFirst = () => w('choose_first')
