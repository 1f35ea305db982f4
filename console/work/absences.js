// @ts-check

import { now } from '../parts/time.js'
import { dayText } from '../words/format.js'
import { language, t, wordFor } from '../words/words.js'

/**
 * Who is away, in words. It is told beside an alarm and never instead of it.
 * @typedef {import('../../domain/absences.ts').Absence} Absence
 * @typedef {{ id: string, name: string }} Named
 */

/** The name of who is away; of all of a home none. @param {Absence} absence @param {Named[] | undefined} residents */
const nameOf = ({ resident }, residents) => residents?.find(({ id }) => id === resident)?.name ?? resident

/** One sentence. @param {Absence} absence @param {Named[] | undefined} residents */
export function absenceText(absence, residents) {
  const { to, reason } = absence
  const who = nameOf(absence, residents)
  const values = {
    who: who ?? '',
    until: to === null ? '' : dayText(to, language(), now()),
    reason: reasonWord(reason),
  }
  if (who === null) return t(to === null ? 'absence.all_open' : 'absence.all_until', values)
  return t(to === null ? 'absence.one_open' : 'absence.one_until', values)
}

/** A few words, for a card. @param {Absence} absence @param {Named[] | undefined} residents */
export function absenceTag(absence, residents) {
  const who = nameOf(absence, residents)
  const reason = reasonWord(absence.reason)
  return who === null ? t('card.away', { reason }) : t('card.one_away', { who, reason })
}

/** @param {string} reason */
export const reasonWord = (reason) => wordFor('absence_reason', reason)
