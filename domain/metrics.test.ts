import { expect, test } from 'vitest'
import { isMetric, isPlausible, type Metric, metrics } from './metrics.ts'

const all = Object.entries(metrics) as [keyof typeof metrics, Metric][]

test.each(all)('%s: a name for JSON and databases, a unit, a range that holds something', (name, metric) => {
  expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/)
  expect(metric.unit).not.toBe('')
  expect(metric.min).toBeLessThan(metric.max)
  expect(metric.text).not.toBe('')
})

test('LOINC codes have a right check digit, and no two metrics share one', () => {
  const codes = all.flatMap(([, { loinc }]) => loinc ?? [])
  expect(new Set(codes).size).toBe(codes.length)
  for (const code of codes) {
    const [number, check] = code.split('-') as [string, string]
    expect({ code, check }).toEqual({ code, check: String(mod10(number)) })
  }
})

/** LOINC's check digit: Luhn's mod 10. */
function mod10(number: string): number {
  const doubled = [...number].reverse().map((digit, i) => (i % 2 === 0 ? Number(digit) * 2 : Number(digit)))
  const sum = doubled.reduce((total, value) => total + (value > 9 ? value - 9 : value), 0)
  return (10 - (sum % 10)) % 10
}

test('what vital signs a person can have is plausible, what none can have is not', () => {
  expect(isPlausible('heart_rate', 72)).toBe(true)
  expect(isPlausible('heart_rate', 0)).toBe(true)
  expect(isPlausible('heart_rate', 400)).toBe(false)
  expect(isPlausible('body_temperature', 36.6)).toBe(true)
  expect(isPlausible('body_temperature', 98.6)).toBe(false)
  expect(isPlausible('spo2', 100)).toBe(true)
  expect(isPlausible('spo2', 100.1)).toBe(false)
  expect(isPlausible('temperature', -40)).toBe(true)
  expect(isPlausible('rssi', -90)).toBe(true)
})

test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'Heart_rate', 'heart_rate ', ''])(
  '%j is no metric',
  (name) => {
    expect(isMetric(name)).toBe(false)
  },
)

test('own names are metrics', () => {
  for (const [name] of all) expect(isMetric(name)).toBe(true)
})
