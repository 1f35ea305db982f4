import { expect, test } from 'vitest'
import { sourceName } from '../../domain/sources.ts'
import { zigbee2mqtt } from './zigbee2mqtt.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8)
const read = (state: unknown, topic = 'zigbee2mqtt/x') =>
  zigbee2mqtt.decode(topic, Buffer.from(typeof state === 'string' ? state : JSON.stringify(state)), { receivedAt })

test('friendly names may hold slashes and begin with a blank', () => {
  expect(zigbee2mqtt.source?.('zigbee2mqtt/ Bed/SOS/action')).toBe(sourceName(' Bed/SOS'))
  expect(zigbee2mqtt.source?.('zigbee2mqtt/bridge/devices')).toBeUndefined()
})

test('both publishes of one press have the same key', () => {
  const key = { id: 'action:emergency', withinMs: 3_000 }
  expect(read({ action: 'emergency' }).signals).toMatchObject([{ signal: 'sos', key }])
  expect(read('emergency', 'zigbee2mqtt/x/action').signals).toMatchObject([{ signal: 'sos', key }])
})

test.each(['', null, 'fall', 'vibration'])('action %j is no call', (action) => {
  expect(read({ action }).signals).toEqual([])
})

test('an action of a device last seen long ago comes from the cache', () => {
  const signalOf = (last_seen: unknown) => read({ action: 'panic', last_seen }).signals[0]
  expect(signalOf(receivedAt - 3_600_000)?.historical).toBe(true)
  expect(signalOf('2026-11-22T16:00:00+08:00')?.historical).toBeUndefined()
})

test.each([[true], ['ON'], ['TRUE'], [1]])('carbon monoxide %j is a state', (value) => {
  expect(read({ carbon_monoxide: value }).signals).toMatchObject([{ signal: 'carbon_monoxide', level: true }])
})

test('its end clears it', () => {
  expect(read({ smoke: 'OFF' }).clears).toMatchObject([{ signal: 'smoke' }])
})

test('a closed contact is no open door; no battery is no 0 %; the chip is not the room', () => {
  const { readings } = read({ contact: true, battery: null, temperature: 24, presence_event: 'leave' })
  expect(readings).toMatchObject([
    { metric: 'door_open', value: 0 },
    { metric: 'device_temperature', value: 24 },
  ])
})

test('voltage beside a battery is in millivolts, of a socket in volts; a supposed fall says so', () => {
  expect(read({ battery: 90, voltage: 3_000 }).readings[1]).toMatchObject({ metric: 'battery_voltage', value: 3 })
  expect(read({ voltage: 231 }).readings).toMatchObject([{ metric: 'voltage', value: 231 }])
  expect(read({ fall_down_status: 'maybe_fall' }).signals[0]?.confidence).toBeLessThan(1)
})
