import { describe, expect, test } from 'vitest'
import { partitionOf } from '../domain/ids.ts'
import { limits } from '../domain/limits.ts'
import { type Arrival, admit } from './admission.ts'
import type { DevicePrincipal, Principal } from './identity/principal.ts'

const payload = Buffer.from('{"action":"emergency"}')
const arrival = (topic: string, more: Partial<Arrival> = {}): Arrival => ({
  topic,
  payload,
  retained: false,
  receivedAt: 1,
  ...more,
})
const gateway: DevicePrincipal = { kind: 'device', id: 'gw', partition: 7, children: new Map([['bed', 9]]) }
const alone: DevicePrincipal = { kind: 'device', id: 'radar', partition: 5 }
const record = (principal: Principal, topic: string, more: Partial<Arrival> = {}) =>
  admit(principal, arrival(topic, more)).record

describe('whose a message of another format is', () => {
  test.each<[string, Principal, string, string | undefined, number]>([
    ['a registered child, by its name', gateway, 'zigbee2mqtt/bed', 'bed', 9],
    ['a child that nobody registered, where its gateway is', gateway, 'zigbee2mqtt/hall', 'gw:hall', 7],
    ['the gateway itself, where the topic names nobody', gateway, 'zigbee2mqtt/bridge/state', 'gw', 7],
    ['a device that speaks for itself', alone, 'any-node/binary_sensor/fall/state', 'radar', 5],
    ['a child of one that is no gateway in the registry', alone, 'zigbee2mqtt/bed', 'radar:bed', 5],
    ['what an administrator names', { kind: 'administrator' }, 'zigbee2mqtt/bed', 'bed', partitionOf('bed')],
    [
      "a vendor's own device",
      { kind: 'vendor', id: 'v', children: new Map([['bed', 3]]) },
      'zigbee2mqtt/bed',
      'bed',
      3,
    ],
  ])('%s', (_, principal, topic, device, partition) => {
    expect(record(principal, topic)).toMatchObject({ device, partition, refused: undefined })
  })

  test("nobody speaks for another's device: a vendor's stranger is foreign, a Vigil topic of another too", () => {
    const vendor: Principal = { kind: 'vendor', id: 'v', children: new Map() }
    expect(record(vendor, 'zigbee2mqtt/bed').refused).toBe('topic_foreign')
    expect(record(alone, 'vigil/v1/bed/signals').refused).toBe('topic_foreign')
    expect(record(gateway, 'vigil/v1/gw:hall/signals').refused).toBe('topic_foreign')
    expect(record({ kind: 'integration', id: 'i', area: null }, 'zigbee2mqtt/bed').refused).toBe('topic_foreign')
  })

  test('what no format takes is refused and kept', () => {
    expect(record(gateway, 'what/ever')).toMatchObject({ refused: 'topic_unknown', device: 'gw' })
  })
})

describe('the retain flag', () => {
  test('may mean an old message only while a line is young; later it says how a message is to be kept', () => {
    expect(record(gateway, 'zigbee2mqtt/bed', { retained: true }).retained).toBe(true)
    expect(record(gateway, 'zigbee2mqtt/bed', { retained: true, lineMs: limits.retainedOldMs }).retained).toBe(false)
  })

  test("a device's status is kept for those who come later, however old the line", () => {
    const status = arrival('vigil/v1/radar/status', { retained: true, lineMs: 1e9 })
    expect(admit(alone, status).passOn).toBe('retained')
  })
})
