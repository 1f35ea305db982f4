import { afterEach, describe, expect, it, vi } from 'vitest'
import { sensors } from '../../simulators/devices/impact_profiles.ts'
import { folderOf, hasRecording } from '../shared_data.ts'
import { quantile } from '../statistics.ts'
import { compareImpacts, simulatedShakes } from './impacts.ts'
import { shakeIn } from './shake.ts'
import { readTrials } from './trials.ts'

afterEach(() => void vi.unstubAllEnvs())

describe('the figures of a shake', () => {
  const rate_hz = 100
  /** Standing for 3 s, half a second without load, a blow of 5 g for 50 ms, then lying on the side. */
  const load = (n: number): number => (n < 300 ? 1 : n < 350 ? 0.2 : n < 355 ? 5 : 1)
  const samples = Array.from({ length: 700 }, (_, n) => n)
  const zeros = samples.map(() => 0)
  const z = samples.map((n) => (n < 355 ? load(n) : 0))
  const x = samples.map((n) => (n < 355 ? 0 : load(n)))

  it('are what was put in', () => {
    const shake = shakeIn({ rate_hz, x, y: zeros, z })
    expect(shake).toEqual({ peak: 5, dip: 0.2, dip_ms: 500, hard_ms: 50, before: 0, still: 0, turn: 90 })
  })

  it('need 3 s on both sides', () => {
    expect(shakeIn({ rate_hz, x: x.slice(80), y: zeros.slice(80), z: z.slice(80) })).toBeUndefined()
    expect(shakeIn({ rate_hz, x: x.slice(0, 600), y: zeros.slice(0, 600), z: z.slice(0, 600) })).toBeUndefined()
  })
})

it('says in a sentence that the recordings are missing', async () => {
  vi.stubEnv('VIGIL_SHARED', '/nowhere')
  await expect(compareImpacts()).rejects.toThrow('The recorded falls are not here (/nowhere/data/falls)')
})

describe.skipIf(!hasRecording('falls'))('beside recorded people', () => {
  it.each([
    ['weda-wrist', sensors.watch],
    ['sisfall-waist', sensors.pendant],
  ] as const)('a simulated fall is like those of %s', async (set, sensor) => {
    const trials = (await readTrials(folderOf('falls'), set)).filter(({ isFall }) => isFall)
    const recorded = trials.flatMap((trial) => shakeIn(trial) ?? [])
    const simulated = simulatedShakes({ sensor, jolt: 'fall' }, 300)
    const median = (shakes: typeof recorded, name: keyof (typeof recorded)[number]) =>
      quantile(
        shakes.map((shake) => shake[name]),
        0.5,
      )
    expect(recorded.length).toBeGreaterThan(200)
    for (const name of ['peak', 'hard_ms', 'still', 'turn'] as const) {
      const ratio = median(simulated, name) / median(recorded, name)
      expect({ name, ratio, isNear: ratio > 0.7 && ratio < 1.4 }).toMatchObject({ isNear: true })
    }
    expect(Math.abs(median(simulated, 'dip') - median(recorded, 'dip'))).toBeLessThan(0.12)
  })
})
