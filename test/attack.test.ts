import { expect, it } from 'vitest'
import { runAttacks } from '../bench/attack/attack.ts'
import { type AttackName, attackNames } from '../bench/attack/attacks.ts'
import { BROKER_BYTES_MOST } from '../bench/attack/report.ts'

/** Packets of the fuzzing attacks: few on a developer's machine, a million in CI. */
const packets = Number(process.env.VIGIL_FUZZ ?? 4_000)
const seed = Number(process.env.VIGIL_SEED ?? Math.floor(Math.random() * 1e9))
/** Of each of the other attacks. */
const seconds = Number(process.env.VIGIL_ATTACK_SECONDS ?? 1)

/** What `npm run bench -- attack` measures is here only whether it holds: how long an SOS takes is for the bench to say. */
it('under every attack each SOS gets onto a ticket, no process ends, and the broker stays small', async () => {
  console.log(`attack test: ${packets} fuzzed packets, seed ${seed} (VIGIL_SEED repeats what the attackers do)`)
  const figures = await runAttacks({ attacks: attackNames, seconds, packets, seed, everyMs: 100 }, () => {})
  expect(figures.lost).toEqual([])
  expect(figures.restarted).toEqual([])
  expect(figures.brokerBytes).toBeLessThan(BROKER_BYTES_MOST)
  const sent = (of: (name: AttackName) => boolean): number =>
    figures.steps.filter(({ name }) => of(name as AttackName)).reduce((sum, step) => sum + step.packets, 0)
  expect(sent((name) => name.startsWith('fuzz'))).toBeGreaterThanOrEqual(packets)
  // An attack that sends nothing proves nothing.
  const idle = figures.steps.filter(
    ({ name, connections }) => attackNames.includes(name as AttackName) && connections === 0,
  )
  expect(idle.map(({ name }) => name)).toEqual([])
  expect(figures.sos.presses).toBeGreaterThan(100)
}, 1_800_000)
