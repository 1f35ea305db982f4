// @ts-check

import { wordsOf } from '../words/words.js'
import { el, nodes } from './dom.js'
import { en, zh } from './rows_words.js'

/**
 * Parts of a form that hold more than one value. Each gives its node, and what it holds when it is asked.
 * @template T
 * @typedef {{ node: HTMLElement, read: () => T }} Editor
 */

const w = wordsOf({ en, zh })

/**
 * A list of things of the same kind, each edited in place: added, removed and moved by buttons, so by the keyboard too.
 * @template T
 * @param {{
 *   legend: string, items: T[], row: (item: T) => Editor<T>, blank: () => T, add: string, name: (n: number) => string,
 *   ordered?: boolean, least?: number,
 * }} options `name`: of the n-th, for its heading and its buttons; `ordered`: the order says something, so things can be moved;
 *   `least`: as many must stay
 * @returns {Editor<T[]>}
 */
export function rowsEditor({ legend, items, row, blank, add, name, ordered = false, least = 0 }) {
  const list = el('ol', { class: 'rows' })
  /** @type {Editor<T>[]} */
  let editors = []
  const read = () => editors.map((editor) => editor.read())

  /** @param {T[]} values @param {number} [focus] the place of the row whose first control is wanted next */
  function draw(values, focus) {
    editors = values.map(row)
    list.replaceChildren(...editors.map((editor, n) => item(editor.node, n, values.length)))
    if (focus === undefined) return
    const there = list.children[Math.min(focus, values.length - 1)]
    const control = /** @type {HTMLElement | null} */ (there?.querySelector('select, input, button') ?? more)
    control?.focus()
  }

  /** @param {number} n @param {number} to */
  function move(n, to) {
    const values = read()
    values.splice(to, 0, ...values.splice(n, 1))
    draw(values, to)
  }

  /** @param {Node} inside @param {number} n @param {number} of */
  const item = (inside, n, of) =>
    el(
      'li',
      { class: 'row' },
      el(
        'div',
        { class: 'row-head' },
        el('b', {}, name(n + 1)),
        ordered && n > 0 && tool('↑', w('up', { what: name(n + 1) }), () => move(n, n - 1)),
        ordered && n < of - 1 && tool('↓', w('down', { what: name(n + 1) }), () => move(n, n + 1)),
        of > least && tool('✕', w('remove', { what: name(n + 1) }), () => draw(read().toSpliced(n, 1), n)),
      ),
      inside,
    )

  const more = el('button', { type: 'button', onclick: () => draw([...read(), blank()], editors.length) }, add)
  draw(items)
  return { node: el('fieldset', { class: 'rows-editor' }, el('legend', {}, legend), list, more), read }
}

/** @param {string} sign @param {string} label @param {() => void} onclick */
const tool = (sign, label, onclick) =>
  el('button', { type: 'button', class: 'tool', 'aria-label': label, title: label, onclick }, sign)

/**
 * Some of a few, by boxes to tick.
 * @param {{ legend: string, options: { value: string, label: string }[], chosen: readonly string[], hint?: string }} given
 * @returns {Editor<string[]>} in the order of the options
 */
export function choices({ legend, options, chosen, hint }) {
  const boxes = options.map(
    ({ value }) =>
      /** @type {HTMLInputElement} */ (el('input', { type: 'checkbox', value, checked: chosen.includes(value) })),
  )
  const labels = options.map(({ label }, n) => el('label', { class: 'choice' }, boxes[n], el('span', {}, label)))
  return {
    node: el(
      'fieldset',
      { class: 'choices' },
      el('legend', {}, legend),
      el('div', { class: 'choice-list' }, ...labels),
      hint && el('small', {}, hint),
    ),
    read: () => boxes.filter((box) => box.checked).map(({ value }) => value),
  }
}

/**
 * One field outside the fields of a form.
 * @param {string} label @param {HTMLElement} control @param {string} [hint]
 */
export const labelled = (label, control, hint) =>
  el('label', { class: 'field' }, el('span', {}, label), control, hint && el('small', {}, hint))

/**
 * @param {{ value: string, label: string }[]} options @param {string} chosen @param {Record<string, unknown>} [settings]
 * @returns {HTMLSelectElement}
 */
export const select = (options, chosen, settings = {}) =>
  /** @type {HTMLSelectElement} */ (
    el(
      'select',
      settings,
      ...options.map(({ value, label }) => el('option', { value, selected: value === chosen }, label)),
    )
  )

/** @param {string} type @param {string | number} value @param {Record<string, unknown>} [settings] @returns {HTMLInputElement} */
export const input = (type, value, settings = {}) =>
  /** @type {HTMLInputElement} */ (el('input', { type, value, autocomplete: 'off', ...settings }))

/** Things of the registry as options. @param {{ id: string, name: string }[]} items */
export const named = (items) => items.map(({ id, name }) => ({ value: id, label: name }))

/** Fields side by side. @param {...(import('./dom.js').Child | import('./dom.js').Child[])} children */
export const side = (...children) => el('div', { class: 'side' }, ...nodes(children))
