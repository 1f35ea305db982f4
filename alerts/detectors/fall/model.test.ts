import { expect, it } from 'vitest'
import { chanceOf, logOddsOf, type Node, shares } from './model.ts'

/** Asks figure 0 first and, where it is large, figure 1. Unknown figures go right at the root and left below. */
const tree: Node[] = [[0.1, 0, 5, 0, 1, 2], [-1], [0.7, 1, 2, 1, 3, 4], [0.3], [1.4]]
const model = { base: -0.5, trees: [tree, tree] }

it.each([
  [[4.9, 9], -2.5],
  [[5, 1], 0.1],
  [[5, 2], 2.3],
  [[Number.NaN, 2], 2.3],
  [[5, Number.NaN], 0.1],
])('%j comes to the log odds %d', (figures, logOdds) => {
  expect(logOddsOf(model, figures)).toBeCloseTo(logOdds, 12)
})

it('tells what each figure brought, and together they are all but what the trees start from', () => {
  const brought = shares(model, [6, 3])
  expect(brought[0]).toBeCloseTo(1.2, 12)
  expect(brought[1]).toBeCloseTo(1.4, 12)
  expect(logOddsOf(model, [6, 3]) - -0.5).toBeCloseTo(0.2 + 1.2 + 1.4, 12)
})

it('makes a chance of log odds', () => {
  expect(chanceOf(0)).toBe(0.5)
  expect(chanceOf(Math.log(3))).toBeCloseTo(0.75, 12)
})
