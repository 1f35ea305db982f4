// @ts-check
import { call, can, everyItem } from '../house/calls.js'
import { el } from '../parts/dom.js'
import { fetchInto, listing } from '../parts/listing.js'
import { facts, pageHead, panel } from '../parts/page_head.js'
import { addressOf } from '../shell/route.js'
import { planForm } from './plan_form.js'
import { previewPanel } from './plan_preview.js'
import { afterText, forText, lengthText, planText, targetText, w, whenText, windowText } from './plan_text.js'

/**
 * Plans: who is called to a ticket, when, in which order.
 * @typedef {import('../../domain/dispatch.ts').Plan} Plan
 * @typedef {{ id: string, name: string }} Named
 * @typedef {{ areas: Named[], operators: Named[], teams: Named[], channels: Named[] }} House what a plan can name
 */

/** @param {HTMLElement} root @param {import('../shell/route.js').Route} route */
export function show(root, { id, query }) {
  if (id === 'new') return void fetchInto(root, house, (known) => editing(known))
  if (id === undefined) return void fetchInto(root, house, (known) => list(known))
  const both = async () => {
    const [plan, known] = await Promise.all([call(`/plans/${encodeURIComponent(id)}`), house()])
    return { plan, known, where: await placeName(plan, known) }
  }
  void fetchInto(root, both, ({ plan, known, where }) =>
    query.has('edit') && can('write_plans') ? editing(known, plan) : one(plan, known, where),
  )
}

/** @returns {Promise<House>} */
async function house() {
  const [areas, operators, teams, channels] = await Promise.all(
    ['/areas', '/operators', '/teams', '/channels'].map((path) => everyItem(`${path}?limit=1000`)),
  )
  return /** @type {House} */ ({ areas, operators, teams, channels })
}

/** @param {House} known @returns {import('./plan_text.js').Names} */
export const namesIn = (known) => (kind, id) => known[`${kind}s`].find((one) => one.id === id)?.name ?? id

/** Where a plan is attached, in words. @param {Plan} plan @param {House} known */
async function placeName(plan, known) {
  if (plan.home) return w('ofHome', { name: (await call(`/homes/${encodeURIComponent(plan.home)}`)).address })
  if (plan.resident)
    return w('ofResident', { name: (await call(`/residents/${encodeURIComponent(plan.resident)}`)).name })
  return nearName(plan, known)
}

/** The same without asking: homes and residents by their ids. @param {Plan} plan @param {House} known */
function nearName({ area, home, resident }, known) {
  if (home) return w('ofHome', { name: home })
  if (resident) return w('ofResident', { name: resident })
  return area ? w('ofArea', { name: known.areas.find(({ id }) => id === area)?.name ?? area }) : w('everywhere')
}

/** @param {House} known */
function list(known) {
  const names = namesIn(known)
  const head = pageHead({
    title: w('heading'),
    about: w('about'),
    actions: [can('write_plans') && el('a', { class: 'button primary', href: addressOf('plans', 'new') }, w('new'))],
  })
  const rows = listing({
    path: '/plans',
    caption: w('caption'),
    empty: w('none'),
    address: (/** @type {Plan} */ { id }) => addressOf('plans', id),
    columns: [
      { head: w('name'), cell: (plan) => plan.name },
      { head: w('where'), cell: (plan) => nearName(plan, known) },
      { head: w('what'), cell: forText },
      { head: w('steps'), cell: (plan) => planText(plan, names) },
    ],
  })
  return [head, rows]
}

/** @param {Plan} plan @param {House} known @param {string} where */
function one(plan, known, where) {
  const edit = el('a', { class: 'button', href: addressOf('plans', plan.id, { edit: '1' }) }, w('edit'))
  return [
    pageHead({
      title: plan.name,
      up: { href: addressOf('plans'), text: w('heading') },
      actions: [can('write_plans') && edit],
    }),
    el('div', { class: 'panels' }, timeline(plan, known, where), previewPanel(plan, known)),
  ]
}

/** @param {Plan} plan @param {House} known @param {string} where */
function timeline(plan, known, where) {
  const names = namesIn(known)
  const step = (/** @type {import('../../domain/dispatch.ts').Step} */ { after_s, tell, window }) =>
    el(
      'li',
      {},
      el('b', {}, whenText(after_s)),
      ...tell.map((target) => el('p', {}, targetText(target, names))),
      window && el('small', {}, windowText(window)),
    )
  const after = afterText(plan)
  return panel(
    w('timeline'),
    facts([
      [w('where'), where],
      [w('what'), forText(plan)],
    ]),
    el('ol', { class: 'steps' }, ...plan.steps.map(step), ...after.map((text) => el('li', { class: 'after' }, text))),
    el(
      'p',
      { class: 'about' },
      after.length === 0 && w('once'),
      plan.lease_s !== null && w('lease', { time: lengthText(plan.lease_s) }),
    ),
  )
}

/** @param {House} known @param {Plan} [plan] */
function editing(known, plan) {
  const box = el('div', {})
  void fetchInto(
    box,
    () => planForm(known, plan),
    (node) => [node],
  )
  return [
    pageHead({
      title: plan?.name ?? w('newHeading'),
      about: plan && w('savedFor'),
      up: { href: addressOf('plans', plan?.id), text: plan?.name ?? w('heading') },
    }),
    box,
  ]
}
