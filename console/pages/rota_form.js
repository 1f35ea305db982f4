// @ts-check
import { call } from '../house/calls.js'
import { el } from '../parts/dom.js'
import { form } from '../parts/form.js'
import { choices, input, labelled, named, rowsEditor, side } from '../parts/rows.js'
import { addressOf } from '../shell/route.js'
import { days, worded } from './plan_form.js'
import { w } from './rota_week.js'

/**
 * The form of a rota.
 * @typedef {import('../../domain/dispatch.ts').Rota} Rota
 * @typedef {import('../../domain/dispatch.ts').Shift} Shift
 * @typedef {import('./rotas.js').House} House
 */

/** @param {House} known @param {Rota} [rota] absent: a new one */
export function rotaForm(known, rota) {
  const shifts = rowsEditor({
    legend: w('shifts'),
    items: rota?.shifts ?? [blankShift()],
    row: (shift) => shiftEditor(shift, known),
    blank: blankShift,
    add: w('addShift'),
    name: (n) => w('shift', { n }),
  })
  const holidays = /** @type {HTMLTextAreaElement} */ (el('textarea', { rows: 3 }))
  holidays.value = (rota?.holidays ?? []).join('\n')
  const path = rota ? `/rotas/${encodeURIComponent(rota.id)}` : '/rotas'
  return form({
    fields: [
      { name: 'name', label: w('name'), required: true, maxlength: 200 },
      { name: 'area', label: w('area'), kind: 'select', required: true, options: named(known.areas) },
      {
        name: 'role',
        label: w('role'),
        kind: 'select',
        options: ['dispatcher', 'supervisor'].map((role) => ({ value: role, label: w(/** @type {any} */ (role)) })),
      },
    ],
    value: rota,
    inside: [shifts.node, labelled(w('holidays'), holidays, w('holidaysHint'))],
    more: () => ({ shifts: shifts.read(), holidays: holidays.value.split(/[\s,，、]+/).filter((date) => date !== '') }),
    save: async (body) => {
      const { id } = await call(path, { method: rota ? 'PATCH' : 'POST', body })
      location.hash = addressOf('rotas', id)
    },
    onCancel: () => {
      location.hash = addressOf('rotas', rota?.id)
    },
    ...(rota && {
      remove: {
        what: w('removeAsk', { name: rota.name }),
        run: async () => {
          await call(path, { method: 'DELETE' })
          location.hash = addressOf('rotas')
        },
      },
    }),
  })
}

/** @returns {Shift} */
const blankShift = () => ({ from: '08:00', to: '20:00', days: ['mon', 'tue', 'wed', 'thu', 'fri'], operators: [] })

/** Those who may be on duty. */
const onDutyRoles = ['dispatcher', 'supervisor', 'administrator']

/** @param {Shift} shift @param {House} known @returns {import('../parts/rows.js').Editor<Shift>} */
function shiftEditor(shift, known) {
  const from = input('time', shift.from, { required: true })
  const to = input('time', shift.to, { required: true })
  const on = choices({ legend: w('days'), options: worded('day', [...days, 'holiday']), chosen: shift.days })
  const people = known.operators.filter(({ id, role }) => onDutyRoles.includes(role) || shift.operators.includes(id))
  const who = choices({ legend: w('operators'), options: named(people), chosen: shift.operators })
  const turns = input('checkbox', 'on', { checked: shift.week !== undefined })
  const is = input('number', shift.week?.is ?? 1, { min: 1, max: 12 })
  const of = input('number', shift.week?.of ?? 2, { min: 2, max: 12 })
  const weeks = side(labelled(w('weekIs'), is), labelled(w('weekOfN'), of))
  const look = () => {
    weeks.hidden = !turns.checked
  }
  turns.addEventListener('change', look)
  look()
  return {
    node: el(
      'div',
      { class: 'step-editor' },
      side(labelled(w('from'), from), labelled(w('to'), to)),
      on.node,
      who.node,
      el('label', { class: 'choice' }, turns, el('span', {}, w('turns'))),
      weeks,
    ),
    read: () => ({
      ...{ from: from.value, to: to.value, days: /** @type {Shift['days']} */ (on.read()), operators: who.read() },
      ...(turns.checked && { week: { is: Number(is.value), of: Number(of.value) } }),
    }),
  }
}
