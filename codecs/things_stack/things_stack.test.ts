import { describe, expect, test } from 'vitest'
import { codecOf } from '../codecs.ts'
import { thingsStack } from './things_stack.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)
const topic = 'v3/care@ttn/devices/eui-70b3d5e000000007/up'
const ids = {
  device_id: 'eui-70b3d5e000000007',
  application_ids: { application_id: 'care' },
  dev_eui: '70B3D5E000000007',
}
const sent = '2026-11-22T08:15:30.054442349Z'

const decode = (value: unknown, on = topic) =>
  thingsStack.decode(on, Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), { receivedAt })
const up = (message: Record<string, unknown>, beside: Record<string, unknown> = {}, on = topic) =>
  decode({ end_device_ids: ids, uplink_message: { received_at: sent, ...message }, ...beside }, on)
const values = ({ readings }: ReturnType<typeof decode>) =>
  Object.fromEntries(readings.map(({ metric, value }) => [metric, value]))
const warned = ({ warnings }: ReturnType<typeof decode>) => warnings.map(({ code }) => code)
const sos = { decoded_payload: { sos: true } }

describe('uplinks', () => {
  test('the least that is legal counts at its receipt', () => {
    const decoded = decode({
      end_device_ids: { device_id: 'eui-70b3d5e000000007' },
      uplink_message: { decoded_payload: { hum: 40 } },
    })
    expect(decoded.readings).toMatchObject([{ metric: 'humidity', value: 40, at: receivedAt }])
    expect([decoded.refusals, decoded.warnings]).toEqual([[], []])
  })

  test("the network's time counts, not the application server's; bytes by version_ids", () => {
    const message = {
      f_port: 100,
      frm_payload: 'Acs1AACKOgA=',
      version_ids: { brand_id: 'browan', model_id: 'tbdw100' },
    }
    const decoded = up(message, { received_at: '2026-11-22T08:15:30.900Z' })
    expect(values(decoded)).toEqual({ door_open: 1, battery_voltage: 3.6, device_temperature: 21 })
    expect(decoded.readings[0]?.at).toBe(Date.UTC(2026, 10, 22, 8, 15, 30, 54))
  })

  test('the battery that the network asked for, the best gateway, no place of a gateway', () => {
    const message = {
      rx_metadata: [{ rssi: -101, location: { latitude: 1, longitude: 2 } }, { rssi: -58 }],
      last_battery_percentage: { f_cnt: 3, value: 87.4, received_at: '2026-11-21T08:00:00Z' },
      locations: { user: { latitude: 1, longitude: 2, source: 'SOURCE_REGISTRY' } },
    }
    const decoded = up({ ...message, ...sos })
    expect(values(decoded)).toEqual({ rssi: -58, battery: 87.4 })
    expect(decoded.readings.find(({ metric }) => metric === 'battery')?.at).toBe(Date.UTC(2026, 10, 21, 8))
    expect(decoded.signals[0]?.position).toBeUndefined()
  })

  test('a place from the device itself', () => {
    const locations = { 'frm-payload': { latitude: 37.4, longitude: -122, source: 'SOURCE_GPS' } }
    expect(values(up({ locations }))).toEqual({ latitude: 37.4, longitude: -122 })
  })

  test('normalized measurements tell what nothing else told, also on their own topic', () => {
    const normalized_payload = [
      {
        air: { temperature: 20.5, relativeHumidity: 40 },
        action: { contactState: 'open' },
        battery: 3.1,
        water: { leak: true },
      },
    ]
    const both = up({ decoded_payload: { temperature: 19 }, normalized_payload })
    expect(values(both)).toEqual({ temperature: 19, humidity: 40, door_open: 1, battery_voltage: 3.1, water_leak: 1 })
    expect(both.signals.map(({ signal }) => signal)).toEqual(['water_leak'])
    const apart = decode(
      { end_device_ids: ids, uplink_normalized: { normalized_payload: normalized_payload[0] } },
      `${topic}/normalized`,
    )
    expect(values(apart)).toMatchObject({ temperature: 20.5 })
  })

  test('what was simulated at the console is a test', () => {
    expect(up(sos, { simulated: true }).signals).toMatchObject([{ signal: 'sos', test: true }])
    expect(up(sos).signals[0]?.test).toBeUndefined()
  })
})

