// @ts-check

import { CallError, call } from '../house/calls.js'
import { actionKeys, allowedFrom, isWaiting, transitions, usualStep } from '../house/rules.js'
import { byId, el, fill, keyCap, set } from '../parts/dom.js'
import { now } from '../parts/time.js'
import { askFor } from '../shell/dialogs.js'
import { timeText } from '../words/format.js'
import { language, t, wordFor } from '../words/words.js'
import { chooseFirst, mark, toTellOf, unmark } from './calling.js'
import { holderName, whoText } from './people.js'

/**
 * The steps a dispatcher may take on the ticket that is open: buttons, keys, and what is said when a step is not possible.
 * @typedef {import('../../domain/ticket.ts').Ticket} Ticket
 * @typedef {import('../../domain/ticket.ts').TicketAction} TicketAction
 * @typedef {typeof import('../house/known.js').snapshots} Tickets
 */

/** Steps that are taken at once; the others ask for something first. */
const atOnce = new Set(['acknowledge', 'arrive'])
/** The way of a ticket: always seen, also what of it is not possible now. @type {TicketAction[]} */
const onTheWay = ['acknowledge', 'dispatch', 'arrive', 'resolve', 'close']
/** What can be done beside it: seen where it is possible. @type {TicketAction[]} */
const beside = ['contact', 'assign', 'note', 'share', 'reopen']

/** What is said below the buttons, and of which ticket. @type {{ ticket: string, lines: string[] } | undefined} */
let said
/** @type {string | undefined} */
let busyWith

/** @param {Ticket} ticket @param {Tickets} tickets */
export function showActions(ticket, tickets) {
  const part = byId('actions')
  fill(part, [language(), ticket.id], () => [
    el('h3', { class: 'unseen' }, t('action.heading')),
    el(
      'div',
      { class: 'buttons' },
      ...[onTheWay, beside].map((row) => el('div', {}, ...row.map((action) => button(action, ticket.id, tickets)))),
    ),
    el('div', { class: 'said', role: 'alert' }),
  ])
  const focused = document.activeElement
  for (const node of part.querySelectorAll('button')) {
    const action = /** @type {TicketAction} */ (node.dataset.action)
    const allowed = Boolean(transitions[ticket.state][action])
    node.hidden = !allowed && !onTheWay.includes(action)
    node.disabled = busyWith === ticket.id
    // It can still be pressed and reached by the keyboard: then it says why not.
    set(node, 'aria-disabled', !allowed && 'true')
    set(node, 'title', !allowed && notAllowed(action, ticket))
    node.classList.toggle('passed', action === 'acknowledge' && allowed && ticket.holder !== null)
    node.classList.toggle('primary', (isWaiting(ticket) ? 'acknowledge' : usualStep[ticket.state]) === action)
    // A button that goes must not leave the keyboard nowhere, nor put it on the next step, where Enter would press it.
    if (node === focused && (node.hidden || node.disabled)) byId('ticket').focus()
  }
  const lines = said?.ticket === ticket.id ? said.lines : []
  const talk = part.querySelector('.said')
  if (talk) fill(talk, lines, () => lines.map((line) => el('p', {}, line)))
}

/** @param {TicketAction} action @param {string} id @param {Tickets} tickets */
const button = (action, id, tickets) =>
  el(
    'button',
    { 'data-action': action, onclick: () => void take(action, tickets.current(id), tickets) },
    t(`action.${action}`),
    keyCap(actionKeys[action].toUpperCase()),
  )

/**
 * Takes a step, by key or by click; where the state does not allow it, says from which it is allowed.
 * @param {TicketAction} action @param {Ticket | undefined} ticket @param {Tickets} tickets
 */
export async function take(action, ticket, tickets) {
  if (!ticket || busyWith) return
  if (!transitions[ticket.state][action]) {
    say(ticket, [notAllowed(action, ticket)], tickets)
    return
  }
  const body = atOnce.has(action) ? {} : await askFor(action, ticket.id, tickets.current)
  if (body) await send(action, ticket.id, body, tickets)
}

