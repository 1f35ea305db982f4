// @ts-check
import { devicesOf, homeOf } from '../house/directory.js'
import { el, fill } from '../parts/dom.js'
import { language } from '../words/words.js'
import { mapOf } from './map.js'
import { planOf, w as planWord } from './plan.js'
import { sightings, w } from './position.js'

/**
 * Where it happened: in which room of the home, and where outside of it.
 * @typedef {import('../../domain/ticket.ts').Ticket} Ticket
 */

/** @param {Element} part @param {Ticket} ticket */
export function showPlace(part, ticket) {
  const home = ticket.home ? homeOf(ticket.home).home : undefined
  const devices = (ticket.home && devicesOf(ticket.home)) || []
  const plan = home?.floor_plan
  const address = home?.address ?? ''
  const at = home?.lat != null && home.lon != null ? { lat: home.lat, lon: home.lon } : undefined
  const seen = sightings(ticket.evidence, at, devices)
  const about = devices.map(({ id, model, place }) => [id, model, place])
  const reported = ticket.evidence.map(({ device, signal }) => [device, signal])
  fill(part, [language(), ticket.id, plan, about, reported, at, address, seen], () => [
    plan && el('h3', {}, planWord('heading')),
    plan && planOf(plan, devices, ticket.evidence),
    seen.length > 0 && el(plan ? 'h4' : 'h3', {}, w('heading')),
    ...seen.map(({ said }) => el('p', { class: 'place-said' }, said)),
    seen.length > 0 && !at && ticket.home && el('p', { class: 'warn' }, w('no_home')),
    seen.length > 0 && mapOf({ home: at, address, seen }),
  ])
}
