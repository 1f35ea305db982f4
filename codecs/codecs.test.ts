import { expect, test } from 'vitest'
import { limits } from '../domain/limits.ts'
import { nothingDecoded } from '../domain/message.ts'
import { type Codec, urgentIfDecoded } from './codec.ts'
import { codecOf, codecs, deviceOf } from './codecs.ts'
import { native } from './native/native.ts'

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

test('the front door decodes no large message of another format: it is urgent as it is', () => {
  const sparse = Buffer.from(`{"sos":false${' '.repeat(limits.decodedAtDoorBytes)}}`)
  const decodes = (payload: Uint8Array): number => {
    let decoded = 0
    const codec: Codec = {
      ...native,
      decode: () => {
        decoded++
        return nothingDecoded()
      },
    }
    expect(urgentIfDecoded(codec, 'x', payload)).toBe(payload.length > limits.decodedAtDoorBytes)
    return decoded
  }
  expect([decodes(sparse), decodes(sparse.subarray(0, 100))]).toEqual([0, 1])
})
