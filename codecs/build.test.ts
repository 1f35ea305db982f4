import { expect, test } from 'vitest'
import { limits } from '../domain/limits.ts'
import { nothingDecoded } from '../domain/message.ts'
import { addPress, addReading, addState, attribute, refuse, settle, shown, warn } from './build.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15)

test('what physics does not allow is kept and flagged, and -0 is 0', () => {
  const decoded = nothingDecoded()
  addReading(decoded, 'spo2', 140, 5)
  addReading(decoded, 'temperature', -0, 5)
  expect(decoded.readings.map(({ implausible }) => implausible)).toEqual([true, false])
  expect(Object.is(decoded.readings[1]?.value, 0)).toBe(true)
})

test('a state that is on is a signal until it is off', () => {
  const decoded = nothingDecoded()
  const key = { id: 'a', withinMs: 1 }
  addState(decoded, true, { signal: 'smoke', at: 5, source: 'mat', key })
  addState(decoded, false, { signal: 'smoke', at: 6, source: 'mat', key })
  expect(decoded.signals).toEqual([{ signal: 'smoke', at: 5, source: 'mat', key, level: true }])
  expect(decoded.clears).toEqual([{ signal: 'smoke', at: 6, source: 'mat' }])
})

test.each([
  ['single', 1],
  ['double', 2],
  ['triple', 3],
  ['long', 4],
] as const)('a %s press is a reading of %d, and an SOS if the device is set up so', (press, value) => {
  const decoded = nothingDecoded()
  addPress(decoded, press, 7, { at: undefined, source: 'mat' })
  expect(decoded.readings).toMatchObject([{ metric: 'button', value, at: 7, source: 'mat' }])
  expect(decoded.signals).toEqual([{ signal: 'sos', press, at: undefined, source: 'mat' }])
})

test('what only the content names is given to that device whole', () => {
  const decoded = nothingDecoded()
  addPress(decoded, 'single', 7, { at: 7 })
  addState(decoded, false, { signal: 'gas', at: 7 })
  decoded.statuses.push({ online: true })
  attribute(decoded, 'mat')
  const { readings, signals, clears, statuses } = decoded
  expect([readings, signals, clears, statuses].map(([one]) => one?.source)).toEqual(['mat', 'mat', 'mat', 'mat'])
})

test('a clock that is ahead, or was never set, does not count', () => {
  const ahead = receivedAt + limits.clockAheadMs
  expect([ahead, ahead + 1, limits.clockUnsetBefore - 1, undefined].map((at) => settle(at, receivedAt))).toEqual([
    ahead,
    receivedAt,
    receivedAt,
    receivedAt,
  ])
})

test('a message full of faults has no endless list of them', () => {
  const decoded = nothingDecoded()
  for (let i = 0; i < 1_000; i++) {
    refuse(decoded, 'payload_invalid', `${i}`)
    warn(decoded, 'value_unknown', 'x'.repeat(1_000))
  }
  expect(decoded.refusals).toHaveLength(limits.refusalsPerMessage)
  expect(decoded.warnings).toHaveLength(limits.warningsPerMessage)
  expect(decoded.warnings[0]!.detail.length).toBeLessThan(100)
})

test.each([
  [[1], 'a list'],
  [{}, 'an object'],
  ['on', '"on"'],
  [null, 'null'],
  [7, '7'],
])('%j is told as %s', (value, text) => {
  expect(shown(value)).toBe(text)
})
