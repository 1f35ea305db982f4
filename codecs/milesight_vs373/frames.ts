import type { Frame } from '../frames.ts'

const topic = 'milesight/vs373/bathroom'
const report = (trigger: string): string =>
  `{"device_info":{"device_model":"VS373-915M","device_sn":"6806F00000000001","ipAddress":"10.1.1.9","time":"2026-11-22 16:15:30"},"trigger_data":{"type":0,"trigger_id":71,${trigger}}}`

export const frames: Frame[] = [
  {
    about: 'a fall',
    topic,
    payload: report('"event":0,"status":1,"location":"(120, 35, 40)"'),
    signal: 'fall',
    claim: '"event":0,"status":1,',
  },
  { about: 'the fall is over', topic, payload: report('"event":0,"status":2') },
  { about: 'somebody ignored it', topic, payload: report('"event":0,"status":3') },
  { about: 'no movement', topic, payload: report('"event":1,"status":1'), signal: 'inactivity' },
  { about: 'a stay too long', topic, payload: report('"event":2,"status":1'), signal: 'inactivity' },
  { about: 'breathing too slow', topic, payload: report('"event":6,"status":1'), signal: 'vital_sign' },
  {
    about: 'a fall, as the vendor prints it',
    topic: 'push/milesight_vs373',
    payload:
      '{"device info":{"device sn":"6806F00000000001","time":"2026-11-22 16:15:30","trigger data":{"type":0,"trigger id":71,"event":0,"status":1}}}',
    signal: 'fall',
  },
  { about: 'out of bed', topic, payload: report('"event":3,"status":1,"sub_no":2') },
  { about: 'occupied', topic, payload: report('"event":4,"status":4') },
  { about: 'vacant', topic, payload: report('"event":5,"status":4') },
]
