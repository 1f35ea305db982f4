import { describe, expect, test } from 'vitest'
import { graver, type SignalKind, severities, signalOf, signals } from './signals.ts'

describe('signalOf', () => {
  test.each<[string, SignalKind]>([
    ['sos', 'sos'],
    ['SOS', 'sos'],
    ['  Sos\n', 'sos'],
    ['panic', 'sos'],
    ['Pull Cord', 'sos'],
    ['alarm-button', 'sos'],
    ['fall', 'fall'],
    ['fall-detected', 'fall'],
    ['FALL DETECTED', 'fall'],
    ['fall_confirmed', 'fall'],
    ['fire', 'smoke'],
    ['gas_leak', 'gas'],
    ['CO', 'carbon_monoxide'],
    ['Water  Leak', 'water_leak'],
    ['flood', 'water_leak'],
  ])('%j means %s', (spelling, kind) => {
    expect(signalOf(spelling)).toBe(kind)
  })

  test.each(['', 'so', 'soss', 's.o.s', 'battery_low', 'fallen tree', 'constructor', '__proto__', 'toString'])(
    '%j means none',
    (spelling) => {
      expect(signalOf(spelling)).toBeUndefined()
    },
  )
})

describe('the table of signals', () => {
  test('every signal is known by its own name, and every word is in the form in which words are compared', () => {
    for (const [kind, { words }] of Object.entries(signals)) {
      expect(signalOf(kind)).toBe(kind)
      for (const word of words) expect(word).toMatch(/^[a-z]+(_[a-z]+)*$/)
    }
  })

  test('no word means two signals', () => {
    const words = Object.values(signals).flatMap(({ words }) => [...words])
    expect(words.length).toBe(new Set(words).size)
  })

  test('a pressed button and what kills in minutes are critical; nothing here is low', () => {
    expect(signals.sos.severity).toBe('critical')
    expect(signals.smoke.severity).toBe('critical')
    expect(signals.carbon_monoxide.severity).toBe('critical')
    for (const { severity } of Object.values(signals)) expect(severity).not.toBe('low')
  })
})

test('of two severities the graver one, whichever comes first', () => {
  for (const [i, a] of severities.entries()) {
    for (const [j, b] of severities.entries()) expect(graver(a, b)).toBe(severities[Math.max(i, j)])
  }
  expect(graver('low', 'critical')).toBe('critical')
})
