import { logOddsOf, type Model } from '../../alerts/detectors/fall/model.ts'
import { reach } from '../../alerts/detectors/fall/span.ts'
import type { Example, Label } from './examples.ts'
import { learn } from './learn.ts'
import type { Verdict } from './score.ts'

/** Leave one subject out: whoever is scored was not learned from, nor was their threshold chosen from them. */

/** A trial with every impact in it, as log odds. */
export type Scored = { label: Label; impacts: { at: number; logOdds: number }[] }

/** Scores trials, also those without an impact. */
export function scored(labels: readonly Label[], examples: readonly Example[], model: Model): Scored[] {
  const byTrial = new Map(labels.map((label) => [label.id, { label, impacts: [] as Scored['impacts'] }]))
  for (const { label, at, figures } of examples) {
    byTrial.get(label.id)?.impacts.push({ at, logOdds: logOddsOf(model, figures) })
  }
  return [...byTrial.values()]
}

/** Calls `use` for each group of people with a model of all the others. */
export function leaveOut(
  groups: readonly (readonly string[])[],
  learned: readonly Example[],
  use: (group: readonly string[], model: Model) => void,
): void {
  for (const group of groups) use(group, learn(learned.filter(({ label }) => !group.includes(label.person))))
}

export const strongestOf = ({ impacts }: Scored): number =>
  impacts.reduce((most, { logOdds }) => Math.max(most, logOdds), Number.NEGATIVE_INFINITY)

/** F-score of a threshold with `beta` times the weight on finding falls. */
function weighed(trials: readonly { isFall: boolean; strongest: number }[], threshold: number, beta: number): number {
  let [found, missed, wrong] = [0, 0, 0]
  for (const { isFall, strongest } of trials) {
    const isAlarm = strongest >= threshold
    if (isFall && isAlarm) found++
    else if (isFall) missed++
    else if (isAlarm) wrong++
  }
  return ((1 + beta ** 2) * found) / ((1 + beta ** 2) * found + beta ** 2 * missed + wrong)
}

/** How much more a missed fall costs than a false alarm, as the beta of an F-score. */
export const betas = { sensitive: 2, balanced: 1, quiet: 0.5 } as const

/** The threshold with the best F-score: the middle of the widest stretch of those that are as good as any. */
export function thresholdOf(trials: readonly Scored[], beta: number): number {
  const each = trials.map((trial) => ({ isFall: trial.label.isFall, strongest: strongestOf(trial) }))
  const steps = Array.from({ length: 321 }, (_, n) => -8 + n * 0.05)
  const worth = steps.map((threshold) => weighed(each, threshold, beta))
  const best = Math.max(...worth) - 0.001
  const good = steps.filter((_, n) => worth[n]! >= best)
  return Number(good[Math.floor(good.length / 2)]!.toFixed(2))
}

/** An alarm stands for this long: a second impact within it is no second alarm, s. */
const stands = 10

/** What an operator would have seen of a trial. */
export function verdictOf({ label, impacts }: Scored, threshold: number): Verdict {
  const alarms: number[] = []
  for (const { at, logOdds } of impacts) {
    if (logOdds >= threshold && at - (alarms.at(-1) ?? Number.NEGATIVE_INFINITY) > stands) alarms.push(at)
  }
  const isAlarm = alarms.length > 0
  const decidedAt = isAlarm ? Math.min(label.seconds, alarms[0]! + reach) : undefined
  return { trial: label, isAlarm, alarms: alarms.length, ...(decidedAt !== undefined && { decidedAt }) }
}
