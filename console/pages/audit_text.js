// @ts-check
import { wordsOf } from '../words/words.js'
import { en, zh } from './audit_words.js'
import { codeText } from './codes.js'

/** The audit in words. Pure but for the language. */

export const w = wordsOf({ en, zh })

/** As store/audit.ts has them; a test holds them together. */
export const deeds = /** @type {const} */ ([
  ...['token_issued', 'token_revoked', 'claim_code_issued', 'claimed', 'created', 'changed', 'deleted', 'revoked'],
  ...['authority_added', 'authority_removed', 'certificates_revoked'],
])
const refused = 'refused:'

/** What was done, or why it was refused. @param {string} what */
export function whatText(what) {
  if (what.startsWith(refused)) return w('refused', { why: codeText(what.slice(refused.length)) })
  return Object.hasOwn(en, what) ? w(/** @type {keyof typeof en} */ (what)) : what.replaceAll('_', ' ')
}
