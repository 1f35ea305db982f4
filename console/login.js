// @ts-check
import { CallError, login } from './calls.js'
import { byId, el, fill } from './dom.js'
import { language, t, wordFor } from './words.js'

/**
 * The way in.
 * @param {{ ended: boolean, onIn: () => void, onLanguage: () => void }} page `ended`: a session ran out just now
 */
export function showLogin(page) {
  fill(byId('login'), [language(), page.ended], () => [
    el(
      'form',
      { class: 'login', onsubmit: (/** @type {SubmitEvent} */ event) => void enter(event, page.onIn) },
      el('img', { src: 'icon.svg', alt: '', width: 64, height: 64 }),
      el('h1', {}, t('app.title')),
      el('p', { class: 'subtitle' }, t('login.heading')),
      page.ended && el('p', { class: 'warn', role: 'status' }, t('login.ended')),
      field('name', t('login.name'), 'text', 'username'),
      field('password', t('login.password'), 'password', 'current-password'),
      el('p', { class: 'complaint', role: 'alert' }),
      el('button', { type: 'submit', class: 'primary' }, t('login.enter')),
      el(
        'button',
        { type: 'button', class: 'quiet', title: t('app.switch_language'), onclick: page.onLanguage },
        t('app.other_language'),
      ),
    ),
  ])
}

/** @param {string} name @param {string} label @param {string} type @param {string} autocomplete */
const field = (name, label, type, autocomplete) =>
  el(
    'label',
    { class: 'field' },
    el('span', {}, label),
    el('input', {
      name,
      type,
      autocomplete,
      required: true,
      autofocus: name === 'name',
      autocapitalize: 'none',
      spellcheck: 'false',
    }),
  )

/** @param {SubmitEvent} event @param {() => void} onIn */
async function enter(event, onIn) {
  event.preventDefault()
  const form = /** @type {HTMLFormElement} */ (event.currentTarget)
  const button = /** @type {HTMLButtonElement} */ (form.querySelector('button[type=submit]'))
  const complaint = /** @type {HTMLElement} */ (form.querySelector('.complaint'))
  const data = new FormData(form)
  button.disabled = true
  button.textContent = t('login.busy')
  complaint.textContent = ''
  try {
    await login(String(data.get('name')), String(data.get('password')))
    form.reset()
    onIn()
  } catch (error) {
    complaint.textContent = wordFor('error', error instanceof CallError ? error.code : 'internal')
  }
  button.disabled = false
  button.textContent = t('login.enter')
}
