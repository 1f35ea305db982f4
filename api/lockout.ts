import type { Clock } from '../domain/clock.ts'

/** Keys remembered at most; beyond it the oldest go, so that guessing names cannot fill memory. */
const mostKeys = 10_000

export type Lockout = {
  /** Counts an attempt. Gives 0 where it may go on, else the milliseconds to wait; a refused attempt is not counted. */
  attempt(key: string): number
  /** Takes the attempt back: only failures count. */
  succeeded(key: string): void
}

/**
 * At most `most` failures a key in `windowMs`. An attempt counts as failed until it has succeeded, so that a thousand
 * guesses sent at once are not all let through before the first of them has failed.
 */
export function createLockout(clock: Clock, most: number, windowMs: number): Lockout {
  const failures = new Map<string, { count: number; until: number }>()
  const forgetOld = () => {
    if (failures.size < mostKeys) return
    for (const [key, { until }] of failures) if (until <= clock.now()) failures.delete(key)
    const oldest = failures.keys().next()
    if (failures.size >= mostKeys && !oldest.done) failures.delete(oldest.value)
  }
  return {
    attempt(key) {
      const now = clock.now()
      const seen = failures.get(key)
      if (!seen || seen.until <= now) {
        forgetOld()
        failures.set(key, { count: 1, until: now + windowMs })
        return 0
      }
      if (seen.count >= most) return seen.until - now
      seen.count += 1
      return 0
    },
    succeeded(key) {
      const seen = failures.get(key)
      if (seen && seen.count > 0) seen.count -= 1
    },
  }
}
