// @ts-check
import { wordFor, wordsOf } from '../words/words.js'
import { en, zh } from './plans_words.js'

/**
 * A plan in words. Pure but for the language.
 * @typedef {import('../../domain/dispatch.ts').Plan} Plan
 * @typedef {import('../../domain/dispatch.ts').Step} Step
 * @typedef {import('../../domain/dispatch.ts').Target} Target
 * @typedef {(kind: 'operator' | 'team' | 'channel', id: string) => string} Names what a thing is called, by its id
 */

export const w = wordsOf({ en, zh })

/** A length of time: `45 s`, `1 min 30 s`, `2 h`. @param {number} seconds */
export function lengthText(seconds) {
  const parts = [
    [Math.floor(seconds / 3_600), 'hours'],
    [Math.floor(seconds / 60) % 60, 'minutes'],
    [seconds % 60, 'seconds'],
  ]
  const said = parts.filter(([n]) => n !== 0)
  if (said.length === 0) return w('seconds', { n: 0 })
  return said.map(([n, unit]) => w(/** @type {'hours' | 'minutes' | 'seconds'} */ (unit), { n: Number(n) })).join(' ')
}

/** @param {Target} target @param {Names} names */
export function targetText(target, names) {
  switch (target.to) {
    case 'duty':
      return w(target.role === 'supervisor' ? 'dutySupervisor' : 'dutyDispatcher')
    case 'operator':
      return names('operator', target.operator)
    case 'channel':
      return names('channel', target.channel)
    case 'emergency':
      return w('emergency', { number: target.number })
    case 'contacts':
      return w(target.order === 'parallel' ? 'contactsParallel' : 'contactsInOrder', {
        each: lengthText(target.each_s),
      })
    case 'team': {
      const name = names('team', target.team)
      const each = lengthText(target.each_s)
      return target.order === 'parallel' ? w('teamParallel', { name }) : w('teamInOrder', { name, each })
    }
  }
}

/** When a step is taken, counted from the one before. @param {number} after_s */
export const whenText = (after_s) => (after_s === 0 ? w('atOnce') : w('after', { time: lengthText(after_s) }))

/** The hours of a step, empty where it has none. @param {Step['window']} window */
export function windowText(window) {
  if (!window) return ''
  const days = window.days ? ` ${window.days.map((day) => wordFor('day', day)).join(' ')}` : ''
  return w('only', { from: window.from, to: window.to }) + days
}

/** @param {Step} step @param {Names} names */
export function stepText({ after_s, tell, window }, names) {
  const whom = tell.map((target) => targetText(target, names)).join(w('listSeparator'))
  const hours = window ? ` (${windowText(window)})` : ''
  return w('step', { when: whenText(after_s), whom: whom + hours })
}

/** What comes after the last step. @param {Pick<Plan, 'repeat' | 'area_above'>} plan */
export function afterText({ repeat, area_above }) {
  return [
    ...(area_above ? [w('above')] : []),
    ...(repeat ? [w('repeat', { step: repeat.from_step, every: lengthText(repeat.every_s) })] : []),
  ]
}

/** The whole plan in one sentence. @param {Plan} plan @param {Names} names */
export const planText = (plan, names) =>
  [...plan.steps.map((step) => stepText(step, names)), ...afterText(plan)].join(w('stepSeparator'))

/** What a plan is for. @param {Pick<Plan, 'kinds' | 'severities'>} plan */
export function forText({ kinds, severities }) {
  if (!kinds && !severities) return w('all')
  const of = (/** @type {string} */ kind, /** @type {readonly string[]} */ names) =>
    names.map((name) => wordFor(kind, name)).join(w('listSeparator'))
  const what = kinds ? of('signal', kinds) : w('every_kind')
  return severities ? `${what} · ${of('severity', severities)}` : what
}
