import { expect, it } from 'vitest'
import { placeOf } from './place.ts'

it.each([
  ['wrist', 'wrist'],
  ['Left Wrist', 'wrist'],
  ['waist', 'trunk'],
  ['chest strap', 'trunk'],
  ['pendant', 'unknown'],
  ['', 'unknown'],
  [undefined, 'unknown'],
])('%s is %s', (name, place) => {
  expect(placeOf(name)).toBe(place)
})
