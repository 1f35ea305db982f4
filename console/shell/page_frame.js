// @ts-check

import { pageNamed } from '../pages/pages.js'
import { byId, el, fill } from '../parts/dom.js'
import { language, t, wordFor } from '../words/words.js'
import { openPages } from './rail.js'
import { addressOf } from './route.js'

/**
 * Where a page is shown: the tabs of its group, and below them the page itself.
 * @typedef {import('./route.js').Route} Route
 */

/** What is shown now, and what is to be called when it is left. */
const shown = { key: '', leave: () => {} }

/** Shows the page of this address; to be called whenever anything changed. Builds anew only for another address or language. @param {Route} route */
export function showPage(route) {
  const page = pageNamed(route.page)
  const key = JSON.stringify([language(), route.page, route.id, String(route.query)])
  if (!page || shown.key === key) return
  leavePage()
  shown.key = key
  const root = el('section', { class: `page ${page.name}` })
  byId('page').replaceChildren(tabs(page), root)
  void open(page, root, route, key)
}

/** The page is left: it stops what it runs. */
export function leavePage() {
  shown.leave()
  shown.key = ''
  shown.leave = () => {}
  byId('page').replaceChildren()
}

/** @param {import('../pages/pages.js').Page} page @param {HTMLElement} root @param {Route} route @param {string} key */
async function open(page, root, route, key) {
  try {
    const { show } = await page.load()
    if (shown.key !== key) return
    shown.leave = show(root, route) ?? (() => {})
  } catch (error) {
    console.error(error)
    if (shown.key === key) fill(root, 'failed', () => [failed(route)])
  }
}

/** @param {Route} route */
function failed(route) {
  const again = () => {
    shown.key = ''
    showPage(route)
  }
  return el(
    'p',
    { class: 'empty', role: 'alert' },
    t('page.failed'),
    ' ',
    el('button', { onclick: again }, t('page.again')),
  )
}

/** @param {import('../pages/pages.js').Page} page */
function tabs(page) {
  const others = openPages(page.group)
  const tab = (/** @type {string} */ name) =>
    el('a', { href: addressOf(name), 'aria-current': name === page.name ? 'page' : false }, wordFor('page', name))
  return el(
    'nav',
    { class: 'tabs', 'aria-label': wordFor('rail', page.group), hidden: others.length < 2 },
    ...others.map(({ name }) => tab(name)),
  )
}
