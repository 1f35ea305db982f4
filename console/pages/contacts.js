// @ts-check
import { call, can } from '../house/calls.js'
import { el } from '../parts/dom.js'
import { form } from '../parts/form.js'
import { fetchInto, listing } from '../parts/listing.js'
import { facts, pageHead, panel } from '../parts/page_head.js'
import { addressOf } from '../shell/route.js'
import { wordFor, wordsOf } from '../words/words.js'
import { en, zh } from './people_words.js'
import { inPath, offerHomes, pageWithAddresses, withAddresses } from './registry_parts.js'

/**
 * Contacts: the list, a new one, and one of them.
 * @typedef {import('../../domain/registry.ts').Contact} Contact
 * @typedef {Contact & { address: string }} Placed
 */

const w = wordsOf({ en, zh })

/** @param {HTMLElement} root @param {import('../shell/route.js').Route} route */
export function show(root, { id, query }) {
  if (id !== undefined) return void fetchInto(root, () => placed(id), can('write_registry') ? change : one)
  root.replaceChildren(...(query.has('new') ? create(query.get('home') ?? '') : list()))
}

/** @param {string} id @returns {Promise<Placed>} */
async function placed(id) {
  const [contact] = await withAddresses([/** @type {Contact} */ (await call(`/contacts/${inPath(id)}`))])
  return /** @type {Placed} */ (contact)
}

const list = () => [
  pageHead({
    title: wordFor('page', 'contacts'),
    actions: [
      can('write_registry') &&
        el('a', { class: 'button', href: addressOf('contacts', undefined, { new: '1' }) }, w('new_contact')),
    ],
  }),
  listing({
    fetchPage: pageWithAddresses('/contacts'),
    caption: wordFor('page', 'contacts'),
    empty: w('no_contacts'),
    search: w('search_contacts'),
    address: (/** @type {Placed} */ { id }) => addressOf('contacts', id),
    columns: [
      { head: w('name'), cell: ({ name }) => name },
      { head: w('relation'), cell: ({ relation }) => relation },
      { head: w('phone'), cell: ({ phone }) => phone },
      { head: w('home'), cell: ({ home, address }) => el('a', { href: addressOf('homes', home) }, address) },
      { head: w('order'), class: 'number', cell: ({ position }) => position },
    ],
  }),
]

/** @param {Placed} contact */
const one = ({ name, relation, phone, home, address, position }) => [
  pageHead({ title: name, up: { href: addressOf('contacts'), text: wordFor('page', 'contacts') } }),
  panel(
    name,
    facts([
      [w('relation'), relation],
      [w('phone'), phone],
      [w('home'), el('a', { href: addressOf('homes', home) }, address)],
      [w('order'), position],
    ]),
  ),
]

/** @returns {import('../parts/form.js').Field[]} */
const fields = () => [
  { name: 'name', label: w('name'), required: true, maxlength: 200 },
  { name: 'relation', label: w('relation'), hint: w('relation_hint'), maxlength: 100 },
  { name: 'phone', label: w('phone'), kind: 'tel', required: true, maxlength: 40 },
  { name: 'home', label: w('home'), required: true, hint: w('home_hint'), maxlength: 64 },
  { name: 'position', label: w('order'), kind: 'number', hint: w('order_hint'), min: 1, max: 100, step: 1 },
  {
    name: 'language',
    label: w('message_language'),
    kind: 'select',
    options: [
      { value: '', label: w('as_channel') },
      { value: 'zh-CN', label: w('language_zh') },
      { value: 'en', label: w('language_en') },
    ],
  },
]

/** @param {string} home where it was asked for from there */
function create(home) {
  const up = home === '' ? addressOf('contacts') : addressOf('homes', home)
  const made = form({
    fields: fields().filter(({ name }) => name !== 'home' || home === ''),
    save: async (body) => {
      const contact = await call('/contacts', { method: 'POST', body: { ...(home && { home }), ...body } })
      location.hash = addressOf('homes', contact.home)
    },
    onCancel: () => history.back(),
  })
  return [
    pageHead({ title: w('new_contact'), up: { href: up, text: wordFor('page', home === '' ? 'contacts' : 'homes') } }),
    offerHomes(made, 'home'),
  ]
}

/** @param {Placed} contact */
function change(contact) {
  const { id, name, home, address } = contact
  const path = `/contacts/${inPath(id)}`
  const up = addressOf('homes', home)
  const made = form({
    // An order that was emptied is none: whoever is to be called last is moved on the home's page.
    fields: fields().map((field) => (field.name === 'position' ? { ...field, required: true } : field)),
    value: contact,
    save: async (body) => {
      await call(path, { method: 'PATCH', body })
      location.hash = up
    },
    onCancel: () => history.back(),
    remove: {
      what: w('drop_contact', { what: name }),
      run: async () => {
        await call(path, { method: 'DELETE' })
        location.hash = up
      },
    },
  })
  return [pageHead({ title: name, up: { href: up, text: address } }), offerHomes(made, 'home')]
}
