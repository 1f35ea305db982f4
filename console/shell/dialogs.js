// @ts-check
import { currentSession, everyItem } from '../house/calls.js'
import { contactsOf } from '../house/directory.js'
import { outcomes } from '../house/rules.js'
import { byId, el, keyCap } from '../parts/dom.js'
import { t, wordFor } from '../words/words.js'

/**
 * What a step asks before it is taken.
 * @typedef {import('../../domain/ticket.ts').Ticket} Ticket
 * @typedef {import('../../domain/ticket.ts').TicketAction} TicketAction
 * @typedef {Record<string, string | boolean>} Body
 */

const dialog = () => /** @type {HTMLDialogElement} */ (byId('dialog'))

export const dialogOpen = () => dialog().open

/** Shuts it without an answer: at the end of the session nothing may stand before the login. */
export const shutDialog = () => dialog().close()

/**
 * Asks what the action needs.
 * @param {TicketAction} action @param {string} id @param {(id: string) => Ticket | undefined} current
 * @returns {Promise<Body | undefined>} undefined when it was called off
 */
export async function askFor(action, id, current) {
  const form = el('form', { class: 'question', method: 'dialog', novalidate: true })
  const complaint = el('p', { class: 'complaint', role: 'alert' })
  const about = current(id)
  const kind = about ? wordFor('signal', about.kind) : ''
  form.append(
    el('h2', {}, t(`action.${action}`), el('small', {}, t('dialog.about', { number: about?.number ?? '', kind }))),
    ...(about?.late && action === 'dispatch' ? [el('p', { class: 'warn' }, t('dialog.late_dispatch'))] : []),
    ...(await fieldsOf(action, about)),
    complaint,
    changedNote(id, current),
    ...buttons(),
  )
  return openDialog(form, () => {
    const body = readForm(/** @type {HTMLFormElement} */ (form))
    complaint.textContent = missing(action, body)
    if (complaint.textContent) return undefined
    // Whoever has read the warning above and goes on has confirmed it.
    return current(id)?.late && action === 'dispatch' ? { ...body, confirm: true } : body
  })
}

/** @param {TicketAction} action @param {Ticket | undefined} about @returns {Promise<Node[]>} */
async function fieldsOf(action, about) {
  switch (action) {
    case 'contact':
      return [whomField(about), reachedField(), textField('reason', t('dialog.reason'))]
    case 'close':
      return [outcomeField(), textField('reason', t('dialog.reason'))]
    case 'assign':
      return [assigneeField(), textField('reason', t('dialog.reason'))]
    case 'share':
      return [await areaField(), textField('reason', t('dialog.reason'))]
    case 'note':
      return [textField('reason', t('dialog.note'))]
    case 'reopen':
      return [textField('reason', t('dialog.why_reopen'))]
    case 'dispatch':
      return [textField('reason', t('dialog.who_goes'))]
    default:
      return [textField('reason', t('dialog.reason'))]
  }
}

/** One line, so that Enter confirms. @param {string} name @param {string} label @param {string} [value] */
const textField = (name, label, value = '') =>
  el(
    'label',
    { class: 'field' },
    el('span', {}, label),
    el('input', { name, value, maxlength: 2_000, autocomplete: 'off' }),
  )

function outcomeField() {
  const choice = (/** @type {import('../../domain/ticket.ts').Outcome} */ outcome, /** @type {number} */ i) =>
    el(
      'label',
      {},
      el('input', { type: 'radio', name: 'outcome', value: outcome }),
      el('span', {}, t(`outcome.${outcome}`)),
      keyCap(String(i + 1)),
    )
  return el('fieldset', { class: 'outcomes' }, el('legend', {}, t('dialog.outcome')), ...outcomes.map(choice))
}

/** The resident, and the contacts in the order to call. @param {Ticket | undefined} about */
function whomField(about) {
  const contacts = about?.home ? (contactsOf(about.home) ?? []) : []
  const known = new Set(contacts.map(({ phone }) => phone))
  const numbers = (about?.to_do ?? []).filter(({ number }) => number !== '' && !known.has(number))
  const people = [
    ...numbers.map(({ number, text }) => ({ id: number, name: number, phone: text })),
    { id: 'resident', name: t('dialog.resident'), phone: '' },
    ...contacts,
  ]
  const choice = (
    /** @type {{ id: string, name: string, phone: string }} */ { id, name, phone },
    /** @type {number} */ i,
  ) =>
    el(
      'label',
      {},
      el('input', { type: 'radio', name: 'contact', value: id }),
      el('span', {}, name, phone && el('small', {}, ` ${phone}`)),
      i < 9 && keyCap(String(i + 1)),
    )
  return el('fieldset', { class: 'outcomes' }, el('legend', {}, t('dialog.whom')), ...people.map(choice))
}

