import { describe, expect, test } from 'vitest'
import {
  asBoolean,
  asNumber,
  fromFahrenheit,
  fromKelvin,
  fromKilopascal,
  fromKmh,
  fromKnots,
  fromPounds,
  glucoseFromMgDl,
  isAbsent,
  nameLetters,
  withoutNoise,
} from './values.ts'

describe('asBoolean', () => {
  test.each([true, 1, '1', 'TRUE', 'On', ' on ', 'yes', 'open', 'detected', 'alarm', 'wet'])('%j is true', (value) => {
    expect(asBoolean(value)).toBe(true)
  })
  test.each([false, 0, '0', 'False', 'OFF', 'no', 'closed', 'clear', 'normal', 'dry'])('%j is false', (value) => {
    expect(asBoolean(value)).toBe(false)
  })
  test.each([2, -1, 0.5, Number.NaN, '', '2', 'maybe', null, undefined, {}, []])('%j is neither', (value) => {
    expect(asBoolean(value)).toBeUndefined()
  })
})

describe('asNumber', () => {
  test.each([
    ['80.00', 80],
    [' 80 ', 80],
    ['+.5', 0.5],
    ['-1.5e2', -150],
    ['5.', 5],
    [36.6, 36.6],
  ])('%j is %d', (value, number) => {
    expect(asNumber(value)).toBe(number)
  })
  test.each(['', ' ', 'nan', 'NaN', 'Infinity', '0x10', '1,5', '12 V', '1e999', '9'.repeat(41), true, null, [5]])(
    '%j is none',
    (value) => {
      expect(asNumber(value)).toBeUndefined()
    },
  )
  test.each([Number.NaN, Number.POSITIVE_INFINITY])('%d is none', (value) => {
    expect(asNumber(value)).toBeUndefined()
  })
})

test.each([null, undefined, '', ' ', 'nan', 'NaN', Number.NaN, 'unavailable', 'Unknown', 'none', 'N/A', '--'])(
  '%j says that there is no value',
  (value) => {
    expect(isAbsent(value)).toBe(true)
  },
)
test.each([0, '0', false, 'off', {}])('%j is a value', (value) => {
  expect(isAbsent(value)).toBe(false)
})

test.each([
  ['98.6 °F', fromFahrenheit(98.6), 37],
  ['310.15 K', fromKelvin(310.15), 37],
  ['150 lb', fromPounds(150), 68.0389],
  ['16 kPa', fromKilopascal(16), 120.0099],
  ['90 mg/dL', glucoseFromMgDl(90), 4.9957],
  ['3.6 km/h', fromKmh(3.6), 1],
  ['1 kn', fromKnots(1), 0.5144],
])('%s', (_given, converted, expected) => {
  expect(converted).toBeCloseTo(expected, 3)
})

test('noise of multiplying goes, digits that were measured stay', () => {
  expect(withoutNoise(2_506 * 0.01)).toBe(25.06)
  expect(withoutNoise(0.000123)).toBe(0.000123)
})

test('names are one in all their spellings', () => {
  expect(new Set(['Heart Rate', 'heart_rate', 'heartRate', 'HEART-RATE'].map(nameLetters))).toEqual(
    new Set(['heartrate']),
  )
})
