// @ts-check
import { call, can } from '../house/calls.js'
import { el } from '../parts/dom.js'
import { fetchInto, listing } from '../parts/listing.js'
import { pageHead } from '../parts/page_head.js'
import { addressOf } from '../shell/route.js'
import { wordFor, wordsOf } from '../words/words.js'
import { showDevice } from './device.js'
import { changeDevice, createDevice } from './device_form.js'
import { batteryText, lowBattery, onlineText } from './device_text.js'
import { en, zh } from './devices_words.js'
import { inPath, momentText, pageWithAddresses } from './registry_parts.js'

/**
 * Devices: the list, a new one, and one of them.
 * @typedef {import('../../domain/registry.ts').Device} Device
 * @typedef {Device & { address: string }} Placed
 */

const w = wordsOf({ en, zh })

/** Refusals looked through for the counts of the list. */
const refusalsSeen = 1_000

/** What the choice of a state asks of the API. @type {Record<string, Record<string, string>>} */
const asked = {
  online: { online: 'true' },
  offline: { online: 'false' },
  low: { battery_below: String(lowBattery) },
  homeless: { placed: 'false' },
}

/** @param {HTMLElement} root @param {import('../shell/route.js').Route} route */
export function show(root, { id, query }) {
  if (id !== undefined && query.has('edit')) {
    void fetchInto(root, () => call(`/devices/${inPath(id)}`), changeDevice)
    return
  }
  if (id !== undefined) return showDevice(root, id)
  if (query.has('new')) root.replaceChildren(...createDevice(query.get('home') ?? ''))
  else void fetchInto(root, refusalCounts, (counts) => list(counts, query.get('state') ?? ''))
}

/**
 * How often each device was refused, among the newest; undefined for whoever may not see the refusals of all.
 * @returns {Promise<Map<string, number> | undefined>}
 */
async function refusalCounts() {
  if (!can('read_refusals')) return undefined
  const page = await call(`/refusals?limit=${refusalsSeen}`).catch(() => undefined)
  if (!page) return undefined
  const counts = new Map()
  for (const { subject, count } of page.items) counts.set(subject, (counts.get(subject) ?? 0) + count)
  return counts
}

const fetchPage = (/** @type {Record<string, string>} */ { state = '', ...rest }) =>
  pageWithAddresses('/devices')({ ...rest, ...asked[state] })

/** @param {Map<string, number> | undefined} counts @param {string} state */
const list = (counts, state) => [
  pageHead({
    title: wordFor('page', 'devices'),
    about: w('about'),
    actions: [
      can('write_registry') &&
        el('a', { class: 'button', href: addressOf('devices', undefined, { new: '1' }) }, w('new_device')),
    ],
  }),
  listing({
    fetchPage,
    caption: wordFor('page', 'devices'),
    empty: w('none'),
    search: w('search'),
    filters: [
      {
        name: 'state',
        label: w('state'),
        value: state,
        options: [
          { value: '', label: w('all') },
          ...Object.keys(asked).map((value) => ({ value, label: w(/** @type {'state_low'} */ (`state_${value}`)) })),
        ],
      },
    ],
    address: (/** @type {Placed} */ { id }) => addressOf('devices', id),
    columns: columns(counts),
  }),
]

/** @param {Map<string, number> | undefined} counts @returns {import('../parts/table.js').Column<Placed>[]} */
const columns = (counts) => [
  { head: w('id'), cell: ({ id }) => id },
  { head: w('model'), cell: ({ model }) => model },
  { head: w('place'), cell: ({ place }) => place },
  { head: w('home'), cell: homeOf },
  { head: w('state'), class: 'whole', cell: onlineText },
  { head: w('last_seen'), class: 'whole', cell: ({ last_seen_at }) => momentText(last_seen_at) || w('never') },
  { head: w('battery'), class: 'number', cell: batteryText },
  ...(counts ? [{ head: w('refusals_lately'), class: 'number', cell: refusedOf(counts) }] : []),
]

/** @param {Placed} device */
const homeOf = ({ home, address }) =>
  home === null
    ? w('state_homeless')
    : can('read_registry')
      ? el('a', { href: addressOf('homes', home) }, address)
      : home

/** @param {Map<string, number>} counts */
const refusedOf =
  (counts) =>
  (/** @type {Placed} */ { id }) => {
    const count = counts.get(`device:${id}`) ?? 0
    return count > 0 ? el('a', { href: addressOf('devices', id) }, count) : count
  }
