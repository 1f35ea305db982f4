// @ts-check
import { dueClock } from '../parts/clocks.js'
import { el } from '../parts/dom.js'
import { t, wordFor } from '../words/words.js'
import { holderName, isMine } from './people.js'

/**
 * What happens next by itself, what is to be done by hand, and whom the plan calls.
 * @typedef {import('../../domain/ticket.ts').Ticket} Ticket
 */

/** @param {Ticket} ticket @param {unknown} today */
export const nextInputs = (ticket, today) => [
  today,
  ticket.next_step,
  ticket.state,
  ticket.plan_at,
  ticket.plan?.id,
  ticket.to_do,
  holderName(ticket),
]

/** @param {Ticket} ticket */
export function next(ticket) {
  const { next_step: step, state } = ticket
  const heading = el('h3', {}, t('next.heading'))
  if (!step || state === 'closed') return [heading, el('p', {}, t('next.none'))]
  const held = isMine(ticket) ? t('next.mine') : t('next.holder', { who: holderName(ticket) })
  return [
    heading,
    ...ticket.to_do.map(toDo),
    step.holder && el('p', { class: 'step' }, held),
    step.at && isMine(ticket) && el('p', { class: 'plan' }, t('next.still')),
    step.at && el('p', { class: 'step' }, el('span', {}, wordFor('step', step.what)), dueClock(Date.parse(step.at))),
    ...plan(ticket),
  ]
}

/** @param {Ticket['to_do'][number]} todo */
function toDo({ number, text }) {
  const link = number && el('a', { class: 'phone', href: `tel:${number.replaceAll(/[^+0-9]/g, '')}` }, number)
  return el('p', { class: 'to-do' }, el('b', {}, t('next.telephone')), ' ', link, text && el('span', {}, text))
}

/** Which plan it goes by and why, and whom it turns to next. @param {Ticket} ticket */
function plan({ plan: chosen, plan_at: place, holder }) {
  if (!chosen || !place) return []
  const why = t('next.plan', { name: chosen.name, why: wordFor('plan', chosen.reason) })
  const following = holder === null ? chosen.steps[place.step - 1] : undefined
  const whom = following?.tell.map(({ to }) => wordFor('target', to)).join(t('list.and'))
  return [
    el('p', { class: 'plan' }, why),
    whom && el('p', { class: 'plan' }, t('next.plan_step', { step: place.step, of: chosen.steps.length, whom })),
  ]
}
