import type { Grid } from './grid.ts'

export type Vector = readonly [x: number, y: number, z: number]

/** A figure over a stretch of which less than this share is known is not known. */
export const enough = 0.6

const unknown: Vector = [Number.NaN, Number.NaN, Number.NaN]

/** Angle in degrees; NaN where either is unknown. */
export function angleBetween(a: Vector, b: Vector): number {
  const lengths = Math.hypot(...a) * Math.hypot(...b)
  const cosine = (a[0] * b[0] + a[1] * b[1] + a[2] * b[2]) / lengths
  return (Math.acos(Math.min(1, Math.max(-1, cosine))) * 180) / Math.PI
}

/** Mean vector from one grid point to another, both included. */
export function meanVector({ x, y, z, known }: Grid, from: number, to: number): Vector {
  let [sumX, sumY, sumZ, count] = [0, 0, 0, 0]
  for (let n = Math.max(0, from); n <= to && n < x.length; n++) {
    if (!known[n]) continue
    sumX += x[n]!
    sumY += y[n]!
    sumZ += z[n]!
    count++
  }
  return count >= enough * (to - from + 1) ? [sumX / count, sumY / count, sumZ / count] : unknown
}

/** Standard deviation of the vector over all axes, in g: the same however the sensor is turned. */
export function spreadOf(grid: Grid, from: number, to: number): number {
  const { x, y, z, known } = grid
  const [meanX, meanY, meanZ] = meanVector(grid, from, to)
  if (Number.isNaN(meanX)) return Number.NaN
  let sum = 0
  let count = 0
  for (let n = Math.max(0, from); n <= to && n < x.length; n++) {
    if (!known[n]) continue
    sum += (x[n]! - meanX) ** 2 + (y[n]! - meanY) ** 2 + (z[n]! - meanZ) ** 2
    count++
  }
  return Math.sqrt(sum / count)
}
