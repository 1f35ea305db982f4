import { expect, test } from 'vitest'
import { nothingDecoded } from '../domain/message.ts'
import type { MetricName } from '../domain/metrics.ts'
import { type Measure, takeMeasured } from './measured.ts'

function read(metric: MetricName, given: unknown, more: Partial<Measure> = {}) {
  const decoded = nothingDecoded()
  takeMeasured(decoded, metric, given, { at: 5, ...more })
  return [decoded.readings.map(({ value }) => value), decoded.warnings.map(({ code }) => code)]
}

test('numbers, also as text, and states', () => {
  expect(read('spo2', '97.0')).toEqual([[97], []])
  expect(read('door_open', 'open')).toEqual([[1], []])
  expect(read('motion', false)).toEqual([[0], []])
  expect(read('temperature', -4)).toEqual([[-4], []])
})

test.each([null, '', 'nan', 'unavailable', Number.NaN])('%j is no reading', (given) => {
  expect(read('temperature', given)).toEqual([[], ['no_reading']])
})

test('what is not there is passed over, what nobody can read is told', () => {
  expect(read('temperature', undefined)).toEqual([[], []])
  expect(read('temperature', 'warm')).toEqual([[], ['value_unknown']])
  expect(read('temperature', {})).toEqual([[], ['value_unknown']])
})

test('nobody has a pulse of 0, but a room may have 0 degrees', () => {
  expect(read('heart_rate', 0)).toEqual([[], ['no_reading']])
  expect(read('systolic', '0')).toEqual([[], ['no_reading']])
  expect(read('temperature', 0)).toEqual([[0], []])
  expect(read('battery', 0)).toEqual([[0], []])
  expect(read('battery', 0, { isZeroNone: true })).toEqual([[], ['no_reading']])
})

test('0 is told before it is converted', () => {
  const convert = (value: number): number => value + 30
  expect(read('body_temperature', 7, { convert })).toEqual([[37], []])
  expect(read('body_temperature', 0, { convert })).toEqual([[], ['no_reading']])
})
