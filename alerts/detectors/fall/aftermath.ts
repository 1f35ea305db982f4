import { type Grid, gridRate } from './grid.ts'
import { angleBetween, meanVector, spreadOf, type Vector } from './vectors.ts'

/** What somebody did after an impact, as far as the window reaches. */
export type Aftermath = 'lies_still' | 'got_up' | 'moves_on' | 'unknown'

/** The impact itself rings for a second. */
const ringing = 1
/** Less than this after the impact says nothing. */
const least = 2
/** A person who breathes, or a wrist at rest, stays below this (g); every gait is above. */
const still = 0.1
/** A trunk that has turned by more than `fallen` lies; within `upright` of how it was before, it stands again. Degrees. */
const fallen = 45
const upright = 30

/**
 * Looks at the time from one second after the impact to the end of the window. Got up: the posture turned in the fall
 * and came back later; that needs a sensor that does not turn by itself, so it is asked of the trunk alone.
 */
export function aftermathOf(grid: Grid, impact: number, isOnTrunk: boolean): Aftermath {
  const from = impact + ringing * gridRate
  const end = grid.load.length
  if (end - from < least * gridRate) return 'unknown'
  const busy: boolean[] = []
  for (let at = from; at + gridRate / 2 <= end; at += gridRate / 2) {
    const spread = spreadOf(grid, at, at + gridRate / 2)
    if (!Number.isNaN(spread)) busy.push(spread > still)
  }
  if (busy.length < 2 * least) return 'unknown'
  if (isOnTrunk && stoodUp(grid, impact)) return 'got_up'
  return busy.filter(Boolean).length * 2 > busy.length ? 'moves_on' : 'lies_still'
}

function stoodUp(grid: Grid, impact: number): boolean {
  const mean = (from: number, to: number): Vector =>
    meanVector(grid, Math.max(0, Math.round(from)), Math.min(grid.load.length - 1, Math.round(to)))
  const before = mean(impact - 3 * gridRate, impact - 1.2 * gridRate)
  const lying = mean(impact + ringing * gridRate, impact + 2.5 * gridRate)
  const last = mean(Math.max(impact + 2.5 * gridRate, grid.load.length - gridRate), grid.load.length)
  return angleBetween(before, lying) > fallen && angleBetween(before, last) < upright
}
