// @ts-check
import { CallError, call, can } from '../house/calls.js'
import { listen } from '../house/live.js'
import { el, fill } from '../parts/dom.js'
import { listing } from '../parts/listing.js'
import { pageHead } from '../parts/page_head.js'
import { after, now, sleep } from '../parts/time.js'
import { addressOf } from '../shell/route.js'
import { timeText } from '../words/format.js'
import { language, wordFor, wordsOf } from '../words/words.js'
import { isOfKind, keyOf, kinds, perMinute } from './message_text.js'
import { messageRow } from './monitor_rows.js'
import { en, zh } from './monitor_words.js'

/**
 * What a device sends, as it comes, beside what Vigil understood of it.
 * @typedef {import('./message_text.js').Message} Message
 * @typedef {{ code: string, last_at: string, count: number, detail: string }} Refusal
 */

const w = wordsOf({ en, zh })

/** Messages that are kept, shown or waiting: some screens; a device of 200 messages a second fills them in a second. */
const most = 200
/** How often what came is shown: people read no faster, and drawing each alone would hold the page up. */
const drawMs = 250
const retryMs = 2_000
/** Refusals at the front door that are told of. */
const refusalsShown = 3

/** @param {HTMLElement} root @param {import('../shell/route.js').Route} route */
export function show(root, { id }) {
  if (id === undefined) root.replaceChildren(...choice())
  else return watch(root, id)
}

/** Which device. */
const choice = () => [
  pageHead({ title: wordFor('page', 'monitor'), about: w('about') }),
  listing({
    path: '/devices',
    caption: wordFor('page', 'devices'),
    empty: w('none'),
    search: w('search'),
    address: (/** @type {{ id: string }} */ device) => addressOf('monitor', device.id),
    columns: [
      { head: w('id'), cell: ({ id }) => id },
      { head: w('model'), cell: (/** @type {any} */ { model }) => model },
      { head: w('place'), cell: (/** @type {any} */ { place }) => place },
    ],
  }),
]

/** @param {HTMLElement} root @param {string} device @returns {() => void} */
function watch(root, device) {
  const left = new AbortController()
  const view = monitorView(root, device)
  void refusalsAtTheDoor(device).then(view.refusals)
  void keepListening(device, view, left.signal)
  const tick = () => {
    view.draw()
    cancel = after(drawMs, tick)
  }
  let cancel = after(drawMs, tick)
  return () => {
    cancel()
    left.abort()
  }
}

/** @param {string} device @param {ReturnType<typeof monitorView>} view @param {AbortSignal} signal */
async function keepListening(device, view, signal) {
  while (!signal.aborted) {
    try {
      await listen(`/devices/${encodeURIComponent(device)}/monitor`, {
        signal,
        onHeard: () => view.line('live'),
        onMessage: ({ event, data }) => {
          const told = JSON.parse(data)
          if (event === 'message') view.take(told)
          else if (event === 'missed') view.missed(told.count)
          else if (event === 'begin') view.began(told.records.urgent + told.records.bulk)
        },
      })
      view.line('cut')
    } catch (error) {
      const isRefused = error instanceof CallError && error.code !== 'unreachable'
      view.line(isRefused ? w('failed', { why: wordFor('error', error.code) }) : 'cut')
    }
    await sleep(retryMs, signal)
  }
}

/** What was refused before it reached the journal, which the stream cannot tell of. @param {string} device @returns {Promise<Refusal[]>} */
async function refusalsAtTheDoor(device) {
  if (!can('read_refusals')) return []
  // Whoever is bounded by an area may not see them.
  const page = await call(`/refusals?device=${encodeURIComponent(device)}&limit=${refusalsShown}`).catch(
    () => undefined,
  )
  return page?.items ?? []
}

