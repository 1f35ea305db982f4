// @ts-check
import { en } from './words_en.js'
import { zh } from './words_zh.js'

/** @typedef {keyof typeof en} WordKey */
/** @typedef {'en' | 'zh-CN'} Language */

/** @type {Record<Language, Record<WordKey, string>>} */
export const tables = { en, 'zh-CN': zh }

/** @type {Language} */
let current = 'en'

export const language = () => current

/** @param {Language} chosen */
export const useLanguage = (chosen) => {
  current = chosen
}

/**
 * What was chosen before, else the first of the browser's languages that we speak, else Chinese: it is what the centres
 * that Vigil is made for speak.
 * @param {string | null | undefined} chosen @param {readonly string[]} browser @returns {Language}
 */
export function languageFor(chosen, browser) {
  for (const wish of [chosen, ...browser]) {
    if (wish?.toLowerCase().startsWith('zh')) return 'zh-CN'
    if (wish?.toLowerCase().startsWith('en')) return 'en'
  }
  return 'zh-CN'
}

/** @param {WordKey} key @param {Record<string, string | number>} [values] */
export function t(key, values = {}) {
  return filled(tables[current][key], values)
}

/** @param {string} text @param {Record<string, string | number>} values */
const filled = (text, values) => text.replaceAll(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''))

/**
 * The word for a stable name that the server gave (`signal`, `sos`). A name that this console does not know yet is shown as
 * it is, with spaces: better an odd word than none.
 * @param {string} kind @param {string} name
 */
export function wordFor(kind, name) {
  const key = `${kind}.${name}`
  return key in tables[current] ? tables[current][/** @type {WordKey} */ (key)] : name.replaceAll('_', ' ')
}

/**
 * The words of one page, which lie beside it: `w('heading', { n: 3 })`. Both languages have the same keys.
 * @template {string} Key
 * @param {{ en: Record<Key, string>, zh: Record<Key, string> }} words
 * @returns {(key: Key, values?: Record<string, string | number>) => string}
 */
export const wordsOf =
  ({ en: english, zh: chinese }) =>
  (key, values = {}) =>
    filled((current === 'en' ? english : chinese)[key], values)
