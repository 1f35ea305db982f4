// @ts-check
/**
 * How far and in which direction, near enough for finding somebody: on a sphere, in metres and degrees.
 * @typedef {{ lat: number, lon: number }} Place WGS 84
 * @typedef {{ x: number, y: number }} Offset metres to the east and to the north
 */

const metresPerDegree = 111_195
const directions = /** @type {const} */ (['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'])

/** @param {Place} from @param {Place} to @returns {Offset} */
export function offset(from, to) {
  const middle = ((from.lat + to.lat) / 2) * (Math.PI / 180)
  // The short way round, also across the date line.
  const lon = ((to.lon - from.lon + 540) % 360) - 180
  return { x: lon * Math.cos(middle) * metresPerDegree, y: (to.lat - from.lat) * metresPerDegree }
}

/** @param {Offset} way */
export const distance = ({ x, y }) => Math.hypot(x, y)

/** @param {Offset} way @returns {typeof directions[number]} */
export function direction({ x, y }) {
  const turn = Math.round(Math.atan2(x, y) / (Math.PI / 4))
  return directions[(turn + 8) % 8] ?? 'n'
}

/** As people say it: no more digits than are known. @param {number} metres */
export function roundMetres(metres) {
  const step = metres < 100 ? 5 : metres < 1_000 ? 10 : metres < 10_000 ? 100 : 1_000
  return Math.round(metres / step) * step
}

/** The next smaller of 1, 2, 5, 10, 20, 50 …: steps of a grid. @param {number} most */
export function evenStep(most) {
  const ten = 10 ** Math.floor(Math.log10(most))
  return ([5, 2].find((n) => n * ten <= most) ?? 1) * ten
}
