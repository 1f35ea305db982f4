import type { Frame } from '../frames.ts'

const topic = 'bthome/7CC6B6112233'
const hex = (digits: string): Buffer => Buffer.from(digits, 'hex')

export const frames: Frame[] = [
  {
    about: 'a button, pressed once',
    topic,
    payload: hex('44 00 17 01 5a 3a 01'.replaceAll(' ', '')),
    signal: 'sos',
    claim: hex('440017015a3a01'),
  },
  { about: 'a button, held, as text', topic, payload: '4400183a80', signal: 'sos' },
  { about: 'the second of two buttons', topic, payload: hex('4400193a003a02'), signal: 'sos' },
  { about: 'smoke', topic, payload: hex('40001a29010155'), signal: 'smoke', claim: hex('40001a2901') },
  { about: 'no smoke', topic, payload: hex('40001b2900') },
  { about: 'gas', topic, payload: hex('401c01'), signal: 'gas', claim: hex('401c01') },
  { about: 'carbon monoxide', topic, payload: hex('401701'), signal: 'carbon_monoxide', claim: hex('401701') },
  { about: 'water', topic, payload: hex('40 20 01'.replaceAll(' ', '')), signal: 'water_leak', claim: hex('402001') },
  { about: 'a room', topic, payload: hex('4000050164029a08036e14') },
  { about: 'a door, with its MAC', topic, payload: hex('42332211b6c67c1a01') },
  { about: 'motion and light', topic, payload: hex('4405102700 2101'.replaceAll(' ', '')) },
  { about: 'text before a temperature', topic, payload: hex('4053036162630264ff') },
  { about: 'an object that is not known', topic, payload: hex('400155ee07') },
  { about: 'encrypted', topic, payload: hex('41aabbccdd0100000011223344') },
]
