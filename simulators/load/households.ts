import type { HomePlan } from '../home/home.ts'
import { makeHousehold } from '../home/household.ts'

/** Homes number `first` to `first + count - 1` of a seed; the same everywhere. */
export const householdsOf = ({ seed, first, count }: { seed: number; first: number; count: number }): HomePlan[] =>
  Array.from({ length: count }, (_, n) => makeHousehold(seed, first + n).plan)