/** @param {HTMLElement} root @param {string} device */
function monitorView(root, device) {
  const state = {
    /** @type {Message[]} */ shown: [],
    /** @type {Message[]} */ waiting: [],
    /** @type {number[]} */ times: [],
    /** @type {import('./message_text.js').Kind} */ kind: 'all',
    ...{ line: 'connecting', isPaused: false, missed: 0, looked: 0, change: 0 },
  }
  const rows = el('ol', { class: 'messages', 'aria-label': w('list') })
  const link = el('span', { class: 'state', role: 'status' })
  const figures = el('span', { class: 'figures' })
  const none = el('p', { class: 'empty' })
  const door = el('div', {})
  const pause = el('button', { class: 'pause', onclick: () => setPaused(!state.isPaused) })
  const clear = el('button', { onclick: () => forget() }, w('clear'))
  const seen = new Set()

  /** @param {boolean} isPaused */
  function setPaused(isPaused) {
    state.isPaused = isPaused
    draw()
  }

  function forget() {
    Object.assign(state, { shown: [], waiting: [], missed: 0, looked: 0 })
    rows.replaceChildren()
    draw()
  }

  /** @param {import('./message_text.js').Kind} kind */
  function choose(kind) {
    state.kind = kind
    rows.replaceChildren(...state.shown.filter((message) => isOfKind(message, kind)).map(rowOf))
    draw()
  }

  // Whoever reads a message does not want it to run away.
  const rowOf = (/** @type {Message} */ message) => messageRow(message, { w, onOpen: () => setPaused(true) })

  function bringIn() {
    const fresh = state.waiting.splice(0).reverse()
    if (fresh.length === 0) return
    state.shown = [...fresh, ...state.shown].slice(0, most)
    rows.prepend(...fresh.filter((message) => isOfKind(message, state.kind)).map(rowOf))
    while (rows.children.length > most) rows.lastElementChild?.remove()
  }

  function draw() {
    if (!state.isPaused) bringIn()
    const { line, isPaused, waiting, missed, looked, kind } = state
    const said = line === 'live' && isPaused ? w('paused') : knownLine(line)
    fill(link, [said], () => [said])
    link.dataset.line = line === 'live' ? (isPaused ? 'paused' : 'live') : 'cut'
    state.times = state.times.slice(-20_000).filter((time) => time > now() - 60_000)
    const told = [w('rate', { n: perMinute(state.times, now()) })]
    if (looked > 0) told.push(w('looked', { n: looked }))
    if (missed > 0) told.push(w('missed', { n: missed }))
    fill(figures, told, () => [told.join(' · ')])
    const word = isPaused ? (waiting.length > 0 ? w('resume_n', { n: waiting.length }) : w('resume')) : w('pause')
    fill(pause, [word], () => [word])
    none.hidden = rows.children.length > 0 || (line !== 'live' && line !== 'connecting')
    const empty = kind === 'all' || state.shown.length === 0 ? w('waiting_none') : w('filtered_none')
    fill(none, [empty], () => [empty])
  }

  const filters = el(
    'fieldset',
    { class: 'kinds' },
    el('legend', { class: 'unseen' }, w('show')),
    ...kinds.map((kind) =>
      el(
        'label',
        { class: 'chip' },
        el('input', { type: 'radio', name: 'kind', checked: kind === 'all', onchange: () => choose(kind) }),
        el('span', {}, w(`kind_${kind}`)),
      ),
    ),
  )
  root.replaceChildren(
    pageHead({
      title: w('heading', { device }),
      about: w('about'),
      up: { href: addressOf('monitor'), text: wordFor('page', 'monitor') },
      actions: [el('a', { class: 'button', href: addressOf('devices', device) }, w('device')), clear, pause],
    }),
    door,
    el('div', { class: 'monitor-bar' }, filters, el('p', {}, link, ' ', figures)),
    none,
    rows,
  )
  draw()
  return {
    draw,
    /** @param {Message} message */
    take(message) {
      const key = keyOf(message)
      if (seen.has(key)) return
      seen.add(key)
      // After a break the newest are told anew; of more than that it need not know.
      if (seen.size > 20 * most) seen.delete(seen.values().next().value)
      state.times.push(Date.parse(message.received_at))
      state.waiting.push(message)
      const over = state.waiting.length - most
      if (over > 0) {
        state.waiting.splice(0, over)
        if (state.isPaused) state.missed += over
      }
    },
    /** @param {number} count */
    missed: (count) => {
      state.missed += count
    },
    /** @param {number} records */
    began: (records) => {
      state.looked = records
    },
    /** @param {string} line */
    line: (line) => {
      state.line = line
    },
    /** @param {Refusal[]} refusals */
    refusals: (refusals) => door.replaceChildren(...(refusals.length > 0 ? [doorPanel(refusals)] : [])),
  }
}

/** @param {string} line */
const knownLine = (line) => (line === 'live' || line === 'cut' || line === 'connecting' ? w(line) : line)

/** @param {Refusal[]} refusals */
const doorPanel = (refusals) =>
  el(
    'section',
    { class: 'panel door' },
    el('h2', {}, w('door_heading')),
    el(
      'ul',
      {},
      ...refusals.map(({ code, count, last_at, detail }) =>
        el(
          'li',
          {},
          w('door_line', { code, n: count, at: timeText(last_at, language(), now()) }),
          detail && el('small', {}, ` ${detail}`),
        ),
      ),
    ),
  )
