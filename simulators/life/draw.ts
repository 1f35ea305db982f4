import type { Random } from '../../domain/random.ts'

/** Draws from a stream of chance. */

/** Evenly in [low, high). */
export const between = (random: Random, low: number, high: number): number => low + random() * (high - low)
/** Bell-shaped around `middle` (the sum of three even draws): never further off than 3 times `spread`. */
export const around = (random: Random, middle: number, spread: number): number =>
  middle + (random() + random() + random() - 1.5) * 2 * spread
export const chance = (random: Random, share: number): boolean => random() < share
/** Whole number, `low` and `high` included. */
export const wholeBetween = (random: Random, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1))
/** Time to the next of events that come `mean` apart without memory, at least `least`. */
export const gap = (random: Random, mean: number, least: number): number =>
  least - (mean - least) * Math.log(1 - random())

/** How many of events that come without memory happen where `mean` are expected (Knuth's product of draws). */
export function countOf(random: Random, mean: number): number {
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random(); product > limit; product *= random()) count += 1
  return count
}

/** One of `items`, by weight. There must be one with a weight above 0. */
export function pick<T>(random: Random, items: readonly (readonly [weight: number, item: T])[]): T {
  let left = random() * items.reduce((sum, [weight]) => sum + weight, 0)
  for (const [weight, item] of items) {
    left -= weight
    if (left < 0) return item
  }
  const last = items.at(-1)
  if (!last) throw new Error('There is nothing to pick from.')
  return last[1]
}
