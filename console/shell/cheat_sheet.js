// @ts-check

import { actionKeys } from '../house/rules.js'
import { el } from '../parts/dom.js'
import { t } from '../words/words.js'
import { openDialog } from './dialogs.js'

/** Every key of the console, in the order in which a dispatcher needs them. */

/** @typedef {import('../../domain/ticket.ts').TicketAction} TicketAction */
/** @typedef {import('../words/words.js').WordKey} WordKey */

/** @type {[key: string, word: WordKey][]} */
const moving = [
  ['↵', 'keys.most_urgent'],
  ['G', 'keys.go'],
  ['J ↓', 'keys.next'],
  ['K ↑', 'keys.previous'],
  ['Esc', 'keys.back'],
]

/** @type {[key: string, word: WordKey][]} */
const calling = [
  ['0 … 9', 'keys.callee'],
  ['Y X', 'keys.called'],
]

/** @type {[key: string, word: WordKey][]} */
const always = [
  ['/', 'keys.command'],
  ['M', 'keys.sound'],
  ['L', 'keys.language'],
  ['Q', 'keys.lock'],
  ['?', 'keys.help'],
]

/** @param {[key: string, text: string]} of */
const row = ([key, text]) => el('div', {}, el('dt', {}, el('kbd', {}, key)), el('dd', {}, text))

/** @param {string} heading @param {[key: string, text: string][]} rows */
const part = (heading, rows) => el('section', {}, el('h3', {}, heading), el('dl', {}, ...rows.map(row)))

/** The sheet of keys. */
export function showKeys() {
  const said = (/** @type {[key: string, word: WordKey]} */ [key, word]) =>
    /** @type {[string, string]} */ ([key, t(word)])
  const actions = Object.entries(actionKeys).map(
    ([action, key]) =>
      /** @type {[string, string]} */ ([key.toUpperCase(), t(`action.${/** @type {TicketAction} */ (action)}`)]),
  )
  const sheet = el(
    'form',
    { method: 'dialog', class: 'question keys' },
    el('h2', {}, t('keys.heading')),
    el(
      'div',
      { class: 'key-parts' },
      part(t('keys.on_ticket'), [...actions, ...calling.map(said)]),
      el('div', {}, part(t('keys.moving'), moving.map(said)), part(t('keys.always'), always.map(said))),
    ),
    el(
      'div',
      { class: 'buttons' },
      el('button', { type: 'submit', class: 'primary', autofocus: true }, t('keys.close')),
    ),
  )
  void openDialog(sheet, () => true)
}
