import { describe, expect, test } from 'vitest'
import { type Decoded, nothingDecoded } from '../../domain/message.ts'
import { models } from './models.ts'
import { takeUplink, type Uplink } from './uplink.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)
const at = receivedAt - 2_000

function take(uplink: Partial<Uplink>): Decoded {
  const decoded = nothingDecoded()
  const nothing = { port: undefined, bytes: Buffer.alloc(0), object: undefined, hints: [], source: undefined }
  takeUplink(decoded, { ...nothing, at, key: { id: 'k', withinMs: 1 }, ...uplink }, { receivedAt })
  return decoded
}
const bytes = (name: string, port: number, hex: string) => take({ hints: [name], port, bytes: Buffer.from(hex, 'hex') })
const object = (value: Record<string, unknown>) => take({ object: value })
const values = ({ readings }: Decoded) => Object.fromEntries(readings.map(({ metric, value }) => [metric, value]))
const said = ({ signals, clears }: Decoded) => [
  ...signals.map(({ signal, press }) => (press ? `${signal} ${press}` : signal)),
  ...clears.map(({ signal }) => `no ${signal}`),
]
const warned = ({ warnings }: Decoded) => warnings.map(({ code }) => code)

describe('which model', () => {
  test('the same bytes are an open door at one and motion at another', () => {
    expect(values(bytes('Milesight WS301', 85, '030001'))).toEqual({ door_open: 1 })
    expect(values(bytes('Milesight WS202', 85, '030001'))).toEqual({ motion: 1 })
    expect(values(bytes('vs-370', 85, '030001'))).toEqual({ presence: 1 })
  })

  test('bytes of a model that is not known are not guessed, but kept', () => {
    const decoded = bytes('Test device-profile', 85, 'ff2e01')
    expect([decoded.signals, decoded.readings]).toEqual([[], []])
    expect(warned(decoded)).toEqual(['profile_unknown'])
    expect(decoded.refusals).toHaveLength(1)
  })

  test('an object is read without a model; what the bytes tell comes first', () => {
    const known = { hints: ['WS101'], bytes: Buffer.from('017510ff2e02', 'hex') }
    expect(values(take({ ...known, object: { battery: 99, temperature: 20 } }))).toEqual({
      battery: 16,
      button: 4,
      temperature: 20,
    })
    expect(said(take({ ...known, object: { button_event: { status: 'long press' } } }))).toEqual(['sos long'])
    expect(take({ object: { temperature: 20 }, bytes: Buffer.from('00', 'hex') }).refusals).toEqual([])
  })

  test('Browan objects are told apart by their ports; another port says nothing', () => {
    const wet = { object: { status: 1, battery: 3.6, humidity: 40 }, bytes: Buffer.from('110b362836', 'hex') }
    expect(said(take({ ...wet, port: 106 }))).toEqual(['water_leak'])
    expect(said(take({ ...wet, port: 7 }))).toEqual([])
  })

  test('a model on another port than its own is a warning, no guess', () => {
    const decoded = bytes('Dragino TrackerD', 99, '015a706606cf3cf84fa23001ae00da')
    expect(warned(decoded)).toEqual(['field_broken'])
    expect(said(decoded)).toEqual([])
  })

  test.each(models)(
    '$model: names are plain, no other model answers to them, no bytes make it throw',
    ({ names, decode }) => {
      for (const name of names) {
        expect(name).toMatch(/^[a-z0-9]{5,}$/)
        expect(models.filter((one) => one.names.some((other) => name.includes(other)))).toHaveLength(1)
      }
      for (let length = 0; length < 40; length++)
        for (const port of [undefined, 0, 2, 3, 4, 5, 6, 7, 8, 10, 17, 19, 85, 100, 102, 106, 147])
          for (const byte of [0, 1, 3, 4, 5, 0x20, 0x7f, 0xff]) decode(port, Buffer.alloc(length, byte), 0)
    },
  )
})

describe('bounds', () => {
  test('more bytes than a frame can have are refused, and an object of thousands of values is read in part', () => {
    const long = bytes('WS101', 85, 'ff2e01'.repeat(86))
    expect([long.signals, long.refusals.length]).toEqual([[], 1])
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`a${i}`, { sos: true }]))
    const { signals } = object({ sos: true, ...many })
    expect(signals.length).toBeGreaterThan(0)
    expect(signals.length).toBeLessThan(700)
  })
})

