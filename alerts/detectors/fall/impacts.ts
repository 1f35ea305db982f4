import { type Grid, gridRate } from './grid.ts'

/** Where somebody may have hit the ground: the hardest instants of a window, as grid points. */

/** Below this nothing hits anything: walking at leisure stays under 1.3 g at the waist. */
const leastPeak = 1.3
/** Two impacts within this time are one fall: the hardest instant stands for both. */
const apart = Math.round(0.8 * gridRate)

/** The peaks of the load, each the hardest within 0.8 s to both sides, in order of time. */
export function impactsOf({ load, known }: Grid): number[] {
  const peaks: number[] = []
  for (let n = 0; n < load.length; n++) {
    if (known[n] && load[n]! >= leastPeak && isHardest(load, n)) peaks.push(n)
  }
  return peaks
}

function isHardest(load: Float64Array, at: number): boolean {
  const here = load[at]!
  const last = Math.min(load.length - 1, at + apart)
  for (let n = Math.max(0, at - apart); n <= last; n++) {
    // Of two that are equal, as when both are clipped, the first is meant.
    if (load[n]! > here || (n < at && load[n]! === here)) return false
  }
  return true
}
