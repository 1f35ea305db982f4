// @ts-check
import { currentSession } from '../house/calls.js'
import { t } from '../words/words.js'

/**
 * Names of operators. A ticket names its holder by id and those who acted by name, and a dispatcher may not read the list of
 * operators; but whoever took a ticket stands in its timeline.
 * @typedef {import('../../domain/ticket.ts').Ticket} Ticket
 * @typedef {import('../../domain/ticket.ts').TimelineEntry} TimelineEntry
 */

/** The steps by which somebody takes a ticket that nobody holds. */
const taking = new Set(['acknowledged', 'dispatched', 'arrived', 'resolved', 'contact_reached', 'contact_not_reached'])

/** Learnt from one ticket, of use for the next. @type {Map<string, string>} */
const names = new Map()

/** @param {Ticket} ticket */
export const isMine = (ticket) => ticket.holder !== null && ticket.holder === currentSession()?.operator.id

/** The name of whoever has the ticket in hand, else the id. @param {Ticket} ticket */
export function holderName({ holder, timeline }) {
  if (holder === null) return ''
  const since = timeline.slice(timeline.findLastIndex(({ what }) => what === 'reopened' || what === 'lapsed') + 1)
  const took = since.find(({ what }) => taking.has(what) || what === 'assigned')
  const handedOn = since.some(({ what }) => what === 'assigned')
  if (took && !handedOn) names.set(holder, took.who)
  return names.get(holder) ?? holder
}

/** @param {string} who as the timeline has it */
export const whoText = (who) => (who === 'vigil' ? t('timeline.system') : who)
