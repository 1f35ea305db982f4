import type { Frame } from '../frames.ts'

const imei = '861234500012345'
const topic = `atom/g616/status/${imei}`

const status = (more: Record<string, unknown>): Record<string, unknown> => ({
  imei,
  stepCount: '1204',
  temperature: '36.4',
  heartRate: '71',
  bpSystolic: '128',
  bpDiastolic: '81',
  bloodOxygen: '97',
  battery: '62',
  locationDate: '261122',
  locationTime: '161520',
  location: '106.8010,39.6570',
  isOnline: true,
  ...more,
})

export const frames: Frame[] = [
  {
    about: 'an SOS, in each status until it is cleared',
    topic,
    payload: JSON.stringify(status({ sos: true })),
    signal: 'sos',
    claim: '"sos":true',
  },
  { about: 'a status without one', topic, payload: JSON.stringify(status({ sos: false })) },
  {
    about: 'a status that measured nothing',
    topic,
    payload: JSON.stringify(status({ sos: false, heartRate: '0', bloodOxygen: '0' })),
  },
]
