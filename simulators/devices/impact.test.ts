import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../domain/random.ts'
import type { MotionWindow } from './device.ts'
import { AFTER_S, BEFORE_S, impactWindow, peakOf } from './impact.ts'
import { type profiles, type Sensor, sensors } from './impact_profiles.ts'

const all = [sensors.watch, sensors.pendant] as readonly Sensor[]
const seeds = Array.from({ length: 60 }, (_, n) => n + 1)

const load = ({ x, y, z }: MotionWindow): number[] => x.map((value, n) => Math.hypot(value, y[n] ?? 0, z[n] ?? 0))
const mean = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0) / values.length
/** How much the load wavers around its mean in the last second, g. */
const unrest = (window: MotionWindow): number => {
  const end = load(window).slice(-window.rate_hz)
  return Math.sqrt(mean(end.map((value) => (value - mean(end)) ** 2)))
}
const windows = (...[jolt, sensor, after]: [keyof typeof profiles.wrist, Sensor, 'lies' | 'gets_up']): MotionWindow[] =>
  seeds.map((seed) => impactWindow(jolt, sensor, after, seededRandom(seed)))

describe.each(all)('a window of the $placement', (sensor) => {
  const falls = windows('fall', sensor, 'lies')

  it('has the length, the rate and the range of its sensor, in steps of a milli-g', () => {
    for (const window of falls) {
      const { rate_hz, range_g, placement } = window
      expect({ rate_hz, range_g, placement }).toEqual(sensor)
      for (const axis of [window.x, window.y, window.z]) {
        expect(axis).toHaveLength((BEFORE_S + AFTER_S) * rate_hz)
        expect(axis.every((value) => Math.abs(value) <= range_g && Number(value.toFixed(3)) === value)).toBe(true)
      }
    }
  })

  it('shows one g before it, the blow at its time, and one g of somebody who lies still', () => {
    for (const window of falls) {
      const loads = load(window)
      expect(mean(loads.slice(0, window.rate_hz))).toBeCloseTo(1, 0)
      expect(mean(loads.slice(-window.rate_hz))).toBeCloseTo(1, 0)
      const round = loads.slice((BEFORE_S - 0.2) * window.rate_hz, (BEFORE_S + 0.6) * window.rate_hz)
      expect(Math.max(...round)).toBe(peakOf(window))
      expect(peakOf(window)).toBeGreaterThan(1.5)
    }
  })

  it('lets the body lose load before most falls', () => {
    const dips = falls.filter((window) => {
      const falling = load(window).slice((BEFORE_S - 0.6) * window.rate_hz, BEFORE_S * window.rate_hz)
      return Math.min(...falling) < 0.8
    })
    expect(dips.length).toBeGreaterThan(45)
  })

  it('tells who gets up from who lies there', () => {
    const up = windows('fall', sensor, 'gets_up').map(unrest)
    const down = falls.map(unrest)
    expect(mean(up)).toBeGreaterThan(2 * mean(down))
  })

  it('is the same for the same seed', () => {
    const again = impactWindow('fall', sensor, 'lies', seededRandom(1))
    expect(again).toEqual(falls[0])
    expect(again).not.toEqual(falls[1])
  })
})

it('a wrist clips a fall where a waist does not', () => {
  const clipped = (sensor: Sensor) =>
    windows('fall', sensor, 'lies').filter(
      ({ x, y, z }) => Math.max(...[...x, ...y, ...z].map(Math.abs)) >= sensor.range_g,
    ).length
  expect(clipped(sensors.watch)).toBeGreaterThan(30)
  expect(clipped(sensors.pendant)).toBeLessThan(5)
})

it('a fall is harder than a hard seat, by and large', () => {
  for (const sensor of all) {
    const middle = (jolt: 'fall' | 'sits_hard') =>
      windows(jolt, sensor, 'lies')
        .map(peakOf)
        .sort((a, b) => a - b)[seeds.length / 2] ?? 0
    expect(middle('fall')).toBeGreaterThan(1.5 * middle('sits_hard'))
  }
})
