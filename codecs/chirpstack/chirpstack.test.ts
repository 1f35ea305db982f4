import protobuf from 'protobufjs/minimal.js'
import { describe, expect, test } from 'vitest'
import { codecOf } from '../codecs.ts'
import { chirpstack } from './chirpstack.ts'
import { protoUplink } from './frames.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)
const eui = '24e124535b310001'
const topicOf = (event: string) => `application/a/device/${eui}/event/${event}`
const base = { deduplicationId: 'one', time: '2026-11-22T08:15:30.250123456+00:00' }
const device = (profile = 'Milesight WS301') => ({ deviceInfo: { devEui: eui, deviceProfileName: profile } })

const decode = (topic: string, payload: Uint8Array | string) =>
  chirpstack.decode(topic, Buffer.from(payload as Uint8Array), { receivedAt })
const event = (kind: string, value: Record<string, unknown>, topic = topicOf(kind)) =>
  decode(topic, JSON.stringify({ ...base, ...device(), ...value }))
const values = ({ readings }: ReturnType<typeof decode>) =>
  Object.fromEntries(readings.map(({ metric, value }) => [metric, value]))
const warned = ({ warnings }: ReturnType<typeof decode>) => warnings.map(({ code }) => code)

describe('uplinks', () => {
  test("bytes by the profile's name, at the network's time to the millisecond, heard best", () => {
    const decoded = event('up', { fPort: 85, data: 'AXVkAwAB', rxInfo: [{ rssi: -97 }, { rssi: -61 }, {}] })
    expect(values(decoded)).toEqual({ battery: 100, door_open: 1, rssi: -61 })
    expect(decoded.readings.every(({ at, source }) => at === receivedAt - 750 && source === undefined)).toBe(true)
    expect([decoded.refusals, decoded.warnings]).toEqual([[], []])
  })

  test("the gateway's place is nobody's", () => {
    const decoded = event('up', {
      object: { humidity: 40 },
      rxInfo: [{ rssi: -9, location: { latitude: 50.7, longitude: 8.5 } }],
    })
    expect(values(decoded)).toEqual({ humidity: 40, rssi: -9 })
  })

  test('a tag names the model where the profile does not', () => {
    const deviceInfo = { devEui: eui, deviceProfileName: 'door', tags: { model: 'TBPB100' } }
    const { signals } = event('up', { deviceInfo, fPort: 147, data: 'Af43AAAEAAA=' })
    expect(signals).toMatchObject([{ signal: 'sos', key: { id: 'one' } }])
  })

  test('what proto3 leaves out may be missing, and what newer releases write may be there', () => {
    expect(event('up', { deduplicationId: undefined, confirmed: false }).refusals).toEqual([])
    expect(event('up', {}).readings).toEqual([])
  })

  test('two presses have two keys, a copy has the same', () => {
    const key = (id: string) =>
      event('up', { deduplicationId: id, object: { sos: true } }).signals.map((signal) => signal.key?.id)
    expect(key('one')).toEqual(key('one'))
    expect(key('one')).not.toEqual(key('two'))
  })

  test('a time far ahead is not believed', () => {
    const decoded = event('up', { time: '2031-01-01T00:00:00Z', object: { sos: true, humidity: 40 } })
    expect(decoded.signals[0]?.at).toBeUndefined()
    expect(decoded.readings[0]?.at).toBe(receivedAt)
    expect(warned(decoded)).toContain('clock_untrusted')
  })
})

describe('other events', () => {
  test('a status is a battery; none where it is on mains or does not know; 0 is left out by proto3', () => {
    expect(values(event('status', { margin: 10, batteryLevel: 75.5 }))).toEqual({ battery: 75.5 })
    expect(values(event('status', { margin: 10 }))).toEqual({ battery: 0 })
    expect(values(event('status', { externalPowerSource: true }))).toEqual({ charging: 1 })
    expect(warned(event('status', { batteryLevelUnavailable: true }))).toEqual(['no_reading'])
  })

  test('a join announces the device; a place that the network found is its own', () => {
    const joined = event('join', { devAddr: '01' })
    expect(joined.announced).toEqual([{ source: eui, model: 'Milesight WS301' }])
    expect(joined.statuses).toEqual([{ online: true }])
    expect(values(event('location', { location: { latitude: 37.3, longitude: -8.8, accuracy: 50 } }))).toEqual({
      latitude: 37.3,
      longitude: -8.8,
      position_accuracy: 50,
    })
    expect(warned(event('location', { location: {} }))).toEqual(['no_reading'])
  })

  test('the rest is taken and says nothing; an error of the network is a fault', () => {
    for (const kind of ['ack', 'txack', 'integration']) {
      const { readings, signals, refusals } = event(kind, { object: { sos: true } })
      expect([readings, signals, refusals]).toEqual([[], [], []])
    }
    expect(warned(event('log', { level: 'ERROR', code: 'UPLINK_MIC' }))).toEqual(['device_fault'])
    expect(warned(event('log', { level: 'INFO', code: 'OTAA' }))).toEqual([])
    expect(event('nonsense', {}, topicOf('nonsense')).refusals).toHaveLength(1)
  })
})

