import { gridOf, gridRate } from '../../alerts/detectors/fall/grid.ts'
import { spreadOf } from '../../alerts/detectors/fall/vectors.ts'
import type { Trial } from '../impacts/trials.ts'
import type { Verdict } from './score.ts'

/** The plain rule that a watch without a model has: light, then hard, then still. What is learned must beat it. */
const light = 0.6
const hard = 2.5
const still = 0.15

/** Seconds before the hard sample in which it was light, and after it in which it must be still. */
const before = 1.5
const [stillFrom, stillTo] = [1, 2]
/** An alarm stands for so long. */
const stands = 10

const loadOf = ({ x, y, z }: Trial): number[] => x.map((value, n) => Math.hypot(value, y[n]!, z[n]!))

/** Looks at every hard sample of a trial. */
export function plainRule(trial: Trial): Omit<Verdict, 'trial'> {
  const load = loadOf(trial)
  const grid = gridOf(trial)
  const alarms: number[] = []
  load.forEach((value, n) => {
    const at = n / trial.rate_hz
    if (value < hard || at - (alarms.at(-1) ?? Number.NEGATIVE_INFINITY) < stands) return
    const falling = load.slice(Math.max(0, n - Math.round(before * trial.rate_hz)), n)
    if (!falling.some((other) => other < light)) return
    const point = (second: number): number => Math.round((at + second) * gridRate)
    if (spreadOf(grid, point(stillFrom), point(stillTo)) < still) alarms.push(at)
  })
  const [first] = alarms
  return {
    isAlarm: first !== undefined,
    alarms: alarms.length,
    ...(first !== undefined && { decidedAt: first + stillTo }),
  }
}
