// @ts-check
import { call } from '../house/calls.js'
import { el } from '../parts/dom.js'
import { panel } from '../parts/page_head.js'
import { after } from '../parts/time.js'
import { wordsOf } from '../words/words.js'
import { en, zh } from './devices_words.js'
import { doButton, inPath, momentText } from './registry_parts.js'

/**
 * What the device is asked to do, and what it answered; looked at again while an answer may come.
 * @typedef {import('../../domain/commands.ts').Command} Command
 * @typedef {import('../../domain/commands.ts').CommandKind} Kind
 */

const w = wordsOf({ en, zh })

const lookAgainMs = 2_000
const shown = 6

/** @param {string} device @param {boolean} maySend @returns {{ node: HTMLElement, stop: () => void }} */
export function commandsPanel(device, maySend) {
  const path = `/devices/${inPath(device)}/commands`
  const list = el('ul', { class: 'command-list', 'aria-live': 'polite' })
  let stopped = false
  let cancel = () => {}

  async function look() {
    cancel()
    const page = await call(`${path}?limit=${shown}`).catch(() => undefined)
    if (stopped) return
    const commands = /** @type {Command[]} */ (page?.items ?? [])
    if (page)
      list.replaceChildren(
        ...(commands.length === 0 ? [el('li', { class: 'empty' }, w('commands_none'))] : commands.map(row)),
      )
    const isOpen = !page || commands.some(({ state }) => state === 'queued' || state === 'delivered')
    if (isOpen) cancel = after(lookAgainMs, () => void look())
  }
  /** @param {Kind} kind @param {string} [text] */
  async function send(kind, text) {
    await call(path, { method: 'POST', body: { kind, ...(text && { text }) } })
    await look()
  }

  void look()
  return {
    node: panel(w('commands'), maySend && sending(send), list),
    stop: () => {
      stopped = true
      cancel()
    },
  }
}

/** @param {(kind: Kind, text?: string) => Promise<void>} send */
function sending(send) {
  const text = /** @type {HTMLInputElement} */ (el('input', { name: 'text', maxlength: 500, autocomplete: 'off' }))
  const say = async () => {
    if (text.value.trim() === '') return text.focus()
    await send('say', text.value.trim())
    text.value = ''
  }
  return el(
    'div',
    { class: 'record' },
    el(
      'div',
      { class: 'do-row' },
      .../** @type {const} */ (['test', 'ring', 'locate']).map((kind) => doButton(w(kind), () => send(kind))),
    ),
    el(
      'div',
      { class: 'do-row' },
      el('label', { class: 'field' }, el('span', {}, w('say_text')), text),
      doButton(w('say'), say),
    ),
  )
}

/** @param {Command} command */
function row({ kind, text, state, queued_at, answer }) {
  const came = answer ? [w(`answer_${answer.result}`), answer.detail].filter(Boolean).join(': ') : w(`command_${state}`)
  return el(
    'li',
    { class: state },
    el('time', { datetime: queued_at }, momentText(queued_at)),
    ' ',
    el('b', {}, w(kind)),
    text ? ` “${text}”` : '',
    ' – ',
    el('span', {}, came),
  )
}
