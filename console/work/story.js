// @ts-check
import { minuteText } from '../words/format.js'
import { language, t, wordsOf } from '../words/words.js'
import { en, zh } from './story_words.js'

/**
 * The home around the moment of an alarm, in plain words: which device it is, and what was so at the time: the door, the bed,
 * who was where, and when something last moved.
 * @typedef {import('../house/directory.js').Device} Device
 * @typedef {import('./plot.js').Point} Point
 * @typedef {import('./readings.js').Series} Series
 * @typedef {{ state: 'yes' | 'no' | 'mixed', since: number, changed: boolean }} Change
 *   `mixed`: both in one bucket, so nobody knows how it ended; `changed`: else it has been so for as long as is known
 * @typedef {{ who: string, what: string, at: number, later: boolean }} Fact `later`: it changed after the alarm
 */

export const w = wordsOf({ en, zh })
/** @typedef {keyof typeof en} StoryWord */

/** A change this shortly before the alarm may have to do with it. */
const shortlyMs = 600_000

/** What a device is by its model or its id; the first that fits. @type {[kind: string, RegExp][]} */
const kinds = [
  ['watch', /watch|wrist|band|手表|手环/],
  ['pendant', /pendant|necklace|吊坠|挂件/],
  ['cord', /cord|拉绳/],
  ['radar', /radar|mmwave|雷达/],
  ['door', /door|contact|门磁/],
  ['cuff', /cuff|blood pressure|血压/],
  ['oximeter', /oximeter|血氧/],
  ['smoke', /smoke|烟/],
  ['gas', /gas|燃气/],
  ['water', /leak|水浸/],
  ['stove', /stove|灶/],
  ['thermometer', /thermometer|体温|温度计/],
  ['camera', /camera|摄像/],
  ['bed', /bed|mattress|床/],
  ['pir', /pir|motion|人体/],
  ['gateway', /gateway|网关/],
  ['meter', /meter|表/],
  ['button', /button|按钮/],
]

/** @param {string} id @param {Pick<Device, 'model' | 'category'> | undefined} device */
export function kindOf(id, device) {
  const named = (/** @type {string} */ text) => kinds.find(([, fits]) => fits.test(text.toLowerCase()))?.[0]
  return named(device?.model ?? '') ?? named(id) ?? (device?.category === 'wearable' ? 'wearable' : 'device')
}

/** A room as people of this language call it, where it is one of the usual; else as it was registered. @param {string} place */
export function placeText(place) {
  const key = `place.${place.trim().toLowerCase()}`
  return key in en ? w(/** @type {StoryWord} */ (key)) : place
}

/** That it is worn goes without saying; who wears it, or in which room it is, does not. @param {string | null | undefined} place */
const worthTelling = (place) => Boolean(place) && !/^worn( or carried)?$/i.test(place ?? '')

/** `Radar, bathroom`. @param {string} id @param {Device[] | undefined} devices */
export function subjectText(id, devices) {
  const device = devices?.find((one) => one.id === id)
  const kind = w(/** @type {StoryWord} */ (`kind.${kindOf(id, device)}`))
  return device?.place && worthTelling(device.place) ? `${kind}${t('list.and')}${placeText(device.place)}` : kind
}

/** @param {number} value */
const stateOf = (value) => (value <= 0 ? 'no' : value >= 1 ? 'yes' : 'mixed')

/** The newest change of a yes or no, from means over buckets. @param {Point[]} points @returns {Change | undefined} */
export function changeOf(points) {
  const last = points.at(-1)
  if (!last) return undefined
  const state = stateOf(last[1])
  const before = points.findLastIndex(([, value]) => stateOf(value) !== state)
  const begun = points[before + 1] ?? last
  const prior = points[before]
  // The bucket in which it changed holds both.
  const since = prior && state !== 'mixed' && stateOf(prior[1]) === 'mixed' ? prior[0] : begun[0]
  return { state, since, changed: prior !== undefined }
}

/** Told whatever it is; of the others only what is not as it always is. */
const always = new Set(['door_open', 'in_bed', 'presence'])
/** What is usual of the others. @type {Record<string, 'yes' | 'no'>} */
const usual = { stove_on: 'no', worn: 'yes', water_leak: 'no', smoke: 'no', gas: 'no', carbon_monoxide: 'no' }

/** @param {string} metric @param {Change} change @param {number} moment */
const isTold = (metric, { state, since, changed }, moment) =>
  always.has(metric) || (metric in usual && (state !== usual[metric] || (changed && since >= moment - shortlyMs)))

/** @param {string} metric @param {Change} change */
function changeText(metric, { state, since, changed }) {
  const at = minuteText(since, language())
  if (state === 'mixed') return w(/** @type {StoryWord} */ (`${metric}.mixed`), { at })
  const word = w(/** @type {StoryWord} */ (`${metric}.${state}`))
  return w(changed ? 'since' : 'unchanged', { state: word, at })
}

/** When anything last moved, wherever. @param {Series[]} series @param {Device[] | undefined} devices @returns {Fact[]} */
function lastMovement(series, devices) {
  const moving = series.filter(({ metric }) => metric === 'motion')
  const first = Math.min(...moving.map(({ points }) => points[0]?.[0] ?? Number.POSITIVE_INFINITY))
  if (!Number.isFinite(first)) return []
  const moved = moving.flatMap(({ device, points }) =>
    points.filter(([, value]) => value > 0).map(([at]) => ({ at, device })),
  )
  const last = moved.toSorted((a, b) => a.at - b.at).at(-1)
  const at = minuteText(last?.at ?? first, language())
  const who = subjectText((last ?? moving[0])?.device ?? '', devices)
  return [{ who, what: w(last ? 'motion.last' : 'motion.none', { at }), at: last?.at ?? first, later: false }]
}

/**
 * What is known of the home, what has been so for longest first.
 * @param {Series[]} before @param {Series[]} series @param {{ moment: number, devices: Device[] | undefined }} about
 * @returns {Fact[]}
 */
export function factsOf(before, series, { moment, devices }) {
  const earlier = new Map(before.map((one) => [`${one.device} ${one.metric}`, one.points]))
  const seen = new Set(series.map(({ device, metric }) => `${device} ${metric}`))
  const whole = [
    ...series.map((one) => ({
      ...one,
      points: [...(earlier.get(`${one.device} ${one.metric}`) ?? []), ...one.points],
    })),
    ...before.filter(({ device, metric }) => !seen.has(`${device} ${metric}`)),
  ]
  const facts = whole.flatMap(({ device, metric, points }) => {
    const change = changeOf(points)
    if (!change || !isTold(metric, change, moment)) return []
    const later = change.changed && change.since > moment
    return [{ who: subjectText(device, devices), what: changeText(metric, change), at: change.since, later }]
  })
  return [...facts, ...lastMovement(whole, devices)].toSorted((a, b) => a.at - b.at)
}
