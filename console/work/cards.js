// @ts-check

import { absencesOf, homeOf, residentsOf } from '../house/directory.js'
import { answerWithinMs, isWaiting } from '../house/rules.js'
import { dueClock, sinceClock } from '../parts/clocks.js'
import { arrange, byId, el, fill, nodes, set } from '../parts/dom.js'
import { severityIcon } from '../parts/icons.js'
import { now } from '../parts/time.js'
import { listText } from '../words/format.js'
import { language, t, wordFor } from '../words/words.js'
import { absenceTag } from './absences.js'
import { holderName, isMine } from './people.js'
import { waitingSince } from './queue.js'

/**
 * The queue as it is seen: a card for each ticket.
 * @typedef {import('../../domain/ticket.ts').Ticket} Ticket
 * @typedef {import('./queue.js').Groups} Groups
 */

/** Cards of a group. Whoever has more before them works from the top; the rest is counted, and `J` still reaches it. */
const cardsShown = 50

/** What stands in a card: the ticket, and all else that it was made of. @typedef {{ card: HTMLElement, ticket?: Ticket, made?: string }} Made */
/** @type {Map<string, Made>} */
const cards = new Map()

const names = /** @type {const} */ (['waiting', 'in_hand', 'from_before', 'closed'])

/**
 * @typedef {{ selected: string | undefined, loaded: boolean, onSelect: (id: string) => void }} Page
 * @param {Groups} groups @param {Page} page
 */
export function showQueue(groups, page) {
  const queue = byId('queue')
  fill(queue, language(), () => [
    el('h1', { class: 'unseen' }, t('queue.heading')),
    ...names.map((name) =>
      el(
        'section',
        { id: `group_${name}`, class: 'group' },
        el('h2', {}, el('span', {}, t(`queue.${name}`)), el('b', { class: 'count' })),
        el('ul', { class: 'cards' }),
        el('p', { class: 'empty' }),
      ),
    ),
  ])
  const of = { ...page, around: JSON.stringify([language(), new Date(now()).toDateString()]) }
  const shown = new Set(names.flatMap((name) => showGroup(name, groups[name], of)).map(({ id }) => id))
  for (const id of cards.keys()) if (!shown.has(id)) cards.delete(id)
}

/** `around`: what every card is made of besides. @typedef {Page & { around: string }} Around */

/** @param {keyof Groups} name @param {Ticket[]} tickets @param {Around} page @returns {Ticket[]} those that have a card */
function showGroup(name, tickets, page) {
  const section = byId(`group_${name}`)
  const [heading, list, empty] = section.children
  if (!heading?.lastElementChild || !list || !empty) return []
  setText(heading.lastElementChild, tickets.length > 0 ? String(tickets.length) : '')
  const shown = tickets.filter(({ id }, place) => place < cardsShown || id === page.selected)
  const more = tickets.length - shown.length
  const nobody = name === 'waiting' && tickets.length === 0
  const nothing = t(page.loaded ? 'queue.nobody' : 'queue.loading')
  setText(empty, nobody ? nothing : more > 0 ? t('queue.more', { n: more }) : '')
  section.hidden = name !== 'waiting' && tickets.length === 0
  arrange(
    list,
    shown.map((ticket) => cardOf(ticket, page)),
  )
  return shown
}

/** Even the same text, set anew, has the page laid out again. @param {Element} node @param {string} text */
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text
}

/** @param {Ticket} ticket @param {Around} page */
function cardOf(ticket, page) {
  const made = cards.get(ticket.id) ?? newCard(ticket.id, page.onSelect)
  const button = /** @type {HTMLElement} */ (made.card.firstElementChild)
  const who = whoAndWhere(ticket)
  const inputs = JSON.stringify(who) + page.around
  if (made.ticket !== ticket || made.made !== inputs) {
    button.replaceChildren(...nodes(contents(ticket, who)))
    button.className = `card ${ticket.severity} ${ticket.state}`
    Object.assign(made, { ticket, made: inputs })
  }
  set(button, 'aria-current', page.selected === ticket.id)
  return made.card
}

/** @param {string} id @param {(id: string) => void} onSelect @returns {Made} */
function newCard(id, onSelect) {
  const made = { card: el('li', {}, el('button', { 'data-ticket': id, onclick: () => onSelect(id) })) }
  cards.set(id, made)
  return made
}

/** @param {Ticket} ticket */
function whoAndWhere({ home }) {
  if (!home) return undefined
  const residents = residentsOf(home)
  return {
    address: homeOf(home).home?.address,
    names: residents?.map(({ name }) => name),
    away: absencesOf(home).map((absence) => absenceTag(absence, residents)),
  }
}

/** @param {Ticket} ticket @param {ReturnType<typeof whoAndWhere>} who */
function contents(ticket, who) {
  const { kind, severity, number, evidence, unverified, late, home, device, holder, outcome } = ticket
  const where = who?.address ?? (home ? '' : t(kind === 'system' ? 'card.system' : 'card.no_home'))
  const names =
    (who?.names && listText(who.names, language())) ??
    (home || kind === 'system' ? '' : t('ticket.unknown_device', { device: device ?? '' }))
  return [
    severityIcon(severity),
    el('b', { class: 'kind' }, wordFor('signal', kind)),
    el('span', { class: 'when' }, ...when(ticket)),
    el('span', { class: 'address' }, where),
    el('span', { class: 'names' }, names),
    el(
      'span',
      { class: 'tags' },
      ...progress(ticket),
      el('i', { class: 'severity' }, wordFor('severity', severity)),
      el('i', {}, `#${number}`),
      unverified && el('i', { class: 'unverified' }, t(late ? 'card.from_before' : 'card.unverified')),
      ...(who?.away ?? []).map((text) => el('i', { class: 'away' }, text)),
      evidence.length > 1 && el('i', {}, t('card.signals', { n: evidence.length })),
      holder && el('i', {}, isMine(ticket) ? t('card.mine') : t('card.held_by', { who: holderName(ticket) })),
      outcome && el('i', {}, wordFor('outcome', outcome)),
    ),
  ]
}

/** @param {Ticket} ticket */
const stateOf = ({ state }) => el('i', { class: `state ${state}` }, wordFor('state', state))

/** How far the case in hand is, and until when it may rest there. @param {Ticket} ticket */
const progress = (ticket) =>
  isWaiting(ticket) || ticket.state === 'closed'
    ? []
    : [stateOf(ticket), ticket.next_step?.at && dueClock(Date.parse(ticket.next_step.at))]

/** What runs on the card: the wait of the open, the age of those in hand. @param {Ticket} ticket */
function when(ticket) {
  if (ticket.state === 'closed') return [stateOf(ticket)]
  if (!isWaiting(ticket))
    return [el('small', { class: 'unseen' }, t('ticket.open_for')), sinceClock(Date.parse(ticket.opened_at))]
  const since = waitingSince(ticket)
  if (ticket.late) return [el('small', { class: 'unseen' }, t('card.waiting')), sinceClock(since)]
  return [
    el('small', { class: 'unseen' }, t('card.waiting')),
    sinceClock(since, since + answerWithinMs),
    el('small', { class: 'late-word' }, t('card.late')),
  ]
}
