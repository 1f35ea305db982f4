// @ts-check

import { actionKeys } from '../house/rules.js'
import { commandBarOpen } from './command_bar.js'
import { dialogOpen } from './dialogs.js'

/**
 * Everything without the mouse. Letters are read from the key's place where an input method takes them (Chinese pinyin).
 * @typedef {import('../../domain/ticket.ts').TicketAction} TicketAction
 * @typedef {{
 *   step: (by: 1 | -1, held: boolean) => void, open: () => void, go: () => void, back: () => void, sound: () => void, language: () => void,
 *   help: () => void, lock: () => void, command: () => void, action: (action: TicketAction) => void,
 *   callee: (key: string) => void, called: (reached: boolean) => void,
 * }} Commands
 */

/** @param {KeyboardEvent} event */
export function keyOf(event) {
  const place = /^Key([A-Z])$/.exec(event.code)?.[1]
  if (event.key === 'Process' && place) return place.toLowerCase()
  return event.key.length === 1 ? event.key.toLowerCase() : event.key
}

/** @param {EventTarget | null} target */
const isWriting = (target) => target instanceof Element && target.closest('input, textarea, select') !== null

/** @param {EventTarget | null} target */
const isPressable = (target) =>
  target instanceof Element && target.closest('button, a, summary, [role=button]') !== null

/** @param {Commands} commands @returns {(event: KeyboardEvent) => void} */
export function keyListener(commands) {
  const byAction = new Map(
    Object.entries(actionKeys).map(([action, key]) => [key, /** @type {TicketAction} */ (action)]),
  )
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return
    if (dialogOpen() || commandBarOpen() || isWriting(event.target)) return
    const key = keyOf(event)
    const action = byAction.get(key)
    const command = action
      ? () => commands.action(action)
      : /^[0-9]$/.test(key)
        ? () => commands.callee(key)
        : plain(key, event, commands)
    // Held down, a key must not take a second step: the first was meant, the repeat is a hand that rests.
    if (!command || (event.repeat && key !== 'j' && key !== 'k')) return
    event.preventDefault()
    command()
  }
}

/** @param {string} key @param {KeyboardEvent} event @param {Commands} commands @returns {(() => void) | undefined} */
function plain(key, { target, repeat }, commands) {
  const inPanel = target instanceof Element && target.closest('#ticket, #page') !== null
  switch (key) {
    case 'j':
      return () => commands.step(1, repeat)
    case 'k':
      return () => commands.step(-1, repeat)
    case 'ArrowDown':
      return inPanel ? undefined : () => commands.step(1, repeat)
    case 'ArrowUp':
      return inPanel ? undefined : () => commands.step(-1, repeat)
    case 'Enter':
      return isPressable(target) ? undefined : commands.open
    case 'Escape':
      return commands.back
    case 'y':
    case 'x':
      return () => commands.called(key === 'y')
    case 'g':
      return commands.go
    case 'q':
      return commands.lock
    case 'm':
      return commands.sound
    case 'l':
      return commands.language
    case '/':
    case '、': // the same key under a Chinese input method
      return commands.command
    case '?':
    case '？':
      return commands.help
    default:
      return undefined
  }
}