function reachedField() {
  const choice = (/** @type {'true' | 'false'} */ value) =>
    el(
      'label',
      {},
      el('input', { type: 'radio', name: 'reached', value, 'data-key': value === 'true' ? 'y' : 'n' }),
      el('span', {}, t(value === 'true' ? 'contact.reached' : 'contact.not_reached')),
      keyCap(value === 'true' ? 'Y' : 'N'),
    )
  return el('fieldset', { class: 'outcomes' }, el('legend', {}, t('dialog.reached')), choice('true'), choice('false'))
}

function assigneeField() {
  const field = textField('assignee', t('dialog.assignee'), currentSession()?.operator.id)
  field.append(el('small', {}, t('dialog.assignee_hint')))
  return field
}

async function areaField() {
  /** @type {{ id: string, name: string }[]} */
  const areas = await everyItem('/areas').catch(() => [])
  const options = areas.map(({ id, name }) => el('option', { value: id }, name))
  return el('label', { class: 'field' }, el('span', {}, t('dialog.area')), el('select', { name: 'area' }, ...options))
}

/** Says so when somebody else moves the ticket while the question stands. @param {string} id @param {(id: string) => Ticket | undefined} current */
function changedNote(id, current) {
  const before = current(id)?.state
  const note = el('p', { class: 'warn changed' })
  note.addEventListener('look', () => {
    const state = current(id)?.state
    note.textContent = state && state !== before ? t('dialog.changed', { state: t(`state.${state}`) }) : ''
  })
  return note
}

/** To be called when tickets have changed. */
export const refreshDialog = () => void dialog().querySelector('.changed')?.dispatchEvent(new Event('look'))

const buttons = () => [
  el(
    'div',
    { class: 'buttons' },
    el('button', { type: 'submit', class: 'primary', value: 'confirm' }, t('dialog.confirm'), keyCap('↵')),
    el('button', { type: 'button', value: 'cancel', onclick: shutDialog }, t('dialog.cancel'), keyCap('Esc')),
  ),
]

/** Empty fields are left out. @param {HTMLFormElement} form @returns {Body} */
function readForm(form) {
  const entries = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()])
  const body = Object.fromEntries(entries.filter(([, value]) => value !== ''))
  return body.reached === undefined ? body : { ...body, reached: body.reached === 'true' }
}

/** @param {TicketAction} action @param {Body} body */
function missing(action, body) {
  if (action === 'contact' && (!body.contact || body.reached === undefined)) return t('dialog.contact_required')
  if (action === 'close' && !body.outcome) return t('dialog.outcome_required')
  if ((action === 'note' || action === 'reopen') && !body.reason) return t('dialog.note_required')
  return ''
}

/**
 * Puts a form before the page and waits for its answer.
 * @template T
 * @param {HTMLElement} content @param {() => T | undefined} answer asked at confirmation; undefined keeps the dialog open
 * @returns {Promise<T | undefined>}
 */
export function openDialog(content, answer) {
  const box = dialog()
  /** @type {T | undefined} */
  let given
  content.addEventListener('submit', (event) => {
    event.preventDefault()
    given = answer()
    if (given !== undefined) box.close()
  })
  content.addEventListener('keydown', chooseByNumber)
  box.replaceChildren(content)
  box.showModal()
  content.querySelector('input')?.focus()
  return new Promise((resolve) => box.addEventListener('close', () => resolve(given), { once: true }))
}

/** 1 to 9 choose an outcome or a person, Y and N whether he was reached, unless somebody is writing. @param {KeyboardEvent} event */
function chooseByNumber(event) {
  const writing = event.target instanceof HTMLInputElement && event.target.type !== 'radio'
  const choices = dialog().querySelectorAll('input[type=radio]:not([data-key])')
  const choice =
    choices[Number(event.key) - 1] ?? dialog().querySelector(`input[data-key="${CSS.escape(event.key.toLowerCase())}"]`)
  if (writing || !(choice instanceof HTMLInputElement)) return
  choice.checked = true
  choice.focus()
}

/**
 * Asks before something that cannot be taken back.
 * @param {string} question @param {string} yes the word on the button
 * @returns {Promise<boolean>}
 */
export async function confirmThat(question, yes) {
  const sheet = el(
    'form',
    { method: 'dialog', class: 'question' },
    el('h2', {}, question),
    el(
      'div',
      { class: 'buttons' },
      el('button', { type: 'submit', class: 'danger' }, yes),
      el('button', { type: 'button', autofocus: true, onclick: shutDialog }, t('dialog.cancel'), keyCap('Esc')),
    ),
  )
  return (await openDialog(sheet, () => true)) ?? false
}
