// @ts-check
import { CallError, pageOf } from '../house/calls.js'
import { t, wordFor } from '../words/words.js'
import { el, fill } from './dom.js'
import { loading } from './page_head.js'
import { table } from './table.js'
import { after } from './time.js'

/** Rows fetched at one time: a screen and a half. */
const pageRows = 50
/** How long typing must rest before it is searched for. */
const restMs = 250

/** @typedef {{ name: string, label: string, value?: string, options: { value: string, label: string }[] }} Filter */

/**
 * A list of the registry that is fetched page by page, with a search field and filters above it.
 * @template T
 * @param {{
 *   fetchPage?: (asked: Record<string, string>) => Promise<{ items: T[], next: string | null }>, path?: string,
 *   columns: import('./table.js').Column<T>[], caption: string, empty: string,
 *   address?: (item: T) => string | undefined, search?: string, filters?: Filter[], asked?: Record<string, string>,
 *   rename?: Record<string, string>,
 * }} options `path`: of the list below /api/v1, or `fetchPage` for what is fetched otherwise; `search`: the label of the search field, whose text is
 *   asked for as `q`; `filters`: fields beside it; `asked`: what is always asked for; `rename`: fields
 *   that the path has by another name
 * @returns {HTMLElement & { reload: () => void, asked: () => Record<string, string> }} `asked`: what is narrowed to now
 */
export function listing({
  fetchPage,
  path,
  columns,
  caption,
  empty,
  address,
  search,
  filters = [],
  asked = {},
  rename = {},
}) {
  const body = el('div', { class: 'listing-body', 'aria-live': 'polite' })
  const state = { items: /** @type {T[]} */ ([]), next: /** @type {string | null} */ (null), turn: 0 }
  const fetched = fetchPage ?? ((/** @type {Record<string, string>} */ query) => pageOf(path ?? '', query))
  const narrowed = () => {
    const given = [...new FormData(form)].map(([name, value]) => [rename[name] ?? name, String(value).trim()])
    return { ...asked, ...Object.fromEntries(given.filter(([, value]) => value !== '')) }
  }
  const query = () => ({ limit: String(pageRows), ...narrowed() })

  /** @param {boolean} more */
  async function load(more) {
    const turn = ++state.turn
    const wanted = Object.entries({ ...query(), ...(more && { after: state.next ?? '' }) }).filter(
      ([, value]) => value !== '',
    )
    try {
      const page = await fetched(Object.fromEntries(wanted))
      if (turn !== state.turn) return
      state.items = more ? [...state.items, ...page.items] : page.items
      state.next = page.next
      draw()
    } catch (error) {
      const code = error instanceof CallError ? error.code : 'internal'
      if (turn === state.turn)
        body.replaceChildren(el('p', { class: 'complaint', role: 'alert' }, wordFor('error', code)))
    }
  }

  function draw() {
    const more = () => void load(true)
    body.replaceChildren(
      table({ caption, columns, items: state.items, empty, ...(address && { address }) }),
      ...(state.next === null ? [] : [el('button', { class: 'more', onclick: more }, t('list.more'))]),
    )
  }

  let cancel = () => {}
  const typed = () => {
    cancel()
    cancel = after(restMs, () => void load(false))
  }
  const form = /** @type {HTMLFormElement} */ (
    el(
      'form',
      {
        class: 'list-filters',
        role: 'search',
        oninput: typed,
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault()
          cancel()
          void load(false)
        },
      },
      search && searchField(search),
      ...filters.map(filterField),
    )
  )
  form.hidden = !search && filters.length === 0
  body.append(loading())
  void load(false)
  return Object.assign(el('div', { class: 'listing' }, form, body), { reload: () => void load(false), asked: narrowed })
}

/** @param {string} label */
const searchField = (label) =>
  el(
    'label',
    { class: 'field search' },
    el('span', {}, label),
    el('input', { type: 'search', name: 'q', autocomplete: 'off', spellcheck: 'false', maxlength: 100 }),
  )

/** @param {Filter} filter */
const filterField = ({ name, label, value = '', options }) =>
  el(
    'label',
    { class: 'field' },
    el('span', {}, label),
    el(
      'select',
      { name },
      ...options.map((option) => el('option', { value: option.value, selected: option.value === value }, option.label)),
    ),
  )

/**
 * Fetches something once and shows it; says what went wrong where it did. `show` is not called when the page was left meanwhile.
 * @template T
 * @param {HTMLElement} root @param {() => Promise<T>} fetchIt @param {(value: T) => (import('./dom.js').Child | import('./dom.js').Child[])[]} show
 */
export async function fetchInto(root, fetchIt, show) {
  fill(root, 'loading', () => [loading()])
  try {
    const value = await fetchIt()
    if (root.isConnected) fill(root, [{}, value], () => show(value))
  } catch (error) {
    const code = error instanceof CallError ? error.code : 'internal'
    if (!(error instanceof CallError)) console.error(error)
    fill(root, ['failed', code], () => [el('p', { class: 'complaint', role: 'alert' }, wordFor('error', code))])
  }
}
