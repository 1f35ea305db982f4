// @ts-check
import { CallError, fetchFile } from '../house/calls.js'
import { wordFor } from '../words/words.js'
import { el } from './dom.js'
import { icon } from './icons.js'

/**
 * Figures on a page: tiles, and panels that show them as a drawing or as the table behind it.
 * @typedef {{ name: string, value: string, about?: import('./dom.js').Child }} Tile
 */

/** What is most worth knowing, large. @param {Tile[]} tiles */
export const tileRow = (tiles) =>
  el(
    'dl',
    { class: 'tiles' },
    ...tiles.map(({ name, value, about }) =>
      el('div', {}, el('dt', {}, name), el('dd', {}, el('b', {}, value), about && el('small', {}, about))),
    ),
  )

/**
 * A panel with figures. With a drawing the table is behind it, for whoever asks for it and for those who read with their ears.
 * @param {{
 *   heading: string, about?: string, drawing?: Element, table: HTMLElement, words: { asTable: string, asChart: string, drawingOf: string },
 *   actions?: (Node | false)[], wide?: boolean,
 * }} figures
 */
export function figurePanel({ heading, about, drawing, table, words, actions = [], wide }) {
  const chart = drawing && el('figure', { role: 'img', 'aria-label': words.drawingOf }, drawing)
  const behind = el('div', { class: 'behind', hidden: Boolean(chart) }, table)
  const swap = /** @type {HTMLButtonElement} */ (
    el('button', { class: 'small swap', 'aria-pressed': 'false' }, words.asTable)
  )
  swap.addEventListener('click', () => {
    behind.hidden = !behind.hidden
    if (chart) chart.hidden = !behind.hidden
    swap.textContent = behind.hidden ? words.asTable : words.asChart
    swap.setAttribute('aria-pressed', String(!behind.hidden))
  })
  return el(
    'section',
    { class: wide ? 'panel figures wide' : 'panel figures' },
    el('header', {}, el('h2', {}, heading), el('div', { class: 'figure-actions' }, chart && swap, ...actions)),
    about && el('p', { class: 'about' }, about),
    chart,
    behind,
  )
}

/** A button that downloads a file. @param {{ path: string, file: string, text: string, title: string }} what */
export function downloadButton({ path, file, text, title }) {
  const button = el('button', { class: 'small', 'aria-label': title, title }, icon('download'), text)
  button.addEventListener('click', async () => {
    try {
      save(await fetchFile(path), file)
    } catch (error) {
      button.replaceChildren(wordFor('error', error instanceof CallError ? error.code : 'internal'))
    }
  })
  return button
}

/** @param {Blob} content @param {string} file */
function save(content, file) {
  const href = URL.createObjectURL(content)
  el('a', { href, download: file }).click()
  URL.revokeObjectURL(href)
}
