import type { Frame } from '../frames.ts'

const topic = 'home/hall-gateway/BTtoMQTT/7CC6B6112233'
const of = (record: Record<string, unknown>): string =>
  JSON.stringify({ id: '7C:C6:B6:11:22:33', rssi: -71, ...record })

export const frames: Frame[] = [
  {
    about: 'a button',
    topic,
    payload: of({ type: 'BTN', packet: 7, batt: 88, button: 1 }),
    signal: 'sos',
    claim: '"button":1',
  },
  { about: 'a button, held', topic, payload: of({ type: 'BTN', packet: 8, button: 4 }), signal: 'sos' },
  {
    about: 'the third of four buttons',
    topic,
    payload: of({ packet: 9, button1: 0, button2: 0, button3: 2, button4: 0 }),
    signal: 'sos',
  },
  {
    about: 'a button, raw',
    topic: 'home/hall-gateway/BTtoMQTT/undecoded',
    payload: of({ servicedatauuid: '0xfcd2', servicedata: '44000a3a02' }),
    signal: 'sos',
  },
  { about: 'smoke', topic, payload: of({ smoke: true }), signal: 'smoke', claim: '"smoke":true' },
  { about: 'no smoke', topic, payload: of({ smoke: false }) },
  { about: 'a room', topic, payload: of({ type: 'THB', tempc: 21.4, tempf: 70.52, hum: 47, batt: 91, volt: 2.95 }) },
  {
    about: 'a scale',
    topic,
    payload: of({ type: 'SCALE', weighing_mode: 'person', unit: 'lb', weight: 152.2, impedance: 480 }),
  },
  { about: 'a band', topic, payload: of({ type: 'BODY', steps: 4120, act_bpm: 96 }) },
  { about: 'a door', topic, payload: of({ type: 'CTMO', open: true, lux: 40, batt: 77 }) },
  { about: 'a contact', topic, payload: of({ contact: 'closed', motion: false }) },
  { about: 'encrypted', topic, payload: of({ encr: 2, cipher: 'a1b2c3', ctr: '01000000', mic: 'deadbeef' }) },
  {
    about: 'an address that changes',
    topic: 'home/hall-gateway/BTtoMQTT/undecoded',
    payload: JSON.stringify({ id: '5A:11:22:33:44:55', mac_type: 1, rssi: -80 }),
  },
  { about: 'a phone', topic, payload: of({ type: 'RMAC', device: 'a phone' }) },
  { about: 'presence', topic: 'home/home_presence/hall-gateway', payload: of({ distance: 2.4 }) },
  {
    about: 'the gateway',
    topic: 'home/hall-gateway/SYStoMQTT',
    payload: JSON.stringify({ uptime: 90, version: 'v1.8.1', freemem: 120_000 }),
  },
  { about: 'the gateway is gone', topic: 'home/hall-gateway/LWT', payload: 'offline' },
]
