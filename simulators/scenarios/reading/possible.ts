import { seedOf } from '../../../domain/random.ts'
import { createHome, type SimulatedHome } from '../../home/home.ts'
import type { Mistake } from './mistake.ts'
import type { Scenario } from './scenario.ts'

/** Gives the scenario back, or what in it cannot happen in its homes: the simulation itself says so. */
export function possible(scenario: Scenario): { scenario: Scenario } | { mistakes: Mistake[] } {
  const mistakes: Mistake[] = []
  const attempt = <T>(line: number, column: number, work: () => T): T | undefined => {
    try {
      return work()
    } catch (error) {
      mistakes.push({ file: scenario.file, line, column, code: 'not_possible', text: sentenceOf(error) })
      return undefined
    }
  }
  const homes = new Map<string, SimulatedHome | undefined>()
  for (const name of scenario.homes.keys())
    homes.set(
      name,
      attempt(1, 1, () => homeOf(scenario, name)),
    )
  for (const step of scenario.steps) {
    const { at, line, column } = step
    if (step.does === 'happens') attempt(line, column, () => homes.get(step.home)?.script({ at, event: step.event }))
  }
  return mistakes.length > 0 ? { mistakes } : { scenario }
}

/** A home of a scenario, at its start, without the script. Throws a sentence where it cannot be. */
export function homeOf({ homes, seed, start }: Scenario, name: string): SimulatedHome {
  return createHome(homes.get(name)!, { seed: seedOf(seed, name), startAt: start })
}

const sentenceOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error)
  return text.endsWith('.') ? text : `${text}.`
}
