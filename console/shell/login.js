// @ts-check
import { CallError, findSession, identityProvider, login, loginFromProvider } from '../house/calls.js'
import { byId, el, fill } from '../parts/dom.js'
import { language, t, wordFor } from '../words/words.js'

/**
 * How else one may log in, and why it did not go well the last time; told by the server and by the address.
 * @type {{ provider: import('../house/calls.js').IdentityProvider | undefined, refused: string | undefined }}
 */
const elsewhere = { provider: undefined, refused: undefined }

/** Where somebody was who has left for the identity provider. */
const placeKey = 'vigil.place'

/**
 * Finds the session that this browser has, or fetches that of whoever comes back from the identity provider; and finds out how else
 * one may log in. The address is put right at once, so that neither a bookmark nor "back" does it again.
 * @param {() => void} onKnown all of this is known now
 * @param {(fresh: boolean) => void} onIn `fresh`: who he is was proved just now
 */
export async function begin(onKnown, onIn) {
  const asked = new URLSearchParams(location.search)
  const place = location.hash || (sessionStorage.getItem(placeKey) ?? '')
  sessionStorage.removeItem(placeKey)
  if (asked.size > 0) history.replaceState(null, '', location.pathname + place)
  elsewhere.refused = asked.get('refused') ?? undefined
  const isBack = asked.get('login') === 'oidc' && (await comeBack())
  if (isBack || (await findSession())) onIn(isBack)
  elsewhere.provider = await identityProvider()
  onKnown()
}

/** Whether the session was there. */
async function comeBack() {
  try {
    await loginFromProvider()
    return true
  } catch (error) {
    elsewhere.refused = error instanceof CallError ? error.code : 'internal'
    return false
  }
}

/** Words of ours only: whoever made the link that led here may have written anything. @param {string} code */
const refusal = (code) =>
  wordFor('error', /^oidc_[a-z_]+$|^(unreachable|too_many_requests)$/.test(code) ? code : 'internal')

/** @param {import('../house/calls.js').IdentityProvider} provider */
const providerButton = ({ name, url }) =>
  el('a', { href: url, onclick: () => sessionStorage.setItem(placeKey, location.hash) }, t('login.elsewhere', { name }))

/** The way through the identity provider, where there is one. */
export const wayElsewhere = () => elsewhere.provider && providerButton(elsewhere.provider)

/**
 * The way in.
 * @param {{ ended: boolean, onIn: () => void, onLanguage: () => void }} page `ended`: a session ran out just now
 */
export function showLogin(page) {
  const { provider, refused } = elsewhere
  const built = fill(byId('login'), [language(), page.ended], () => [
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
      el('div', { class: 'elsewhere' }),
      el(
        'button',
        { type: 'button', class: 'quiet', title: t('app.switch_language'), onclick: page.onLanguage },
        t('app.other_language'),
      ),
    ),
  ])
  // Not left to autofocus, which browsers heed only once: after the end of a session the keyboard must not be nowhere.
  if (built) byId('login').querySelector('input')?.focus()
  // Put in without building the rest anew: somebody may be typing his name already.
  const [complaint, slot] = ['.complaint', '.elsewhere'].map((part) => byId('login').querySelector(part))
  if (slot) fill(slot, [language(), provider], () => [wayElsewhere()])
  if (complaint && refused) complaint.textContent = refusal(refused)
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
  elsewhere.refused = undefined
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
