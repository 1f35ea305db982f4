import type { Frame } from '../frames.ts'

export const frames: Frame[] = [
  {
    about: 'a panic button',
    topic: 'zigbee2mqtt/Bed room/SOS',
    payload: '{"action":"emergency","battery":"80.00","last_seen":"2026-11-22T08:00:00+08:00","linkquality":0}',
    signal: 'sos',
    claim: '"action":"emergency",',
  },
  { about: 'the same press', topic: 'zigbee2mqtt/Bed room/SOS/action', payload: 'emergency', signal: 'sos' },
  { about: 'a plain button', topic: 'zigbee2mqtt/hall', payload: '{"action":"hold","battery":null}', signal: 'sos' },
  {
    about: 'a radar',
    topic: 'zigbee2mqtt/ bath',
    payload: '{"presence":true,"fall_down_status":"fall","illuminance":12}',
    signal: 'fall',
    claim: '"fall_down_status":"fall",',
  },
  {
    about: 'a smoke detector',
    topic: 'zigbee2mqtt/smoke',
    payload: '{"smoke":"ON","battery_low":false,"tamper":false}',
    signal: 'smoke',
    claim: '"smoke":"ON",',
  },
  { about: 'a door', topic: 'zigbee2mqtt/door', payload: '{"contact":false,"temperature":20.5,"linkquality":90}' },
  { about: 'who is there', topic: 'zigbee2mqtt/door/availability', payload: '{"state":"offline"}' },
  {
    about: 'all devices',
    topic: 'zigbee2mqtt/bridge/devices',
    payload: '[{"friendly_name":"door","type":"EndDevice","definition":{"model":"MCCGQ11LM","description":"Contact"}}]',
  },
]
