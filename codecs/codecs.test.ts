import { expect, test } from 'vitest'
import { codecOf, codecs, deviceOf } from './codecs.ts'

test('codecs have names of their own', () => {
  expect(new Set(codecs.map(({ name }) => name)).size).toBe(codecs.length)
})

test("Vigil's own topics are the native codec's, whatever else is claimed", () => {
  for (const kind of ['readings', 'signals', 'motion', 'status', 'answers'])
    expect(codecOf(`vigil/v1/watch-1/${kind}`)?.name).toBe('native')
  for (const topic of ['vigil/v1/watch-1/commands', 'vigil/v1/watch-1/receipts', 'vigil/v1/watch-1', ''])
    expect(codecOf(topic)).toBeUndefined()
})

test('deviceOf gives the device that the topic names', () => {
  expect(deviceOf('vigil/v1/watch-1/readings')).toBe('watch-1')
  expect(deviceOf('vigil/v1/watch-1/commands')).toBeUndefined()
})
