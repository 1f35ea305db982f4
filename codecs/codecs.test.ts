import { expect, test } from 'vitest'
import { codecs, deviceOf } from './codecs.ts'

/** Topics of every kind met in the field. A new codec adds those that it claims. */
const topics = [
  ...['readings', 'signals', 'motion', 'status', 'commands', 'receipts'].map((kind) => `vigil/v1/watch-1/${kind}`),
  'vigil/v1/watch-1',
  'zigbee2mqtt/0xa4c13899607febd1',
  'application/7/device/0102030405060708/event/up',
  'v3/app/devices/button/up',
  'tele/plug/SENSOR',
  '/devices/7/events',
  '',
]

test('codecs have names of their own', () => {
  expect(new Set(codecs.map(({ name }) => name)).size).toBe(codecs.length)
})

test.each(topics)('%j is claimed by one codec at most, and names a device only where it is claimed', (topic) => {
  const claimants = codecs.filter((codec) => codec.claims(topic))
  expect(claimants.length).toBeLessThanOrEqual(1)
  if (claimants.length === 0) expect(deviceOf(topic)).toBeUndefined()
})

test('deviceOf gives the device that the topic names', () => {
  expect(deviceOf('vigil/v1/watch-1/readings')).toBe('watch-1')
  expect(deviceOf('vigil/v1/watch-1/commands')).toBeUndefined()
})
