// @ts-check

import { listing } from '../parts/listing.js'
import { pageHead } from '../parts/page_head.js'
import { now } from '../parts/time.js'
import { timeText } from '../words/format.js'
import { language } from '../words/words.js'
import { deeds, w, whatText } from './audit_text.js'
import { codeOptions } from './codes.js'

/**
 * What was done, and by whom.
 * @typedef {{ id: number, who: string, subject: string, detail: string, address: string | null, last_at: string,
 *   count: number, what: string, code: string }} Entry `what` in the audit, `code` among the refusals
 */

/** @param {string} iso */
const when = (iso) => timeText(iso, language(), now())

/** What audit and refusals have in common. @returns {import('../parts/table.js').Column<Entry>[]} */
export const entryColumns = () => [
  { head: w('subject'), cell: ({ subject }) => subject },
  { head: w('who'), cell: ({ who }) => who },
  { head: w('detail'), cell: ({ detail }) => detail },
  { head: w('address'), cell: ({ address }) => address },
  { head: w('count'), class: 'number', cell: ({ count }) => count },
]
/** @returns {import('../parts/table.js').Column<Entry>} */
export const whenColumn = () => ({ head: w('at'), cell: ({ last_at }) => when(last_at) })

/** @param {HTMLElement} root */
export function show(root) {
  const refusals = codeOptions().map(({ value }) => `refused:${value}`)
  const options = [...deeds, ...refusals].map((what) => ({ value: what, label: whatText(what) }))
  root.replaceChildren(
    pageHead({ title: w('heading'), about: w('about') }),
    listing({
      path: '/audit',
      caption: w('caption'),
      empty: w('none'),
      search: `${w('subject')} (${w('subjectHint')})`,
      rename: { q: 'subject' },
      filters: [{ name: 'what', label: w('what'), options: [{ value: '', label: w('anything') }, ...options] }],
      columns: [whenColumn(), { head: w('what'), cell: ({ what }) => whatText(what) }, ...entryColumns()],
    }),
  )
}
