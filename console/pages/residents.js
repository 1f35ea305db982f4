// @ts-check

import { call, can, everyItem } from '../house/calls.js'
import { el } from '../parts/dom.js'
import { form } from '../parts/form.js'
import { fetchInto, listing } from '../parts/listing.js'
import { facts, pageHead, panel } from '../parts/page_head.js'
import { now } from '../parts/time.js'
import { addressOf } from '../shell/route.js'
import { wordFor, wordsOf } from '../words/words.js'
import { phoneLink } from '../work/calling.js'
import { absencesPanel } from './absences_panel.js'
import { en, zh } from './people_words.js'
import { briefly, inPath, offerHomes, pageWithAddresses, withAddresses } from './registry_parts.js'

/**
 * Residents: the list, a new one, and one of them.
 * @typedef {import('../../domain/registry.ts').Resident} Resident
 * @typedef {import('../../domain/absences.ts').Absence} Absence
 * @typedef {Resident & { address: string }} Placed
 */

const w = wordsOf({ en, zh })

/** @param {HTMLElement} root @param {import('../shell/route.js').Route} route */
export function show(root, { id, query }) {
  if (id !== undefined) {
    const look = () =>
      void fetchInto(
        root,
        () => whole(id),
        (found) => (query.has('edit') ? change(found) : one({ ...found, again: look })),
      )
    return look()
  }
  root.replaceChildren(...(query.has('new') ? create(query.get('home') ?? '') : list()))
}

/** @param {string} id @returns {Promise<{ resident: Placed, absences: Absence[] }>} */
async function whole(id) {
  const [resident] = await withAddresses([/** @type {Resident} */ (await call(`/residents/${inPath(id)}`))])
  const absences = await everyItem(`/absences?home=${inPath(/** @type {Placed} */ (resident).home)}&limit=1000`)
  return { resident: /** @type {Placed} */ (resident), absences }
}

const list = () => [
  pageHead({
    title: wordFor('page', 'residents'),
    actions: [
      can('write_registry') &&
        el('a', { class: 'button', href: addressOf('residents', undefined, { new: '1' }) }, w('new_resident')),
    ],
  }),
  listing({
    fetchPage: pageWithAddresses('/residents'),
    caption: wordFor('page', 'residents'),
    empty: w('no_residents'),
    search: w('search_residents'),
    address: (/** @type {Placed} */ { id }) => addressOf('residents', id),
    columns: [
      { head: w('name'), cell: ({ name }) => name },
      { head: w('home'), cell: ({ home, address }) => el('a', { href: addressOf('homes', home) }, address) },
      { head: w('phone'), cell: ({ phone }) => phone },
      { head: w('birth_year'), class: 'number', cell: ({ birth_year }) => birth_year },
      { head: w('risks'), cell: ({ risks }) => briefly(risks) },
    ],
  }),
]

/** @param {{ resident: Placed, absences: Absence[], again: () => void }} found */
function one({ resident, absences, again }) {
  const { id, name, home, address, birth_year, phone, risks } = resident
  const age = birth_year === null ? 0 : new Date(now()).getFullYear() - birth_year
  const theirs = absences.filter((absence) => absence.resident === null || absence.resident === id)
  return [
    pageHead({
      title: name,
      about: el('a', { href: addressOf('homes', home) }, address),
      up: { href: addressOf('residents'), text: wordFor('page', 'residents') },
      actions: [
        can('write_absences') &&
          el('a', { class: 'button', href: addressOf('homes', home, { absence: 'new' }) }, w('add_absence')),
        can('write_registry') &&
          el('a', { class: 'button', href: addressOf('residents', id, { edit: '1' }) }, w('edit')),
      ],
    }),
    el(
      'div',
      { class: 'panels' },
      panel(
        name,
        risks && el('p', { class: 'risks' }, el('b', { class: 'risks-word' }, w('risks')), ' ', risks),
        facts([
          [w('birth_year'), birth_year !== null && w('born', { year: birth_year, age })],
          [w('phone'), phone && phoneLink(phone)],
          [w('home'), el('a', { href: addressOf('homes', home) }, address)],
          [w('id'), el('code', {}, id)],
        ]),
      ),
      absencesPanel({ home: { id: home, address }, residents: [resident], absences: theirs, again }),
    ),
  ]
}

/** @returns {import('../parts/form.js').Field[]} */
const fields = () => [
  { name: 'name', label: w('name'), required: true, maxlength: 200 },
  { name: 'home', label: w('home'), required: true, hint: w('home_hint'), maxlength: 64 },
  { name: 'phone', label: w('phone'), kind: 'tel', maxlength: 40 },
  { name: 'birth_year', label: w('birth_year'), kind: 'number', min: 1880, max: 2100, step: 1 },
  { name: 'risks', label: w('risks'), kind: 'textarea', hint: w('risks_hint'), maxlength: 4_000 },
]

/** @param {string} home where it was asked for from there */
function create(home) {
  const asked = fields().filter(({ name }) => name !== 'home' || home === '')
  const up = home === '' ? addressOf('residents') : addressOf('homes', home)
  const made = form({
    fields: [...asked, { name: 'id', label: w('id'), hint: w('id_hint'), maxlength: 64 }],
    save: async (body) => {
      const resident = await call('/residents', { method: 'POST', body: { ...(home && { home }), ...body } })
      location.hash = addressOf('homes', resident.home)
    },
    onCancel: () => history.back(),
  })
  return [
    pageHead({
      title: w('new_resident'),
      up: { href: up, text: wordFor('page', home === '' ? 'residents' : 'homes') },
    }),
    offerHomes(made, 'home'),
  ]
}

/** @param {{ resident: Placed }} found */
function change({ resident }) {
  const { id, name, home } = resident
  const path = `/residents/${inPath(id)}`
  const made = form({
    fields: fields(),
    value: resident,
    save: async (body) => {
      await call(path, { method: 'PATCH', body })
      location.hash = addressOf('residents', id)
    },
    onCancel: () => history.back(),
    remove: {
      what: w('drop_resident', { what: name }),
      run: async () => {
        await call(path, { method: 'DELETE' })
        location.hash = addressOf('homes', home)
      },
    },
  })
  return [pageHead({ title: name, up: { href: addressOf('residents', id), text: name } }), offerHomes(made, 'home')]
}
