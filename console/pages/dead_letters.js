// @ts-check
import { call, can } from '../house/calls.js'
import { el } from '../parts/dom.js'
import { fetchInto, listing } from '../parts/listing.js'
import { facts, pageHead, panel } from '../parts/page_head.js'
import { now, sleep } from '../parts/time.js'
import { confirmThat } from '../shell/dialogs.js'
import { addressOf } from '../shell/route.js'
import { timeText } from '../words/format.js'
import { language, wordFor, wordsOf } from '../words/words.js'
import { codeText } from './codes.js'
import { en, zh } from './dead_letters_words.js'
import { bytesOf, hexDump, textOf } from './payload_text.js'

/**
 * What could not be read, why, and reading it again.
 * @typedef {{ id: string, received_at: string, topic: string, principal: string | null, device: string | null, code: string,
 *   detail: string, retained: boolean, state: 'kept' | 'replaying' | 'replayed', vendor: string | null, codec: string | null, size: number }} Letter
 * @typedef {{ code: string, state: string, count: number }} Count
 */

const w = wordsOf({ en, zh })
const states = /** @type {const} */ (['kept', 'replaying', 'replayed'])
/** How often it is looked whether a letter was read, and for how long. */
const lookMs = 700
const looksMost = 40
const hexMost = 4_096

/** @param {HTMLElement} root @param {import('../shell/route.js').Route} route */
export function show(root, { id, query }) {
  const left = new AbortController()
  if (id === undefined)
    void fetchInto(
      root,
      () => call('/dead-letters/counts'),
      ({ items }) => list(items, query),
    )
  else
    void fetchInto(
      root,
      () => call(`/dead-letters/${encodeURIComponent(id)}`),
      (letter) => one(letter, left.signal),
    )
  return () => left.abort()
}

/** How many there are of each code, the most first. Pure. @param {Count[]} counts @returns {[code: string, n: number][]} */
export function byCode(counts) {
  const codes = Map.groupBy(counts, ({ code }) => code)
  const sums = [...codes].map(
    ([code, of]) => /** @type {[string, number]} */ ([code, of.reduce((sum, { count }) => sum + count, 0)]),
  )
  return sums.toSorted((a, b) => b[1] - a[1])
}

/** @param {Count[]} counts @param {URLSearchParams} query */
function list(counts, query) {
  const said = el('p', { role: 'status' })
  const codes = byCode(counts)
  const rows = listing({
    path: '/dead-letters',
    caption: w('caption'),
    empty: w('none'),
    search: w('search'),
    address: (/** @type {Letter} */ { id }) => addressOf('dead_letters', id),
    filters: [
      {
        name: 'code',
        label: w('code'),
        value: query.get('code') ?? '',
        options: [
          { value: '', label: w('anyCode') },
          ...codes.map(([code]) => ({ value: code, label: codeText(code) })),
        ],
      },
      {
        name: 'state',
        label: w('state'),
        value: query.get('state') ?? '',
        options: [{ value: '', label: w('anyState') }, ...states.map((state) => ({ value: state, label: w(state) }))],
      },
    ],
    rename: { q: 'text' },
    columns: [
      { head: w('received'), cell: ({ received_at }) => timeText(received_at, language(), now()) },
      { head: w('topic'), cell: ({ topic }) => topic },
      { head: w('code'), cell: ({ code, detail }) => [codeText(code), el('small', {}, ` ${detail}`)] },
      { head: w('device'), cell: ({ device }) => device },
      { head: w('state'), cell: ({ state }) => w(state) },
      { head: w('size'), class: 'number', cell: ({ size }) => size },
    ],
  })
  const replayAll = async () => {
    if (!(await confirmThat(w('replayAsk'), w('replayAll')))) return
    await replay(rows.asked(), said)
    rows.reload()
  }
  return [
    pageHead({
      title: w('heading'),
      about: w('about'),
      actions: [can('replay_dead_letters') && el('button', { onclick: () => void replayAll() }, w('replayAll'))],
    }),
    el('nav', { class: 'counts', 'aria-label': w('counts') }, ...codes.map(countLink)),
    said,
    rows,
  ]
}

/** @param {[code: string, n: number]} of */
const countLink = ([code, n]) =>
  el('a', { class: 'button', href: addressOf('dead_letters', undefined, { code }) }, el('b', {}, n), codeText(code))

/** Puts letters up to be read again, and says how many, or why not. @param {object} which @param {HTMLElement} said @returns {Promise<boolean>} */
async function replay(which, said) {
  try {
    const { replaying } = await call('/dead-letters/replay', { method: 'POST', body: which })
    said.textContent = w('replayStarted', { n: replaying })
    return true
  } catch (error) {
    said.textContent = wordFor('error', /** @type {any} */ (error)?.code ?? 'internal')
    return false
  }
}

/** @param {Letter & { payload: string }} letter @param {AbortSignal} left */
function one(letter, left) {
  const said = el('p', { class: 'verdict', role: 'status' })
  const bytes = bytesOf(letter.payload)
  const text = textOf(bytes)
  const again = async () => {
    if (await replay({ ids: [letter.id] }, said)) said.textContent = await outcomeOf(letter.id, left)
  }
  const retry = el('button', { class: 'primary', onclick: () => void again() }, w('replay'))
  return [
    pageHead({
      title: codeText(letter.code),
      about: letter.detail,
      up: { href: addressOf('dead_letters'), text: w('heading') },
      actions: [can('replay_dead_letters') && retry],
    }),
    said,
    panel(
      w('reason'),
      facts([
        [w('topic'), letter.topic],
        [w('received'), timeText(letter.received_at, language(), now())],
        [w('device'), letter.device],
        [w('principal'), letter.principal],
        [w('vendor'), letter.vendor],
        [w('codec'), letter.codec ?? w('noCodec')],
        [w('size'), letter.size],
        [w('retained'), letter.retained && w('yes')],
        [w('state'), w(letter.state)],
      ]),
    ),
    panel(w('text'), text === undefined ? el('p', { class: 'empty' }, w('noText')) : dump(text, w('text'), 'text')),
    panel(
      w('hex'),
      bytes.length > hexMost && el('small', {}, w('first', { n: hexMost, of: bytes.length })),
      dump(hexDump(bytes, hexMost), w('hex')),
    ),
  ]
}

/** @param {string} text @param {string} label @param {string} [kind] */
const dump = (text, label, kind = '') =>
  el('pre', { class: `payload ${kind}`, tabindex: 0, role: 'region', 'aria-label': label }, text)

/** What became of it, in words. @param {string} id @param {AbortSignal} left */
async function outcomeOf(id, left) {
  for (let look = 0; look < looksMost && !left.aborted; look++) {
    await sleep(lookMs, left)
    const { state, code } = await call(`/dead-letters/${encodeURIComponent(id)}`).catch(() => ({ state: 'replaying' }))
    if (state === 'replayed') return w('replayDone')
    if (state === 'kept') return w('replayFailed', { code: codeText(code) })
  }
  return w('replayLong')
}
