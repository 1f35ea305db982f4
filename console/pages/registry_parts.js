// @ts-check
import { CallError, call, can, everyItem, pageOf } from '../house/calls.js'
import { el } from '../parts/dom.js'
import { after, now } from '../parts/time.js'
import { timeText } from '../words/format.js'
import { language, wordFor } from '../words/words.js'

/**
 * What the pages of people and homes have in common.
 * @typedef {import('../../domain/registry.ts').Area} Area
 * @typedef {import('../../domain/registry.ts').Home} Home
 */

/** @param {string} id */
export const inPath = (id) => encodeURIComponent(id)

/** Every area that the operator sees, each after the one above it. @returns {Promise<Area[]>} */
export const everyArea = () => everyItem('/areas?limit=1000')

/** Its name after those above it, because streets of two districts are called alike. @param {Area} area @param {Map<string, Area>} all @returns {string} */
function longName({ name, parent }, all) {
  const above = parent === null ? undefined : all.get(parent)
  return above ? `${longName(above, all)} › ${name}` : name
}

/** Areas to choose from. @param {Area[]} areas */
export function areaOptions(areas) {
  const all = new Map(areas.map((area) => [area.id, area]))
  return areas.map((area) => ({ value: area.id, label: longName(area, all) }))
}

/** @param {string | null} area @param {Area[]} areas */
export const areaName = (area, areas) => areaOptions(areas).find(({ value }) => value === area)?.label ?? area ?? ''

/**
 * The items with the address of their home, asked for all at once.
 * @template {{ home: string | null }} T
 * @param {T[]} items @returns {Promise<(T & { address: string })[]>}
 */
export async function withAddresses(items) {
  const ids = [...new Set(items.flatMap(({ home }) => home ?? []))]
  const known = new Map()
  if (ids.length > 0 && can('read_registry')) {
    const page = await call(`/homes?${new URLSearchParams({ ids: ids.join(','), limit: String(ids.length) })}`)
    for (const { id, address } of page.items) known.set(id, address)
  }
  return items.map((item) => ({ ...item, address: item.home === null ? '' : (known.get(item.home) ?? item.home) }))
}

/** `fetchPage` of a listing whose items lie in homes. @param {string} path */
export const pageWithAddresses = (path) => async (/** @type {Record<string, string>} */ asked) => {
  const page = await pageOf(path, asked)
  return { ...page, items: await withAddresses(page.items) }
}

/** @param {string | null} iso */
export const momentText = (iso) => (iso === null ? '' : timeText(iso, language(), now()))

/** What a row of a list has room for; the whole stands on the page of the thing. */
const briefLetters = 80

/** @param {string | null} text */
export const briefly = (text) =>
  text !== null && text.length > briefLetters ? `${text.slice(0, briefLetters).trimEnd()}…` : text

const restMs = 250

/**
 * Offers homes by their address while somebody types into this field of a form; the id of the chosen is what it then holds.
 * @param {HTMLElement} form @param {string} name of the field
 */
export function offerHomes(form, name) {
  const input = /** @type {HTMLInputElement | null} */ (form.querySelector(`input[name="${name}"]`))
  if (!input) return form
  const list = el('datalist', { id: `offered-${name}` })
  input.setAttribute('list', list.id)
  let cancel = () => {}
  const offer = async () => {
    const q = input.value.trim()
    if (q === '') return
    const { items } = await pageOf('/homes', { q, limit: '20' }).catch(() => ({ items: [] }))
    list.replaceChildren(
      ...items.map((/** @type {Home} */ home) => el('option', { value: home.id, label: home.address }, home.address)),
    )
  }
  input.addEventListener('input', () => {
    cancel()
    cancel = after(restMs, () => void offer())
  })
  form.append(list)
  return form
}

/**
 * A button that does something at once and says what went wrong where it did.
 * @param {string} word @param {() => Promise<void>} run @param {Record<string, unknown>} [settings]
 */
export function doButton(word, run, settings = {}) {
  const complaint = el('small', { class: 'complaint', role: 'alert' })
  const button = /** @type {HTMLButtonElement} */ (el('button', { ...settings, type: 'button' }, word))
  button.addEventListener('click', async () => {
    button.disabled = true
    complaint.textContent = ''
    try {
      await run()
    } catch (error) {
      if (!(error instanceof CallError)) console.error(error)
      complaint.textContent = wordFor('error', error instanceof CallError ? error.code : 'internal')
    }
    button.disabled = false
  })
  return el('span', { class: 'do' }, button, complaint)
}
