import type { Frame } from '../frames.ts'

const on = (name: string, rest = ''): string => `zigbee2mqtt/${name}${rest}`

export const frames: Frame[] = [
  {
    about: 'a panic button',
    topic: on('Mei panic'),
    payload: '{"action":"emergency","battery":88,"linkquality":61}',
    signal: 'sos',
    claim: '"action":"emergency"',
  },
  { about: 'the same press on its own topic', topic: on('Mei panic', '/action'), payload: 'emergency', signal: 'sos' },
  {
    about: 'no action',
    topic: on('Mei panic'),
    payload: '{"action":"","battery":"88.00","voltage":2950,"linkquality":0}',
  },
  {
    about: 'a plain button',
    topic: on('0x00124b0022aa31f0'),
    payload: '{"action":"button_2_hold","battery":null,"linkquality":140}',
  },
  {
    about: 'a fall radar',
    topic: on('bath/radar'),
    payload: '{"fall_status":"fall_alarm","occupancy":true,"linkquality":190}',
    signal: 'fall',
    claim: '"fall_status":"fall_alarm"',
  },
  {
    about: 'a radar at rest',
    topic: on('bath/radar'),
    payload: '{"fall_status":"normal","occupancy":false,"linkquality":190}',
  },
  {
    about: 'a radar that is not sure',
    topic: on('hall radar'),
    payload: '{"presence":true,"fall_down_status":"maybe_fall","target_distance":1.8}',
    signal: 'fall',
  },
  { about: 'a bed mat', topic: on('bed'), payload: '{"occupancy":true,"work_state":"presence_5min","battery":71}' },
  {
    about: 'smoke',
    topic: on('smoke hall'),
    payload: '{"smoke":true,"battery_low":false,"tamper":false,"test":false,"linkquality":88}',
    signal: 'smoke',
    claim: '"smoke":true',
  },
  { about: 'no smoke', topic: on('smoke hall'), payload: '{"smoke":false,"battery_low":true,"linkquality":88}' },
  {
    about: 'carbon monoxide in words',
    topic: on('co'),
    payload: '{"carbon_monoxide":"ON","battery":93}',
    signal: 'carbon_monoxide',
    claim: '"carbon_monoxide":"ON"',
  },
  {
    about: 'a door',
    topic: on('front door'),
    payload: '{"contact":false,"battery":97,"voltage":3010,"last_seen":"2026-11-22T16:15:29+08:00"}',
  },
  {
    about: 'a climate sensor',
    topic: on('0xa4c1380011223344'),
    payload: '{"temperature":21.4,"humidity":47.2,"pressure":1013,"battery":64,"last_seen":1795335329000}',
  },
  { about: 'available', topic: on('front door', '/availability'), payload: '{"state":"online"}' },
  { about: 'the bridge', topic: on('bridge/state'), payload: '{"state":"online"}' },
  {
    about: 'the devices',
    topic: on('bridge/devices'),
    payload:
      '[{"ieee_address":"0x00124b0018e27e00","type":"Coordinator","friendly_name":"Coordinator"},{"ieee_address":"0x00124b0022aa31f0","type":"EndDevice","friendly_name":"Mei panic","definition":{"vendor":"Tuya","model":"TS0215A_sos","description":"SOS button"}}]',
  },
  { about: 'an order to a device', topic: on('plug', '/set'), payload: '{"state":"ON"}' },
]
