import { mean } from '../statistics.ts'

/** The figures of one shake: what `npm run bench -- impacts` compares between recorded and simulated people. */

type Axes = { rate_hz: number; x: readonly number[]; y: readonly number[]; z: readonly number[] }

/**
 * `peak`: hardest shake, g. `dip`: least load in the second before it, g; `dip_ms`: how long the load was under 0.7 g
 * at a stretch there. `before`: how lively it was before (standard deviation from 3 to 1.5 s before the peak, g).
 * `hard_ms`: how long the load was over 1.5 g in the second round the peak. `still`: standard deviation from 1.5 to 3 s
 * after the peak, g. `turn`: angle between the mean before and the mean after, degrees.
 */
export type Shake = Record<'peak' | 'dip' | 'dip_ms' | 'hard_ms' | 'before' | 'still' | 'turn', number>

function deviation(values: readonly number[]): number {
  const middle = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)))
}

/** Longest stretch of samples for which `holds`. */
function longest(values: readonly number[], holds: (value: number) => boolean): number {
  let run = 0
  return values.reduce((most, value) => {
    run = holds(value) ? run + 1 : 0
    return Math.max(most, run)
  }, 0)
}

function angle(a: readonly number[], b: readonly number[]): number {
  const dot = a.reduce((sum, value, n) => sum + value * (b[n] ?? 0), 0)
  return (Math.acos(Math.min(1, Math.max(-1, dot / (Math.hypot(...a) * Math.hypot(...b))))) * 180) / Math.PI
}

/** The figures of the hardest shake; undefined where the recording does not reach 3 s to both sides of it. */
export function shakeIn({ rate_hz, x, y, z }: Axes): Shake | undefined {
  const load = x.map((value, n) => Math.hypot(value, y[n] ?? 0, z[n] ?? 0))
  const peak = Math.max(...load)
  const centre = load.indexOf(peak)
  const at = (seconds: number): number => Math.round(centre + seconds * rate_hz)
  if (at(-2.9) < 0 || at(2.9) > load.length) return undefined
  const [from, until, then, end] = [Math.max(0, at(-3)), at(-1.5), at(1.5), at(3)]
  const means = (a: number, b: number) => [x, y, z].map((axis) => mean(axis.slice(a, b)))
  const falling = load.slice(at(-1), centre)
  return {
    peak,
    dip: Math.min(...falling),
    dip_ms: (longest(falling, (value) => value < 0.7) / rate_hz) * 1_000,
    hard_ms: (load.slice(at(-0.5), at(0.5)).filter((value) => value > 1.5).length / rate_hz) * 1_000,
    before: deviation(load.slice(from, until)),
    still: deviation(load.slice(then, end)),
    turn: angle(means(from, until), means(then, end)),
  }
}
