import { expect, test } from 'vitest'
import { downKinds, parseTopic, topicOf, upKinds } from './topics.ts'

test('every topic of the contract is taken apart as it was put together', () => {
  for (const kind of [...upKinds, ...downKinds]) {
    expect(parseTopic(`vigil/v1/watch-1/${kind}`)).toEqual({ device: 'watch-1', kind })
    expect(topicOf('watch-1', kind)).toBe(`vigil/v1/watch-1/${kind}`)
  }
})

test('a device id may hold all that an id may hold', () => {
  expect(parseTopic('vigil/v1/urn:dev:mac_0.1-a/readings')?.device).toBe('urn:dev:mac_0.1-a')
})

test.each([
  '',
  'vigil/v1',
  'vigil/v1/',
  'vigil/v1/watch-1',
  'vigil/v1/watch-1/',
  'vigil/v1//readings',
  'vigil/v1/watch-1/reading',
  'vigil/v1/watch-1/readings/',
  'vigil/v1/watch-1/readings/x',
  'vigil/v1/a/b/readings',
  '/vigil/v1/watch-1/readings',
  'vigil/v2/watch-1/readings',
  'Vigil/v1/watch-1/readings',
  'vigil/v1/+/readings',
  'vigil/v1/watch 1/readings',
  `vigil/v1/${'x'.repeat(65)}/readings`,
  'vigil/v1/watch-1/constructor',
  'vigil/v1/watch-1/toString',
])('%s is none of ours', (topic) => {
  expect(parseTopic(topic)).toBeUndefined()
})
