import { describe, expect, test } from 'vitest'
import { inMetricUnit, metricOf } from './senml_units.ts'

describe('units', () => {
  test.each([
    ['temperature', 293.15, 'K', 20],
    ['pressure', 101_325, 'Pa', 1013.25],
    ['systolic', 16, 'kPa', 120.01],
    ['humidity', 0.4, '/', 40],
    ['door_open', 1, '/', 1],
    ['heart_rate', 1.2, 'Hz', 72],
    ['weight', 62_500, 'g', 62.5],
    ['water_volume', 0.25, 'm3', 250],
    ['energy', 3.6e6, 'J', 1],
    ['energy', 1_500, 'Wh', 1.5],
    ['rssi', -120, 'dBW', -90],
    ['battery_voltage', 3_300, 'mV', 3.3],
  ] as const)('%s: %d %s are %d', (metric, value, unit, expected) => {
    expect(inMetricUnit(metric, value, unit)).toBeCloseTo(expected, 2)
  })

  test('names of every object are strange names', () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      expect(metricOf(name, name)).toBeUndefined()
      expect(inMetricUnit('spo2', 1, name)).toBeUndefined()
    }
  })
})
