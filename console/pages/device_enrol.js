// @ts-check
import { call } from '../house/calls.js'
import { el } from '../parts/dom.js'
import { panel } from '../parts/page_head.js'
import { confirmThat } from '../shell/dialogs.js'
import { addressOf } from '../shell/route.js'
import { wordsOf } from '../words/words.js'
import { en, zh } from './devices_words.js'
import { doButton, inPath, momentText } from './registry_parts.js'

/**
 * How a device is let in and shut out. Codes and tokens are shown once: the house keeps only what it needs to tell them again.
 * @typedef {import('../../domain/registry.ts').Device} Device
 */

const w = wordsOf({ en, zh })

/** @param {Device} device @param {() => void} again to be called where it has changed */
export function enrolPanel({ id, revoked_at }, again) {
  const given = el('div', { class: 'qr-print', 'aria-live': 'polite' })
  const path = `/devices/${inPath(id)}`
  const post = (/** @type {string} */ what) => call(`${path}/${what}`, { method: 'POST' })
  const claim = async () => given.replaceChildren(...label(id, await post('claim-code')))
  const token = async () => {
    if (await confirmThat(w('token_void'), w('token')))
      given.replaceChildren(secretBox(id, (await post('token')).token))
  }
  const revoke = async () => {
    if (!(await confirmThat(w('revoke_ask', { what: id }), w('revoke')))) return
    await post('revoke')
    again()
  }
  const made = panel(
    w('enrol'),
    el('p', { class: 'about' }, w('enrol_about')),
    revoked_at && el('p', { class: 'warn' }, w('revoked', { at: momentText(revoked_at) })),
    el(
      'div',
      { class: 'do-row' },
      doButton(w('claim'), claim, { class: 'primary' }),
      doButton(w('token'), token),
      doButton(w('revoke'), revoke, { class: 'danger' }),
    ),
    given,
  )
  made.classList.add('enrol')
  return made
}

/** What is printed and stuck on its box. @param {string} id @param {{ claim_code: string, qr_svg: string, expires_at: string }} code */
const label = (id, { claim_code, qr_svg, expires_at }) => [
  el(
    'div',
    { class: 'qr-label' },
    el('img', { src: `data:image/svg+xml,${encodeURIComponent(qr_svg)}`, alt: w('qr_of', { device: id }) }),
    el('b', {}, id),
    el('code', { class: 'claim-code' }, claim_code),
    el('small', {}, w('claim_until', { at: momentText(expires_at) })),
  ),
  el('p', {}, el('button', { type: 'button', onclick: () => print() }, w('print'))),
]

/** A token with a button that copies it. @param {string} id @param {string} token */
export function secretBox(id, token) {
  const told = el('span', { role: 'status' })
  const copy = async () => {
    await navigator.clipboard.writeText(token)
    told.textContent = w('copied')
  }
  // Browsers let pages copy only over https and on the machine itself; elsewhere it is selected by one click.
  const button = navigator.clipboard && el('button', { type: 'button', onclick: () => void copy() }, w('copy'))
  return el(
    'div',
    { class: 'secret', role: 'status' },
    el('p', {}, w('token_about', { device: id })),
    el('code', { class: 'token' }, token),
    el('div', { class: 'do-row' }, button, told, el('a', { class: 'button', href: addressOf('devices', id) }, id)),
  )
}
