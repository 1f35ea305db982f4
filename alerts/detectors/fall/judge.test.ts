import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../domain/random.ts'
import { claps, fallsAndGetsUp, fallsAndLies, sitsDownHard, walks, windowOf } from '../../../test/motion_windows.ts'
import { figureNames, figuresAt } from './features.ts'
import { gridOf } from './grid.ts'
import { impactsOf } from './impacts.ts'
import { judgeMotion, type Setting, shipped } from './judge.ts'

const wrist = { placement: 'wrist' }
const waist = { placement: 'waist' }

describe('a fall', () => {
  it.each([20, 25, 31.25, 50, 100, 200])('is found at %d Hz', (rate_hz) => {
    for (const place of [wrist, waist, { placement: 'pendant' }, {}]) {
      const found = judgeMotion({ ...windowOf(fallsAndLies, { rate_hz }), ...place })
      expect(found).toMatchObject({ isFall: true, followed: 'lies_still' })
      expect(found?.impactAt).toBeGreaterThan(4.5)
      expect(found?.impactAt).toBeLessThan(5.1)
    }
  })

  it.each([2, 4, 8, 16])('is found with a range of %d g', (range_g) => {
    const found = judgeMotion({ ...windowOf(fallsAndLies, { range_g }), ...wrist }, 'sensitive')
    expect(found).toMatchObject({ isFall: true, isClipped: range_g <= 4 })
  })

  it('is decided three seconds after the impact', () => {
    const found = judgeMotion({ ...windowOf(fallsAndLies), ...wrist })!
    expect(found.decidedAt - found.impactAt).toBeCloseTo(3, 6)
  })

  it('is found in bursts with a clock that jitters', () => {
    const window = windowOf(fallsAndLies)
    const random = seededRandom(5)
    const seconds = window.x.map((_, n) => Math.floor(n / 5) * 0.1 + (n % 5) * 0.018 + 0.004 * random())
    expect(judgeMotion({ ...window, ...wrist, seconds })?.isFall).toBe(true)
  })

  it('is found in a short window round the impact', () => {
    const { x, y, z, ...rest } = windowOf(fallsAndLies)
    const cut = (axis: number[]): number[] => axis.slice(170, 360)
    expect(judgeMotion({ ...rest, ...wrist, x: cut(x), y: cut(y), z: cut(z) })?.isFall).toBe(true)
  })
})

describe('daily life', () => {
  it.each([
    ['walking', walks],
    ['clapping', claps],
    ['sitting down hard', sitsDownHard],
  ])('%s is no fall, by any setting', (_, movement) => {
    for (const setting of ['sensitive', 'balanced', 'quiet'] satisfies Setting[]) {
      for (const place of [wrist, waist]) {
        expect(judgeMotion({ ...windowOf(movement), ...place }, setting)?.isFall ?? false).toBe(false)
      }
    }
  })

  it('of a body at rest is not even a question', () => {
    const rest = { seconds: 8, at: () => [0.6, 0, 0.8] as const }
    expect(judgeMotion({ ...windowOf(rest), ...wrist })).toBeUndefined()
  })
})

it('judges the same however the sensor is worn', () => {
  // A half turn about a skew axis, and then the axes change places and sign.
  const turn = ([x, y, z]: readonly [number, number, number]) => {
    const along = (2 * (x + 2 * y + 2 * z)) / 9
    return [z - 2 * along, x - along, 2 * along - y] as const
  }
  const plain = windowOf(fallsAndLies, { noise: 0, range_g: 16 })
  const turned = windowOf(fallsAndLies, { noise: 0, range_g: 16, turn })
  const rows = [plain, turned].map((window) => {
    const grid = gridOf(window)
    return impactsOf(grid).map((impact) => Array.from(figuresAt(grid, impact), (value) => value.toFixed(3)))
  })
  expect(rows[0]).toHaveLength(1)
  expect(rows[1]).toEqual(rows[0])
})

describe('what followed', () => {
  it('is getting up, where the trunk tells its posture', () => {
    expect(judgeMotion({ ...windowOf(fallsAndGetsUp), ...waist })?.followed).toBe('got_up')
  })

  it('is moving on', () => {
    const trips = {
      seconds: 16,
      at: (second: number) => (second < 5.4 ? fallsAndLies.at(second) : walks.at(second)),
    }
    expect(judgeMotion({ ...windowOf(trips), ...wrist })?.followed).toBe('moves_on')
  })

  it('is not known where the window ends', () => {
    const { x, y, z, ...rest } = windowOf(fallsAndLies)
    const cut = (axis: number[]): number[] => axis.slice(0, 320)
    expect(judgeMotion({ ...rest, ...waist, x: cut(x), y: cut(y), z: cut(z) })?.followed).toBe('unknown')
  })
})

describe('the reasons', () => {
  const found = judgeMotion({ ...windowOf(fallsAndLies), ...wrist })!

  it('speak for and against, the loudest first, in words', () => {
    expect(found.spokeFor.length).toBeGreaterThan(0)
    expect(found.spokeFor.every(({ brought }) => brought > 0)).toBe(true)
    expect(found.spokeAgainst.every(({ brought }) => brought < 0)).toBe(true)
    const loudness = found.spokeFor.map(({ brought }) => brought)
    expect(loudness).toEqual(loudness.toSorted((a, b) => b - a))
    for (const { text } of [...found.spokeFor, ...found.spokeAgainst]) expect(text.length).toBeGreaterThan(8)
  })
})

describe('the parameters', () => {
  it('are of the figures that there are, in their order', () => {
    expect(shipped.figures).toEqual(figureNames)
    for (const { trees } of Object.values(shipped.places)) expect(trees.length).toBeGreaterThan(0)
  })

  it('let a quiet setting ask for more than a sensitive one', () => {
    for (const { thresholds } of Object.values(shipped.places)) {
      const { sensitive, balanced, quiet } = thresholds
      expect(sensitive).toBeLessThanOrEqual(balanced)
      expect(balanced).toBeLessThanOrEqual(quiet)
    }
  })
})

it.each([
  ['nothing', [], [], []],
  ['one sample', [0], [0], [1]],
  ['no numbers', [Number.NaN, Number.NaN], [0, 0], [1, 1]],
  ['a lone blow', [0, 8, 0], [0, 0, 0], [1, 1, 1]],
])('a window of %s raises nothing and breaks nothing', (_, x, y, z) => {
  expect(judgeMotion({ rate_hz: 50, x, y, z, ...wrist })?.isFall ?? false).toBe(false)
})
