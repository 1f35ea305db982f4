import { type Grid, gridRate } from './grid.ts'
import { angleBetween, enough, meanVector, spreadOf, type Vector } from './vectors.ts'

/** The seconds round one impact: every question is asked from one second to another, 0 being the impact. */

type Series = 'load' | 'smooth' | 'slow' | 'pull'
/** Seconds to both sides of the impact that are looked at. */
export const reach = 3
const size = 2 * Math.round(reach * gridRate) + 1
const centre = (size - 1) / 2

export class Span {
  readonly load: Float64Array
  readonly smooth: Float64Array
  readonly slow: Float64Array
  /** Length of the mean vector over a fifth of a second: what swings to and fro in it cancels out. */
  readonly pull: Float64Array
  readonly #grid: Grid
  readonly #from: number

  constructor(grid: Grid, impact: number) {
    this.#grid = grid
    this.#from = impact - centre
    const known = (values: Float64Array) =>
      Float64Array.from({ length: size }, (_, n) => (grid.known[this.#from + n] ? values[this.#from + n]! : Number.NaN))
    this.load = known(grid.load)
    this.smooth = smoothed(this.load, 2)
    this.slow = smoothed(this.load, 7)
    const [x, y, z] = (['x', 'y', 'z'] as const).map((axis) =>
      smoothed(
        this.load.map((load, n) => (Number.isNaN(load) ? load : grid[axis][this.#from + n]!)),
        5,
      ),
    )
    this.pull = x!.map((value, n) => Math.hypot(value, y![n]!, z![n]!))
  }

  /** Calls for each known value from one second to another; returns whether enough of it is known. */
  #each(series: Series, from: number, to: number, take: (value: number, n: number) => void): boolean {
    const [first, last] = [centre + Math.round(from * gridRate), centre + Math.round(to * gridRate)]
    const values = this[series]
    let known = 0
    for (let n = first; n <= last; n++) {
      const value = values[n]!
      if (Number.isNaN(value)) continue
      known++
      take(value, n)
    }
    return known >= enough * (last - first + 1)
  }

  max(series: Series, from: number, to: number): number {
    let most = Number.NEGATIVE_INFINITY
    const isKnown = this.#each(series, from, to, (value) => {
      if (value > most) most = value
    })
    return isKnown ? most : Number.NaN
  }

  min(series: Series, from: number, to: number): number {
    let least = Number.POSITIVE_INFINITY
    const isKnown = this.#each(series, from, to, (value) => {
      if (value < least) least = value
    })
    return isKnown ? least : Number.NaN
  }

  mean(series: Series, from: number, to: number, of: (value: number) => number): number {
    let sum = 0
    let count = 0
    const isKnown = this.#each(series, from, to, (value) => {
      sum += of(value)
      count++
    })
    return isKnown ? sum / count : Number.NaN
  }

  share(series: Series, from: number, to: number, holds: (value: number) => boolean): number {
    return this.mean(series, from, to, (value) => (holds(value) ? 1 : 0))
  }

  area(series: Series, from: number, to: number, of: (value: number) => number): number {
    return this.mean(series, from, to, of) * (to - from)
  }

  /** Seconds from the lightest instant to the impact. */
  since(series: Series, from: number, to: number): number {
    let least = Number.POSITIVE_INFINITY
    let at = 0
    const isKnown = this.#each(series, from, to, (value, n) => {
      if (value < least) {
        least = value
        at = n
      }
    })
    return isKnown ? (centre - at) / gridRate : Number.NaN
  }

  /** Seconds from the first instant of a stretch that holds to the impact. */
  first(series: Series, from: number, to: number, holds: (value: number) => boolean): number {
    let at = Number.NaN
    const isKnown = this.#each(series, from, to, (value, n) => {
      if (Number.isNaN(at) && holds(value)) at = n
    })
    return isKnown ? (Number.isNaN(at) ? -to : (centre - at) / gridRate) : Number.NaN
  }

  /** Seconds from the impact to the last instant of a stretch that holds. */
  last(series: Series, from: number, to: number, holds: (value: number) => boolean): number {
    let at = centre
    const isKnown = this.#each(series, from, to, (value, n) => {
      if (holds(value)) at = n
    })
    return isKnown ? (at - centre) / gridRate : Number.NaN
  }

  /** The most of the load in some time before its lightest instant: a swung arm is lifted before it drops. */
  maxBeforeLow(from: number, to: number, back: number): number {
    const low = -this.since('smooth', from, to)
    return Number.isNaN(low) ? low : this.max('smooth', low - back, low)
  }

  /** How many times the load goes from over 1.15 g to under 0.85 g or back. */
  crossings(from: number, to: number): number {
    let side = 0
    let count = 0
    const isKnown = this.#each('load', from, to, (value) => {
      const here = value > 1.15 ? 1 : value < 0.85 ? -1 : side
      if (side !== 0 && here !== side) count++
      side = here
    })
    return isKnown ? count : Number.NaN
  }

  maxOutside(near: number, far: number): number {
    const [before, after] = [this.max('load', -far, -near), this.max('load', near, far)]
    return Number.isNaN(before) ? after : Number.isNaN(after) ? before : Math.max(before, after)
  }

  deviation(from: number, to: number): number {
    const middle = this.mean('load', from, to, (value) => value)
    return Math.sqrt(this.mean('load', from, to, (value) => (value - middle) ** 2))
  }

  kurtosis(from: number, to: number): number {
    const middle = this.mean('load', from, to, (value) => value)
    const variance = this.mean('load', from, to, (value) => (value - middle) ** 2)
    return this.mean('load', from, to, (value) => (value - middle) ** 4) / (variance ** 2 + 1e-6)
  }

  /** Mean change of the load from point to point of a tenth of a second. */
  stir(from: number, to: number): number {
    let last = Number.NaN
    let sum = 0
    let count = 0
    const isKnown = this.#each('smooth', from, to, (value, n) => {
      if ((n - centre) % 5 !== 0) return
      if (!Number.isNaN(last)) {
        sum += Math.abs(value - last)
        count++
      }
      last = value
    })
    return isKnown && count > 0 ? sum / count : Number.NaN
  }

  /** Largest change of the vector within 0.04 s. */
  step(from: number, to: number): number {
    const { x, y, z } = this.#grid
    let most = 0
    const isKnown = this.#each('load', from, to, (_, n) => {
      const [b, a] = [this.#from + n, this.#from + n - 2]
      if (this.#grid.known[a]) most = Math.max(most, Math.hypot(x[b]! - x[a]!, y[b]! - y[a]!, z[b]! - z[a]!))
    })
    return isKnown ? most : Number.NaN
  }

  /** Mean vector. */
  vector(from: number, to: number): Vector {
    return meanVector(this.#grid, ...this.#points(from, to))
  }

  spread(from: number, to: number): number {
    return spreadOf(this.#grid, ...this.#points(from, to))
  }

  #points(from: number, to: number): [from: number, to: number] {
    return [this.#from + centre + Math.round(from * gridRate), this.#from + centre + Math.round(to * gridRate)]
  }

  /** The least spread of half a second. */
  calmest(from: number, to: number): number {
    let least = Number.NaN
    for (let at = from; at + 0.5 <= to + 1e-9; at += 0.2) {
      const spread = this.spread(at, at + 0.5)
      if (!(spread >= least)) least = Number.isNaN(spread) ? least : spread
    }
    return least
  }

  /** Sum of the turns between mean vectors of a fifth of a second, degrees. */
  swing(from: number, to: number, by = 0.2): number {
    let sum = 0
    let count = 0
    let last = this.vector(from, from + by)
    for (let at = from + by; at + by <= to + 1e-9; at += by) {
      const here = this.vector(at, at + by)
      const angle = angleBetween(last, here)
      last = here
      if (Number.isNaN(angle)) continue
      sum += angle
      count++
    }
    return count === 0 ? Number.NaN : (sum / count) * ((to - from) / by)
  }

  /** Peaks of the smoothed load over 1.4 g, at least 0.2 s apart. */
  peaks(from: number, to: number): number {
    let count = 0
    const { smooth } = this
    const isKnown = this.#each('smooth', from, to, (value, n) => {
      if (value < 1.4) return
      for (let other = n - 8; other <= n + 8; other++) {
        if (smooth[other]! > value || (other < n && smooth[other]! === value)) return
      }
      count++
    })
    return isKnown ? count : Number.NaN
  }

  /** Highest autocorrelation of the load at lags of 0.24 to 1.3 s: walking, clapping and jogging repeat themselves. */
  rhythm(from: number, to: number): number {
    const middle = this.mean('smooth', from, to, (value) => value)
    const first = centre + Math.round(from * gridRate)
    const last = centre + Math.round(to * gridRate)
    if (Number.isNaN(middle)) return Number.NaN
    const values = Float64Array.from({ length: Math.floor((last - first) / 2) + 1 }, (_, n) => {
      const value = this.smooth[first + 2 * n]! - middle
      return Number.isNaN(value) ? 0 : Math.min(1, value)
    })
    const at = (lag: number): number => {
      let sum = 0
      for (let n = lag; n < values.length; n++) sum += values[n]! * values[n - lag]!
      return sum / (values.length - lag)
    }
    const zero = at(0) + 1e-4
    let most = 0
    let falling = true
    let previous = zero
    // The slope down from lag 0 is no rhythm: the search begins where the correlation first rises again.
    for (let lag = 2; lag <= 33; lag++) {
      const here = at(lag)
      if (falling && here > previous) falling = false
      if (!falling && lag >= 6) most = Math.max(most, here / zero)
      previous = here
    }
    return most
  }
}

/** Mean over the neighbours to both sides, of those that are known. */
function smoothed(values: Float64Array, half: number): Float64Array {
  return values.map((value, at) => {
    if (Number.isNaN(value)) return value
    let sum = 0
    let count = 0
    for (let n = Math.max(0, at - half); n <= Math.min(values.length - 1, at + half); n++) {
      const other = values[n]!
      if (Number.isNaN(other)) continue
      sum += other
      count++
    }
    return sum / count
  })
}
