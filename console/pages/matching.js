// @ts-check
import { choices } from '../parts/rows.js'
import { severities, ticketKinds, worded } from './plan_form.js'

/**
 * For which tickets something is: their kinds and severities, none of which means all.
 * @param {{ kinds: string, kindsHint: string, severities: string, severitiesHint: string }} words
 * @param {{ kinds?: readonly string[] | null, severities?: readonly string[] | null }} [item]
 * @returns {import('../parts/records.js').Inside}
 */
export function matching(words, item) {
  const kinds = choices({
    legend: words.kinds,
    options: worded('signal', ticketKinds),
    chosen: item?.kinds ?? [],
    hint: words.kindsHint,
  })
  const gravities = choices({
    legend: words.severities,
    options: worded('severity', severities),
    chosen: item?.severities ?? [],
    hint: words.severitiesHint,
  })
  const orNull = (/** @type {string[]} */ list) => (list.length > 0 ? list : null)
  return {
    nodes: [kinds.node, gravities.node],
    read: () => ({ kinds: orNull(kinds.read()), severities: orNull(gravities.read()) }),
  }
}
