// @ts-check
import { devicesOf, homeOf } from './directory.js'
import { el, fill } from './dom.js'
import { planOf, w } from './plan.js'
import { language } from './words.js'

/** Where it happened: in which room of the home. @typedef {import('../domain/ticket.ts').Ticket} Ticket */

/** @param {Element} part @param {Ticket} ticket */
export function showPlace(part, ticket) {
  const home = ticket.home ? homeOf(ticket.home).home : undefined
  const devices = (ticket.home && devicesOf(ticket.home)) || []
  const plan = home?.floor_plan
  fill(part, [language(), plan, devices, ticket.evidence], () =>
    plan ? [el('h3', {}, w('heading')), planOf(plan, devices, ticket.evidence)] : [],
  )
}
