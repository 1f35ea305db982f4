import type { Motion } from '../../../domain/message.ts'

/**
 * An accelerometer window on one grid of time, whatever rate the sensor has: 50 points a second, each the mean of a tenth
 * of a second. Faster than that a body does not fall; what is faster is how the case of the sensor rings, and a watch of
 * 20 Hz does not feel it. `load` is the length of the vector in g: 1 at rest, 0 in free fall.
 */
export type Grid = {
  x: Float64Array
  y: Float64Array
  z: Float64Array
  load: Float64Array
  /** 1 where a sample is near enough to say what the sensor felt; the rest is not guessed. */
  known: Uint8Array
  /** Share of the samples at the end of the sensor's range: the true load is at least what it says. */
  clipped: Float64Array
}

/** A window as `gridOf` takes it: a `Motion`, and a sensor that jitters or sends in bursts may time each sample (s). */
export type Samples = Pick<Motion, 'rate_hz' | 'range_g' | 'x' | 'y' | 'z'> & { seconds?: readonly number[] }

/** Grid points a second. */
export const gridRate = 50
/** A grid point is the mean from this long before it to this long after it, s. */
const half = 0.05
/** A gap without sample longer than this is unknown; a 20 Hz sensor has a sample every 0.05 s and may lose three. */
const longestGap = 0.2
/** Sensors end a little before their nominal range. */
const nearRange = 0.98
/** The longest window that is looked at, s: a stream of half an hour. */
const longestWindow = 1_800

/** Running sums over the samples in order of time, so that a mean costs the same at every rate. */
type Sums = Record<'times' | 'x' | 'y' | 'z' | 'clipped', Float64Array>

/** When each sample was taken, in seconds from the first; of even steps where nobody timed them. */
function timesOf({ rate_hz, x, seconds }: Samples): Float64Array {
  const first = seconds?.[0] ?? 0
  return Float64Array.from(x, (_, n) => (seconds ? seconds[n]! - first : n / rate_hz))
}

/** The samples in order of time: a burst may arrive shuffled, and one whose time or value is no number is left out. */
function sumsOf(samples: Samples): Sums {
  const times = timesOf(samples)
  const { x, y, z } = samples
  const isWhole = (n: number): boolean => times[n]! >= 0 && Number.isFinite(times[n]! + x[n]! + y[n]! + z[n]!)
  const order = Array.from(times.keys()).filter(isWhole)
  order.sort((a, b) => times[a]! - times[b]! || a - b)
  const limit = (samples.range_g ?? Number.POSITIVE_INFINITY) * nearRange
  const isClipped = (n: number): boolean => Math.max(Math.abs(x[n]!), Math.abs(y[n]!), Math.abs(z[n]!)) >= limit
  return {
    times: Float64Array.from(order, (n) => times[n]!),
    x: runningSum(order, (n) => x[n]!),
    y: runningSum(order, (n) => y[n]!),
    z: runningSum(order, (n) => z[n]!),
    clipped: runningSum(order, (n) => (isClipped(n) ? 1 : 0)),
  }
}

function runningSum(order: readonly number[], of: (n: number) => number): Float64Array {
  const sums = new Float64Array(order.length + 1)
  for (let n = 0; n < order.length; n++) sums[n + 1] = sums[n]! + of(order[n]!)
  return sums
}

const axes = ['x', 'y', 'z', 'clipped'] as const

/** Puts a window on the grid. A point without a sample near lies on the line between its neighbours, if these are near. */
export function gridOf(samples: Samples): Grid {
  const sums = sumsOf(samples)
  const { times } = sums
  const last = times.at(-1)
  const points = last === undefined ? 0 : Math.floor(Math.min(last, longestWindow) * gridRate + 1e-6) + 1
  const empty = () => new Float64Array(points)
  const grid: Grid = {
    x: empty(),
    y: empty(),
    z: empty(),
    load: empty(),
    known: new Uint8Array(points),
    clipped: empty(),
  }
  let [from, to] = [0, 0]
  for (let point = 0; point < points; point++) {
    const at = point / gridRate
    while (from < times.length && times[from]! < at - half) from++
    while (to < times.length && times[to]! < at + half) to++
    if (to > from) average(grid, point, sums, [from, to])
    else if (from > 0 && from < times.length) interpolate(grid, point, sums, from)
    grid.load[point] = Math.hypot(grid.x[point]!, grid.y[point]!, grid.z[point]!)
  }
  return grid
}

function average(grid: Grid, point: number, sums: Sums, [from, to]: readonly [number, number]): void {
  for (const axis of axes) grid[axis][point] = (sums[axis][to]! - sums[axis][from]!) / (to - from)
  grid.known[point] = 1
}

/** Between the sample before `after` and that one. */
function interpolate(grid: Grid, point: number, { times, ...sums }: Sums, after: number): void {
  const gap = times[after]! - times[after - 1]!
  if (gap > longestGap) return
  const share = (point / gridRate - times[after - 1]!) / gap
  for (const axis of axes) {
    const value = (n: number): number => sums[axis][n + 1]! - sums[axis][n]!
    grid[axis][point] = value(after - 1) * (1 - share) + value(after) * share
  }
  grid.known[point] = 1
}
