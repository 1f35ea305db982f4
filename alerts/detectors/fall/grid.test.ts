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

  it('takes bursts that came in the wrong order by their time', () => {
    const order = Array.from({ length: 100 }, (_, n) => n)
    const bursts = [...order.slice(0, 20), ...order.slice(60, 80), ...order.slice(20, 60), ...order.slice(80)]
    const [even, shuffled] = [order, bursts].map((samples) =>
      gridOf({
        rate_hz: 50,
        seconds: samples.map((n) => n / 50),
        x: flat(100),
        y: flat(100),
        z: samples.map((n) => n / 100),
      }),
    )
    expect(shuffled?.z).toHaveLength(100)
    for (const n of [10, 40, 70, 90]) expect(shuffled?.z[n]).toBeCloseTo(even?.z[n] ?? -1, 9)
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
