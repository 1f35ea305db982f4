// @ts-check
import { CallError, call } from '../house/calls.js'
import { cutSince, whatIsKnown } from '../house/known.js'
import { el, fill, keyCap } from '../parts/dom.js'
import { icon } from '../parts/icons.js'
import { after, now } from '../parts/time.js'
import { keyOf } from '../shell/keys.js'
import { addressOf } from '../shell/route.js'
import { clockText, timeText } from '../words/format.js'
import { language, wordFor } from '../words/words.js'
import { w, wallParts } from './wall_parts.js'

/**
 * The wall view: how the centre fares, for everybody in the room, without a word about a person. `#/wall/{area}` is of one area,
 * `?sound=on` lets it ring.
 */

/** How often the line and the clock are looked at; least and longest time between two fetches; when figures are called old. */
const beatMs = 500
const leastApartMs = 2_000
const mostApartMs = 15_000
const oldMs = 20_000

/** @param {HTMLElement} root @param {import('../shell/route.js').Route} route */
export function show(root, { id, query }) {
  const line = el('header', { class: 'wall-line' })
  const body = el('div', { class: 'wall-body' })
  root.append(line, body)
  const path = id === undefined ? '/overview' : `/overview?area=${encodeURIComponent(id)}`
  const state = {
    /** @type {import('./wall_parts.js').Overview | undefined} */
    overview: undefined,
    askedAt: -Infinity,
    askedSeq: /** @type {number | undefined} */ (undefined),
    asking: false,
    problem: '',
    left: false,
  }

  async function fetchNow() {
    state.askedAt = now()
    state.askedSeq = whatIsKnown().queue.seq
    state.asking = true
    try {
      state.overview = await call(path)
      state.problem = ''
    } catch (error) {
      state.problem = error instanceof CallError ? error.code : 'internal'
    }
    state.asking = false
    if (!state.left) draw()
  }

  function draw() {
    const { overview, problem } = state
    const empty = problem ? w('refused', { why: wordFor('error', problem) }) : w('loading')
    fill(body, [language(), overview, problem], () =>
      overview ? wallParts(overview) : [el('p', { class: 'wall-empty', role: 'status' }, empty)],
    )
    drawLine()
  }

  function drawLine() {
    const { overview, problem } = state
    const sounds = query.get('sound') === 'on'
    const told = freshness(overview, problem)
    root.classList.toggle('old', told.old)
    const clock = new Date(now()).toLocaleTimeString(language(), {
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
    const area = overview?.area?.name ?? w('everything')
    fill(line, [language(), clock, area, told, sounds], () => [
      el('b', {}, area),
      el(
        'span',
        { class: told.old ? 'fresh cut' : 'fresh', role: 'status' },
        icon(told.old ? 'cut' : 'link'),
        told.text,
      ),
      el('span', { class: 'space' }),
      el(
        'a',
        { href: addressOf('wall', id, { sound: sounds ? '' : 'on' }), title: w('sound_hint'), class: 'wall-sound' },
        icon(sounds ? 'speaker' : 'silent'),
        w(sounds ? 'sound_on' : 'sound_off'),
      ),
      el('button', { class: 'quiet', onclick: fullScreen }, w('full'), keyCap('F')),
      el('a', { class: 'wall-leave', href: '#/' }, w('leave'), keyCap('Esc')),
      el('time', {}, clock),
    ])
  }

  function beat() {
    const sinceAsked = now() - state.askedAt
    const dirty = whatIsKnown().queue.seq !== state.askedSeq && sinceAsked >= leastApartMs
    if (!state.asking && (dirty || sinceAsked >= mostApartMs)) void fetchNow()
    drawLine()
    cancel = after(beatMs, beat)
  }

  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (
      keyOf(event) !== 'f' ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      event.repeat ||
      event.defaultPrevented
    )
      return
    fullScreen()
  }
  document.addEventListener('keydown', onKey)
  let cancel = () => {}
  draw()
  beat()
  return () => {
    state.left = true
    cancel()
    document.removeEventListener('keydown', onKey)
    if (document.fullscreenElement && !location.hash.startsWith('#/wall'))
      void document.exitFullscreen().catch(() => {})
  }
}

/** How old the figures are, where that must be said. @param {import('./wall_parts.js').Overview | undefined} overview @param {string} problem */
function freshness(overview, problem) {
  if (!overview) return { old: problem !== '', text: problem ? wordFor('error', problem) : '…' }
  const age = now() - Date.parse(overview.at)
  const of = { at: timeText(overview.at, language(), now()), ago: clockText(age) }
  if (cutSince() !== undefined) return { old: true, text: w('cut', of) }
  if (problem || age > oldMs) return { old: true, text: w('failed', of) }
  return { old: false, text: w('live') }
}

/** A browser that does not let us leaves things as they are. */
function fullScreen() {
  const done = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()
  void done.catch(() => {})
}
