// @ts-check
import { byId, el, fill, keyCap, set } from '../parts/dom.js'
import { t } from '../words/words.js'

/**
 * The command bar: a line in which anything can be said that keys and buttons do, and more: a ticket by its number, a page, a
 * person. What fits is offered while one types, in either language.
 * @typedef {{ label: string, hint?: string, key?: string, also?: string[], run: () => void }} Command `hint`: what is said beside it; `key`: its key,
 *   where it has one; `also`: other words by which it is found, as those of the other language
 * @typedef {(text: string) => Command[] | Promise<Command[]>} CommandSource what is offered for a text, in order; searches on the server
 *   answer later and stand below the rest
 */

/** More than these are not looked at, but narrowed by typing on. */
export const mostOffered = 12

/** Where commands come from; whoever has some adds a source. @type {CommandSource[]} */
export const commandSources = []

const bar = () => /** @type {HTMLDialogElement} */ (byId('command'))

export const commandBarOpen = () => bar().open
export const shutCommandBar = () => bar().close()

/** The text without what does not matter: case, marks, blanks. @param {string} text */
export const plainText = (text) =>
  text
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .trim()

/**
 * How well a command fits a text; 0: not at all. The beginning of its name is best, then the beginning of a word, then anywhere;
 * every word of the text must be found.
 * @param {Pick<Command, 'label' | 'hint' | 'also'>} command @param {string} text
 */
export function fits({ label, hint = '', also = [] }, text) {
  const wanted = plainText(text)
  if (wanted === '') return 1
  const names = [label, ...also].map(plainText)
  if (names.some((name) => name.startsWith(wanted))) return 4
  const all = [...names, plainText(hint)].join(' ')
  const words = wanted.split(/\s+/)
  if (words.every((word) => ` ${all}`.includes(` ${word}`))) return 3
  return words.every((word) => all.includes(word)) ? 2 : 0
}

/** The commands that fit, best first; those that fit equally stay as they came. @param {Command[]} commands @param {string} text */
export const fitting = (commands, text) =>
  commands
    .map((command) => ({ command, fit: fits(command, text) }))
    .filter(({ fit }) => fit > 0)
    .sort((a, b) => b.fit - a.fit)
    .map(({ command }) => command)

/** What is offered now, and which of it is chosen. */
const offered = { commands: /** @type {Command[]} */ ([]), chosen: 0, turn: 0 }

/** Opens the bar. */
export function openCommandBar() {
  const input = /** @type {HTMLInputElement} */ (
    el('input', {
      id: 'command_text',
      type: 'text',
      role: 'combobox',
      'aria-expanded': 'true',
      'aria-controls': 'command_list',
      'aria-autocomplete': 'list',
      'aria-label': t('command.heading'),
      placeholder: t('command.hint'),
      autocomplete: 'off',
      autocapitalize: 'none',
      spellcheck: 'false',
    })
  )
  const list = el('ul', { id: 'command_list', role: 'listbox', 'aria-label': t('command.heading') })
  input.addEventListener('input', () => void offer(input, list))
  input.addEventListener('keydown', (event) => onKey(event, input, list))
  bar().replaceChildren(
    input,
    list,
    el(
      'p',
      { class: 'command-foot' },
      keyCap('↑↓'),
      t('command.choose'),
      keyCap('↵'),
      t('command.take'),
      keyCap('Esc'),
      t('command.leave'),
    ),
  )
  bar().showModal()
  input.focus()
  void offer(input, list)
}

/** @param {HTMLInputElement} input @param {HTMLElement} list */
async function offer(input, list) {
  const turn = ++offered.turn
  const text = input.value
  const answers = commandSources.map((source) => source(text))
  take(answers.filter((answer) => Array.isArray(answer)).flat())
  for (const answer of answers) {
    if (Array.isArray(answer)) continue
    // What cannot be searched now is not offered; all else is.
    const more = await answer.catch(() => [])
    if (turn === offered.turn) take([...offered.commands, ...more])
  }

  /** @param {Command[]} commands */
  function take(commands) {
    offered.commands = commands.slice(0, mostOffered)
    offered.chosen = Math.min(offered.chosen, Math.max(0, offered.commands.length - 1))
    if (turn !== drawnTurn) offered.chosen = 0
    drawnTurn = turn
    draw(input, list)
  }
}
let drawnTurn = 0

/** @param {HTMLInputElement} input @param {HTMLElement} list */
function draw(input, list) {
  const { commands, chosen } = offered
  list.replaceChildren(
    ...(commands.length === 0 ? [el('li', { class: 'empty' }, t('command.nothing'))] : commands.map(option)),
  )
  set(input, 'aria-activedescendant', commands.length > 0 ? `command_${chosen}` : null)
  list.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
}

/** @param {Command} command @param {number} place */
const option = (command, place) =>
  el(
    'li',
    {
      id: `command_${place}`,
      role: 'option',
      'aria-selected': place === offered.chosen ? 'true' : 'false',
      onclick: () => run(command),
    },
    el('span', {}, command.label),
    command.hint && el('small', {}, command.hint),
    command.key && keyCap(command.key),
  )

/** @param {KeyboardEvent} event @param {HTMLInputElement} input @param {HTMLElement} list */
function onKey(event, input, list) {
  // Enter and the arrows belong to the input method while it is composing.
  if (event.isComposing) return
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (by) {
    event.preventDefault()
    const count = offered.commands.length
    offered.chosen = count > 0 ? (offered.chosen + by + count) % count : 0
    draw(input, list)
  } else if (event.key === 'Enter') {
    event.preventDefault()
    const command = offered.commands[offered.chosen]
    if (command) run(command)
  }
}

/** @param {Command} command */
function run(command) {
  shutCommandBar()
  fill(bar(), null, () => [])
  command.run()
}
