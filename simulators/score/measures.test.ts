import { describe, expect, it } from 'vitest'
import { proportion, rate, timesOf } from './measures.ts'

describe('a proportion', () => {
  // prop.test(x, n, correct = FALSE) of R gives these ends.
  it.each([
    [3, 3, 0.4385, 1],
    [0, 10, 0, 0.2775],
    [5, 10, 0.2366, 0.7634],
    [5, 7, 0.3589, 0.9178],
    [98, 100, 0.93, 0.9945],
  ])('%i of %i lies between %f and %f', (hits, n, low, high) => {
    const estimate = proportion(hits, n)
    expect(estimate?.value).toBeCloseTo(hits / n, 12)
    expect(estimate?.low).toBeCloseTo(low, 3)
    expect(estimate?.high).toBeCloseTo(high, 3)
  })

  it('of nothing is unknown', () => {
    expect(proportion(0, 0)).toBeUndefined()
  })
})

describe('a rate', () => {
  // The exact Poisson interval (Garwood 1936); Byar's approximation is within 2 % of it.
  it.each([
    [0, 0, 3.689],
    [4, 1.09, 10.242],
    [10, 4.795, 18.39],
    [100, 81.36, 121.6],
  ])('of %i in a week lies between %f and %f a week', (count, low, high) => {
    const estimate = rate(count, 1)
    expect(estimate?.value).toBe(count)
    expect(Math.abs((estimate?.low ?? 0) - low)).toBeLessThanOrEqual(low * 0.02)
    expect(Math.abs((estimate?.high ?? 0) - high)).toBeLessThanOrEqual(high * 0.02)
  })

  it('is divided by the time, and unknown without one', () => {
    expect(rate(4, 8)?.value).toBe(0.5)
    expect(rate(4, 8)?.high).toBeCloseTo(10.24 / 8, 2)
    expect(rate(4, 0)).toBeUndefined()
  })
})

describe('times', () => {
  it('are told by nearest rank', () => {
    const twenty = Array.from({ length: 20 }, (_, n) => (20 - n) * 1_000)
    expect(timesOf(twenty)).toEqual({ median: 10_000, p95: 19_000, max: 20_000 })
    expect(timesOf([7])).toEqual({ median: 7, p95: 7, max: 7 })
    expect(timesOf([])).toBeUndefined()
  })
})
