import { afterEach, describe, expect, it } from 'vitest'
import { type OwnHouse, openOwnHouse } from '../app/commands/scenario/own_house.ts'
import { filesOf, readScenarios } from '../app/commands/scenario/scenario_files.ts'
import { isFailure } from '../simulators/scenarios/judging/verdicts.ts'
import { play } from '../simulators/scenarios/playing/player.ts'
import { mistakeLine } from '../simulators/scenarios/reading/mistake.ts'
import type { Scenario } from '../simulators/scenarios/reading/scenario.ts'

/** The stories that ship, each played against a Vigil of its own. */
const { scenarios, mistakes } = await readScenarios(await filesOf([]))

let house: OwnHouse | undefined
afterEach(async () => {
  await house?.close()
  house = undefined
})

/** What did not hold, with the lines that led there. */
async function failuresOf(scenario: Scenario): Promise<string[]> {
  const { signal } = new AbortController()
  house = await openOwnHouse({ start: scenario.start, real: false, log: 'error', signal })
  const lines: string[] = []
  const played = await play(scenario, {
    stage: house.stage,
    tell: ({ text }) => void lines.push(text),
    password: 'for-this-test-only',
    signal,
  })
  return played.verdicts.some(isFailure) ? lines : []
}

it('the stories are right in themselves', () => {
  expect(mistakes.map(mistakeLine)).toEqual([])
  expect(scenarios.length).toBeGreaterThanOrEqual(20)
})

describe('the story', () => {
  it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
    '%s',
    async (_, scenario) => {
      expect(await failuresOf(scenario)).toEqual([])
    },
    240_000,
  )
})
