import { describe, expect, test } from 'vitest'
import type { Decoded } from '../../domain/message.ts'
import { codecOf } from '../codecs.ts'
import { esphome } from '../esphome/esphome.ts'
import { statestream } from '../statestream/statestream.ts'
import { frames } from './frames.ts'
import { homeAssistant } from './home_assistant.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8)
const memory = new Map<string, string>()
function read(topic: string, text: string): Decoded {
  const decoded = codecOf(topic)!.decode(topic, Buffer.from(text), { receivedAt, learned: (key) => memory.get(key) })
  for (const { key, value } of decoded.learned) memory.set(key, value)
  return decoded
}
const values = ({ readings }: Decoded) => readings.map(({ metric, value }) => [metric, value])

describe('topics', () => {
  test.each([
    ['homeassistant/binary_sensor/hall_smoke/state', statestream],
    ['homeassistant/sensor/bed/last_changed', statestream],
    ['homeassistant/binary_sensor/x/y/config', homeAssistant],
    ['homeassistant/binary_sensor/x/config', homeAssistant],
    ['homeassistant/status', homeAssistant],
    ['bath-radar/binary_sensor/fall/state', esphome],
    ['bath-radar/debug', esphome],
  ])('%s', (topic, codec) => {
    expect(codecOf(topic)).toBe(codec)
  })
})

describe('ESPHome', () => {
  test('a fall is a state with an end; the node is the device', () => {
    const topic = 'radar/binary_sensor/falling_information/state'
    expect(esphome.source?.(topic)).toBe('radar')
    expect(read(topic, 'ON').signals).toMatchObject([{ signal: 'fall', level: true }])
    expect(read(topic, 'OFF').clears).toMatchObject([{ signal: 'fall' }])
  })

  test('a button is pressed each time: it is no state that hides the second press', () => {
    const [sos] = read('node/binary_sensor/sos/state', 'ON').signals
    expect(sos).toEqual({ signal: 'sos', at: undefined })
  })

  test.each(['nan', 'NaN', '', 'unavailable', 'unknown', '0'])('a pulse of %j is no reading', (text) => {
    expect(values(read('node/sensor/real-time_heart_rate/state', text))).toEqual([])
  })

  test('a distance needs its unit, which discovery tells', () => {
    memory.clear()
    const topic = 'bath-radar/sensor/distance/state'
    expect(read(topic, '152')).toMatchObject({ readings: [], warnings: [{ code: 'unit_unknown' }] })
    read(frames[1]!.topic, String(frames[1]!.payload))
    expect(values(read(topic, '152'))).toEqual([['distance', 1.52]])
  })

  test('what the name does not say its class does, and it is urgent before that is known', () => {
    memory.clear()
    const topic = 'node/binary_sensor/input_3/state'
    expect(read(topic, 'ON').signals).toEqual([])
    expect(esphome.urgent(topic, Buffer.from('ON'))).toBe(true)
    expect(esphome.urgent('node/binary_sensor/motion/state', Buffer.from('ON'))).toBe(false)
    read(
      'homeassistant/binary_sensor/node/input_3/config',
      JSON.stringify({ state_topic: topic, device_class: 'smoke' }),
    )
    expect(read(topic, 'ON').signals).toMatchObject([{ signal: 'smoke', level: true }])
  })
})

describe('statestream', () => {
  test('each entity is a device; unavailable is no reading but a device that is off', () => {
    const topic = 'homeassistant/binary_sensor/kitchen_smoke/state'
    expect(statestream.source?.(topic)).toBe('kitchen_smoke')
    expect(read(topic, 'on').signals).toMatchObject([{ signal: 'smoke', level: true }])
    expect(read(topic, 'unavailable')).toMatchObject({
      readings: [],
      signals: [],
      clears: [],
      statuses: [{ online: false }],
    })
  })

  test('attributes teach the unit, once', () => {
    memory.clear()
    const of = (what: string) => `homeassistant/sensor/stove_temperature/${what}`
    expect(read(of('unit_of_measurement'), '"°F"').learned).toHaveLength(1)
    expect(read(of('unit_of_measurement'), '"°F"').learned).toEqual([])
    expect(values(read(of('state'), '212'))).toEqual([['temperature', 100]])
  })

  test('a class that is told makes a flag of a name that says nothing', () => {
    memory.clear()
    read('homeassistant/binary_sensor/xyz/device_class', '"moisture"')
    expect(read('homeassistant/binary_sensor/xyz/state', 'on').signals).toMatchObject([{ signal: 'water_leak' }])
  })
})

describe('discovery', () => {
  test('announces the device by the name that its states have', () => {
    const [z2m, node] = frames.map(({ topic, payload }) => read(topic, String(payload)).announced[0])
    expect(z2m).toMatchObject({ model: 'Tuya Door sensor', place: 'Front door' })
    expect(z2m?.source).toBe(codecOf('zigbee2mqtt/Front door')?.source?.('zigbee2mqtt/Front door'))
    expect(node).toEqual({ source: 'bath-radar', category: 'home_monitor', model: 'Seeed MR60FDA2', place: 'Bath' })
  })

  test('by its identifier where its states are of no format that is known', () => {
    const config = { state_topic: 'a/b/c', device: { identifiers: ['A4:C1:38:00:11:22'] } }
    expect(read('homeassistant/sensor/x/config', JSON.stringify(config)).announced).toMatchObject([
      { source: 'a4c138001122' },
    ])
  })
})
