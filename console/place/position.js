// @ts-check

import { now } from '../parts/time.js'
import { timeText } from '../words/format.js'
import { language, wordsOf } from '../words/words.js'
import { subjectText } from '../work/story.js'
import { direction, distance, offset, roundMetres } from './geo.js'
import { en, zh } from './map_words.js'

/**
 * Where somebody is, in words.
 * @typedef {import('../../domain/ticket.ts').Evidence} Evidence
 * @typedef {import('./geo.js').Place} Place
 * @typedef {import('../house/directory.js').Device} Device
 * @typedef {{ lat: number, lon: number, accuracy: number, who: string, at: string, where: string, said: string }} Sighting
 */

export const w = wordsOf({ en, zh })

/** Nearer than this is at the home: no positioning knows better. */
const atHomeMetres = 30

/** @param {number} metres */
export function metresText(metres) {
  const rounded = roundMetres(metres)
  return rounded < 1_000
    ? w('m', { n: rounded })
    : w('km', { n: (rounded / 1_000).toLocaleString(language(), { maximumFractionDigits: 1 }) })
}

/** `340 m north-east of the home`. @param {Place} home @param {Place & { accuracy: number }} place */
export function whereText(home, place) {
  const way = offset(home, place)
  const far = distance(way)
  if (far <= Math.max(atHomeMetres, place.accuracy)) return w('at_home')
  return w('away', { distance: metresText(far), direction: w(direction(way)) })
}

/** How sure the position is, and in which datum it came. @param {NonNullable<Evidence['position']>} position */
export function aboutPosition({ accuracy_m, datum }) {
  const parts = []
  if (accuracy_m !== undefined) parts.push(w('within', { n: roundMetres(accuracy_m) }))
  if (datum === undefined) parts.push(w('no_datum'))
  else if (datum !== 'WGS84') parts.push(w('converted', { datum: datum.replace(/(\d\d)$/, '-$1') }))
  return parts
}

/**
 * The newest position of every device, the newest first.
 * @param {Evidence[]} evidence @param {Place | undefined} home @param {Device[] | undefined} devices @returns {Sighting[]}
 */
export function sightings(evidence, home, devices) {
  const newest = new Map(
    evidence
      .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
      .filter(({ position }) => position)
      .map((one) => [one.device, one]),
  )
  return [...newest.values()].toReversed().flatMap(({ device, at, position }) => {
    if (!position) return []
    const place = { lat: position.lat, lon: position.lon, accuracy: position.accuracy_m ?? 0 }
    const where = [home ? whereText(home, place) : `${place.lat.toFixed(5)}, ${place.lon.toFixed(5)}`]
    const who = subjectText(device, devices)
    const time = timeText(at, language(), now())
    const said = w('said', { who, at: time, where: [...where, ...aboutPosition(position)].join(' · ') })
    return [{ ...place, who, at, where: where.join(''), said }]
  })
}
