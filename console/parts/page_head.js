// @ts-check

import { t } from '../words/words.js'
import { el } from './dom.js'
import { icon } from './icons.js'

/**
 * The head of a page: where "up" leads, what this is, and what can be done here.
 * @param {{ title: string, about?: import('./dom.js').Child, up?: { href: string, text: string }, actions?: (Node | false | null)[] }} head
 *   `about`: a line below the title; `up`: to the list that this is of
 */
export const pageHead = ({ title, about, up, actions = [] }) =>
  el(
    'header',
    { class: 'page-head' },
    el(
      'div',
      {},
      up && el('a', { class: 'up', href: up.href }, icon('back'), up.text),
      el('h1', {}, title),
      about && el('p', { class: 'about' }, about),
    ),
    el('div', { class: 'page-actions' }, ...actions),
  )

/** What is said while nothing is there yet. */
export const loading = () => el('p', { class: 'loading', role: 'status' }, t('where.loading'))

/** A part of a page with a heading of its own. @param {string} heading @param {...(import('./dom.js').Child | import('./dom.js').Child[])} children */
export const panel = (heading, ...children) => el('section', { class: 'panel' }, el('h2', {}, heading), ...children)

/**
 * Facts, one below the other: what it is, and what it says. Facts without a value are left out.
 * @param {[name: string, value: import('./dom.js').Child | import('./dom.js').Child[]][]} list
 */
export const facts = (list) =>
  el(
    'dl',
    { class: 'facts' },
    ...list
      .filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== false)
      .map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))),
  )
