import type { Frame } from '../frames.ts'

const topic = 'push/ome'
const radar = (more: object): object => ({
  mac: '80f1b2000042',
  sn: 'OM0042',
  radarNumber: '1',
  deviceModel: 'R60',
  ...more,
})

export const frames: Frame[] = [
  {
    about: 'a fall',
    topic,
    payload: JSON.stringify([radar({ alarmType: 14 })]),
    signal: 'fall',
    claim: '"alarmType":14',
  },
  {
    about: 'what two radars saw',
    topic,
    payload: JSON.stringify([radar({ heartRate: 61, breath: 14 }), radar({ mac: '80f1b2000043', alarmType: 0 })]),
  },
]
