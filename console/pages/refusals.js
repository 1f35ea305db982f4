// @ts-check
import { listing } from '../parts/listing.js'
import { pageHead } from '../parts/page_head.js'
import { entryColumns, whenColumn } from './audit.js'
import { w } from './audit_text.js'
import { codeOptions, codeText } from './codes.js'

/** Who was not let in, and what was not taken. @param {HTMLElement} root */
export function show(root) {
  root.replaceChildren(
    pageHead({ title: w('refusals'), about: w('refusalsAbout') }),
    listing({
      path: '/refusals',
      caption: w('refusalsCaption'),
      empty: w('none'),
      search: w('device'),
      rename: { q: 'device' },
      filters: [
        { name: 'code', label: w('reason'), options: [{ value: '', label: w('anyReason') }, ...codeOptions()] },
      ],
      columns: [whenColumn(), { head: w('reason'), cell: ({ code }) => codeText(code) }, ...entryColumns()],
    }),
  )
}
