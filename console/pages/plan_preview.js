// @ts-check
import { call } from '../house/calls.js'
import { el } from '../parts/dom.js'
import { form } from '../parts/form.js'
import { fetchInto } from '../parts/listing.js'
import { panel } from '../parts/page_head.js'
import { placeEditor } from '../parts/place.js'
import { wordFor } from '../words/words.js'
import { severities, ticketKinds, worded } from './plan_form.js'
import { w, whenText } from './plan_text.js'

/**
 * Who would be told of a ticket, by the server's own choice of the plan and look-up of people.
 * @typedef {import('../../domain/dispatch.ts').Plan} Plan
 * @typedef {import('./plans.js').House} House
 * @typedef {{ key: string, name: string, console: boolean, channels: string[], telephone: string | null }} Told
 * @typedef {{ to: string, people: Told[], nobody: boolean, above: string | null }} Found
 * @typedef {{ step: number, after_s: number, passed_over: boolean, tell: Found[] }} Seen
 * @typedef {{ plan: { id: string, name: string, reason: string } | null, steps: Seen[], reaches: number }} Preview
 */

/** @param {Plan} plan @param {House} known */
export function previewPanel(plan, known) {
  const result = el('div', { class: 'preview', 'aria-live': 'polite' })
  const box = el('div', {})
  void fetchInto(
    box,
    () => placeEditor({ areas: known.areas, place: placeOf(plan, known) }),
    (place) => [question(plan, known, { place, result })],
  )
  return panel(w('preview'), el('p', { class: 'about' }, w('previewAbout')), box, result)
}

/** A plan for everybody is tried where there is something to see: in the first area. @param {Plan} plan @param {House} known */
const placeOf = ({ area, home, resident, kinds }, known) =>
  area || home || resident || kinds?.join() === 'system'
    ? { area, home, resident }
    : { area: known.areas[0]?.id ?? null, home: null, resident: null }

/** @param {Plan} plan @param {House} known @param {{ place: import('../parts/rows.js').Editor<import('../parts/place.js').Place>, result: HTMLElement }} parts */
function question(plan, known, { place, result }) {
  const kind = plan.kinds?.[0] ?? 'sos'
  /** @param {Record<string, unknown>} given */
  const look = async (given) => {
    const { area, home } = place.read()
    const body = { kind, severity: plan.severities?.[0], ...given, area: area ?? undefined, home: home ?? undefined }
    const told = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null && value !== undefined))
    const answer = await call('/plans/preview', { method: 'POST', body: told })
    result.replaceChildren(...answered(answer, plan, known))
  }
  const node = form({
    saveWord: w('look'),
    fields: [
      { name: 'kind', label: w('kind'), kind: 'select', options: worded('signal', ticketKinds) },
      {
        name: 'severity',
        label: w('severity'),
        kind: 'select',
        options: [{ value: '', label: w('asKind') }, ...worded('severity', severities)],
      },
      { name: 'at', label: w('at'), kind: 'datetime', hint: w('atNow') },
    ],
    value: { kind, severity: plan.severities?.[0] ?? '' },
    inside: [place.node],
    save: look,
  })
  void look({}).catch(() => {})
  return node
}

/** @param {Preview} preview @param {Plan} plan @param {House} known @returns {HTMLElement[]} */
function answered({ plan: chosen, steps, reaches }, plan, known) {
  if (!chosen) return [el('p', { class: 'verdict bad' }, w('noneChosen'))]
  const why = wordFor('plan', chosen.reason)
  return [
    chosen.id === plan.id
      ? el('p', { class: 'verdict' }, w('chosen'))
      : el('p', { class: 'verdict doubtful' }, w('otherChosen', { name: chosen.name, why })),
    reaches === 0
      ? el('p', { class: 'verdict bad', role: 'alert' }, w('reachesNobody'))
      : el('p', { class: 'about' }, w('reaches', { n: reaches })),
    el('ol', { class: 'steps' }, ...steps.map((step) => stepFound(step, known))),
  ]
}

/** @param {Seen} step @param {House} known */
const stepFound = ({ after_s, passed_over, tell }, known) =>
  el(
    'li',
    { class: passed_over ? 'passed' : '' },
    el('b', {}, whenText(after_s)),
    passed_over && el('p', {}, w('passedOver')),
    ...tell.flatMap((found) => targetFound(found, known)),
  )

/** @param {Found} found @param {House} known */
function targetFound({ to, people, nobody, above }, known) {
  const area =
    above === null || above === '' ? w('beyond') : (known.areas.find(({ id }) => id === above)?.name ?? above)
  const to_ = w(/** @type {any} */ (`to_${to}`))
  const missing = people.length > 0 ? w('insteadAbove', { area }) : w('nobodyAtAll')
  return [
    nobody && el('p', { class: 'gap' }, `${w('nobody', { to: to_ })}${w('listSeparator')}${missing}`),
    ...people.map((person) => el('p', {}, ...personTold(person, known))),
    !nobody && above !== null && el('small', {}, w('fromAbove', { area })),
  ]
}

/** @param {Told} person @param {House} known */
function personTold({ key, name, console: alarms, channels, telephone }, known) {
  if (key === 'emergency') return [w('emergency', { number: telephone ?? '' }), name && el('small', {}, ` ${name}`)]
  const nameOf = (/** @type {string} */ id) => known.channels.find((one) => one.id === id)?.name ?? id
  const ways = [
    ...(alarms ? [w('byConsole')] : []),
    ...(key.startsWith('channel:') ? [] : channels.map(nameOf)),
    ...(telephone === null ? [] : [w('byTelephone', { number: telephone || w('noNumber') })]),
  ]
  const who = key.startsWith('channel:') ? nameOf(key.slice('channel:'.length)) : name
  return [who, ways.length > 0 && el('small', {}, ` ${ways.join(w('listSeparator'))}`)]
}
