// @ts-check
import { call, can, everyItem } from '../house/calls.js'
import { whatIsKnown } from '../house/known.js'
import { el } from '../parts/dom.js'
import { fetchInto } from '../parts/listing.js'
import { facts, pageHead, panel } from '../parts/page_head.js'
import { table } from '../parts/table.js'
import { now } from '../parts/time.js'
import { addressOf, workAddress } from '../shell/route.js'
import { timeText } from '../words/format.js'
import { language, wordFor, wordsOf } from '../words/words.js'
import { absenceForm, absencesPanel } from './absences_panel.js'
import { contactsPanel } from './contacts_panel.js'
import { dayCharts } from './day_charts.js'
import { batteryText, onlineText } from './device_text.js'

import { en, zh } from './people_words.js'
import { areaName, everyArea, inPath } from './registry_parts.js'

/**
 * One home: all that whoever answers an alarm from there, or telephones with a daughter, wants to see at once.
 * @typedef {import('./registry_parts.js').Home} Home
 * @typedef {import('../../domain/registry.ts').Resident} Resident
 * @typedef {import('../../domain/registry.ts').Contact} Contact
 * @typedef {import('../../domain/registry.ts').Device} Device
 * @typedef {import('../../domain/absences.ts').Absence} Absence
 */

const w = wordsOf({ en, zh })

/** @param {string} id */
async function whole(id) {
  const of = `home=${inPath(id)}&limit=1000`
  const [home, areas, residents, contacts, devices, absences] = await Promise.all([
    /** @type {Promise<Home>} */ (call(`/homes/${inPath(id)}`)),
    everyArea(),
    /** @type {Promise<Resident[]>} */ (everyItem(`/residents?${of}`)),
    /** @type {Promise<Contact[]>} */ (everyItem(`/contacts?${of}`)),
    /** @type {Promise<Device[]>} */ (everyItem(`/devices?${of}`)),
    /** @type {Promise<Absence[]>} */ (everyItem(`/absences?${of}`)),
  ])
  return { home, areas, residents, contacts, devices, absences }
}
/** @typedef {Awaited<ReturnType<typeof whole>>} Whole */

/** @param {HTMLElement} root @param {string} id @param {URLSearchParams} query `absence`: that is written now, `new` for another */
export function showHome(root, id, query) {
  const wanted = query.get('absence')
  const charts = dayCharts({ home: id })
  const look = () =>
    void fetchInto(
      root,
      () => whole(id),
      (found) => (wanted === null ? parts({ ...found, again: look }, charts.node) : absenceForm(found, wanted)),
    )
  look()
  return charts.stop
}

/** @param {Whole & { again: () => void }} found @param {HTMLElement} charts */
function parts({ home, areas, residents, contacts, devices, absences, again }, charts) {
  const mayWrite = can('write_registry')
  const editAddress = addressOf('homes', home.id, { edit: '1' })
  return [
    pageHead({
      title: home.address,
      about: areaName(home.area, areas),
      up: { href: addressOf('homes'), text: wordFor('page', 'homes') },
      actions: [
        can('write_absences') &&
          el('a', { class: 'button', href: addressOf('homes', home.id, { absence: 'new' }) }, w('add_absence')),
        mayWrite && el('a', { class: 'button', href: editAddress }, w('edit')),
      ],
    }),
    el(
      'div',
      { class: 'panels' },
      panel(w('residents'), residentList(residents), mayWrite && addLink('residents', home.id, w('add_resident'))),
      panel(w('tickets'), ticketList(home.id)),
      contactsPanel(home.id, contacts),
      absencesPanel({ home, residents, absences, again }),
      panel(w('devices'), deviceTable(devices), mayWrite && addLink('devices', home.id, w('add_device'))),
      panel(
        w('address'),
        facts([
          [w('address'), home.address],
          [w('area'), areaName(home.area, areas)],
          [w('position'), home.lat !== null && home.lon !== null && `${home.lat}, ${home.lon}`],
          [w('notes'), home.notes],
          [w('id'), el('code', {}, home.id)],
        ]),
      ),
    ),
    can('read_telemetry') && panel(w('charts'), charts),
  ]
}

/** @param {string} page @param {string} home @param {string} word */
export const addLink = (page, home, word) =>
  el('p', {}, el('a', { class: 'button', href: addressOf(page, undefined, { new: '1', home }) }, word))

/** @param {Resident[]} residents */
function residentList(residents) {
  if (residents.length === 0) return el('p', { class: 'warn' }, w('home_has_no_residents'))
  const year = new Date(now()).getFullYear()
  const one = (/** @type {Resident} */ { id, name, birth_year, phone, risks }) =>
    el(
      'li',
      {},
      el('a', { class: 'row-link', href: addressOf('residents', id) }, name),
      birth_year !== null && el('span', {}, w('born', { year: birth_year, age: year - birth_year })),
      phone && el('span', { class: 'phone-text' }, phone),
      risks && el('p', { class: 'risks' }, risks),
    )
  return el('ul', { class: 'people-list' }, ...residents.map(one))
}

/** Open tickets as the queue knows them now. @param {string} home */
function ticketList(home) {
  const open = [...whatIsKnown().queue.tickets.values()].filter(
    (ticket) => ticket.home === home && ticket.state !== 'closed',
  )
  if (open.length === 0) return el('p', { class: 'empty' }, w('home_has_no_tickets'))
  return el(
    'ul',
    { class: 'people-list' },
    ...open.map(({ id, number, kind, state, opened_at }) =>
      el(
        'li',
        {},
        el('a', { class: 'row-link', href: workAddress(id) }, `#${number} ${wordFor('signal', kind)}`),
        el('span', {}, wordFor('state', state)),
        el('time', { datetime: opened_at }, timeText(opened_at, language(), now())),
      ),
    ),
  )
}

/** @param {Device[]} devices */
const deviceTable = (devices) =>
  table({
    caption: w('devices'),
    empty: w('home_has_no_devices'),
    items: devices,
    address: ({ id }) => addressOf('devices', id),
    columns: [
      { head: wordFor('page', 'devices'), cell: ({ id, place, model }) => [place ?? model ?? id] },
      { head: w('id'), cell: ({ id }) => el('code', {}, id) },
      { head: '', cell: onlineText },
      { head: wordFor('metric', 'battery'), class: 'number', cell: batteryText },
    ],
  })
