import type { Random } from '../../domain/random.ts'

const FIRST = 500
const MOST = 30_000

/** Pauses between attempts, ms: each about twice the one before, up to 30 s, with a jitter of half of it either way. */
export type BackOff = { next(): number; reset(): void }

export function createBackOff(random: Random): BackOff {
  let pause = FIRST
  return {
    next() {
      const now = pause * (0.5 + random())
      pause = Math.min(pause * 2, MOST)
      return now
    },
    reset() {
      pause = FIRST
    },
  }
}
