import { describe, expect, it } from 'vitest'
import { gridOf } from './grid.ts'

const ramp = (count: number): number[] => Array.from({ length: count }, (_, n) => n / count)
const flat = (count: number, value = 0): number[] => Array.from({ length: count }, () => value)

describe('the grid', () => {
  it.each([20, 25, 31.25, 50, 100, 200])('has fifty points a second for a sensor of %d Hz', (rate_hz) => {
    const count = Math.round(4 * rate_hz)
    const { load, known } = gridOf({ rate_hz, x: flat(count), y: flat(count), z: flat(count, 1) })
    expect(Math.abs(load.length - 200)).toBeLessThanOrEqual(3)
    expect(known.every((one) => one === 1)).toBe(true)
    expect(load.every((one) => Math.abs(one - 1) < 1e-12)).toBe(true)
  })

  it('keeps a slow movement as it was', () => {
    const { z } = gridOf({ rate_hz: 100, x: flat(400), y: flat(400), z: ramp(400) })
    expect(z[100]).toBeCloseTo(0.5, 2)
  })

  it('knows nothing of a gap, and all of a short one', () => {
    const seconds = [...ramp(50), ...ramp(50).map((second) => second + 1.5)]
    const { known } = gridOf({ rate_hz: 50, seconds, x: flat(100), y: flat(100), z: flat(100, 1) })
    expect(known[40]).toBe(1)
    expect(known[60]).toBe(0)
    expect(known[90]).toBe(1)
  })

  it('takes a shuffled burst in order of time', () => {
    const order = [3, 0, 1, 2, ...Array.from({ length: 96 }, (_, n) => n + 4)]
    const at = (n: number): number => n / 50
    const even = gridOf({ rate_hz: 50, x: flat(100), y: flat(100), z: ramp(100) })
    const z = ramp(100)
    const shuffled = gridOf({
      rate_hz: 50,
      seconds: [at(0), ...order.slice(1).map(at)],
      x: flat(100),
      y: flat(100),
      z: [z[0]!, ...order.slice(1).map((n) => z[n]!)],
    })
    expect(shuffled.z.at(-1)).toBeCloseTo(even.z.at(-1)!, 9)
    expect(shuffled.load[10]).toBeCloseTo(even.load[10]!, 1)
  })

  it('leaves out what is no number', () => {
    const z = flat(100, 1)
    z[50] = Number.NaN
    z[51] = Number.POSITIVE_INFINITY
    const { load } = gridOf({ rate_hz: 50, x: flat(100), y: flat(100), z })
    expect(load.every((one) => one === 1)).toBe(true)
  })

  it('is empty for a window without samples', () => {
    expect(gridOf({ rate_hz: 50, x: [], y: [], z: [] }).load).toHaveLength(0)
    expect(gridOf({ rate_hz: 50, x: [Number.NaN], y: [0], z: [0] }).load).toHaveLength(0)
  })

  it('tells where the sensor was at the end of its range', () => {
    const z = flat(100, 1)
    for (let n = 50; n < 60; n++) z[n] = 4
    expect(gridOf({ rate_hz: 50, range_g: 4, x: flat(100), y: flat(100), z }).clipped[55]).toBe(1)
    expect(gridOf({ rate_hz: 50, x: flat(100), y: flat(100), z }).clipped[55]).toBe(0)
  })
})
