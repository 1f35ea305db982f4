// @ts-check
import { call, can } from '../house/calls.js'
import { el } from '../parts/dom.js'
import { form } from '../parts/form.js'
import { fetchInto } from '../parts/listing.js'
import { pageHead } from '../parts/page_head.js'
import { addressOf } from '../shell/route.js'
import { wordFor, wordsOf } from '../words/words.js'
import { en, zh } from './people_words.js'
import { areaOptions, everyArea, inPath } from './registry_parts.js'

/**
 * Areas as a tree.
 * @typedef {import('./registry_parts.js').Area} Area
 */

const w = wordsOf({ en, zh })

/** @param {HTMLElement} root @param {import('../shell/route.js').Route} route */
export function show(root, { id, query }) {
  void fetchInto(root, everyArea, (areas) => {
    if (query.has('new')) return create(areas, query.get('above') ?? '')
    const area = areas.find((one) => one.id === id)
    return area && can('write_registry') ? change(area, areas) : tree(areas)
  })
}

/** @param {Area[]} areas */
function tree(areas) {
  const ids = new Set(areas.map(({ id }) => id))
  // Whoever sees one district sees nothing above it: that one is the top.
  const tops = areas.filter(({ parent }) => parent === null || !ids.has(parent))
  return [
    pageHead({
      title: wordFor('page', 'areas'),
      about: w('areas_about'),
      actions: [
        can('write_registry') &&
          el('a', { class: 'button', href: addressOf('areas', undefined, { new: '1' }) }, w('new_area')),
      ],
    }),
    areas.length === 0 ? el('p', { class: 'empty' }, w('no_areas')) : branch(tops, areas),
  ]
}

/** @param {Area[]} some @param {Area[]} all @returns {HTMLElement} */
const branch = (some, all) =>
  el(
    'ul',
    { class: 'area-tree' },
    ...some.map((area) => {
      const below = all.filter(({ parent }) => parent === area.id)
      return el('li', {}, row(area), below.length > 0 && branch(below, all))
    }),
  )

/** @param {Area} area */
const row = ({ id, name }) =>
  el(
    'div',
    { class: 'area-row' },
    can('write_registry') ? el('a', { class: 'row-link', href: addressOf('areas', id) }, name) : el('b', {}, name),
    el('code', {}, id),
    el(
      'a',
      { href: addressOf('homes', undefined, { area: id }), 'aria-label': w('homes_of_area', { area: name }) },
      wordFor('page', 'homes'),
    ),
    can('write_registry') &&
      el(
        'a',
        { href: addressOf('areas', undefined, { new: '1', above: id }), 'aria-label': `${w('area_below')}: ${name}` },
        w('area_below'),
      ),
  )

/** @param {Area[]} areas @returns {import('../parts/form.js').Field[]} */
const fields = (areas) => [
  { name: 'name', label: w('name'), required: true, maxlength: 200 },
  {
    name: 'parent',
    label: w('above'),
    kind: 'select',
    options: [{ value: '', label: w('no_area_above') }, ...areaOptions(areas)],
  },
]

/** @param {Area[]} areas @param {string} above */
function create(areas, above) {
  const made = form({
    fields: [...fields(areas), { name: 'id', label: w('id'), hint: w('id_hint'), maxlength: 64 }],
    save: async (body) => {
      await call('/areas', { method: 'POST', body })
      location.hash = addressOf('areas')
    },
    onCancel: () => history.back(),
  })
  const parent = /** @type {HTMLSelectElement} */ (made.querySelector('[name=parent]'))
  parent.value = above
  return [pageHead({ title: w('new_area'), up: { href: addressOf('areas'), text: wordFor('page', 'areas') } }), made]
}

/** @param {Area} area @param {Area[]} areas */
function change(area, areas) {
  const path = `/areas/${inPath(area.id)}`
  const done = () => {
    location.hash = addressOf('areas')
  }
  return [
    pageHead({ title: area.name, up: { href: addressOf('areas'), text: wordFor('page', 'areas') } }),
    form({
      fields: fields(areas.filter(({ id }) => id !== area.id)),
      value: area,
      save: async (body) => {
        await call(path, { method: 'PATCH', body })
        done()
      },
      onCancel: () => history.back(),
      remove: {
        what: w('drop_area', { what: area.name }),
        run: async () => {
          await call(path, { method: 'DELETE' })
          done()
        },
      },
    }),
  ]
}
