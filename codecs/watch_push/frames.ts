import type { Frame } from '../frames.ts'

const topic = 'push/watch_push'
const of = (flag: string, status: string, more: object = {}): string =>
  JSON.stringify({
    id: 42,
    deviceId: '861234500012345',
    flag,
    data: {
      battery: 62,
      gsm: 90,
      latitude: 39.6553,
      longitude: 106.7944,
      speed: 0.5,
      status,
      steps: 1204,
      time: '2026-11-22 08:15:20',
      ...more,
    },
    createdAt: '2026-11-22 08:15:22',
  })

export const frames: Frame[] = [
  { about: 'an SOS', topic, payload: of('AL', '00010000'), signal: 'sos', claim: '"flag":"AL"' },
  { about: 'an alarm with the motion bit alone', topic, payload: of('AL', '00000010'), signal: 'sos' },
  { about: 'a fall', topic, payload: of('AL', '00200000'), signal: 'fall' },
  { about: 'where it is', topic, payload: of('UD', '00000010') },
  { about: 'where it was', topic, payload: of('UD2', '00000000', { time: '2026-11-22 03:15:20' }) },
  { about: 'a sign of life', topic, payload: of('LK', '00000000') },
  {
    about: 'blood pressure',
    topic,
    payload: '{"deviceId":"861234500012345","flag":"blood","data":{"systolic":131,"diastolic":82}}',
  },
]
