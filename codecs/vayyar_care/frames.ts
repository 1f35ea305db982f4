import type { Frame } from '../frames.ts'

const topic = '/devices/id_Qk9YMQ/events'
const fall = (status: string, more = ''): string =>
  `{"type":5,"payload":{"timestamp":1795335300000,"statusUpdateTimestamp":1795335330000,"status":"${status}","isSimulated":false,"isLearning":false,"isSilent":false,"fallLocX_cm":40,"fallLocY_cm":120${more}},"deviceId":"id_Qk9YMQ"}`

export const frames: Frame[] = [
  {
    about: 'a fall, suspected',
    topic,
    payload: fall('fall_detected'),
    signal: 'fall',
    claim: '"status":"fall_detected"',
  },
  { about: 'confirmed', topic, payload: fall('fall_confirmed'), signal: 'fall', claim: '"status":"fall_confirmed"' },
  { about: 'calling', topic, payload: fall('calling'), signal: 'fall', claim: '"status":"calling"' },
  { about: 'on a call, by Aliyun', topic: '/a1Xy/radar7/user/events', payload: fall('on_call'), signal: 'fall' },
  { about: 'got up again', topic, payload: fall('fall_exit') },
  { about: 'taken back', topic, payload: fall('canceled') },
  {
    about: 'a sensitive fall',
    topic,
    payload: fall('fall_suspected', ',"confidenceLevel":38').replace('"type":5', '"type":8'),
    signal: 'fall',
  },
  {
    about: 'presence',
    topic,
    payload: '{"type":4,"payload":{"presenceDetected":true,"timestamp":1795335300000,"trackerTargets":[{"xPosCm":4}]}}',
  },
  { about: 'presence of older firmware', topic, payload: '{"type":0,"payload":{"presenceDetected":false}}' },
  { about: 'out of bed', topic, payload: '{"type":10,"payload":{"timestamp":1795335300000}}' },
  {
    about: 'its state',
    topic: '/devices/id_Qk9YMQ/state',
    payload: '{"status":"monitoring","wifiState":{"rssi":-61},"timestamp":1795335300000}',
  },
  { about: 'telemetry for its maker', topic: `${topic}/telemetry`, payload: '{"cpu":4}' },
]
