import type { Frame } from '../frames.ts'

const rest =
  '"location":{"lat":38.7102,"lon":-9.1404,"alt":70},"batteryLevel":290,"sensor":{"accelerometer":"0.1,-0.9,0.2","heartrate":91}'

export const frames: Frame[] = [
  {
    about: 'a fall detected',
    topic: 'wearable-7/fall/detected',
    payload: `{"timestamp":"2026-11-22T08:15:30Z",${rest}}`,
    signal: 'fall',
    claim: '"batteryLevel"',
  },
  {
    about: 'confirmed',
    topic: 'wearable-7/fall/confirmation',
    payload: `{"timestamp":"2026-11-22T08:15:50Z","status":true,${rest}}`,
    signal: 'fall',
    claim: '"status":true,',
  },
  {
    about: 'rejected',
    topic: 'wearable-7/fall/confirmation',
    payload: `{"timestamp":"2026-11-22T08:15:50Z","status":false,${rest}}`,
  },
  {
    about: 'wandering',
    topic: 'wearable-7/wandering/detected',
    payload: `{"timestamp":"2026-11-22T08:15:30Z",${rest}}`,
    signal: 'wandering',
  },
  {
    about: 'its status',
    topic: 'wearable-7/status',
    payload:
      '{"timestamp":"2026-11-22T08:15:30Z","location":{"lat":38.7102,"lon":-9.1404,"hdop":1.2},"batteryLevel":290,"sensor":{"accelerometer":{"x":0.1}}}',
  },
]
