/** How sure a figure is: the value with the ends of its 95 % confidence interval. */
export type Estimate = { value: number; low: number; high: number }

/** Two-sided 95 % point of the normal distribution. */
const z = 1.959964

/**
 * `hits` of `n` as a proportion with the Wilson score interval (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927, 209–212),
 * which stays honest where counts are small: 3 of 3 is 100 %, but 44 % is not ruled out. Undefined where n is 0.
 */
export function proportion(hits: number, n: number): Estimate | undefined {
  if (n === 0) return undefined
  const value = hits / n
  const spread = 1 + z ** 2 / n
  const centre = (value + z ** 2 / (2 * n)) / spread
  const half = (z * Math.sqrt((value * (1 - value)) / n + z ** 2 / (4 * n ** 2))) / spread
  return { value, low: hits === 0 ? 0 : centre - half, high: hits === n ? 1 : centre + half }
}

/**
 * `count` events in `time` as a rate with Byar's approximation of the exact Poisson interval (Breslow and Day,
 * Statistical Methods in Cancer Research II, 1987, 69): none in a week does not rule out 3.7 a week. Undefined where
 * there was no time.
 */
export function rate(count: number, time: number): Estimate | undefined {
  if (time <= 0) return undefined
  const end = (n: number, sign: number) => n * (1 - 1 / (9 * n) + (sign * z) / (3 * Math.sqrt(n))) ** 3
  const low = count === 0 ? 0 : end(count, -1)
  return { value: count / time, low: low / time, high: end(count + 1, 1) / time }
}

/** In ms. */
export type Times = { median: number; p95: number; max: number }

/** Of some durations the middle one, the one that 95 % do not exceed (nearest rank) and the longest. */
export function timesOf(durations: readonly number[]): Times | undefined {
  const sorted = [...durations].sort((a, b) => a - b)
  const ranked = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN
  return sorted.length === 0 ? undefined : { median: ranked(0.5), p95: ranked(0.95), max: ranked(1) }
}
