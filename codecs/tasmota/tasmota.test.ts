import { describe, expect, test } from 'vitest'
import { pressNames, zones } from './fields.ts'
import { tasmota } from './tasmota.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)
const decode = (value: unknown, topic = 'tele/bridge/SENSOR', learned?: (key: string) => string | undefined) =>
  tasmota.decode(topic, Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), {
    receivedAt,
    zoneMinutes: 480,
    ...(learned && { learned }),
  })
const values = (value: unknown, topic?: string) =>
  decode(value, topic).readings.map(({ metric, value: one }) => [metric, one])
const zigbee = (fields: object, key = '0x51AB') => decode({ ZbReceived: { [key]: fields } })

describe('Tasmota', () => {
  test('is named by its topic in either order, a Zigbee device by its bridge', () => {
    expect(tasmota.source?.('tele/kitchen/SENSOR')).toBe('kitchen')
    expect(tasmota.source?.('kitchen/tele/SENSOR')).toBe('kitchen')
    expect(tasmota.source?.('tele/bridge/5ADF/SENSOR')).toBe('bridge')
    expect(tasmota.claims?.('tele/kitchen/SENSOR')).toBe(true)
    expect(tasmota.claims?.('tele/kitchen/lower')).toBe(false)
  })

  test('a last will, a state, a version', () => {
    expect(decode('Offline', 'tele/plug/LWT').statuses).toEqual([{ online: false }])
    const state = { POWER: 'ON', Wifi: { RSSI: 80, Signal: -60 } }
    expect(values(state, 'tele/plug/STATE')).toEqual([
      ['switch_on', 1],
      ['rssi', -60],
    ])
    expect(decode({ Info1: { Version: '14.2.0' } }, 'tele/plug/INFO1').statuses).toEqual([
      { online: true, firmware: '14.2.0' },
    ])
    expect(values('OFF', 'stat/plug/POWER2')).toEqual([['switch_on', 0]])
  })

  test('a time without a zone is local, and one with an offset is what it says', () => {
    const at = (Time: string) => decode({ Time, AM2301: { Humidity: 40 } }).readings[0]?.at
    expect(at('2026-11-22T16:15:30')).toBe(receivedAt - 1_000)
    expect(at('2026-11-22T09:15:30+01:00')).toBe(receivedAt - 1_000)
    expect(at('1970-01-01T00:00:07')).toBe(receivedAt)
  })

  test('wired sensors in their units; the chip is not the room', () => {
    expect(
      values({
        AM2301: { Temperature: 212, Humidity: 40 },
        BMP280: { Pressure: 750 },
        TempUnit: 'F',
        PressureUnit: 'mmHg',
      }),
    ).toEqual([
      ['temperature', 100],
      ['humidity', 40],
      ['pressure', expect.closeTo(999.92, 1)],
    ])
    expect(values({ ESP32: { Temperature: 48 } })).toEqual([['device_temperature', 48]])
    expect(values({ ENERGY: { Power: 12, Total: 3.2, Voltage: 231 } })).toEqual([
      ['power', 12],
      ['energy', 3.2],
      ['voltage', 231],
    ])
  })

  test('a switch input means nothing until somebody says what it is: no door, no signal', () => {
    expect(decode({ Switch1: 'ON' })).toMatchObject({ readings: [], signals: [], refusals: [] })
  })

  test('an action of a button or switch is a press', () => {
    const press = (value: unknown) => decode(value, 'stat/panel/RESULT').signals.map((one) => one.press)
    expect(press({ Button1: { Action: 'SINGLE' } })).toEqual(['single'])
    expect(press({ Button2: { Action: 'HOLD' } })).toEqual(['long'])
    expect(press({ Switch1: { Action: 'ON' } })).toEqual(['single'])
    expect(press({ Switch1: { Action: 'OFF' } })).toEqual([])
  })

  test('devices behind a bridge are named by IEEE address, else by name, else by short address', () => {
    const source = (fields: object, key: string) => zigbee({ LinkQuality: 1, ...fields }, key).readings[0]?.source
    expect(source({ IEEEAddr: '0x00124B00211DAEF2', Name: 'Door' }, '0x51AB')).toBe('00124b00211daef2')
    expect(source({ Device: '0x51AB', Name: 'Door' }, '0x51AB')).toBe('Door')
    expect(source({ Device: '0x51AB' }, 'Door')).toBe('Door')
    expect(source({ Device: '0x51AB' }, '0x51AB')).toBe('0x51AB')
  })

  test.each(zones.filter(({ signal }) => signal))('a zone called $name raises and ends $signal', ({ name, signal }) => {
    expect(zigbee({ [name]: 1 }).signals).toMatchObject([{ signal, level: true, source: '0x51AB' }])
    expect(zigbee({ [name]: 0 })).toMatchObject({ signals: [], clears: [{ signal }] })
    expect(tasmota.urgent('tele/b/SENSOR', Buffer.from(`{"ZbReceived":{"x":{"${name}":0}}}`))).toBe(true)
  })

  test('a contact is open at 1, and said once', () => {
    expect(
      zigbee({ ZoneStatusChange: 1, Contact: 1 }).readings.filter(({ metric }) => metric === 'door_open'),
    ).toMatchObject([{ value: 1 }])
  })

  test('raw zone bits are an alarm of the type that was told before; without one they are refused and kept', () => {
    const raw = { ZbReceived: { '0x51AB': { '0500!00': '010000FF0000' } } }
    const learnt = zigbee({ ZoneType: 42 }).learned
    expect(learnt).toEqual([{ key: 'zone:0x51AB', value: 'Water' }])
    const knowing = decode(raw, undefined, (key) => (key === 'zone:0x51AB' ? 'Water' : undefined))
    expect(knowing.signals).toMatchObject([{ signal: 'water_leak' }])
    expect(decode(raw)).toMatchObject({ signals: [], refusals: [{ code: 'payload_invalid' }] })
    expect(tasmota.urgent('tele/b/SENSOR', Buffer.from(JSON.stringify(raw)))).toBe(true)
    expect(zigbee({ '0500!00': '0C0000FF0000' }).readings).toMatchObject([
      { metric: 'tamper', value: 1 },
      { metric: 'battery_low', value: 1 },
    ])
  })

  test('a Tuya button: the raw command tells how it was pressed', () => {
    expect(zigbee({ '0006!FD': '02' }).signals).toMatchObject([{ signal: 'sos', press: 'long' }])
  })

  test("an object that dropped is vibration, nobody's fall", () => {
    expect(zigbee({ AqaraVibrationMode: 'drop' })).toMatchObject({ signals: [], readings: [{ metric: 'vibration' }] })
  })

  test('a LoRaWAN door: volts are no %', () => {
    const { readings } = decode({
      LwReceived: { '0x4AD7': { Device: '0x4AD7', DoorOpen: 1, Battery: 3.1, RSSI: -70 } },
    })
    expect(readings.map(({ metric, value }) => [metric, value])).toEqual([
      ['rssi', -70],
      ['door_open', 1],
      ['battery_voltage', 3.1],
    ])
  })

  test('a radar that sees nobody, a tag that is gone, a thermometer by Bluetooth', () => {
    expect(values({ LD2410: { Distance: [0, 0, 0] } })).toEqual([['presence', 0]])
    expect(decode({ IBEACON: { MAC: 'A4C138000001', RSSI: -60, STATE: 'OFF' } })).toMatchObject({
      statuses: [{ online: false, source: 'a4c138000001' }],
      readings: [],
      warnings: [{ code: 'no_reading' }],
    })
    expect(decode({ 'LYWSD03-52680f': { Temperature: 21, Battery: 80 } }).readings).toMatchObject([
      { metric: 'temperature', source: 'LYWSD03-52680f' },
      { metric: 'battery', value: 80 },
    ])
  })

  test('broken, water is still water', () => {
    expect(decode('{"ZbReceived":{"x":{"Water":1,#').signals).toMatchObject([{ signal: 'water_leak', malformed: true }])
    expect(decode('{"ZbReceived":{"x":{"Water":0,#').signals).toEqual([])
  })

  test('no zone type has two meanings, and every press is one that there is', () => {
    const types = zones.flatMap((zone) => zone.types)
    expect(new Set(types).size).toBe(types.length)
    expect(Object.keys(pressNames).every((name) => name === name.toLowerCase())).toBe(true)
  })
})
