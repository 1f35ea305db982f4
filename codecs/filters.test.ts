import { expect, test } from 'vitest'
import { fits } from './filters.ts'

test.each([
  ['a/b', 'a/b'],
  ['a/+', 'a/b'],
  ['+/b', 'a/b'],
  ['+', 'a'],
  ['a/+/c', 'a//c'],
  ['/+/x', '/a/x'],
  ['#', 'a/b/c'],
  ['a/#', 'a/b/c'],
  ['a/#', 'a'],
  ['a/+/#', 'a/b'],
  ['+/+', '/a'],
])('%s takes %s', (filter, topic) => {
  expect(fits(filter, topic)).toBe(true)
})

test.each([
  ['a/b', 'a'],
  ['a/b', 'a/b/c'],
  ['a/b', 'a/bc'],
  ['a/bc', 'a/b'],
  ['a/+', 'a'],
  ['a/+', 'a/b/c'],
  ['+', 'a/b'],
  ['a/+/c', 'a/b/d'],
  ['a/#', 'ab'],
  ['a/#', 'b'],
  ['a', '/a'],
])('%s does not take %s', (filter, topic) => {
  expect(fits(filter, topic)).toBe(false)
})
