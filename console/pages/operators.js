// @ts-check
import { can, everyItem } from '../house/calls.js'
import { showRecords } from '../parts/records.js'
import { named } from '../parts/rows.js'
import { wordFor, wordsOf } from '../words/words.js'
import { en, zh } from './operators_words.js'
import { waysEditor } from './ways.js'

/** Accounts of people: who may log in, and what each may see. */

const w = wordsOf({ en, zh })
/** As domain/registry.ts has them; a test holds them together. */
export const roles = ['dispatcher', 'supervisor', 'administrator', 'viewer', 'integrator', 'vendor']
const languages = [
  { value: 'zh-CN', label: '中文' },
  { value: 'en', label: 'English' },
]

/** @typedef {{ id: string, name: string }[]} Named */
/** @typedef {{ areas: Named, channels: Named, vendors: Named }} Known */

/** @param {HTMLElement} root @param {import('../shell/route.js').Route} route */
export const show = (root, route) =>
  showRecords(root, route, {
    page: 'operators',
    path: '/operators',
    write: 'write_operators',
    words: {
      ...{ heading: w('heading'), about: w('about'), none: w('none'), fresh: w('new') },
      removeAsk: (name) => w('removeAsk', { name }),
    },
    known,
    title: ({ name }) => name,
    columns: ({ areas }) => [
      { head: w('name'), cell: ({ name }) => name },
      { head: w('role'), cell: ({ role }) => wordFor('role', role) },
      {
        head: w('area'),
        cell: ({ area }) => (area ? (areas.find(({ id }) => id === area)?.name ?? area) : w('everywhere')),
      },
      { head: w('email'), cell: ({ email }) => email },
    ],
    fields,
    inside: ({ channels }, item) => {
      const ways = waysEditor(item?.ways ?? [], channels)
      return { nodes: [ways.node], read: () => ({ ways: ways.read() }) }
    },
  })

/** @returns {Promise<Known>} */
async function known() {
  const [areas, channels, vendors] = await Promise.all([
    everyItem('/areas?limit=1000'),
    everyItem('/channels'),
    can('read_vendors') ? everyItem('/vendors') : [],
  ])
  return { areas, channels, vendors }
}

/** @param {Known} known @param {unknown} [item] @returns {import('../parts/form.js').Field[]} */
const fields = ({ areas, vendors }, item) => [
  { name: 'name', label: w('name'), required: true, maxlength: 100 },
  {
    name: 'role',
    label: w('role'),
    kind: 'select',
    options: roles.map((role) => ({ value: role, label: wordFor('role', role) })),
  },
  {
    name: 'area',
    label: w('area'),
    kind: 'select',
    hint: w('areaHint'),
    options: [{ value: '', label: w('everywhere') }, ...named(areas)],
  },
  {
    name: 'vendor',
    label: w('vendor'),
    kind: 'select',
    hint: w('vendorHint'),
    options: [{ value: '', label: w('noVendor') }, ...named(vendors)],
  },
  {
    name: 'language',
    label: w('language'),
    kind: 'select',
    options: [{ value: '', label: w('asChannel') }, ...languages],
  },
  { name: 'email', label: w('email'), kind: 'email', hint: w('emailHint'), maxlength: 254 },
  item
    ? { name: 'password', label: w('newPassword'), kind: 'password', hint: w('newPasswordHint'), maxlength: 200 }
    : {
        name: 'password',
        label: w('password'),
        kind: 'password',
        hint: w('passwordHint'),
        required: true,
        maxlength: 200,
      },
]
