import { expect, it } from 'vitest'
import { mean, quantile } from './statistics.ts'

it('a quantile is one of the values, and none of none', () => {
  const values = [5, 1, 4, 2, 3]
  expect([0, 0.5, 0.9, 1].map((share) => quantile(values, share))).toEqual([1, 3, 5, 5])
  expect(quantile([], 0.5)).toBeNaN()
})

it('a mean is in the middle, and none of none', () => {
  expect(mean([1, 2, 6])).toBe(3)
  expect(mean([])).toBeNaN()
})
