import { describe, expect, test } from 'vitest'
import { isMetric } from '../../domain/metrics.ts'
import { components, gen1Sensors } from './components.ts'
import { shelly } from './shelly.ts'

const receivedAt = Date.UTC(2026, 10, 22, 8, 15, 31)
const ts = receivedAt / 1_000 - 0.75
const decode = (topic: string, value: unknown) =>
  shelly.decode(topic, Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), { receivedAt })
const rpc = (params: object) =>
  decode('s1/events/rpc', { src: 's1', method: 'NotifyStatus', params: { ts, ...params } })
const gen1 = (topic: string, value: unknown) => decode(`shellies/shelly-1/${topic}`, value)

describe('Shelly', () => {
  test('is named by its prefix, which may have levels, or by its id', () => {
    expect(shelly.source?.('shellyplussmoke-a1/events/rpc')).toBe('shellyplussmoke-a1')
    expect(shelly.source?.('shellyplussmoke-a1/status/smoke:0')).toBe('shellyplussmoke-a1')
    expect(shelly.source?.('panel/online')).toBe('panel')
    expect(shelly.source?.('shellies/shellydw2-AA02/sensor/state')).toBe('shellydw2-AA02')
  })

  test('an alarm at its own time is a state, and its end a clear', () => {
    expect(rpc({ 'smoke:0': { id: 0, alarm: true } })).toMatchObject({
      signals: [{ signal: 'smoke', at: receivedAt - 750, level: true }],
      readings: [{ metric: 'smoke', value: 1, at: receivedAt - 750 }],
    })
    expect(rpc({ 'flood:0': { alarm: false } })).toMatchObject({ signals: [], clears: [{ signal: 'water_leak' }] })
    expect(decode('s1/status/smoke:0', { alarm: true }).signals).toMatchObject([{ signal: 'smoke', at: undefined }])
  })

  test('with its cable unplugged false is no all-clear, but true is an alarm', () => {
    const errors = ['cable_unplugged']
    const { clears, signals, warnings } = decode('s1/status/flood:0', { alarm: false, errors })
    expect({ clears, signals }).toEqual({ clears: [], signals: [] })
    expect(warnings).toMatchObject([{ code: 'device_fault', detail: 'flood:0: cable_unplugged' }])
    expect(decode('s1/status/flood:0', { alarm: true, errors }).signals).toHaveLength(1)
  })

  test('an overlay that changes something else says nothing of the alarm', () => {
    expect(rpc({ 'smoke:0': { id: 0, mute: true } })).toMatchObject({ signals: [], clears: [], readings: [] })
  })

  test.each([
    ['single_push', 'single'],
    ['double_push', 'double'],
    ['triple_push', 'triple'],
    ['long_push', 'long'],
  ])('%s is a press, also of a Bluetooth button', (event, press) => {
    for (const component of ['input:0', 'bthomedevice:200', 'bthomesensor:201'])
      expect(rpc({ events: [{ component, event, ts }] }).signals).toMatchObject([
        { signal: 'sos', press, at: receivedAt - 750, key: { withinMs: 60_000 } },
      ])
    expect(rpc({ events: [{ component: 'input:0', event: 'btn_down', ts }] }).signals).toEqual([])
  })

  test('two presses have two keys', () => {
    const [first, second] = [ts - 3, ts].map(
      (at) => rpc({ events: [{ component: 'input:0', event: 'long_push', ts: at }] }).signals[0]?.key?.id,
    )
    expect(first).not.toBe(second)
  })

  test("a detector's own events; its test button is a drill", () => {
    const event = (name: string) => rpc({ events: [{ component: 'smoke:0', event: name, ts }] })
    expect(event('alarm').signals).toMatchObject([{ signal: 'smoke' }])
    expect(event('alarm_test').signals).toMatchObject([{ signal: 'smoke', test: true }])
    expect(event('alarm_off').clears).toMatchObject([{ signal: 'smoke' }])
  })

  test('numbers in their units; null is none; an input has no meaning', () => {
    const { readings, warnings } = rpc({
      'temperature:0': { tC: null, tF: null },
      'switch:0': { output: true, apower: 12, aenergy: { total: 1500 }, temperature: { tC: 41 } },
      'input:0': { state: true },
      'devicepower:0': { battery: { V: 2.9, percent: 81 }, external: { present: false } },
    })
    expect(readings.map(({ metric, value }) => [metric, value])).toEqual([
      ['switch_on', 1],
      ['power', 12],
      ['energy', 1.5],
      ['device_temperature', 41],
      ['battery', 81],
      ['battery_voltage', 2.9],
      ['charging', 0],
    ])
    expect(warnings).toMatchObject([{ code: 'no_reading' }])
  })

  test('a clock that was never set is not believed', () => {
    expect(rpc({ ts: 12.5, 'smoke:0': { alarm: true } })).toMatchObject({
      signals: [{ at: undefined }],
      readings: [{ at: receivedAt }],
      warnings: [{ code: 'clock_untrusted' }],
    })
  })

  test('online', () => {
    expect(decode('s1/online', 'false').statuses).toEqual([{ online: false }])
    expect(gen1('online', 'true').statuses).toEqual([{ online: true }])
  })

  test('Gen1: a hazard, a door, numbers, and a temperature of 999, which is none', () => {
    expect(gen1('sensor/flood', 'true').signals).toMatchObject([{ signal: 'water_leak', level: true }])
    expect(gen1('sensor/smoke', 'false').clears).toMatchObject([{ signal: 'smoke' }])
    expect(gen1('sensor/state', 'close').readings).toMatchObject([{ metric: 'door_open', value: 0 }])
    expect(gen1('sensor/state', 'open').readings).toMatchObject([{ metric: 'door_open', value: 1 }])
    expect(gen1('sensor/battery', '87').readings).toMatchObject([{ metric: 'battery', value: 87 }])
    expect(gen1('sensor/temperature', '999')).toMatchObject({ readings: [], warnings: [{ code: 'no_reading' }] })
  })

  test('Gen1: gas, whose test is a drill', () => {
    expect(gen1('sensor/gas', 'mild').signals).toMatchObject([{ signal: 'gas' }])
    expect(gen1('sensor/gas', 'test').signals).toMatchObject([{ signal: 'gas', test: true }])
    expect(gen1('sensor/gas', 'none').clears).toMatchObject([{ signal: 'gas' }])
  })

  test('Gen1: a press, and its copy by the count', () => {
    const press = (event_cnt: number) => gen1('input_event/0', { event: 'L', event_cnt }).signals
    expect(press(3)).toMatchObject([{ signal: 'sos', press: 'long', key: { id: 'input:0:L:3' } }])
    expect(press(4)[0]?.key?.id).not.toBe(press(3)[0]?.key?.id)
    expect(gen1('input_event/0', { event: '', event_cnt: 0 })).toMatchObject({ signals: [], warnings: [] })
  })

  test('broken, smoke is still smoke, and a press a press', () => {
    expect(decode('s1/events/rpc', '{"params":{"smoke:0":{"id":0,"alarm":true,#').signals).toMatchObject([
      { signal: 'smoke', malformed: true },
    ])
    expect(decode('s1/events/rpc', '{"events":[{"event":"long_push",#').signals).toMatchObject([{ press: 'long' }])
    expect(decode('s1/events/rpc', '{"params":{"smoke:0":{"id":0,"alarm":false,#').signals).toEqual([])
  })

  test('alarms, their end and presses hurry; numbers do not', () => {
    expect(shelly.urgent('s1/status/smoke:0', Buffer.from('{"alarm":false}'))).toBe(true)
    expect(shelly.urgent('shellies/x/sensor/flood', Buffer.from('true'))).toBe(true)
    expect(shelly.urgent('s1/status/temperature:0', Buffer.from('{"tC":21}'))).toBe(false)
  })

  test('no two fields of a component have one path, and all are metrics', () => {
    for (const fields of Object.values(components)) {
      expect(new Set(fields.map(({ path }) => path.join('.'))).size).toBe(fields.length)
      expect(fields.every(({ metric }) => isMetric(metric))).toBe(true)
    }
    expect(Object.values(gen1Sensors).every(isMetric)).toBe(true)
  })
})
