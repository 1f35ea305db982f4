import { expect, it } from 'vitest'
import { smoothNoise } from './noise.ts'

const line = (seed: number) => Array.from({ length: 4_000 }, (_, n) => smoothNoise(seed, 1e9 + n / 10))

it('is smooth, within one of zero, even on both sides, and another for another seed', () => {
  const values = line(1)
  expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(1)
  expect(Math.abs(values.reduce((sum, value) => sum + value, 0) / values.length)).toBeLessThan(0.1)
  expect(values.some((value) => value > 0.8) && values.some((value) => value < -0.8)).toBe(true)
  values.slice(1).forEach((value, n) => {
    expect(Math.abs(value - (values[n] ?? 0))).toBeLessThan(0.35)
  })
  expect(line(2)).not.toEqual(values)
})