describe('Milesight', () => {
  test.each([
    ['01', 'single', 1],
    ['02', 'long', 4],
    ['03', 'double', 2],
  ])('WS101 ff2e%s is a %s press, an SOS only where it is set up so', (byte, how, button) => {
    const decoded = bytes('WS101', 85, `017564ff2e${byte}`)
    expect(said(decoded)).toEqual([`sos ${how}`])
    expect(values(decoded)).toEqual({ battery: 100, button })
    expect(decoded.signals[0]).toMatchObject({ at, key: { id: 'k' } })
  })

  test('a press behind a channel that nobody knows is heard', () => {
    expect(bytes('WS101', 85, '7711aabbff2e01').signals).toMatchObject([{ press: 'single', malformed: true }])
    expect(said(bytes('WS101', 85, '7711aabbff2e09'))).toEqual([])
  })

  test('a memory is stored at its own time and is never new', () => {
    const seconds = at / 1_000 - 86_400
    const stamp = Buffer.alloc(4)
    stamp.writeUInt32LE(seconds)
    const door = bytes('EM300-MCS', 85, `20ce${stamp.toString('hex')}10015d01`)
    expect(door.readings).toMatchObject([
      { metric: 'temperature', value: 27.2, at: seconds * 1_000 },
      { metric: 'humidity', value: 46.5 },
      { metric: 'door_open', value: 1, at: seconds * 1_000 },
    ])
    const fall = bytes('VS373', 85, `20ce${stamp.toString('hex')}0100000100`)
    expect(fall.signals).toMatchObject([{ signal: 'fall', historical: true, at: seconds * 1_000 }])
    const leak = bytes('EM300-ZLD', 85, `20ce${stamp.toString('hex')}10015d00`)
    expect([leak.signals, leak.clears]).toEqual([[], []])
    expect(warned(leak)).toEqual(['historical'])
  })

  test('two records of a memory have two keys', () => {
    const decoded = bytes('VS373', 85, '20ce00e0156a0100000100' + '20ce10e0156a0200000100')
    expect(new Set(decoded.signals.map(({ key }) => key?.id)).size).toBe(2)
  })

  test.each([
    [0, 'fall'],
    [1, 'inactivity'],
    [2, 'inactivity'],
    [6, 'vital_sign'],
    [7, 'vital_sign'],
  ])('VS373 alarm type %i is %s; resolved and ignored end it', (type, kind) => {
    const frame = (status: number) => bytes('VS373', 85, `06fb07000${type}0${status}00`)
    expect(said(frame(1))).toEqual([kind])
    expect(frame(1).signals[0]?.level).toBeUndefined()
    expect(said(frame(2))).toEqual([`no ${kind}`])
    expect(said(frame(3))).toEqual([`no ${kind}`])
    expect(frame(4).signals).toMatchObject([{ level: true }])
    expect(warned(frame(9))).toEqual(['value_unknown'])
  })

  test('VS373 out of bed, occupied, vacant and lying are no alarms', () => {
    expect(values(bytes('VS373', 85, '06fb0700030101'))).toEqual({ in_bed: 0 })
    expect(values(bytes('VS373', 85, '06fb0700040100'))).toEqual({ presence: 1 })
    expect(values(bytes('VS373', 85, '06fb0700050100'))).toEqual({ presence: 0 })
    expect(said(bytes('VS373', 85, '06fb0700080100'))).toEqual([])
  })

  test('VS373 regions have one polarity up to 1.0.1 and the other from 1.0.2', () => {
    expect(values(bytes('VS373', 85, '04f901010101'))).toEqual({ presence: 0 })
    expect(values(bytes('VS373', 85, '04f901000101'))).toEqual({ presence: 1 })
    expect(values(bytes('VS373', 85, '0ab30400000000'))).toEqual({ presence: 0 })
    expect(values(bytes('VS373', 85, '0ab30402000000'))).toEqual({ presence: 1 })
    // what it says of all of the room counts
    expect(values(bytes('VS373', 85, '03f801001000200004f901000100')).presence).toBe(0)
  })

  test('VS373 both generations tell who lies in bed and who fell', () => {
    expect(values(bytes('VS373', 85, '07b00200100000200000'))).toEqual({ presence: 1, in_bed: 1 })
    expect(said(bytes('VS373', 85, '03f804001000'.padEnd(16, '0')))).toEqual(['fall'])
    expect(said(bytes('VS373', 85, '07b00100100000200000'))).toEqual(['no fall'])
    expect(values(bytes('VS373', 85, '08b1004006'))).toEqual({ respiration_rate: 16 })
    expect(warned(bytes('VS373', 85, '08b1030000'))).toEqual(['no_reading'])
  })

  test('GS101 gas calls and ends; a sensor that fails proves nothing', () => {
    expect(said(bytes('GS101', 85, '058e01'))).toEqual(['gas'])
    expect(said(bytes('GS101', 85, '058e00'))).toEqual(['no gas'])
    expect(warned(bytes('GS101', 85, 'ff3f02'))).toEqual(['device_fault'])
    expect(warned(bytes('GS101', 85, 'ff3f03'))).toEqual([])
  })
})

