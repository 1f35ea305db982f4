// @ts-check
import { el } from './dom.js'

/**
 * A table of things. The first column leads to the thing, where there is an address.
 * @template T
 * @typedef {{ head: string, cell: (item: T) => import('./dom.js').Child | import('./dom.js').Child[], class?: string }} Column
 *   `class`: `number` for figures, which stand at the right
 */

/**
 * @template T
 * @param {{
 *   caption: string, columns: Column<T>[], items: T[], empty: string, address?: (item: T) => string | undefined, keyOf?: (item: T) => string,
 * }} options `caption` says what it is to those who do not see it; `empty` is said where there are none
 */
export function table({ caption, columns, items, empty, address, keyOf }) {
  if (items.length === 0) return el('p', { class: 'empty' }, empty)
  return el(
    'div',
    { class: 'table-box', tabindex: 0, role: 'region', 'aria-label': caption },
    el(
      'table',
      {},
      el('caption', { class: 'unseen' }, caption),
      el(
        'thead',
        {},
        el('tr', {}, ...columns.map(({ head, class: name }) => el('th', { scope: 'col', class: name }, head))),
      ),
      el('tbody', {}, ...items.map((item) => row(item, columns, address?.(item), keyOf?.(item)))),
    ),
  )
}

/**
 * @template T
 * @param {T} item @param {Column<T>[]} columns @param {string | undefined} href @param {string | undefined} key
 */
function row(item, columns, href, key) {
  const cells = columns.map(({ cell, class: name }, place) => {
    const content = [cell(item)].flat()
    const inside = place === 0 && href ? [el('a', { class: 'row-link', href }, ...content)] : content
    return place === 0 ? el('th', { scope: 'row', class: name }, ...inside) : el('td', { class: name }, ...inside)
  })
  return el('tr', { 'data-row': key ?? true, class: href && 'opens' }, ...cells)
}

/** Moves the keyboard to the next or the previous row of the page. @param {1 | -1} by @returns {boolean} whether there was one */
export function stepRow(by) {
  const links = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('#page .row-link'))]
  const here = links.indexOf(/** @type {HTMLElement} */ (document.activeElement))
  const next = links[here < 0 ? 0 : here + by]
  next?.focus()
  return next !== undefined
}
