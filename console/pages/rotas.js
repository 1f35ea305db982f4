// @ts-check
import { call, can, everyItem } from '../house/calls.js'
import { el } from '../parts/dom.js'
import { form } from '../parts/form.js'
import { fetchInto, listing } from '../parts/listing.js'
import { pageHead, panel } from '../parts/page_head.js'
import { named } from '../parts/rows.js'
import { table } from '../parts/table.js'
import { now as present } from '../parts/time.js'
import { confirmThat } from '../shell/dialogs.js'
import { addressOf } from '../shell/route.js'
import { language, t } from '../words/words.js'
import { rotaForm } from './rota_form.js'
import { mondayOf, w, weekView } from './rota_week.js'

/**
 * Rotas: who is on duty when, and who stands in for whom.
 * @typedef {import('../../domain/dispatch.ts').Rota} Rota
 * @typedef {import('../../domain/dispatch.ts').Override} Override
 * @typedef {{ id: string, name: string, role: string, area: string | null }} Operator
 * @typedef {{ areas: { id: string, name: string }[], operators: Operator[] }} House
 * @typedef {{ changed: () => void, zone: string }} Around `changed` shows the rota anew
 * @typedef {{ people: { id: string, name: string }[], reason: string, above: string | null }} OnDuty
 */

/** @param {HTMLElement} root @param {import('../shell/route.js').Route} route */
export function show(root, route) {
  const { id, query } = route
  if (id === 'new') return void fetchInto(root, house, (known) => editing(known))
  if (id === undefined) return void fetchInto(root, house, list)
  const date = query.get('date') ?? ''
  const all = async () => {
    const path = `/rotas/${encodeURIComponent(id)}`
    const [rota, known, today] = await Promise.all([call(path), house(), call(`${path}/duty?days=1`)])
    const monday = mondayOf(date || today.now.date)
    return { rota, known, monday, duty: await call(`${path}/duty?${new URLSearchParams({ date: monday, days: '7' })}`) }
  }
  void fetchInto(root, all, ({ rota, known, ...week }) =>
    query.has('edit') && can('write_plans')
      ? editing(known, rota)
      : one(rota, known, { ...week, changed: () => show(root, route) }),
  )
}

/** @returns {Promise<House>} */
async function house() {
  const [areas, operators] = await Promise.all([everyItem('/areas?limit=1000'), everyItem('/operators?limit=1000')])
  return /** @type {House} */ ({ areas, operators })
}

/** @param {{ id: string, name: string }[]} things @param {string} id */
const nameIn = (things, id) => things.find((one) => one.id === id)?.name ?? id

/** @param {House} known */
function list(known) {
  const head = pageHead({
    title: w('heading'),
    about: w('about'),
    actions: [can('write_plans') && el('a', { class: 'button primary', href: addressOf('rotas', 'new') }, w('new'))],
  })
  const rows = listing({
    path: '/rotas',
    caption: w('caption'),
    empty: w('none'),
    address: (/** @type {Rota} */ { id }) => addressOf('rotas', id),
    columns: [
      { head: w('name'), cell: ({ name }) => name },
      { head: w('area'), cell: ({ area }) => nameIn(known.areas, area) },
      { head: w('role'), cell: ({ role }) => w(role) },
      { head: w('shiftsColumn'), class: 'number', cell: ({ shifts }) => shifts.length },
    ],
  })
  return [head, rows, panel(w('now'), dutyNow(known))]
}

/** Who is on duty now in every area, and why. @param {House} known */
function dutyNow(known) {
  const box = el('div', {})
  const cell = (/** @type {OnDuty} */ { people, reason, above }) => [
    el('span', { class: reason === 'nobody' ? 'gap' : '' }, people.map(({ name }) => name).join(', ')),
    el('small', { class: reason === 'nobody' ? 'gap' : '' }, ` ${reasonText(reason, above, known)}`),
  ]
  const columns = [
    { head: w('area'), cell: (/** @type {any} */ { name }) => name },
    { head: w('dispatcher'), cell: (/** @type {any} */ { dispatcher }) => cell(dispatcher) },
    { head: w('supervisor'), cell: (/** @type {any} */ { supervisor }) => cell(supervisor) },
  ]
  void fetchInto(
    box,
    () => everyItem('/duty'),
    (items) => [table({ caption: w('nowCaption'), empty: w('noArea'), items, columns })],
  )
  return box
}

/** @param {string} reason @param {string | null} above @param {House} known */
function reasonText(reason, above, known) {
  const area = above ? nameIn(known.areas, above) : w('beyond')
  return w(/** @type {any} */ (`by_${reason}`), { area })
}

