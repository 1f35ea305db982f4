// @ts-check

import { clockText } from '../words/format.js'
import { t } from '../words/words.js'
import { el } from './dom.js'
import { now } from './time.js'

/** Clocks that run on the page. They carry their instant with them, so one beat a second can move them all. */

/** How long since `at` (epoch ms); from `lateAt` on it is marked late. @param {number} at @param {number} [lateAt] */
export const sinceClock = (at, lateAt) =>
  beat(el('span', { class: 'clock', 'data-since': at, 'data-late-at': lateAt }), now())

/** `in 0:32`, later `overdue by 0:08`. @param {number} at epoch ms */
export const dueClock = (at) => beat(el('span', { class: 'clock due', 'data-due': at }), now())

/** @param {HTMLElement} clock @param {number} present */
function beat(clock, present) {
  const { since, due, lateAt } = clock.dataset
  const late = due ? present > Number(due) : lateAt !== undefined && present > Number(lateAt)
  const text = due ? dueText(Number(due) - present) : clockText(present - Number(since))
  if (clock.textContent !== text) clock.textContent = text
  clock.classList.toggle('late', late)
  return clock
}

/** @param {number} left */
const dueText = (left) =>
  left > 0 ? t('next.in', { left: clockText(left + 999) }) : t('next.overdue', { for: clockText(-left) })

/** Moves every clock of the page to the present. */
export function beatAll() {
  const present = now()
  for (const clock of document.querySelectorAll('.clock')) beat(/** @type {HTMLElement} */ (clock), present)
}
