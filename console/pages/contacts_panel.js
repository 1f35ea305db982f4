// @ts-check

import { CallError, call, can } from '../house/calls.js'
import { el } from '../parts/dom.js'
import { panel } from '../parts/page_head.js'
import { addressOf } from '../shell/route.js'
import { wordFor, wordsOf } from '../words/words.js'
import { phoneLink } from '../work/calling.js'
import { en, zh } from './people_words.js'
import { inPath } from './registry_parts.js'

/**
 * The people to call for a home, in the order of calling, which is changed by buttons and so by the keyboard.
 * @typedef {import('../../domain/registry.ts').Contact} Contact
 */

const w = wordsOf({ en, zh })

/** @param {string} home @param {Contact[]} contacts in order */
export function contactsPanel(home, contacts) {
  const complaint = el('p', { class: 'complaint', role: 'alert' })
  const list = el('ol', { class: 'calling-order' })
  let order = contacts

  /** @param {number} from @param {number} to */
  async function move(from, to) {
    const wished = [...order]
    wished.splice(to, 0, ...wished.splice(from, 1))
    complaint.textContent = ''
    try {
      order = await renumbered(wished)
    } catch (error) {
      complaint.textContent = wordFor('error', error instanceof CallError ? error.code : 'internal')
    }
    draw()
    focusMove(list, to, to < from ? 'up' : 'down')
  }
  const draw = () => list.replaceChildren(...order.map((contact, place) => row(contact, place, order.length, move)))

  draw()
  return panel(
    w('contacts'),
    contacts.length === 0 ? el('p', { class: 'warn' }, w('home_has_no_contacts')) : list,
    complaint,
    can('write_registry') &&
      el(
        'p',
        {},
        el('a', { class: 'button', href: addressOf('contacts', undefined, { new: '1', home }) }, w('add_contact')),
      ),
  )
}

/** Tells the house of every place that is another now. @param {Contact[]} wished @returns {Promise<Contact[]>} */
async function renumbered(wished) {
  const done = []
  for (const [place, contact] of wished.entries()) {
    const position = place + 1
    const path = `/contacts/${inPath(contact.id)}`
    done.push(contact.position === position ? contact : await call(path, { method: 'PATCH', body: { position } }))
  }
  return done
}

/** The keyboard stays with the contact that was moved, at the other button where that one has gone. @param {HTMLElement} list @param {number} place @param {'up' | 'down'} way */
function focusMove(list, place, way) {
  const row = list.children[place]
  const button = row?.querySelector(`[data-move=${way}]`) ?? row?.querySelector('[data-move]')
  if (button instanceof HTMLElement) button.focus()
}

/** @param {Contact} contact @param {number} place @param {number} count @param {(from: number, to: number) => Promise<void>} move */
function row({ id, name, relation, phone }, place, count, move) {
  const button = (/** @type {'up' | 'down'} */ way, /** @type {number} */ to) =>
    el(
      'button',
      {
        class: 'move',
        'data-move': way,
        'aria-label': w(way === 'up' ? 'up_first' : 'down_later', { who: name }),
        onclick: () => void move(place, to),
      },
      way === 'up' ? '↑' : '↓',
    )
  return el(
    'li',
    {},
    el(
      'span',
      {},
      el('a', { class: 'row-link', href: addressOf('contacts', id) }, name),
      relation && el('small', {}, ` ${relation}`),
    ),
    phoneLink(phone),
    can('write_registry') &&
      el(
        'span',
        { class: 'moves' },
        place > 0 && button('up', place - 1),
        place < count - 1 && button('down', place + 1),
      ),
  )
}
