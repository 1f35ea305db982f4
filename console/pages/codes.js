// @ts-check
import { language } from '../words/words.js'
import { en, zh } from './codes_words.js'

/** Why something was refused, in words; a code that is not known here as it is, with spaces. @param {string} code */
export function codeText(code) {
  const words = /** @type {Record<string, string>} */ (language() === 'en' ? en : zh)
  return (Object.hasOwn(words, code) && words[code]) || code.replaceAll('_', ' ')
}

/** Those that have words, as choices of a filter. */
export const codeOptions = () => Object.keys(en).map((code) => ({ value: code, label: codeText(code) }))