describe('Browan, Netvox', () => {
  test('each on its port: pendant, motion, door, leak', () => {
    expect(said(bytes('TBPB100', 147, '01fe37'))).toEqual(['sos'])
    expect(said(bytes('TBPB100', 147, '00fe37'))).toEqual([])
    expect(values(bytes('TBPB100', 147, '00fe37'))).toEqual({ battery_voltage: 3.9, device_temperature: 23 })
    expect(values(bytes('TBMS100', 102, '010b350000000000')).motion).toBe(1)
    expect(values(bytes('TBDW100', 100, '01cb3500008a3a00')).door_open).toBe(1)
    expect(said(bytes('TBWL100', 106, '000b362836'))).toEqual(['no water_leak'])
    expect(warned(bytes('TBWL100', 106, '0000000000'))).toEqual(['no_reading'])
  })

  test('R312A: an alarm, a low battery, and a version that is neither', () => {
    expect(said(bytes('Netvox R312A', 6, '014d011e01000000000000'))).toEqual(['sos'])
    expect(values(bytes('Netvox R312A', 6, '014d019900000000000000'))).toEqual({ battery_voltage: 2.5, battery_low: 1 })
    expect(said(bytes('Netvox R312A', 6, '014d00640b201907180000'))).toEqual([])
    expect(said(bytes('Netvox R312A', 6, '014d006401201907180000'))).toEqual([])
    // another device of the vendor on the same port
    expect(warned(bytes('Netvox R312A', 6, '0102011e01000000000000'))).toEqual(['field_broken'])
  })
})

describe('Dragino', () => {
  test('the alarm is a bit beside the battery, and a state', () => {
    const called = bytes('TrackerD', 2, '015a706606cf3cf84fa23001ae00da')
    expect(called.signals).toMatchObject([{ signal: 'sos', level: true, position: { lat: 22.70423, lon: 114.244856 } }])
    expect(values(called)).toMatchObject({ battery_voltage: 4.002, humidity: 43, temperature: 21.8 })
    expect(said(bytes('TrackerD', 7, '0fa230'))).toEqual(['no sos'])
    expect(said(bytes('LGT-92', 2, '015a785406cf33d84d2060004b019000'))).toEqual(['sos'])
  })

  test('0/0 is no fix; a place of the memory is at its own time', () => {
    expect(warned(bytes('TrackerD', 3, '00000000000000000fa230'))).toEqual(['no_reading'])
    const old = bytes('TrackerD', 4, '015a706606cf3cf807ea0b1507000a')
    expect(old.readings[0]).toMatchObject({ metric: 'latitude', at: Date.UTC(2026, 10, 21, 7, 0, 10) })
  })

  test('the word ALARM_status says FALSE, which is no alarm', () => {
    expect(said(object({ ALARM_status: 'FALSE' }))).toEqual(['no sos'])
    expect(said(object({ ALARM_status: 'TRUE' }))).toEqual(['sos'])
  })

  test('a contact tells by its third byte of what it is', () => {
    expect(values(bytes('LDS02', 10, '8b8801')).door_open).toBe(1)
    expect(said(bytes('LWL02', 10, '4b8802'))).toEqual(['water_leak'])
    expect(values(bytes('LWL02', 10, '0b8802'))).toMatchObject({ water_leak: 0, battery_voltage: 2.952 })
  })
})

describe('Abeeway', () => {
  test('the event begins an SOS though the bit is still 0; the bit tells it later, and ends nothing', () => {
    expect(said(bytes('Abeeway badge', 17, '0a00f9860007'))).toEqual(['sos'])
    expect(said(bytes('Abeeway badge', 17, '0a00f9860008'))).toEqual(['no sos'])
    expect(said(bytes('Abeeway badge', 17, '0a1064860001'))).toEqual(['sos'])
    expect(said(bytes('Abeeway badge', 17, '0a0064860001'))).toEqual([])
    expect(said(object({ eventType: 'SOS_MODE_START', sosFlag: 0 }))).toEqual(['sos'])
    expect(said(object({ eventType: 'MOTION_START', sosFlag: 0 }))).toEqual([])
  })

  test('a battery of 193 is no percentage, and 0 is charging', () => {
    const place = bytes('Abeeway AT2', 18, '036ac18900001d28b901603702')
    expect(values(place)).toMatchObject({ latitude: 48.9208064, position_accuracy: 7.84, temperature: 25.3 })
    expect(values(place).battery).toBeUndefined()
    expect(warned(place)).toEqual(['value_unknown'])
    expect(values(bytes('Abeeway AT2', 17, '0500008600'))).toMatchObject({ charging: 1 })
    expect(values(object({ batteryLevel: 193 }))).toEqual({})
  })

  test('AT3: on, off, lasting, from the memory', () => {
    expect(said(bytes('Abeeway AT3', 19, '4900888210'))).toEqual(['sos'])
    expect(said(bytes('Abeeway AT3', 19, '0900888211'))).toEqual(['no sos'])
    expect(said(bytes('Abeeway AT3', 199, '505e0c248a00000119ff3ff20436458000a10000000a1765'))).toEqual(['sos'])
    const old = Math.floor(at / 1_000) - 3_600
    const stored = bytes('Abeeway AT3', 19, `49de${old.toString(16)}10`)
    expect(stored.signals).toMatchObject([{ signal: 'sos', historical: true, at: old * 1_000 }])
    expect(said(object({ header: { sos: true }, notification: { notificationType: 'SOS_ON' } }))).toEqual([
      'sos',
      'sos',
    ])
    expect(said(object({ header: { sos: false } }))).toEqual([])
  })
})

