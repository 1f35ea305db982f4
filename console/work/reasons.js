// @ts-check
import { outcomes } from '../house/rules.js'
import { t, wordFor } from '../words/words.js'

/** @typedef {import('../../domain/ticket.ts').TimelineEntry} TimelineEntry */

/** A stable name, and behind a colon what it is about: names, a number to call, what the auditor saw. @param {string} reason */
function systemReason(reason) {
  const [name = '', ...about] = reason.split(': ')
  const word = wordFor('reason', name)
  return about.length === 0 ? word : t('reason.about', { reason: word, about: about.join(': ') })
}

/**
 * Why, in words. What the system did has a stable name; of what people did, only the outcome of a closing has one, and the
 * rest are their own words, which stay as they wrote them.
 * @param {TimelineEntry} entry
 */
export function reasonText({ who, what, reason }) {
  if (reason === null) return ''
  if (who === 'vigil') return systemReason(reason)
  const outcome = outcomes.find((one) => what === 'closed' && (reason === one || reason.startsWith(`${one}: `)))
  return outcome ? t(`outcome.${outcome}`) + reason.slice(outcome.length) : reason
}
