import { expect, it } from 'vitest'
import { checkLoad, duration, loadOf } from './load_options.ts'

it.each([
  ['500ms', 500],
  ['90s', 90_000],
  ['90', 90_000],
  ['1.5m', 90_000],
  ['5 min', 300_000],
  ['1h', 3_600_000],
])('%s is a duration', (text, ms) => expect(duration(text)).toBe(ms))

it.each(['', 's', '-5s', '5 days', '1e3', 'soon'])('%j is none, and the answer says what is', (text) =>
  expect(() => duration(text)).toThrow('It must be a duration: 500ms, 90s, 5m, 1h.'),
)

it('options of the load need a load', () => {
  expect(() => checkLoad({ rate: 5 })).toThrow('--rate needs --homes N: it belongs to the load.')
  expect(() => checkLoad({ storm: 5, homes: 1, out: 'x' })).toThrow('--storm and --out do not go together')
  checkLoad({ homes: 3, out: 'x' })
  checkLoad({ homes: 3, for: 1_000 })
})

it('what is not said is chosen, what is said stays', () => {
  expect(loadOf({ homes: 500, seed: 1 })).toMatchObject({ ramp: 10_000, emergencies: 6 })
  expect(loadOf({ homes: 500, seed: 1, ramp: 0, emergencies: 0 })).toMatchObject({ ramp: 0, emergencies: 0 })
})
