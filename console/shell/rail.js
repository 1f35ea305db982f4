// @ts-check
import { can } from '../house/calls.js'
import { pages } from '../pages/pages.js'
import { byId, el, fill } from '../parts/dom.js'
import { icon } from '../parts/icons.js'
import { language, t, wordFor } from '../words/words.js'
import { addressOf } from './route.js'

/**
 * The rail at the left: the work view first, then the groups of pages that this operator may open.
 * @typedef {import('../pages/pages.js').Page} Page
 * @typedef {import('../pages/pages.js').Group} Group
 */

/** @type {readonly Group[]} */
const groups = ['wall', 'people', 'dispatch', 'reports', 'system']

/** The pages that this operator may open. @param {Group} [group] of this group alone */
export const openPages = (group) => pages.filter((page) => can(page.may) && (!group || page.group === group))

/** @param {string} shown the name of the page that is shown, `work` for the work view */
export function showRail(shown) {
  const places = [
    { name: 'work', href: '#/', here: shown === 'work' },
    ...groups.flatMap((group) => {
      const [first, ...others] = openPages(group)
      const here = [first, ...others].some((page) => page?.name === shown)
      return first ? [{ name: group, href: addressOf(first.name), here }] : []
    }),
  ]
  const rail = byId('rail')
  rail.hidden = places.length < 2
  fill(rail, [language(), places], () => places.map(place))
  rail.setAttribute('aria-label', t('rail.heading'))
}

/** @param {{ name: string, href: string, here: boolean }} to */
const place = ({ name, href, here }) =>
  el(
    'a',
    { href, 'data-place': name, 'aria-current': here ? 'page' : false },
    icon(/** @type {import('../parts/icons.js').IconName} */ (name)),
    el('span', {}, wordFor('rail', name)),
  )
