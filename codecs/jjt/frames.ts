import type { Frame } from '../frames.ts'

const topic = 'push/jjt'
const deviceNum = '868120000000042'
const createTime = 1795335330250
const of = (type: string, more: object = {}): string => JSON.stringify({ type, deviceNum, createTime, ...more })

export const frames: Frame[] = [
  {
    about: 'an SOS',
    topic,
    payload: of('alarm', { lat: 39.6633, lng: 106.8075, battery: 61 }),
    signal: 'sos',
    claim: '"type":"alarm"',
  },
  {
    about: 'a heart that is too fast',
    topic,
    payload: of('heartAlarm', { heart: 133 }),
    signal: 'vital_sign',
    claim: '"type":"heartAlarm"',
  },
  { about: 'a heart rate', topic, payload: of('heart', { heart: 71, step: 1204 }) },
  { about: 'blood pressure', topic, payload: of('bloodPressure', { high: 131, low: 82 }) },
  { about: 'where it is', topic, payload: of('location', { lat: 39.6633, lng: 106.8075, isWear: true, battery: 61 }) },
  { about: 'low battery', topic, payload: of('lowBattery', { battery: 9 }) },
  { about: 'switched off', topic, payload: of('offline') },
]
