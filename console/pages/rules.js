// @ts-check
import { call } from '../house/calls.js'
import { fetchInto } from '../parts/listing.js'
import { pageHead, panel } from '../parts/page_head.js'
import { table } from '../parts/table.js'
import { language, wordFor, wordsOf } from '../words/words.js'
import { lengthText } from './plan_text.js'
import { en, zh } from './rules_words.js'

/**
 * The detection in force, to be read.
 * @typedef {{ name: string, signals: { signal: string, severity: string }[] }} Rule
 * @typedef {{ name: string, value: number | string, unit: string, reason: string }} Limit
 */

const w = wordsOf({ en, zh })

/** @param {HTMLElement} root */
export function show(root) {
  void fetchInto(
    root,
    () => call('/rules'),
    ({ items, limits }) => [
      pageHead({ title: w('heading'), about: w('about') }),
      panel(w('signals'), signals(items)),
      panel(w('limits'), bounds(limits)),
    ],
  )
}

/** @param {Rule[]} rules */
const signals = (rules) =>
  table({
    caption: w('signals'),
    empty: w('none'),
    items: rules.flatMap(({ name, signals: of }) => of.map((signal) => ({ ...signal, name }))),
    columns: [
      { head: w('signal'), cell: ({ signal }) => wordFor('signal', signal) },
      { head: w('severity'), cell: ({ severity }) => wordFor('severity', severity) },
      { head: w('detector'), cell: ({ name }) => name },
    ],
  })

/** @param {Limit[]} limits */
const bounds = (limits) =>
  table({
    caption: w('limits'),
    empty: w('none'),
    items: limits,
    columns: [
      {
        head: w('limit'),
        cell: ({ name, reason }) => (Object.hasOwn(en, name) ? w(/** @type {keyof typeof en} */ (name)) : reason),
      },
      { head: w('value'), class: 'number', cell: valueText },
    ],
  })

/** @param {Limit} limit */
function valueText({ value, unit }) {
  if (unit === 'ms') return lengthText(Number(value) / 1_000)
  if (unit === 'instant') return new Date(value).toLocaleDateString(language(), { dateStyle: 'medium' })
  return String(value)
}
