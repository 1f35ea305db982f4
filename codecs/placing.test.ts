import { expect, test } from 'vitest'
import { type Decoded, nothingDecoded } from '../domain/message.ts'
import type { Speaker } from '../domain/sources.ts'
import { addClear, addReading, addSignal, attribute } from './build.ts'
import { placed, sourcesOf } from './placing.ts'

/** A reading, a signal, its end, a status and an announcement of a mat, and a reading of the sender itself. */
function message(): Decoded {
  const decoded = nothingDecoded()
  addReading(decoded, 'in_bed', 1, 5)
  addSignal(decoded, { signal: 'sos', at: 5 })
  addClear(decoded, { signal: 'fall', at: 5 })
  decoded.statuses.push({ online: true })
  attribute(decoded, 'mat')
  decoded.announced.push({ source: 'mat' })
  addReading(decoded, 'battery', 80, 5)
  return decoded
}
const vendor = (own: string[]): Speaker => ({ device: undefined, isGateway: false, has: (id) => own.includes(id) })

test('all sources of a message are asked for', () => {
  expect(sourcesOf(message())).toEqual(new Set(['mat']))
  expect(sourcesOf(nothingDecoded())).toEqual(new Set())
})

test('a gateway tells of its own devices, each part', () => {
  const hub: Speaker = { device: 'hub', isGateway: true, has: () => false }
  const { readings, signals, clears, statuses, announced, refusals } = placed(message(), hub, 'others')
  for (const [part] of [readings, signals, clears, statuses, announced]) expect(part?.device).toBe('hub:mat')
  expect(readings[1]?.device).toBeUndefined()
  expect(refusals).toEqual([])
})

test('an account writes nothing of devices that are not its own, but a call of theirs is heard', () => {
  const decoded = placed(message(), vendor([]), 'others')
  expect(decoded.readings.map(({ metric }) => metric)).toEqual(['battery'])
  expect(decoded).toMatchObject({ clears: [], statuses: [], announced: [] })
  expect(decoded.signals).toMatchObject([{ signal: 'sos', device: 'mat', foreign: true }])
  // once, however many parts there were
  expect(decoded.refusals).toEqual([{ code: 'topic_foreign', detail: 'mat' }])
})

test('of its own it does', () => {
  const decoded = placed(message(), vendor(['mat']), 'others')
  expect(decoded.readings).toHaveLength(2)
  expect(decoded.signals[0]).not.toHaveProperty('foreign')
  expect(decoded.refusals).toEqual([])
})