/** @param {Rota} rota @param {House} known @param {{ monday: string, duty: any, changed: () => void }} week */
function one(rota, known, { monday, duty, changed }) {
  const edit = el('a', { class: 'button', href: addressOf('rotas', rota.id, { edit: '1' }) }, w('edit'))
  const to = (/** @type {number} */ by) => addressOf('rotas', rota.id, { date: mondayOf(monday, by) })
  return [
    pageHead({
      title: rota.name,
      about: `${nameIn(known.areas, rota.area)} · ${w(rota.role)}`,
      up: { href: addressOf('rotas'), text: w('heading') },
      actions: [can('write_plans') && edit],
    }),
    panel(
      w('weekOf', { date: monday }),
      el(
        'div',
        { class: 'week-buttons' },
        el('a', { class: 'button', href: to(-1) }, w('previous')),
        el('a', { class: 'button', href: addressOf('rotas', rota.id) }, w('thisWeek')),
        el('a', { class: 'button', href: to(1) }, w('next')),
      ),
      weekView({ stretches: duty.items, now: duty.now, holidays: rota.holidays }),
      el('small', {}, w('zone', { zone: duty.zone })),
    ),
    el(
      'div',
      { class: 'panels' },
      can('write_plans') &&
        panel(w('away'), el('p', { class: 'about' }, w('awayAbout')), awayForm(rota, known, changed)),
      panel(w('absences'), absences(rota, known, { changed, zone: duty.zone })),
    ),
  ]
}

/** @param {Rota} rota @param {Override[]} overrides @param {() => void} changed shows it anew */
async function keep({ id }, overrides, changed) {
  await call(`/rotas/${encodeURIComponent(id)}`, { method: 'PATCH', body: { overrides } })
  changed()
}

/** @param {Rota} rota @param {House} known @param {() => void} changed */
function awayForm(rota, known, changed) {
  const ids = [...new Set(rota.shifts.flatMap(({ operators }) => operators))]
  const onRota = ids.map((id) => ({ value: id, label: nameIn(known.operators, id) }))
  const others = named(
    known.operators.filter(({ role }) => ['dispatcher', 'supervisor', 'administrator'].includes(role)),
  )
  return form({
    saveWord: w('enter'),
    fields: [
      { name: 'who', label: w('who'), kind: 'select', options: [...onRota, { value: '*', label: w('everybody') }] },
      {
        name: 'instead',
        label: w('instead'),
        kind: 'select',
        options: [{ value: '', label: w('nobodyInstead') }, ...others],
      },
      { name: 'from', label: w('from'), kind: 'datetime', required: true, hint: w('clockHint') },
      { name: 'to', label: w('to'), kind: 'datetime', required: true },
    ],
    save: async ({ who, instead, from, to }) => {
      const override = /** @type {Override} */ ({
        ...{ from, to, operators: instead ? [instead] : [] },
        ...(who === '*' ? {} : { instead_of: who }),
      })
      await keep(rota, [...rota.overrides, override], changed)
    },
  })
}

/** Those that are not over yet, the next first. @param {Rota} rota @param {House} known @param {Around} around */
function absences(rota, known, around) {
  const coming = rota.overrides
    .filter(({ to }) => Date.parse(to) > present())
    .toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from))
  if (coming.length === 0) return el('p', { class: 'empty' }, w('noAbsences'))
  return el('ul', { class: 'list' }, ...coming.map((override) => absence(override, { rota, known, ...around })))
}

/** @param {Override} override @param {Around & { rota: Rota, known: House }} of */
function absence(override, { rota, known, changed, zone }) {
  const { from, to, operators, instead_of } = override
  const who = instead_of ? nameIn(known.operators, instead_of) : w('everybody')
  const instead = operators.map((id) => nameIn(known.operators, id)).join(t('list.and'))
  const what = operators.length > 0 ? w('absence', { who, instead }) : w('absenceNobody', { who })
  const drop = async () => {
    if (await confirmThat(w('undo', { what }), w('undoWord')))
      await keep(
        rota,
        rota.overrides.filter((one) => one !== override),
        changed,
      )
  }
  return el(
    'li',
    {},
    el(
      'span',
      {},
      what,
      el('small', {}, ` ${w('span', { from: instantText(from, zone), to: instantText(to, zone) })}`),
    ),
    can('write_plans') &&
      el('button', { onclick: () => void drop(), 'aria-label': w('undo', { what }) }, w('undoWord')),
  )
}

/** @param {string} iso @param {string} timeZone */
const instantText = (iso, timeZone) =>
  new Date(iso).toLocaleString(language(), { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23', timeZone })

/** @param {House} known @param {Rota} [rota] */
const editing = (known, rota) => [
  pageHead({
    title: rota?.name ?? w('newHeading'),
    up: { href: addressOf('rotas', rota?.id), text: rota?.name ?? w('heading') },
  }),
  rotaForm(known, rota),
]
