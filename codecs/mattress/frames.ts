import type { Frame } from '../frames.ts'

const topic = 'push/mattress/bed-7'

export const frames: Frame[] = [
  {
    about: 'somebody asleep',
    topic,
    payload: '{"inbed":true,"body_movement":false,"respiration_rate":13.5,"heart_rate":58,"timestamp":1795335330250}',
  },
  {
    about: 'nobody there',
    topic,
    payload:
      '{"mac":"f4:cf:a2:00:00:42","inbed":0,"body_movement":0,"respiration_rate":0,"heart_rate":0,"timestamp":1795335330250}',
  },
]
