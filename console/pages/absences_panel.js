// @ts-check

import { call, can } from '../house/calls.js'
import { forgetAbsences } from '../house/directory.js'
import { el } from '../parts/dom.js'
import { form } from '../parts/form.js'
import { pageHead, panel } from '../parts/page_head.js'
import { now } from '../parts/time.js'
import { addressOf } from '../shell/route.js'
import { dayText } from '../words/format.js'
import { language, wordsOf } from '../words/words.js'
import { reasonWord } from '../work/absences.js'
import { en, zh } from './people_words.js'
import { doButton, inPath } from './registry_parts.js'

/**
 * Who is away from a home, has been and will be; and the form in which it is noted.
 * @typedef {import('../../domain/absences.ts').Absence} Absence
 * @typedef {{ id: string, name: string }} Named
 * @typedef {{ home: { id: string, address: string }, residents: Named[], absences: Absence[] }} Of
 * @typedef {Of & { again: () => void }} Shown `again`: to be called where something has changed
 */

/** Older ones are of use to nobody who looks at a home. */
const shown = 8
const reasons = ['hospital', 'holiday', 'family', 'moved', 'other']

const w = wordsOf({ en, zh })

/** @param {Shown} of */
export const absencesPanel = ({ home, residents, absences, again }) =>
  panel(
    w('absences'),
    absences.length === 0
      ? el('p', { class: 'empty' }, w('home_has_no_absences'))
      : el(
          'ul',
          { class: 'people-list absences' },
          ...absences.slice(0, shown).map((one) => row(one, home.id, { residents, again })),
        ),
    el('p', { class: 'about' }, w('absence_about')),
  )

/** @param {Absence} absence @param {number} at @returns {'now' | 'later' | 'over'} */
function stateOf({ from, to }, at) {
  if (Date.parse(from) > at) return 'later'
  return to !== null && Date.parse(to) <= at ? 'over' : 'now'
}

/** @param {Absence} absence @param {string} home @param {Pick<Shown, 'residents' | 'again'>} of */
function row(absence, home, { residents, again }) {
  const { id, resident, from, to, reason, note } = absence
  const state = stateOf(absence, now())
  const day = (/** @type {string} */ iso) => dayText(iso, language(), now())
  const who = residents.find((one) => one.id === resident)?.name ?? w('everybody')
  const span =
    to === null ? w('absence_open', { from: day(from) }) : w('absence_from_to', { from: day(from), to: day(to) })
  const back = async () => {
    await call(`/absences/${inPath(id)}`, { method: 'PATCH', body: { to: new Date(now()).toISOString() } })
    forgetAbsences()
    again()
  }
  const edit = addressOf('homes', home, { absence: id })
  return el(
    'li',
    { class: state },
    can('write_absences') ? el('a', { class: 'row-link', href: edit }, who) : el('b', {}, who),
    el('i', { class: `absence-state ${state}` }, w(`absence_${state}`)),
    el('span', {}, `${span} · ${reasonWord(reason)}`),
    state === 'now' && can('write_absences') && doButton(w('is_back'), back),
    note && el('p', {}, note),
  )
}

/** @param {Of} of @param {string} wanted the id, or `new` */
export function absenceForm({ home, residents, absences }, wanted) {
  const known = absences.find(({ id }) => id === wanted)
  const address = addressOf('homes', home.id)
  const done = () => {
    forgetAbsences()
    location.hash = address
  }
  return [
    pageHead({ title: w('add_absence'), about: w('absence_about'), up: { href: address, text: home.address } }),
    form({
      fields: absenceFields(residents),
      ...(known && { value: known }),
      save: async (body) => {
        if (known) await call(`/absences/${inPath(known.id)}`, { method: 'PATCH', body })
        else await call('/absences', { method: 'POST', body: { home: home.id, ...body } })
        done()
      },
      onCancel: () => history.back(),
      ...(known && {
        remove: {
          what: w('drop_absence'),
          run: async () => {
            await call(`/absences/${inPath(known.id)}`, { method: 'DELETE' })
            done()
          },
        },
      }),
    }),
  ]
}

/** @param {Named[]} residents @returns {import('../parts/form.js').Field[]} */
const absenceFields = (residents) => [
  {
    name: 'resident',
    label: w('who'),
    kind: 'select',
    options: [{ value: '', label: w('everybody') }, ...residents.map(({ id, name }) => ({ value: id, label: name }))],
  },
  {
    name: 'reason',
    label: w('reason'),
    kind: 'select',
    required: true,
    options: reasons.map((reason) => ({ value: reason, label: reasonWord(reason) })),
  },
  { name: 'from', label: w('from'), kind: 'datetime', hint: w('from_hint') },
  { name: 'to', label: w('to'), kind: 'datetime', hint: w('to_hint') },
  { name: 'note', label: w('note'), kind: 'textarea', hint: w('note_hint'), maxlength: 2_000 },
]
