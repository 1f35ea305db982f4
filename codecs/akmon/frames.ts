import type { Frame } from '../frames.ts'
import { codes } from './codes.ts'

const topic = 'push/akmon'
const imei = '868120000000044'
const time = '2026-11-22 16:15:20'
const of = (more: object): string => JSON.stringify({ imei, time, ...more })

export const frames: Frame[] = [
  {
    about: 'an SOS push',
    topic,
    payload: of({ pushType: 1, lat: 39.655, lng: 106.795 }),
    signal: 'sos',
    claim: '"pushType":1',
  },
  ...Object.entries(codes).flatMap(([code, { about, signal }]) =>
    signal
      ? [{ about, topic, payload: of({ pushType: 4, Action: Number(code) }), signal, claim: `"Action":${code}` }]
      : [],
  ),
  { about: 'vital signs', topic, payload: of({ pushType: 2, H: 71, O: 97, W: 36.4, X: 131, Y: 82 }) },
  { about: 'a place', topic, payload: of({ pushType: 3, lat: 39.655, lng: 106.795 }) },
  { about: 'low battery', topic, payload: of({ pushType: 4, Action: 9 }) },
  { about: 'offline', topic, payload: of({ pushType: 4, Action: -1, OL: 0 }) },
]
