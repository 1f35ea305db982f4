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

test.each([
  ['single', 'single', 1],
  ['button_2_hold', 'long', 4],
  ['1_double', 'double', 2],
])(
  'action %s is a %s press of a plain button: an SOS only where the registry says so, a reading in any case',
  (action, press, value) => {
    const { signals, readings } = read({ action })
    expect(signals).toMatchObject([{ signal: 'sos', press }])
    expect(readings).toMatchObject([{ metric: 'button', value }])
  },
)

test.each(['release', '1_release', 'brightness_up', 'on', 'rotate_left', '1_single_extra'])(
  'action %s is no press',
  (action) => {
    expect(read({ action })).toMatchObject({ signals: [], readings: [] })
  },
)

test('a cached state that is told again is no event: occupancy and contact are readings, hazards states', () => {
  const { signals } = read({ battery: 80, contact: false, occupancy: true, water_leak: true })
  expect(signals).toEqual([{ signal: 'water_leak', at: undefined, level: true }])
})

test('occupancy is what stands beside it: a bed, a room, or something that moved', () => {
  const metricOf = (state: object) => read({ occupancy: true, ...state }).readings[0]?.metric
  expect([metricOf({ work_state: 'presence' }), metricOf({ fall_status: 'normal' }), metricOf({})]).toEqual([
    'in_bed',
    'presence',
    'motion',
  ])
})

test('a smoke test is a drill', () => {
  expect(read({ smoke: true, test: true }).signals).toMatchObject([{ signal: 'smoke', test: true }])
})

test('a device and the bridge tell whether they are there, in both of its ways', () => {
  expect(read({ state: 'offline' }, 'zigbee2mqtt/x/availability').statuses).toEqual([{ online: false }])
  expect(read('online', 'zigbee2mqtt/bridge/state').statuses).toEqual([{ online: true }])
  expect(read('perhaps', 'zigbee2mqtt/x/availability').refusals).toHaveLength(1)
})

test('the list of devices announces each but the coordinator', () => {
  const list = [
    { friendly_name: 'Coordinator', type: 'Coordinator' },
    {
      friendly_name: 'Bed/SOS',
      type: 'EndDevice',
      definition: { vendor: 'Tuya', model: 'TS0215A', description: 'button' },
    },
    { friendly_name: '0xa4c1380011223344', type: 'Router', definition: null },
    7,
  ]
  expect(read(list, 'zigbee2mqtt/bridge/devices').announced).toEqual([
    { source: sourceName('Bed/SOS'), category: 'home_monitor', model: 'Tuya TS0215A button', place: 'Bed/SOS' },
    { source: 'a4c1380011223344', category: 'home_monitor', place: '0xa4c1380011223344' },
  ])
})

test('orders to devices and what the bridge logs say nothing of them', () => {
  for (const topic of [
    'zigbee2mqtt/plug/set',
    'zigbee2mqtt/plug/set/state',
    'zigbee2mqtt/bridge/logging',
    'zigbee2mqtt/bridge/info',
  ])
    expect(read({ state: 'ON', sos: true }, topic)).toMatchObject({ readings: [], signals: [], refusals: [] })
})

test('a call is heard in what is cut off', () => {
  expect(read('{"battery":80,"action":"emergency","linkq')).toMatchObject({
    signals: [{ signal: 'sos', malformed: true }],
    refusals: [{ code: 'payload_not_json' }],
  })
})
