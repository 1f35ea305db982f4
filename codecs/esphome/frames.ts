import type { Frame } from '../frames.ts'

export const frames: Frame[] = [
  {
    about: 'a fall',
    topic: 'bath-radar/binary_sensor/falling_information/state',
    payload: 'ON',
    signal: 'fall',
    claim: 'ON',
  },
  { about: 'its end', topic: 'bath-radar/binary_sensor/falling_information/state', payload: 'OFF' },
  { about: 'somebody', topic: 'bath-radar/binary_sensor/person_information/state', payload: 'ON' },
  {
    about: 'a button by the bed',
    topic: 'bed-node/binary_sensor/sos_button/state',
    payload: 'ON',
    signal: 'sos',
    claim: 'ON',
  },
  { about: 'a pulse', topic: 'bed-node/sensor/real-time_heart_rate/state', payload: '71' },
  { about: 'no pulse', topic: 'bed-node/sensor/real-time_heart_rate/state', payload: 'nan' },
  { about: 'light', topic: 'bed-node/sensor/room_illuminance/state', payload: '12.5' },
]
