import { describe, expect, it } from 'vitest'
import { figuresAt } from '../../alerts/detectors/fall/features.ts'
import { gridOf } from '../../alerts/detectors/fall/grid.ts'
import { impactsOf } from '../../alerts/detectors/fall/impacts.ts'
import { logOddsOf } from '../../alerts/detectors/fall/model.ts'
import { seededRandom, seedOf } from '../../domain/random.ts'
import { claps, fallsAndLies, type Movement, sitsDownHard, walks, windowOf } from '../../test/motion_windows.ts'
import type { Trial } from '../impacts/trials.ts'
import { examplesOf } from './examples.ts'
import { growth, learn } from './learn.ts'
import { textOf } from './ship.ts'
import { asRecorded, drawnVariants, evenRate } from './variants.ts'
import { varied } from './variation.ts'

const labels = { isElder: false, placement: 'wrist', span: undefined }

function trialOf(movement: Movement, person: string, act: string): Trial {
  const id = `${act} of ${person}`
  const window = windowOf(movement, {
    rate_hz: act === 'fall' ? 40 : 50,
    noise: 0.05,
    random: seededRandom(seedOf(id)),
  })
  return { ...labels, ...window, id, person, act, isFall: act === 'fall' }
}

const movements = { fall: fallsAndLies, walk: walks, clap: claps, sit: sitsDownHard }
const trials = ['a', 'b', 'c', 'd'].flatMap((person) =>
  Object.entries(movements).map(([act, movement]) => trialOf(movement, person, act)),
)
const made = { set: 'made', trials }

describe('learning', () => {
  const variants = [evenRate, ...drawnVariants(2)]
  const how = { ...growth, trees: 12, leaf: 0.5 }
  const examples = examplesOf(made, variants)

  it('comes to the same parameters, to the last byte, from the same trials', () => {
    const text = () => {
      const model = { thresholds: { sensitive: 0, balanced: 0, quiet: 0 }, ...learn(examplesOf(made, variants), how) }
      return textOf({ figures: [], places: { wrist: model, trunk: model, unknown: model } })
    }
    const once = text()
    expect(text()).toBe(once)
    expect(JSON.parse(once).places.trunk.trees).toHaveLength(12)
  })

  it('tells the falls of somebody whom it has not seen', () => {
    const model = learn(
      examples.filter(({ label }) => label.person !== 'd'),
      how,
    )
    const unseen = examplesOf(made, [asRecorded]).filter(({ label }) => label.person === 'd')
    const called = unseen.filter(({ figures }) => logOddsOf(model, figures) > 0).map(({ label }) => label.act)
    expect(new Set(called)).toEqual(new Set(['fall']))
  })
})

describe('another sensor', () => {
  const fall = trialOf(fallsAndLies, 'a', 'fall')

  it.each([true, false])('is slower and clips (averaging: %s)', (averages) => {
    const { rate_hz, range_g, x, y, z } = varied(fall, { rate_hz: 20, averages, range_g: 2 }, seededRandom(1))
    expect(rate_hz).toBeCloseTo(20, 9)
    expect(range_g).toBe(2)
    expect(Math.abs(x.length - fall.x.length / 2)).toBeLessThanOrEqual(1)
    expect(Math.max(...x, ...y, ...z)).toBe(2)
  })

  it('worn turned feels the same load', () => {
    const turned = varied(fall, { turned: true }, seededRandom(2))
    const load = ({ x, y, z }: typeof turned, n: number): number => Math.hypot(x[n]!, y[n]!, z[n]!)
    expect(turned.x[10]).not.toBeCloseTo(fall.x[10]!, 2)
    for (const n of [10, 175, 300]) expect(load(turned, n)).toBeCloseTo(load(fall, n), 6)
  })

  it('has every trial of a set at one rate, unless it is as recorded', () => {
    const clap = trials.find(({ id }) => id === 'clap of a')!
    const grid = gridOf(clap)
    const figures = impactsOf(grid).map((impact) => figuresAt(grid, impact))
    const felt = (variant: typeof evenRate) =>
      examplesOf(made, [variant])
        .filter(({ label }) => label.id === clap.id)
        .map((example) => example.figures)
    expect(felt(asRecorded)).toEqual(figures)
    expect(felt(evenRate)).not.toEqual(figures)
  })
})