/**
 * Says that somebody was telephoned, and reached or not: one press beside the number.
 * @param {string} id the ticket's @param {string} contact @param {boolean} reached @param {Tickets} tickets
 */
export async function tellContact(id, contact, reached, tickets) {
  if (busyWith) return
  unmark()
  await send('contact', id, { contact, reached }, tickets)
}

/**
 * A number key: whom Y and X are about.
 * @param {string} key @param {Ticket | undefined} ticket @param {Tickets} tickets
 */
export function markCallee(key, ticket, tickets) {
  const complaint = ticket && mark(ticket, key)
  if (ticket) say(ticket, complaint ? [complaint] : [], tickets)
}

/** Y and X: what came of the call to whoever is marked. @param {boolean} reached @param {Ticket | undefined} ticket @param {Tickets} tickets */
export async function tellMarked(reached, ticket, tickets) {
  if (!ticket || busyWith) return
  const whom = toTellOf(ticket)
  if (!transitions[ticket.state].contact) say(ticket, [notAllowed('contact', ticket)], tickets)
  else if (whom === undefined) say(ticket, [chooseFirst()], tickets)
  else await tellContact(ticket.id, whom, reached, tickets)
}

/** @param {TicketAction} action @param {Ticket} ticket */
const notAllowed = (action, ticket) =>
  t('action.not_allowed', {
    action: t(`action.${action}`),
    state: t(`state.${ticket.state}`),
    states: allowedFrom(action)
      .map((state) => t(`state.${state}`))
      .join(t('action.or')),
  })

/** @param {TicketAction} action @param {string} id @param {object} body @param {Tickets} tickets */
async function send(action, id, body, tickets) {
  const since = tickets.mark()
  const before = tickets.current(id)
  busyWith = id
  said = undefined
  if (before) showActions(before, tickets)
  try {
    const answer = await call(`/tickets/${encodeURIComponent(id)}/${action}`, { method: 'POST', body })
    busyWith = undefined
    tickets.take(answer, since)
  } catch (error) {
    busyWith = undefined
    await explain(action, id, error instanceof CallError ? error : new CallError('internal'), tickets)
  }
}

/** @param {TicketAction} action @param {string} id @param {CallError} error @param {Tickets} tickets */
async function explain(action, id, error, tickets) {
  const lines = [`${t('action.failed', { action: t(`action.${action}`) })} ${wordFor('error', error.code)}`]
  if (error.code === 'transition_not_allowed' || error.code === 'held_by_other') await reload(id, tickets)
  const ticket = tickets.current(id)
  if (!ticket) return
  if (error.code === 'transition_not_allowed') lines.push(...meanwhile(ticket))
  if (error.code === 'held_by_other') lines.push(t('action.held_hint', { who: holderName(ticket) }))
  say(ticket, lines, tickets)
}

/** @param {string} id @param {Tickets} tickets */
async function reload(id, tickets) {
  const since = tickets.mark()
  try {
    tickets.take(await call(`/tickets/${encodeURIComponent(id)}`), since)
  } catch {
    // The live events bring it too; what is said does not depend on it.
  }
}

/** Who was faster, and with what. @param {Ticket} ticket */
function meanwhile(ticket) {
  const last = ticket.timeline.at(-1)
  if (!last) return []
  const at = timeText(last.at, language(), now())
  return [
    t('action.meanwhile', {
      who: whoText(last.who),
      what: wordFor('done', last.what),
      at,
      state: t(`state.${ticket.state}`),
    }),
  ]
}

/** @param {Ticket} ticket @param {string[]} lines @param {Tickets} tickets */
function say(ticket, lines, tickets) {
  said = { ticket: ticket.id, lines }
  showActions(ticket, tickets)
}
