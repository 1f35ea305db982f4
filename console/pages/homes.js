// @ts-check
import { call, can } from '../house/calls.js'
import { el } from '../parts/dom.js'
import { form } from '../parts/form.js'
import { fetchInto, listing } from '../parts/listing.js'
import { pageHead } from '../parts/page_head.js'
import { addressOf } from '../shell/route.js'
import { wordFor, wordsOf } from '../words/words.js'
import { showHome } from './home.js'
import { en, zh } from './people_words.js'
import { areaName, areaOptions, briefly, everyArea, inPath } from './registry_parts.js'

/**
 * Homes: the list, a new one, and one of them.
 * @typedef {import('./registry_parts.js').Area} Area
 * @typedef {import('./registry_parts.js').Home} Home
 */

const w = wordsOf({ en, zh })

/** @param {HTMLElement} root @param {import('../shell/route.js').Route} route */
export function show(root, { id, query }) {
  if (id !== undefined && query.has('edit')) return void fetchInto(root, () => homeAndAreas(id), change)
  if (id !== undefined) return showHome(root, id, query)
  if (query.has('new')) return void fetchInto(root, everyArea, (areas) => create(areas))
  void fetchInto(root, everyArea, (areas) => list(areas, query.get('area') ?? ''))
}

/** @param {string} id @returns {Promise<[Home, Area[]]>} */
const homeAndAreas = (id) => Promise.all([call(`/homes/${inPath(id)}`), everyArea()])

/** @param {Area[]} areas @param {string} area */
const list = (areas, area) => [
  pageHead({
    title: wordFor('page', 'homes'),
    about: w('homes_about'),
    actions: [
      can('write_registry') &&
        el('a', { class: 'button', href: addressOf('homes', undefined, { new: '1' }) }, w('new_home')),
    ],
  }),
  listing({
    path: '/homes',
    caption: wordFor('page', 'homes'),
    empty: w('no_homes'),
    search: w('search_homes'),
    filters: [
      {
        name: 'area',
        label: w('area'),
        value: area,
        options: [{ value: '', label: w('all_areas') }, ...areaOptions(areas)],
      },
    ],
    address: (/** @type {Home} */ home) => addressOf('homes', home.id),
    columns: [
      { head: w('address'), cell: (home) => home.address },
      { head: w('area'), cell: (home) => areaName(home.area, areas) },
      { head: w('notes'), cell: (home) => briefly(home.notes) },
      { head: w('id'), cell: (home) => el('code', {}, home.id) },
    ],
  }),
  can('write_registry') && el('p', { class: 'about' }, w('many_api')),
]

/** @param {Area[]} areas @returns {import('../parts/form.js').Field[]} */
const fields = (areas) => [
  { name: 'address', label: w('address'), required: true, maxlength: 500 },
  { name: 'area', label: w('area'), kind: 'select', required: true, options: areaOptions(areas) },
  { name: 'notes', label: w('notes'), kind: 'textarea', hint: w('notes_hint'), maxlength: 4_000 },
  { name: 'lat', label: w('lat'), kind: 'number', min: -90, max: 90 },
  { name: 'lon', label: w('lon'), kind: 'number', min: -180, max: 180 },
]

/** @param {Area[]} areas */
const create = (areas) => [
  pageHead({ title: w('new_home'), up: { href: addressOf('homes'), text: wordFor('page', 'homes') } }),
  form({
    fields: [...fields(areas), { name: 'id', label: w('id'), hint: w('id_hint'), maxlength: 64 }],
    save: async (body) => {
      const made = await call('/homes', { method: 'POST', body })
      location.hash = addressOf('homes', made.id)
    },
    onCancel: () => history.back(),
  }),
]

/** @param {[Home, Area[]]} found */
function change([home, areas]) {
  const address = addressOf('homes', home.id)
  return [
    pageHead({ title: home.address, up: { href: address, text: home.address } }),
    form({
      fields: fields(areas),
      value: home,
      save: async (body) => {
        await call(`/homes/${inPath(home.id)}`, { method: 'PATCH', body })
        location.hash = address
      },
      onCancel: () => history.back(),
      remove: {
        what: w('drop_home', { what: home.address }),
        run: async () => {
          await call(`/homes/${inPath(home.id)}`, { method: 'DELETE' })
          location.hash = addressOf('homes')
        },
      },
    }),
  ]
}
