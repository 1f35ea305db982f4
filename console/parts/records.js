// @ts-check
import { call, can } from '../house/calls.js'
import { addressOf } from '../shell/route.js'
import { el } from './dom.js'
import { form } from './form.js'
import { fetchInto, listing } from './listing.js'
import { pageHead } from './page_head.js'

/**
 * A page of one kind of thing of the registry: its list, and one of them with its form.
 * @typedef {{ nodes: Node[], read: () => Record<string, unknown> }} Inside parts of the form that are more than a field
 * @typedef {{ heading: string, about: string, none: string, fresh: string, removeAsk: (name: string) => string }} Words
 */

/**
 * @template Known what must be known beside the things themselves, such as the names of areas
 * @typedef {{
 *   page: string, path: string, write: string, words: Words, known: () => Promise<Known>,
 *   columns: (known: Known) => import('./table.js').Column<any>[], title: (item: any) => string,
 *   fields: (known: Known, item?: any) => import('./form.js').Field[], inside?: (known: Known, item?: any) => Inside,
 *   made?: (made: any) => Node | undefined,
 *   beside?: (item: any, known: Known) => Node[],
 * }} Records `write`: the permission to change; `made`: what is
 *   shown once, after one was made; `beside`: what stands below the form
 */

/**
 * @template Known
 * @param {HTMLElement} root @param {import('../shell/route.js').Route} route @param {Records<Known>} of
 */
export function showRecords(root, { id }, of) {
  if (id === undefined) return void fetchInto(root, of.known, (known) => list(of, known))
  if (id === 'new') return void fetchInto(root, of.known, (known) => one(of, known))
  const both = async () => {
    const [known, item] = await Promise.all([of.known(), call(pathOf(of, id))])
    return { known, item }
  }
  void fetchInto(root, both, ({ known, item }) => one(of, known, item))
}

/** @param {{ path: string }} of @param {string} id */
const pathOf = ({ path }, id) => `${path}/${encodeURIComponent(id)}`

/** @template Known @param {Records<Known>} of @param {Known} known */
function list({ page, path, write, words, columns }, known) {
  const fresh = el('a', { class: 'button primary', href: addressOf(page, 'new') }, words.fresh)
  return [
    pageHead({ title: words.heading, about: words.about, actions: [can(write) && fresh] }),
    listing({
      path,
      caption: words.heading,
      empty: words.none,
      columns: columns(known),
      address: (/** @type {{ id: string }} */ { id }) => addressOf(page, id),
    }),
  ]
}

/** @template Known @param {Records<Known>} of @param {Known} known @param {any} [item] */
function one(of, known, item) {
  const { page, write, words, title, beside } = of
  const once = el('div', { 'aria-live': 'assertive' })
  const editor = recordForm(of, known, { item, once })
  if (!can(write)) for (const part of editor.querySelectorAll('input, select, textarea, button')) lock(part)
  return [
    pageHead({
      title: item ? title(item) : words.fresh,
      up: { href: addressOf(page), text: words.heading },
    }),
    once,
    editor,
    ...(item && beside ? beside(item, known) : []),
  ]
}

/** Who may only look sees the same form, and can change nothing. @param {Element} part */
function lock(part) {
  if (part instanceof HTMLButtonElement) part.hidden = true
  else part.setAttribute('disabled', '')
}

/** @template Known @param {Records<Known>} of @param {Known} known @param {{ item: any, once: HTMLElement }} about */
function recordForm(of, known, { item, once }) {
  const { page, path, words, title, fields, inside, made } = of
  const parts = inside?.(known, item)
  return form({
    fields: fields(known, item),
    ...(item && { value: item }),
    ...(parts && { inside: parts.nodes, more: parts.read }),
    save: async (body) => {
      const answer = await call(item ? pathOf(of, item.id) : path, { method: item ? 'PATCH' : 'POST', body })
      const shown = item ? undefined : made?.(answer)
      if (shown)
        once.replaceChildren(shown, el('a', { class: 'button', href: addressOf(page, answer.id) }, title(answer)))
      else location.hash = addressOf(page)
    },
    onCancel: () => {
      location.hash = addressOf(page)
    },
    ...(item && {
      remove: {
        what: words.removeAsk(title(item)),
        run: async () => {
          await call(pathOf(of, item.id), { method: 'DELETE' })
          location.hash = addressOf(page)
        },
      },
    }),
  })
}
