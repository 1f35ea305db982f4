// @ts-check

import { actionKeys, transitions } from '../house/rules.js'
import { now } from '../parts/time.js'
import { clockText } from '../words/format.js'
import { language, t, tables, wordFor } from '../words/words.js'
import { groups, waitingSince } from '../work/queue.js'
import { fitting, mostOffered, plainText } from './command_bar.js'
import { openPages } from './rail.js'
import { addressOf, workAddress } from './route.js'

/**
 * What the command bar offers of itself: the steps of the ticket that is open, tickets, pages, and what the bar's buttons do.
 * @typedef {import('./command_bar.js').Command} Command
 * @typedef {import('../work/queue.js').Ticket} Ticket
 * @typedef {import('../../domain/ticket.ts').TicketAction} TicketAction
 * @typedef {import('../words/words.js').WordKey} WordKey
 * @typedef {{
 *   ticket: () => Ticket | undefined, queue: () => import('../work/queue.js').Queue, act: (action: TicketAction) => void,
 *   go: () => void, sound: () => void, language: () => void, keys: () => void, lock: () => void, logOut: () => void,
 * }} Doing
 */

/** The word of the other language, by which a command is found too. @param {string} key */
const otherWord = (key) => {
  const table = tables[language() === 'en' ? 'zh-CN' : 'en']
  return key in table ? [table[/** @type {WordKey} */ (key)]] : []
}

/** @param {string} address */
const goTo = (address) => () => {
  location.hash = address
}

/** @param {Doing} doing @returns {import('./command_bar.js').CommandSource} */
export const consoleCommands = (doing) => (text) =>
  fitting([...steps(doing), ...plain(doing), ...pageCommands(), ...tickets(doing, text)], text)

/** @param {Doing} doing @returns {Command[]} */
function steps({ ticket, act }) {
  const open = ticket()
  if (!open) return []
  const allowed = /** @type {TicketAction[]} */ (Object.keys(actionKeys)).filter(
    (action) => transitions[open.state][action],
  )
  return allowed.map((action) => ({
    label: t(`action.${action}`),
    hint: t('command.on_ticket', { number: open.number }),
    key: actionKeys[action].toUpperCase(),
    also: [action, ...otherWord(`action.${action}`)],
    run: () => act(action),
  }))
}

/** @param {Doing} doing @returns {Command[]} */
function plain(doing) {
  const of = (/** @type {WordKey} */ key, /** @type {string | undefined} */ cap, /** @type {() => void} */ run) => ({
    label: t(key),
    ...(cap && { key: cap }),
    also: otherWord(key),
    run,
  })
  return [
    of('keys.go', 'G', doing.go),
    of('keys.sound', 'M', doing.sound),
    of('command.language', 'L', doing.language),
    of('command.keys', '?', doing.keys),
    of('keys.lock', 'Q', doing.lock),
    of('app.log_out', undefined, doing.logOut),
  ]
}

/** @returns {Command[]} */
const pageCommands = () => [
  { label: t('rail.work'), hint: t('command.page'), also: otherWord('rail.work'), run: goTo(workAddress()) },
  ...openPages().map(({ name }) => ({
    label: wordFor('page', name),
    hint: t('command.page'),
    also: [name, ...otherWord(`page.${name}`)],
    run: goTo(addressOf(name)),
  })),
]

/**
 * Tickets by number, kind or state; without a text those that wait. There may be thousands, and they are looked through at every
 * letter: so words are looked up once for each kind and state, and only what can be offered becomes a command.
 * @param {Doing} doing @param {string} text @returns {Command[]}
 */
function tickets({ queue }, text) {
  const { waiting, in_hand, from_before, closed } = groups(queue())
  const words = plainText(text).replaceAll('#', '').split(/\s+/).filter(Boolean)
  if (words.length === 0) return waiting.slice(0, mostOffered).map(ticketCommand)
  /** @type {Map<string, string>} */
  const texts = new Map()
  const isFound = (/** @type {Ticket} */ ticket) => {
    const number = String(ticket.number)
    return words.every((word) => number.includes(word) || textOf(ticket, texts).includes(word))
  }
  const found = [...waiting, ...in_hand, ...from_before, ...closed].filter(isFound)
  const exact = found.filter(({ number }) => words.includes(String(number)))
  const byNumber = found.filter(({ number }) => words.some((word) => String(number).startsWith(word)))
  return [...new Set([...exact, ...byNumber.slice(0, mostOffered), ...found.slice(0, mostOffered)])].map(ticketCommand)
}

/** By what a ticket is found besides its number. @param {Ticket} ticket @param {Map<string, string>} texts those already put together */
function textOf({ kind, state }, texts) {
  const key = `${kind} ${state}`
  const known = texts.get(key)
  if (known !== undefined) return known
  const names = [kind, wordFor('signal', kind), ...otherWord(`signal.${kind}`), wordFor('state', state)]
  const text = plainText(names.join(' '))
  texts.set(key, text)
  return text
}

/** @param {Ticket} ticket @returns {Command} */
const ticketCommand = (ticket) => ({
  label: `#${ticket.number} ${wordFor('signal', ticket.kind)}`,
  hint: `${wordFor('state', ticket.state)} · ${clockText(now() - waitingSince(ticket))}`,
  also: [String(ticket.number), ticket.kind, ...otherWord(`signal.${ticket.kind}`)],
  run: goTo(workAddress(ticket.id)),
})
