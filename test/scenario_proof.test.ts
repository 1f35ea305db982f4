import { afterEach, describe, expect, it } from 'vitest'
import { type OwnHouse, openOwnHouse } from '../app/commands/scenario/own_house.ts'
import { deviceModels } from '../simulators/devices/models.ts'
import type { Verdict } from '../simulators/scenarios/judging/verdicts.ts'
import { play } from '../simulators/scenarios/playing/player.ts'
import { type Stage, Stuck } from '../simulators/scenarios/playing/stage.ts'
import { readScenario } from '../simulators/scenarios/reading/read.ts'

/** What a green scenario proves: each fault of a Vigil is seen, though no sentence of the file asks for it. */
let house: OwnHouse | undefined
afterEach(async () => {
  await house?.close()
  house = undefined
})

/** Plays a script on a stage of which something is broken. */
async function failuresOf(script: string[], broken: (stage: Stage) => Partial<Stage>): Promise<string[]> {
  const text = `name: A story\nstory: It is told.\nstart: 08:00
homes:
  li:
    residents: [anna]
    devices: {pendant: pendant, watch: watch}
script:\n${script.map((line) => `  - ${line}\n`).join('')}`
  const read = readScenario(text, { file: 'story.yaml', models: deviceModels })
  if ('mistakes' in read) throw new Error(read.mistakes[0]?.text)
  const { scenario } = read
  const { signal } = new AbortController()
  house = await openOwnHouse({ start: scenario.start, real: false, log: 'silent', signal })
  const stage = { ...house.stage, ...broken(house.stage) }
  const { verdicts, passed } = await play(scenario, { stage, tell: () => {}, password: 'for-this-test-only', signal })
  const failed = verdicts.filter(({ outcome }) => outcome === 'failed')
  expect(passed).toBe(failed.length === 0)
  return failed.map(({ text, detail }: Verdict) => `${text}: ${detail}`)
}

/** Parts of Vigil that stop, and stay away though the scenario starts them again. */
const goneForGood = ({ parts }: Stage): Partial<Stage> => ({ parts: { ...parts!, start: async () => {} } })

describe('a scenario fails', () => {
  it('not where everything is right', async () => {
    const script = ['at 08:20 ingest down for 1 min', 'at 08:30 press pendant', 'expect ticket sos']
    expect(await failuresOf(script, () => ({}))).toEqual([])
  })

  it('where readings are acknowledged and not kept', async () => {
    const script = ['at 08:20 ingest down for 1 min', 'expect no ticket']
    const [failure, ...more] = await failuresOf(script, goneForGood)
    expect(failure).toMatch(/^every reading can be read back: \d+ messages of watch are not there/)
    expect(more).toEqual([])
  })

  it('where signals are acknowledged and reach nobody', async () => {
    const script = ['at 08:20 alerts down for 1 min', 'at 08:22 press pendant 2 times every 5 s', 'expect no ticket']
    expect(await failuresOf(script, goneForGood)).toEqual(['every signal is in a ticket: 2 sos of li-pendant'])
  })

  it('where Vigil does not get on with its work, instead of ending without a result', async () => {
    const worked = async () => {
      throw new Stuck('it does nothing')
    }
    const failures = await failuresOf(['at 08:20 press pendant', 'expect ticket'], () => ({ worked }))
    expect(failures).toEqual(['the scenario is played to its end: it does nothing'])
  })
})
