// @ts-check
import { everyItem } from '../house/calls.js'
import { el } from '../parts/dom.js'
import { showRecords } from '../parts/records.js'
import { named } from '../parts/rows.js'
import { wordsOf } from '../words/words.js'
import { matching } from './matching.js'
import { en, zh } from './partners_words.js'
import { forText } from './plan_text.js'

/** Other houses with which tickets are worked. */

const w = wordsOf({ en, zh })

/** @param {HTMLElement} root @param {import('../shell/route.js').Route} route */
export const show = (root, route) =>
  showRecords(root, route, {
    page: 'partners',
    path: '/partners',
    write: 'write_partners',
    words: {
      ...{ heading: w('heading'), about: w('about'), none: w('none'), fresh: w('new') },
      removeAsk: (name) => w('removeAsk', { name }),
    },
    known: () => everyItem('/areas?limit=1000'),
    title: ({ name }) => name,
    columns: (areas) => [
      { head: w('name'), cell: ({ name }) => name },
      { head: w('area'), cell: ({ area }) => areas.find(({ id }) => id === area)?.name ?? area },
      { head: w('mode'), cell: ({ mode }) => w(mode) },
      { head: w('kinds'), cell: forText },
      { head: w('url'), cell: ({ url }) => url },
    ],
    fields: (areas, item) => [
      { name: 'name', label: w('name'), required: true, maxlength: 200 },
      { name: 'area', label: w('area'), kind: 'select', options: named(areas), required: true, hint: w('areaHint') },
      { name: 'url', label: w('url'), required: true, maxlength: 500, hint: w('urlHint', { ours: '{id}' }) },
      {
        name: 'mode',
        label: w('mode'),
        kind: 'select',
        options: ['all', 'by_hand'].map((mode) => ({ value: mode, label: w(/** @type {'all' | 'by_hand'} */ (mode)) })),
      },
      {
        name: 'secret',
        label: w('secret'),
        kind: 'password',
        maxlength: 200,
        hint: item ? w('secretKept') : w('secretHint'),
      },
    ],
    inside: (_, item) =>
      matching(
        {
          kinds: w('kinds'),
          kindsHint: w('kindsHint'),
          severities: w('severities'),
          severitiesHint: w('severitiesHint'),
        },
        item,
      ),
    made: ({ secret }) => el('p', { class: 'shown-once' }, w('secretOnce'), el('code', {}, secret)),
  })
