// @ts-check
import { everyItem } from '../house/calls.js'
import { showRecords } from '../parts/records.js'
import { named } from '../parts/rows.js'
import { now } from '../parts/time.js'
import { timeText } from '../words/format.js'
import { language, wordsOf } from '../words/words.js'
import { matching } from './matching.js'
import { forText } from './plan_text.js'
import { en, zh } from './sharings_words.js'

/** What one area lets another see. */

const w = wordsOf({ en, zh })

/** @param {{ id: string, name: string }[]} areas @param {string} id */
const nameIn = (areas, id) => areas.find((area) => area.id === id)?.name ?? id

/** @param {HTMLElement} root @param {import('../shell/route.js').Route} route */
export const show = (root, route) =>
  showRecords(root, route, {
    page: 'sharings',
    path: '/sharings',
    write: 'write_sharings',
    words: {
      ...{ heading: w('heading'), about: w('about'), none: w('none'), fresh: w('new') },
      removeAsk: (name) => w('removeAsk', { name }),
    },
    known: () => everyItem('/areas?limit=1000'),
    title: ({ reason }) => reason,
    columns: (areas) => [
      { head: w('reason'), cell: ({ reason }) => reason },
      { head: w('from'), cell: ({ from }) => nameIn(areas, from) },
      { head: w('to'), cell: ({ to }) => nameIn(areas, to) },
      { head: w('kinds'), cell: forText },
      { head: w('state'), cell: ({ state }) => w(state) },
      { head: w('endsAt'), cell: ({ ends_at }) => ends_at && timeText(ends_at, language(), now()) },
    ],
    fields: (areas) => [
      { name: 'reason', label: w('reason'), required: true, maxlength: 1_000 },
      { name: 'from', label: w('from'), kind: 'select', options: named(areas), required: true },
      { name: 'to', label: w('to'), kind: 'select', options: named(areas), required: true },
      { name: 'starts_at', label: w('startsAt'), kind: 'datetime', hint: w('startsHint') },
      { name: 'ends_at', label: w('endsAt'), kind: 'datetime', hint: w('endsHint') },
    ],
    inside: (_, item) => matching(wordsOfMatching(), item),
  })

const wordsOfMatching = () => ({
  ...{ kinds: w('kinds'), kindsHint: w('kindsHint'), severities: w('severities'), severitiesHint: w('severitiesHint') },
})
