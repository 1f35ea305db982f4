// @ts-check
import { call, everyItem } from '../house/calls.js'
import { el } from '../parts/dom.js'
import { form } from '../parts/form.js'
import { fetchInto } from '../parts/listing.js'
import { panel } from '../parts/page_head.js'
import { showRecords } from '../parts/records.js'
import { labelled, named, select } from '../parts/rows.js'
import { table } from '../parts/table.js'
import { now, sleep } from '../parts/time.js'
import { timeText } from '../words/format.js'
import { language, wordsOf } from '../words/words.js'
import { hidden, readOf, settingsOf, shownOf } from './channel_settings.js'
import { en, zh } from './channels_words.js'

/**
 * Ways out of the house, and trying them out.
 * @typedef {import('../../domain/dispatch.ts').ChannelRecord} Channel
 * @typedef {{ notice: string, recipient: string, attempt: number, at: string, result: 'delivered' | 'refused' | 'failed', detail: string }} Delivery
 */

const w = wordsOf({ en, zh })
const kinds = Object.keys(settingsOf).map((kind) => ({ value: kind, label: () => w(/** @type {any} */ (`k_${kind}`)) }))
/** How often it is looked what became of a trial, and for how long. */
const lookMs = 700
const looksMost = 30

/** @param {HTMLElement} root @param {import('../shell/route.js').Route} route */
export function show(root, route) {
  const left = new AbortController()
  showRecords(root, route, {
    page: 'channels',
    path: '/channels',
    write: 'write_channels',
    words: {
      ...{ heading: w('heading'), about: w('about'), none: w('none'), fresh: w('new') },
      removeAsk: (name) => w('removeAsk', { name }),
    },
    known: () => everyItem('/areas?limit=1000'),
    title: ({ name }) => name,
    columns: (areas) => [
      { head: w('name'), cell: ({ name }) => name },
      { head: w('kind'), cell: ({ kind }) => w(/** @type {any} */ (`k_${kind}`)) },
      { head: w('area'), cell: ({ area }) => areas.find(({ id }) => id === area)?.name ?? area ?? w('everywhere') },
      { head: w('detail'), cell: ({ detail }) => w(detail) },
    ],
    fields: (areas) => fields(areas),
    inside: (_, item) => settingsEditor(item),
    beside: (item) => [el('div', { class: 'panels' }, ...trial(item, left.signal))],
  })
  return () => left.abort()
}

/** @param {{ id: string, name: string }[]} areas @returns {import('../parts/form.js').Field[]} */
const fields = (areas) => [
  { name: 'name', label: w('name'), required: true, maxlength: 200 },
  {
    name: 'area',
    label: w('area'),
    kind: 'select',
    hint: w('areaHint'),
    options: [{ value: '', label: w('everywhere') }, ...named(areas)],
  },
  {
    name: 'detail',
    label: w('detail'),
    kind: 'select',
    options: /** @type {const} */ (['brief', 'full']).map((detail) => ({ value: detail, label: w(detail) })),
  },
  {
    name: 'language',
    label: w('language'),
    kind: 'select',
    options: [
      { value: 'zh-CN', label: '中文' },
      { value: 'en', label: 'English' },
    ],
  },
]

/** The kind, and the settings of that kind. @param {Channel} [channel] @returns {import('../parts/records.js').Inside} */
function settingsEditor(channel) {
  const kind = select(
    kinds.map(({ value, label }) => ({ value, label: label() })),
    channel?.kind ?? 'sms',
  )
  const box = el('fieldset', { class: 'step-editor' })
  /** @type {{ node: HTMLElement, read: () => [string, unknown] }[]} */
  let editors = []
  const draw = () => {
    const settings = kind.value === channel?.kind ? channel.settings : {}
    editors = (settingsOf[kind.value] ?? []).map((setting) => settingEditor(setting, settings[setting.name]))
    box.replaceChildren(el('legend', {}, w('settings')), ...editors.map(({ node }) => node))
  }
  kind.addEventListener('change', draw)
  draw()
  return {
    nodes: [labelled(w('kind'), kind), box],
    read: () => {
      const given = editors.map(({ read }) => read()).filter(([, value]) => value !== undefined)
      return { kind: kind.value, settings: Object.fromEntries(given) }
    },
  }
}

/** @param {import('./channel_settings.js').Setting} setting @param {unknown} value @returns {{ node: HTMLElement, read: () => [string, unknown] }} */
function settingEditor(setting, value) {
  const { name, type, options = [], secret, required } = setting
  const kept = secret && value === hidden
  const shared = { required: required && !kept, autocomplete: 'off', spellcheck: 'false' }
  const tag = type === 'lines' || type === 'headers' ? 'textarea' : 'input'
  const control =
    type === 'select'
      ? select(
          options.map((option) => ({ value: option, label: option })),
          shownOf(setting, value),
        )
      : /** @type {HTMLInputElement} */ (
          el(tag, tag === 'textarea' ? { ...shared, rows: 3 } : { ...shared, type: typeOf(setting) })
        )
  if (type !== 'select') control.value = shownOf(setting, value)
  const hint = kept ? w('secretKept') : ['numbers', 'scalars'].includes(type) ? w('listHint') : undefined
  return {
    node: labelled(w(/** @type {any} */ (`s_${name}`)), control, hint),
    read: () => [name, readOf(setting, control.value)],
  }
}

/** An address that holds a token is looked at while it is typed in, or nobody could. @param {import('./channel_settings.js').Setting} setting */
const typeOf = ({ name, type, secret }) =>
  secret && name !== 'url' ? 'password' : type === 'number' ? 'number' : 'text'

/** @param {Channel} channel @param {AbortSignal} left */
function trial({ id }, left) {
  const path = `/channels/${encodeURIComponent(id)}`
  const said = el('p', { role: 'status', class: 'verdict' })
  const record = el('div', {})
  const look = () =>
    void fetchInto(
      record,
      () => call(`${path}/deliveries`),
      ({ items }) => [deliveries(items)],
    )
  const sheet = form({
    saveWord: w('send'),
    fields: [{ name: 'to', label: w('to'), hint: w('toHint'), maxlength: 300 }],
    save: async ({ to }) => {
      said.textContent = w('sending')
      const { notice } = await call(`${path}/test`, { method: 'POST', body: { to: to ?? '' } }).catch((error) => {
        said.textContent = ''
        throw error
      })
      said.textContent = await resultOf(path, notice, left)
      look()
    },
  })
  look()
  return [panel(w('trial'), el('p', { class: 'about' }, w('trialAbout')), sheet, said), panel(w('last'), record)]
}

/** What became of a trial, in words. @param {string} path @param {string} notice @param {AbortSignal} left */
async function resultOf(path, notice, left) {
  for (let look = 0; look < looksMost && !left.aborted; look++) {
    await sleep(lookMs, left)
    const { items } = await call(`${path}/deliveries`).catch(() => ({ items: [] }))
    const found = items.find((/** @type {Delivery} */ one) => one.notice === notice)
    if (found) return `${w(/** @type {Delivery} */ (found).result)} ${found.detail}`
  }
  return w('waiting')
}

/** @param {Delivery[]} items */
const deliveries = (items) =>
  table({
    caption: w('last'),
    empty: w('noneYet'),
    items,
    columns: [
      { head: w('at'), cell: ({ at }) => timeText(at, language(), now()) },
      { head: w('recipient'), cell: ({ recipient }) => recipient },
      { head: w('attempt'), class: 'number', cell: ({ attempt }) => attempt },
      { head: w('result'), cell: ({ result, detail }) => [w(`r_${result}`), el('small', {}, ` ${detail}`)] },
    ],
  })