describe('who it is', () => {
  test('the topic names the device; another one in the body is a warning', () => {
    expect(chirpstack.source?.(topicOf('up').toUpperCase().replace('APPLICATION', 'application'))).toBe(eui)
    expect(warned(event('up', { deviceInfo: { devEui: '0000000000000001' }, object: {} }))).toEqual([
      'identity_conflict',
    ])
  })

  test('over HTTP the body names it, with the event in the path or by its fields', () => {
    for (const topic of ['push/chirpstack/up', 'push/chirpstack']) {
      expect(codecOf(topic)).toBe(chirpstack)
      const { signals, readings } = event('up', { object: { sos: true, humidity: 40 } }, topic)
      expect([...signals, ...readings].map(({ source }) => source)).toEqual([eui, eui])
      expect(chirpstack.urgent(topic, Buffer.from('{"object":{"sos":true}}'))).toBe(true)
    }
    expect(event('status', { margin: 3 }, 'push/chirpstack').readings).toMatchObject([
      { metric: 'battery', source: eui },
    ])
    expect(event('up', { deviceInfo: {}, object: { humidity: 4 } }, 'push/chirpstack/up').refusals).toHaveLength(1)
  })
})

describe('protocol buffers', () => {
  test('an uplink as in JSON', () => {
    const decoded = decode(topicOf('up'), protoUplink('EM300-MCS', 85, '01755c060001'))
    expect(values(decoded)).toEqual({ battery: 92, door_open: 1, rssi: -97 })
    expect(decoded.refusals).toEqual([])
  })

  test('a time, an object, tags, and what is not known between them', () => {
    const text = (value: string) => protobuf.Writer.create().uint32(26).string(value).finish()
    const pair = protobuf.Writer.create().uint32(10).string('ALARM_status').uint32(18).bytes(text('TRUE')).finish()
    const tag = protobuf.Writer.create().uint32(10).string('model').uint32(18).string('LGT-92').finish()
    const info = protobuf.Writer.create().uint32(66).string(eui).uint32(74).bytes(tag).finish()
    const time = protobuf.Writer.create().uint32(8).int64(1_795_335_330).uint32(16).int32(250_000_000).finish()
    const object = protobuf.Writer.create().uint32(10).bytes(pair).finish()
    const whole = protobuf.Writer.create().uint32(10).string('x').uint32(18).bytes(time).uint32(26).bytes(info)
    const bytes = whole
      .uint32(99 << 3)
      .uint32(7)
      .uint32(90)
      .bytes(object)
      .finish()
    const { signals } = decode(topicOf('up'), bytes)
    expect(signals).toMatchObject([{ signal: 'sos', at: 1_795_335_330_250, key: { id: 'x' } }])
  })

  test('a status with a level in five bytes, and with none', () => {
    const info = protobuf.Writer.create().uint32(66).string(eui).finish()
    const status = (rest: (writer: protobuf.Writer) => protobuf.Writer) =>
      rest(protobuf.Writer.create().uint32(26).bytes(info)).finish()
    expect(
      values(
        decode(
          topicOf('status'),
          status((writer) => writer.uint32(69).float(50)),
        ),
      ),
    ).toEqual({ battery: 50 })
    expect(
      values(
        decode(
          topicOf('status'),
          status((writer) => writer.uint32(48).bool(true)),
        ),
      ),
    ).toEqual({ charging: 1 })
  })

  test('an SOS before a broken end is heard, and the message is refused', () => {
    const whole = protoUplink('Browan TBPB100', 147, '01fe37')
    const { signals, refusals } = decode(topicOf('up'), whole.subarray(0, whole.length - 4))
    expect(signals).toMatchObject([{ signal: 'sos', malformed: true }])
    expect(refusals.map(({ code }) => code)).toEqual(['payload_invalid'])
  })

  test('telemetry is not urgent for its NUL bytes, an SOS is', () => {
    expect(chirpstack.urgent(topicOf('up'), protoUplink('EM300-MCS', 85, '060001'))).toBe(false)
    expect(chirpstack.urgent(topicOf('up'), protoUplink('TBPB100', 147, '01fe37'))).toBe(true)
    expect(chirpstack.urgent(topicOf('status'), protoUplink('TBPB100', 147, '01fe37'))).toBe(false)
  })
})

describe('broken', () => {
  test.each([
    '{"object":{"eventType":"SOS_MODE_START"',
    '{"object":{"ALARM_status":"TRUE"}}}',
    '{"fPort":147,"data":"Af43AAAEAAA=","deviceInfo":{"deviceProfileName":"TBPB100"',
  ])('%s is an SOS all the same', (text) => {
    const { signals, refusals } = decode(topicOf('up'), text)
    expect(signals).toMatchObject([{ signal: 'sos', malformed: true }])
    expect(refusals).toHaveLength(1)
    expect(chirpstack.urgent(topicOf('up'), Buffer.from(text))).toBe(true)
  })

  test('a press of a button is one, and a fall that is over is none', () => {
    expect(decode(topicOf('up'), '{"button_event":{"status":"long press"').signals).toMatchObject([{ press: 'long' }])
    expect(decode(topicOf('up'), '{"alarm_type":"fall","alarm_status":"alarm resolved"').signals).toEqual([])
    expect(decode(topicOf('up'), '{"alarm_type":"fall","alarm_status":"alarm triggered"').signals).toHaveLength(1)
    expect(decode(topicOf('up'), '{"ALARM_status":"FALSE"').signals).toEqual([])
  })
})
