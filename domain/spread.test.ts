import { expect, it } from 'vitest'
import { histogramOf, shareOf, spreadOf } from './spread.ts'

it.each([
  [[], { n: 0, median_ms: null, p90_ms: null, longest_ms: null }],
  [[7], { n: 1, median_ms: 7, p90_ms: 7, longest_ms: 7 }],
  [[100, 9, 20], { n: 3, median_ms: 20, p90_ms: 100, longest_ms: 100 }],
  [[4, 1, 3, 2], { n: 4, median_ms: 3, p90_ms: 4, longest_ms: 4 }],
  [[10, 20, 30, 40, 50, 60, 70, 80, 90, 1_000], { n: 10, median_ms: 55, p90_ms: 90, longest_ms: 1_000 }],
])('spreads %j', (lengths, spread) => {
  expect(spreadOf(lengths)).toEqual(spread)
})

it('counts lengths up to each bound, and beyond all of them', () => {
  expect(histogramOf([0, 15, 16, 60, 61, 900], [15, 60])).toEqual([2, 2, 2])
  expect(histogramOf([], [15])).toEqual([0, 0])
})

it('gives no share of nothing', () => {
  expect([shareOf(1, 3), shareOf(0, 3), shareOf(0, 0)]).toEqual([0.3333, 0, null])
})
