// @ts-check
import { call } from '../house/calls.js'
import { el } from '../parts/dom.js'
import { form } from '../parts/form.js'
import { placeEditor } from '../parts/place.js'
import { choices, input, labelled, named, rowsEditor, select, side } from '../parts/rows.js'
import { addressOf } from '../shell/route.js'
import { wordFor } from '../words/words.js'
import { w } from './plan_text.js'

/**
 * The form of a plan.
 * @typedef {import('../../domain/dispatch.ts').Plan} Plan
 * @typedef {import('../../domain/dispatch.ts').Step} Step
 * @typedef {import('../../domain/dispatch.ts').Target} Target
 * @typedef {import('../../domain/dispatch.ts').Window} Window
 * @typedef {import('./plans.js').House} House
 */

/** As domain/signals.ts and domain/dispatch.ts have them; a test holds them together. */
export const ticketKinds = [
  ...[
    'sos',
    'fall',
    'smoke',
    'gas',
    'carbon_monoxide',
    'water_leak',
    'vital_sign',
    'inactivity',
    'wandering',
    'system',
  ],
]
export const severities = ['critical', 'high', 'medium', 'low']
export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
export const targetKinds = ['duty', 'operator', 'contacts', 'team', 'channel', 'emergency']

/** Names of a list as options, in words. @param {string} kind @param {readonly string[]} names */
export const worded = (kind, names) => names.map((name) => ({ value: name, label: wordFor(kind, name) }))

/** @param {House} known @param {Plan} [plan] absent: a new one */
export async function planForm(known, plan) {
  const { area = null, home = null, resident = null } = plan ?? {}
  const place = await placeEditor({ areas: known.areas, place: { area, home, resident }, ofWhom: true })
  const kinds = choices({
    legend: w('kinds'),
    options: worded('signal', ticketKinds),
    chosen: plan?.kinds ?? [],
    hint: w('kindsHint'),
  })
  const gravities = choices({
    legend: w('severities'),
    options: worded('severity', severities),
    chosen: plan?.severities ?? [],
    hint: w('severitiesHint'),
  })
  const steps = rowsEditor({
    legend: w('steps'),
    items: plan?.steps ?? [blankStep()],
    row: (step) => stepEditor(step, known),
    blank: blankStep,
    add: w('addStep'),
    name: (n) => w('stepName', { n }),
    ordered: true,
    least: 1,
  })
  const rest = restEditor(plan)
  return form({
    fields: [{ name: 'name', label: w('name'), required: true, maxlength: 200 }],
    value: plan,
    inside: [place.node, kinds.node, gravities.node, steps.node, rest.node],
    more: () => ({
      ...place.read(),
      kinds: orNull(kinds.read()),
      severities: orNull(gravities.read()),
      steps: steps.read(),
      ...rest.read(),
    }),
    save: async (body) => {
      const path = plan ? `/plans/${encodeURIComponent(plan.id)}` : '/plans'
      const { id } = await call(path, { method: plan ? 'PATCH' : 'POST', body })
      location.hash = addressOf('plans', id)
    },
    onCancel: () => {
      location.hash = addressOf('plans', plan?.id)
    },
    ...(plan && {
      remove: {
        what: w('removeAsk', { name: plan.name }),
        run: async () => {
          await call(`/plans/${encodeURIComponent(plan.id)}`, { method: 'DELETE' })
          location.hash = addressOf('plans')
        },
      },
    }),
  })
}

/** @template T @param {T[]} list @returns {T[] | null} */
const orNull = (list) => (list.length > 0 ? list : null)

/** @returns {Step} */
const blankStep = () => ({ after_s: 60, tell: [{ to: 'duty', role: 'dispatcher' }] })

/** @param {Step} step @param {House} known @returns {import('../parts/rows.js').Editor<Step>} */
function stepEditor({ after_s, tell, window }, known) {
  const after = input('number', after_s, { min: 0, max: 86_400, required: true })
  const targets = rowsEditor({
    legend: w('tell'),
    items: tell,
    row: (target) => targetEditor(target, known),
    blank: () => /** @type {Target} */ ({ to: 'contacts', order: 'in_order', each_s: 60 }),
    add: w('addTarget'),
    name: (n) => w('targetName', { n }),
    least: 1,
  })
  const hours = windowEditor(window)
  return {
    node: el('div', { class: 'step-editor' }, labelled(w('afterBefore'), after), targets.node, hours.node),
    read: () => {
      const given = hours.read()
      return { after_s: Number(after.value), tell: targets.read(), ...(given && { window: given }) }
    },
  }
}

/** @param {Target} target @param {House} known @returns {import('../parts/rows.js').Editor<Target>} */
function targetEditor(target, known) {
  const kind = select(
    targetKinds.map((to) => ({ value: to, label: w(/** @type {any} */ (`to_${to}`)) })),
    target.to,
  )
  const more = el('div', { class: 'side' })
  let inside = targetFields(target, known)
  const draw = () => more.replaceChildren(...inside.nodes)
  kind.addEventListener('change', () => {
    inside = targetFields(/** @type {Target} */ (/** @type {unknown} */ ({ to: kind.value })), known)
    draw()
  })
  draw()
  return {
    node: el('div', { class: 'side' }, labelled(w('to'), kind), more),
    read: () => /** @type {Target} */ ({ to: kind.value, ...inside.read() }),
  }
}

