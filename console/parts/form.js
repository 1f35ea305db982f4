// @ts-check
import { CallError } from '../house/calls.js'
import { confirmThat } from '../shell/dialogs.js'
import { t, wordFor } from '../words/words.js'
import { el } from './dom.js'

/**
 * Forms of the registry.
 * @typedef {{
 *   name: string, label: string, kind?: 'text' | 'tel' | 'email' | 'number' | 'password' | 'textarea' | 'select' | 'checkbox' | 'datetime' | 'date',
 *   options?: { value: string, label: string }[], hint?: string, required?: boolean, maxlength?: number, min?: number, max?: number, step?: number | 'any',
 * }} Field `datetime` is of the browser's clock and is given as ISO 8601
 * @typedef {Record<string, unknown>} Values
 */

/**
 * A form that gives only what was changed: of a new thing all that was filled in, of a known one the fields that differ, `null`
 * where they were emptied.
 * @param {{
 *   fields: Field[], value?: Values, save: (body: Values) => Promise<void>, onCancel?: () => void, saveWord?: string,
 *   remove?: { what: string, run: () => Promise<void> }, inside?: Node[], more?: () => Values,
 * }} options `remove.what`: the question that is asked before; `inside`: what stands below the fields, whose values `more` reads
 */
export function form({ fields, value, save, onCancel, saveWord, remove, inside = [], more = () => ({}) }) {
  const complaint = el('p', { class: 'complaint', role: 'alert' })
  const button = /** @type {HTMLButtonElement} */ (
    el('button', { type: 'submit', class: 'primary' }, saveWord ?? t('form.save'))
  )

  /** @param {() => Promise<void>} work */
  async function busy(work) {
    complaint.textContent = ''
    button.disabled = true
    try {
      await work()
    } catch (error) {
      if (!(error instanceof CallError)) console.error(error)
      complaint.replaceChildren(...sentences(error instanceof CallError ? error : new CallError('internal')))
    }
    button.disabled = false
  }

  const drop = async () => {
    if (remove && (await confirmThat(remove.what, t('form.remove')))) await busy(remove.run)
  }
  return el(
    'form',
    {
      class: 'record',
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault()
        const given = { ...changed(fields, /** @type {HTMLFormElement} */ (event.currentTarget), value), ...more() }
        void busy(() => save(given))
      },
    },
    ...fields.map((field) => formField(field, value?.[field.name])),
    ...inside,
    complaint,
    el(
      'div',
      { class: 'buttons' },
      button,
      onCancel && el('button', { type: 'button', onclick: onCancel }, t('dialog.cancel')),
      remove && el('button', { type: 'button', class: 'danger', onclick: () => void drop() }, t('form.remove')),
    ),
  )
}

/** What went wrong, in words, and what the server said of it in detail. @param {CallError} error */
const sentences = ({ code, detail }) => [wordFor('error', code), ...(detail ? [el('small', {}, ` ${detail}`)] : [])]

/** One field with its label and hint. @param {Field} field @param {unknown} [value] */
export function formField(field, value) {
  const { name, label, kind = 'text', hint, required } = field
  const hintId = hint && `hint-${name}`
  const shared = { name, required, 'aria-describedby': hintId }
  if (kind === 'checkbox')
    return el(
      'label',
      { class: 'field check' },
      el('input', { ...shared, type: 'checkbox', checked: value === true }),
      el('span', {}, label),
    )
  return el(
    'label',
    { class: `field ${kind}` },
    el('span', {}, label, required && el('i', { class: 'required', 'aria-hidden': 'true' }, ' *')),
    control(field, shared, value),
    hint && el('small', { id: hintId }, hint),
  )
}

/** @param {Field} field @param {Record<string, unknown>} shared @param {unknown} value */
function control({ kind = 'text', options = [], maxlength, min, max, step }, shared, value) {
  const text = value === null || value === undefined ? '' : String(value)
  if (kind === 'textarea') {
    const area = /** @type {HTMLTextAreaElement} */ (el('textarea', { ...shared, rows: 3, maxlength }))
    area.value = text
    return area
  }
  if (kind === 'select')
    return el(
      'select',
      shared,
      ...options.map((option) => el('option', { value: option.value, selected: option.value === text }, option.label)),
    )
  const type = kind === 'datetime' ? 'datetime-local' : kind
  const shown = kind === 'datetime' && text ? localTime(text) : text
  const autocomplete = kind === 'password' ? 'new-password' : 'off'
  return el('input', {
    ...shared,
    type,
    value: shown,
    maxlength,
    min,
    max,
    step: step ?? (kind === 'number' ? 'any' : null),
    autocomplete,
  })
}

/** As `datetime-local` wants it, by the browser's clock. @param {string} iso */
export function localTime(iso) {
  const at = new Date(iso)
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`
}

/** @param {Field[]} fields @param {HTMLFormElement} node @param {Values} [before] @returns {Values} */
function changed(fields, node, before) {
  const now = fields.map((field) => ({ field, value: given(field, node) }))
  const differs = (/** @type {{ field: Field, value: unknown }} */ { field, value }) =>
    before ? value !== comparable(field, before[field.name]) : value !== null
  return Object.fromEntries(now.filter(differs).map(({ field, value }) => [field.name, value]))
}

/** As the field would give it unchanged: a form knows minutes only. @param {Field} field @param {unknown} value */
function comparable({ kind }, value) {
  if (value === undefined || value === null || value === '') return kind === 'checkbox' ? false : null
  return kind === 'datetime' ? new Date(localTime(String(value))).toISOString() : value
}

/** What a field holds, `null` where it is empty. @param {Field} field @param {HTMLFormElement} node @returns {unknown} */
export function given({ name, kind }, node) {
  const input = /** @type {HTMLInputElement} */ (node.elements.namedItem(name))
  if (kind === 'checkbox') return input.checked
  const text = input.value.trim()
  if (text === '') return null
  if (kind === 'number') return Number(text)
  return kind === 'datetime' ? new Date(text).toISOString() : text
}
