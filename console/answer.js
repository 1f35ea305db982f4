// @ts-check
import { byId } from './parts/dom.js'
import { language, languageFor, t, useLanguage, wordFor } from './words/words.js'

/**
 * The page behind a link in a message: acknowledges the ticket for whoever was sent it. By itself, once somebody looks at
 * it: mail filters and chat programs that only fetch it answer nothing. With the button where that did not get through.
 * @typedef {'waiting' | 'yours' | 'answered_before' | 'closed' | 'link_invalid' | 'failed'} State
 */

const token = decodeURIComponent(location.pathname.split('/').at(-1) ?? '')
let asking = false

/** @param {State} state @param {{ number?: number, kind?: string }} about */
function show(state, { number, kind } = {}) {
  const values = { number: number ?? '', kind: kind ? wordFor('signal', kind) : '' }
  byId('answer').dataset.state = state
  byId('heading').textContent = t(`answer.${state}`, values)
  byId('text').textContent = t(`answer.${state}_text`, values)
  const button = /** @type {HTMLButtonElement} */ (byId('press'))
  button.hidden = state !== 'waiting' && state !== 'failed'
  button.textContent = t(state === 'failed' ? 'answer.again' : 'answer.press')
}

async function answer() {
  if (asking) return
  asking = true
  try {
    const response = await fetch('/api/v1/answers', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    })
    const body = await response.json()
    if (response.ok) show(body.result, body)
    else show(body.code === 'link_invalid' ? 'link_invalid' : 'failed')
  } catch {
    show('failed')
  }
  asking = false
}

/** Fetched ahead by a browser or a filter it is not looked at. */
const isLookedAt = () => document.visibilityState === 'visible' && !(/** @type {any} */ (document).prerendering)

useLanguage(languageFor(null, navigator.languages))
document.documentElement.lang = language()
show('waiting')
byId('press').addEventListener('click', () => void answer())
if (isLookedAt()) void answer()
else {
  const seen = new AbortController()
  const look = () => {
    if (!isLookedAt()) return
    seen.abort()
    void answer()
  }
  for (const event of ['visibilitychange', 'prerenderingchange'])
    document.addEventListener(event, look, { signal: seen.signal })
}
