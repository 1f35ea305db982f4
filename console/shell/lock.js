// @ts-check
import { CallError, call, isLocked, sessionIs } from '../house/calls.js'
import { sinceClock } from '../parts/clocks.js'
import { byId, el, fill } from '../parts/dom.js'
import { icon, severityIcon } from '../parts/icons.js'
import { after } from '../parts/time.js'
import { language, t, wordFor } from '../words/words.js'
import { longestWait } from '../work/queue.js'
import { wayElsewhere } from './login.js'

/**
 * The console while nobody sits before it: that somebody waits, how grave it is and since when; nothing of whom and where. The server
 * holds the lock and tells no more than this.
 * @typedef {{
 *   waiting: import('../work/queue.js').Ticket[], loaded: boolean, operator: string, line: 'live' | 'connecting' | 'cut',
 *   sound: 'off' | 'on' | 'sounding' | 'paused', onUnlocked: () => void, onLogOut: () => void, onLanguage: () => void,
 * }} Locked
 */

const retryMs = 2_000

/** Tells the server to hold the lock, until it has heard. @param {() => void} onHeld */
export async function holdLock(onHeld) {
  if (!isLocked()) return
  const held = await call('/session/lock', { method: 'POST' }).then(
    () => true,
    () => false,
  )
  if (held) onHeld()
  else after(retryMs, () => void holdLock(onHeld))
}

/** @param {Locked} state */
export function showLock(state) {
  const root = byId('lock')
  fill(root, [language(), state.operator], () => [
    el(
      'form',
      { class: 'login lock', onsubmit: (/** @type {SubmitEvent} */ event) => void unlock(event, state.onUnlocked) },
      el('h1', {}, t('lock.heading')),
      el('p', { class: 'subtitle' }, t('lock.by', { name: state.operator })),
      el('div', { class: 'waits', role: 'status' }),
      el('div', { class: 'states' }),
      el(
        'label',
        { class: 'field' },
        el('span', {}, t('lock.password')),
        el('input', { name: 'password', type: 'password', autocomplete: 'current-password', required: true }),
      ),
      el('p', { class: 'complaint', role: 'alert' }),
      el('button', { type: 'submit', class: 'primary' }, t('lock.unlock')),
      el('div', { class: 'elsewhere' }),
      el(
        'div',
        { class: 'others' },
        el('button', { type: 'button', class: 'quiet', onclick: state.onLogOut }, t('app.log_out')),
        el(
          'button',
          { type: 'button', class: 'quiet', title: t('app.switch_language'), onclick: state.onLanguage },
          t('app.other_language'),
        ),
      ),
    ),
  ])
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(name))
  const way = wayElsewhere()
  fill(part('.elsewhere'), [language(), way?.textContent], () => [way])
  showWaits(part('.waits'), state)
  showStates(part('.states'), state)
}

/** @param {HTMLElement} node @param {Locked} state */
function showWaits(node, { waiting, loaded, line }) {
  const [gravest] = waiting
  const since = longestWait(waiting)
  const isKnown = loaded && line !== 'cut'
  node.className = `waits ${gravest?.severity ?? ''}`
  fill(node, [language(), waiting.length, gravest?.severity, gravest && since, isKnown], () =>
    gravest
      ? [
          severityIcon(gravest.severity),
          el('b', {}, t('lock.waiting', { n: waiting.length })),
          el('p', {}, t('lock.gravest', { severity: t(`severity.${gravest.severity}`) }), ' ', sinceClock(since)),
        ]
      : [el('p', {}, t(isKnown ? 'lock.nobody' : 'lock.unknown'))],
  )
}

/** @param {HTMLElement} node @param {Locked} state */
function showStates(node, { line, sound }) {
  fill(node, [language(), line, sound], () => [
    el('span', { class: 'chip', 'data-link': line }, icon(line === 'cut' ? 'cut' : 'link'), t(`lock.line_${line}`)),
    el(
      'span',
      { class: 'chip', 'data-sound': sound },
      icon(sound === 'off' ? 'silent' : 'speaker'),
      t(sound === 'off' ? 'lock.sound_off' : 'lock.sound_on'),
    ),
  ])
}

/** @param {SubmitEvent} event @param {() => void} onUnlocked */
async function unlock(event, onUnlocked) {
  event.preventDefault()
  const form = /** @type {HTMLFormElement} */ (event.currentTarget)
  const button = /** @type {HTMLButtonElement} */ (form.querySelector('button[type=submit]'))
  const complaint = /** @type {HTMLElement} */ (form.querySelector('.complaint'))
  const password = String(new FormData(form).get('password'))
  button.disabled = true
  complaint.textContent = ''
  try {
    const { expires_at } = await call('/session/unlock', { method: 'POST', body: { password } })
    sessionIs(false, expires_at)
    form.reset()
    onUnlocked()
  } catch (error) {
    const code = error instanceof CallError ? error.code : 'internal'
    complaint.textContent = code === 'login_failed' ? t('lock.wrong') : wordFor('error', code)
    form.querySelector('input')?.select()
  }
  button.disabled = false
}