describe('objects', () => {
  test('batteries in all units', () => {
    expect(values(object({ battery: 80 }))).toEqual({ battery: 80 })
    expect(values(object({ battery: 3.9 }))).toEqual({ battery_voltage: 3.9 })
    expect(values(object({ battery: 3318 }))).toEqual({ battery_voltage: 3.318 })
    expect(values(object({ volt: 3.318 }))).toEqual({ battery_voltage: 3.318 })
    expect(values(object({ Bat: '3.384 V' }))).toEqual({ battery_voltage: 3.384 })
    expect(values(object({ battery: '64.00' }))).toEqual({ battery: 64 })
    expect(values(object({ header: { batteryLevel: 'CHARGING' } }))).toEqual({ charging: 1 })
    expect(warned(object({ battery: null }))).toEqual(['no_reading'])
  })

  test.each([
    [{ magnet_status: 'open' }, { door_open: 1 }],
    [{ door: 'close' }, { door_open: 0 }],
    [{ DOOR_OPEN_STATUS: 0 }, { door_open: 0 }],
    [{ pir_status: 'trigger' }, { motion: 1 }],
    [{ occupancy: 'vacant' }, { presence: 0 }],
    [{ tamper_status: 'uninstalled' }, { tamper: 1 }],
    [{ tamper_status: 'installed' }, { tamper: 0 }],
    [{ detection_status: 'in_bed' }, { presence: 1, in_bed: 1 }],
    [
      { temperature_0: 30.1, temperature_1: 9, barometer_0: 1012.9 },
      { temperature: 30.1, pressure: 1012.9 },
    ],
    [{ gps_0: { latitude: 37.7, longitude: -122.4 } }, { latitude: 37.7, longitude: -122.4 }],
    [{ soilmoisture: 0, light: 'dark', speed: 31 }, {}],
  ])('%j', (value, expected) => expect(values(object(value))).toEqual(expected))

  test('leaks and gas call and end by their words', () => {
    expect(said(object({ water_leak: 'leak' }))).toEqual(['water_leak'])
    expect(said(object({ leakage_status: 'normal' }))).toEqual(['no water_leak'])
    expect(said(object({ gas_status: 'alarm' }))).toEqual(['gas'])
    expect(said(object({ sos: 'ON' }))).toEqual(['sos'])
  })

  test("a button's word is a press; a random message id beside it changes nothing", () => {
    const pressed = (msgid: number) => object({ button_event: { status: 'long press', msgid } })
    expect(said(pressed(1))).toEqual(['sos long'])
    expect(pressed(1)).toEqual(pressed(2))
    expect(said(object({ button: 'short' }))).toEqual(['sos single'])
  })

  test('alarms and the memory of the radar', () => {
    const alarm = (status: string) => object({ events: [{ alarm_type: 'fall', alarm_status: status }] })
    expect(said(alarm('alarm triggered'))).toEqual(['fall'])
    expect(said(alarm('alarm resolved'))).toEqual(['no fall'])
    const record = { timestamp: 1_795_300_000, alarm_type: 'fall', alarm_status: 'alarm triggered' }
    expect(object({ history: [record] }).signals).toMatchObject([{ historical: true, at: 1_795_300_000_000 }])
  })

  test("a place is of the time that the device tells; a call is of the network's", () => {
    const decoded = object({ time: '2026-11-22T03:00:00Z', latitude: 39.6, longitude: 106.7, sos: true })
    expect(decoded.readings[0]?.at).toBe(Date.UTC(2026, 10, 22, 3))
    expect(decoded.signals[0]).toMatchObject({ at, position: { lat: 39.6 } })
  })
})
