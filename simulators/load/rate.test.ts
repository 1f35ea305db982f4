import { describe, expect, it } from 'vitest'
import { PACE_LEAST, PACE_MOST, paceFor } from './rate.ts'

/** Homes whose regular reports grow as the pace falls, beside what people cause. */
const rateAt = (regular: number, caused: number) => (pace: number) => regular / pace + caused

describe('the pace for a rate', () => {
  it.each([10, 100, 150, 1_000, 5_000])('brings homes of 100 a second and 5 caused near %i', (target) => {
    const { pace, rate } = paceFor(target, rateAt(100, 5))
    expect(rate).toBeCloseTo(target, 0)
    expect(rate).toBe(rateAt(100, 5)(pace))
  })

  it('slower devices for a lower rate, faster ones for a higher', () => {
    expect(paceFor(55, rateAt(100, 5)).pace).toBeCloseTo(2)
    expect(paceFor(205, rateAt(100, 5)).pace).toBeCloseTo(0.5)
  })

  it('comes near where the rate does not follow the pace exactly', () => {
    const bent = (pace: number) => 80 / pace ** 0.9 + 7
    expect(Math.abs(paceFor(300, bent).rate - 300)).toBeLessThan(15)
  })

  it('is the nearest that devices can do where the target is out of reach', () => {
    expect(paceFor(1, rateAt(100, 5)).pace).toBe(PACE_MOST)
    expect(paceFor(1_000_000, rateAt(100, 5)).pace).toBe(PACE_LEAST)
    expect(paceFor(50, () => 0).rate).toBe(0)
  })
})
