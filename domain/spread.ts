/** How lengths of time are spread: what is said of answer times. Milliseconds in, whole figures out. */

/** `n` of them; the rest null where there are none, because the median of nothing is not zero. */
export type Spread = { n: number; median_ms: number | null; p90_ms: number | null; longest_ms: number | null }

/** Of a list in any order. The median is the middle one, of an even number the mean of the two; `p90` is the smallest that 90 % do not exceed. */
export function spreadOf(lengths: readonly number[]): Spread {
  const sorted = Float64Array.from(lengths).sort()
  const n = sorted.length
  if (n === 0) return { n, median_ms: null, p90_ms: null, longest_ms: null }
  const at = (place: number) => sorted[place] ?? 0
  const median = (at(Math.floor((n - 1) / 2)) + at(Math.floor(n / 2))) / 2
  return { n, median_ms: Math.round(median), p90_ms: at(Math.ceil(n * 0.9) - 1), longest_ms: at(n - 1) }
}

/** How many lengths there are up to each bound (ms, ascending) and beyond the one before; the last count is of those beyond all. */
export function histogramOf(lengths: readonly number[], bounds: readonly number[]): number[] {
  const counts = Array.from({ length: bounds.length + 1 }, () => 0)
  for (const length of lengths) {
    const place = bounds.findIndex((bound) => length <= bound)
    const slot = place < 0 ? bounds.length : place
    counts[slot] = (counts[slot] ?? 0) + 1
  }
  return counts
}

/** A share of a whole, 0 to 1 to four places; null of nothing. */
export const shareOf = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000
