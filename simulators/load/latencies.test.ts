import { expect, it } from 'vitest'
import { Latencies } from './latencies.ts'

it('gives quantiles to two percent, and the exact maximum', () => {
  const latencies = new Latencies()
  for (let ms = 1; ms <= 1_000; ms++) latencies.add(ms)
  expect(latencies.quantile(0.5)! / 500).toBeCloseTo(1, 1)
  expect(latencies.quantile(0.99)! / 990).toBeCloseTo(1, 1)
  expect(latencies.quantile(1)).toBe(1_000)
  expect(latencies).toMatchObject({ count: 1_000, max: 1_000 })
})

it('has no quantile while it has no latency', () => {
  expect(new Latencies().quantile(0.5)).toBeUndefined()
})

it('takes in what others counted, below and beyond its range too', () => {
  const one = new Latencies()
  const other = new Latencies()
  one.add(0)
  other.add(10_000_000)
  one.merge(other.toCounts())
  expect(one.count).toBe(2)
  expect(one.max).toBe(10_000_000)
  expect(one.quantile(0.5)).toBeLessThan(0.011)
})