describe('repeats', () => {
  const key = (message: Record<string, unknown>) => up({ ...sos, ...message }).signals[0]?.key?.id
  test('the same session and counter are the same press, whenever the network server says that it came', () => {
    const one = key({ session_key_id: 'AY', f_cnt: 9 })
    expect(key({ session_key_id: 'AY', f_cnt: 9, received_at: '2026-11-22T08:15:30.9Z' })).toBe(one)
    expect(key({ session_key_id: 'AY', f_cnt: 10 })).not.toBe(one)
    expect(key({ session_key_id: 'AZ', f_cnt: 9 })).not.toBe(one)
  })
  test('without a counter, or without a session, the time tells presses apart', () => {
    const uncounted = (received_at?: string) => key({ session_key_id: 'AY', received_at })
    expect(uncounted('2026-11-22T08:14:00Z')).toBe(uncounted('2026-11-22T08:14:00Z'))
    expect(uncounted('2026-11-22T08:14:00Z')).not.toBe(uncounted('2026-11-22T08:15:00Z'))
    expect(uncounted()).toBeUndefined()
    expect(key({ f_cnt: 1 })).not.toBe(key({ f_cnt: 1, received_at: '2026-11-22T08:14:00Z' }))
    expect(key({})).toBeUndefined()
  })
})

describe('other messages', () => {
  test('a join announces the device', () => {
    const { statuses, announced } = decode({ end_device_ids: ids, join_accept: { session_key_id: 'AY' } })
    expect([statuses, announced]).toEqual([[{ online: true }], [{ source: '70b3d5e000000007' }]])
  })
  test('a place that the network found', () => {
    const location_solved = { location: { latitude: 39.6, longitude: 106.7, accuracy: 90 } }
    const decoded = decode({ end_device_ids: ids, location_solved }, topic.replace(/up$/, 'location/solved'))
    expect(values(decoded)).toEqual({ latitude: 39.6, longitude: 106.7, position_accuracy: 90 })
  })
  test.each(['down/ack', 'down/sent', 'down/queued', 'service/data'])('%s carries nothing', (kind) => {
    const on = topic.replace(/up$/, kind)
    expect(codecOf(on)).toBe(thingsStack)
    const decoded = decode({ end_device_ids: ids, downlink_x: { decoded_payload: { sos: true } } }, on)
    expect([decoded.refusals, decoded.signals, decoded.readings]).toEqual([[], [], []])
    expect(thingsStack.urgent(on, Buffer.from('{"sos":true}'))).toBe(false)
  })
  test('anything else is refused', () => expect(decode({ end_device_ids: ids, what: {} }).refusals).toHaveLength(1))
})

describe('who it is', () => {
  test('the topic names the device, and an EUI is the same however it is written', () => {
    expect(thingsStack.source?.(topic)).toBe('70b3d5e000000007')
    expect(warned(up(sos, { end_device_ids: { device_id: 'another' } }))).toEqual(['identity_conflict'])
  })
  test('a webhook has it in its body', () => {
    const pushed = up(sos, {}, 'push/things_stack/up')
    expect(pushed.signals).toMatchObject([{ signal: 'sos', source: '70b3d5e000000007' }])
    expect(thingsStack.urgent('push/things_stack/up', Buffer.from(JSON.stringify({ uplink_message: sos })))).toBe(true)
    expect(up({}, { end_device_ids: {} }, 'push/things_stack/up').refusals).toHaveLength(1)
  })
})

describe('broken', () => {
  test.each(['{"uplink_message":{"decoded_payload":{"eventType":"SOS_MODE_START"', '{"x":{"ALARM_status":"TRUE"}}'])(
    '%s is an SOS all the same',
    (text) => {
      const { signals, refusals } = decode(text)
      expect(signals).toMatchObject([{ signal: 'sos', malformed: true }])
      expect(refusals.length).toBeGreaterThan(0)
      expect(thingsStack.urgent(topic, Buffer.from(text))).toBe(true)
    },
  )
  test('telemetry is not urgent', () => {
    const plain = { end_device_ids: ids, uplink_message: { decoded_payload: { hum: 40 } } }
    expect(thingsStack.urgent(topic, Buffer.from(JSON.stringify(plain)))).toBe(false)
  })
})