/** What a target needs besides. @param {any} target @param {House} known @returns {{ nodes: Node[], read: () => object }} */
function targetFields(target, known) {
  switch (target.to) {
    case 'duty': {
      const roles = [
        { value: 'dispatcher', label: w('dispatchers') },
        { value: 'supervisor', label: w('supervisors') },
      ]
      const role = select(roles, target.role ?? 'dispatcher')
      return { nodes: [labelled(w('role'), role)], read: () => ({ role: role.value }) }
    }
    case 'contacts':
      return orderFields(target)
    case 'team': {
      const team = select(named(known.teams), target.team ?? '', { required: true })
      const { nodes, read } = orderFields(target)
      return { nodes: [labelled(w('team'), team), ...nodes], read: () => ({ team: team.value, ...read() }) }
    }
    case 'emergency': {
      const number = input('tel', target.number ?? '', { required: true, pattern: '\\+?[0-9]{2,15}' })
      const text = input('text', target.text ?? '', { maxlength: 500 })
      return {
        nodes: [labelled(w('number'), number), labelled(w('text'), text)],
        read: () => ({ number: number.value.trim(), ...(text.value.trim() && { text: text.value.trim() }) }),
      }
    }
    default: {
      const to = /** @type {'operator' | 'channel'} */ (target.to)
      const chosen = select(named(known[`${to}s`]), target[to] ?? '', { required: true })
      return { nodes: [labelled(w(to), chosen)], read: () => ({ [to]: chosen.value }) }
    }
  }
}

/** @param {{ order?: string, each_s?: number }} target */
function orderFields({ order = 'in_order', each_s = 60 }) {
  const how = select(
    [
      { value: 'in_order', label: w('in_order') },
      { value: 'parallel', label: w('parallel') },
    ],
    order,
  )
  const each = input('number', each_s, { min: 5, max: 3_600, required: true })
  return {
    nodes: [labelled(w('order'), how), labelled(w('each'), each)],
    read: () => ({ order: how.value, each_s: Number(each.value) }),
  }
}

/** @param {Window | undefined} window @returns {import('../parts/rows.js').Editor<Window | undefined>} */
function windowEditor(window) {
  const isOn = input('checkbox', 'on', { checked: window !== undefined })
  const from = input('time', window?.from ?? '22:00', { required: true })
  const to = input('time', window?.to ?? '07:00', { required: true })
  const on = choices({
    legend: w('days'),
    options: worded('day', days),
    chosen: window?.days ?? [],
    hint: w('daysHint'),
  })
  const fields = el('div', {}, side(labelled(w('from'), from), labelled(w('until'), to)), on.node)
  return {
    node: folding(isOn, w('windowed'), fields),
    read: () => {
      if (!isOn.checked) return undefined
      const chosen = /** @type {Window['days'] | null} */ (orNull(on.read()))
      return { from: from.value, to: to.value, ...(chosen && { days: chosen }) }
    },
  }
}

/** Fields that are there only while a box is ticked; what is not there is not asked for. @param {HTMLInputElement} box @param {string} label @param {HTMLElement} fields */
function folding(box, label, fields) {
  const set = /** @type {HTMLFieldSetElement} */ (el('fieldset', {}, fields))
  const look = () => {
    set.hidden = !box.checked
    set.disabled = !box.checked
  }
  box.addEventListener('change', look)
  look()
  return el('div', { class: 'folding' }, el('label', { class: 'choice' }, box, el('span', {}, label)), set)
}

/** Repeating, the plan above, the lease. @param {Plan} [plan] */
function restEditor(plan) {
  const repeats = input('checkbox', 'on', { checked: Boolean(plan?.repeat) })
  const every = input('number', plan?.repeat?.every_s ?? 120, { min: 10, max: 86_400, required: true })
  const from = input('number', plan?.repeat?.from_step ?? 1, { min: 1, max: 20, required: true })
  const above = input('checkbox', 'on', { checked: plan?.area_above ?? false })
  const lease = input('number', plan?.lease_s ?? '', { min: 30, max: 86_400 })
  return {
    node: el(
      'div',
      { class: 'rest' },
      folding(repeats, w('repeats'), side(labelled(w('repeatEvery'), every), labelled(w('repeatFrom'), from))),
      el('label', { class: 'choice' }, above, el('span', {}, w('areaAbove'))),
      labelled(w('leaseLabel'), lease, w('leaseHint')),
    ),
    read: () => ({
      repeat: repeats.checked ? { every_s: Number(every.value), from_step: Number(from.value) } : null,
      area_above: above.checked,
      lease_s: lease.value === '' ? null : Number(lease.value),
    }),
  }
}
