import { expect, it } from 'vitest'
import { checkLoad, loadOf } from './load_options.ts'

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
