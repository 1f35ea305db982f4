import { expect, test } from 'vitest'
import { Id, idPattern, PARTITIONS, partitionOf } from './ids.ts'
import { newId } from './random.ts'

test.each(['a', 'watch-1', 'urn:dev:mac:0024beff', 'A.b_C-9', 'x'.repeat(64)])('%s is an id', (id) => {
  expect(Id.safeParse(id).success).toBe(true)
})

test.each(['', ' ', 'a b', 'a/b', 'a+b', 'a#b', 'x'.repeat(65), 'naïve', '手环', 'a\n', '$SYS'])(
  '%j is no id: it could not stand in a topic, a path or a log line',
  (id) => {
    expect(Id.safeParse(id).success).toBe(false)
  },
)

test('made ids are ids, and no two are alike', () => {
  const made = Array.from({ length: 1_000 }, () => newId('device'))
  expect(made.every((id) => idPattern.test(id) && id.startsWith('device-'))).toBe(true)
  expect(new Set(made).size).toBe(1_000)
})

// Written down, because records carry their partition: another hash would part a home's old records from its new ones.
test('a home stays in its partition for ever', () => {
  expect(['home-1', 'home-2', 'watch-7', 'Wuhai/手环'].map(partitionOf)).toEqual([13, 61, 41, 8])
})

test('partitions share the homes evenly', () => {
  const counts = Array.from({ length: PARTITIONS }, () => 0)
  const homes = 64_000
  for (let i = 0; i < homes; i++) counts[partitionOf(`home-${i}`)]! += 1
  expect(counts.reduce((a, b) => a + b)).toBe(homes)
  // expected 1,000 each; 5 standard deviations are 158
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(160)
})
