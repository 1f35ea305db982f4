// @ts-check
import { el } from '../parts/dom.js'
import { evenStep, offset } from './geo.js'
import { metresText, w } from './position.js'

/**
 * A drawing of where somebody is, for houses without a map: a grid in metres with the home, the position and its accuracy.
 * @typedef {import('./geo.js').Place} Place
 * @typedef {import('./position.js').Sighting} Sighting
 */

const width = 360
const height = 220
/** The least that is shown, in metres from the middle to the upper edge. */
const leastReach = 60

/** @param {Place | undefined} home @param {Sighting[]} seen */
export function sketch(home, seen) {
  const middle = home ?? seen[0]
  if (!middle) return el('svg')
  const marks = seen.map((one) => ({ ...one, ...offset(middle, one) }))
  const reach =
    Math.max(
      leastReach,
      ...marks.map(({ x, y, accuracy }) => Math.max((Math.abs(x) * height) / width, Math.abs(y)) + accuracy),
    ) * 1.25
  const scale = height / 2 / reach
  const step = evenStep(reach / 2)
  return el(
    'svg',
    { class: 'sketch', viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' },
    ...grid(step * scale),
    ...marks.map(({ x, y, accuracy }) => person(width / 2 + x * scale, height / 2 - y * scale, accuracy * scale)),
    home && house(width / 2, height / 2),
    ...ruler(step * scale, metresText(step)),
    el('path', { class: 'north', d: `M${width - 20} 30V12M${width - 25} 18l5-6 5 6` }),
  )
}

/** @param {number} step */
function grid(step) {
  const lines = []
  for (let x = (width / 2) % step; x < width; x += step)
    lines.push(el('line', { class: 'grid', x1: x, x2: x, y1: 0, y2: height }))
  for (let y = (height / 2) % step; y < height; y += step)
    lines.push(el('line', { class: 'grid', x1: 0, x2: width, y1: y, y2: y }))
  return lines
}

/** @param {number} x @param {number} y @param {number} accuracy */
const person = (x, y, accuracy) =>
  el(
    'g',
    { class: 'person-mark' },
    accuracy > 0 && el('circle', { class: 'accuracy', cx: x, cy: y, r: accuracy }),
    el('circle', { class: 'spot', cx: x, cy: y, r: 7 }),
  )

/** @param {number} x @param {number} y */
const house = (x, y) =>
  el(
    'g',
    { class: 'house-mark' },
    el('path', { d: `M${x - 10} ${y}l10-9 10 9v10h-20z` }),
    el('text', { x: x + 14, y: y + 12 }, w('home_short')),
  )

/** @param {number} long @param {string} text */
const ruler = (long, text) => [
  el('path', { class: 'ruler', d: `M12 ${height - 18}v6h${long}v-6` }),
  el('text', { x: 12 + long + 6, y: height - 10 }, text),
]
