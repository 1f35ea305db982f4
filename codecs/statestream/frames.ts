import type { Frame } from '../frames.ts'

export const frames: Frame[] = [
  {
    about: 'smoke',
    topic: 'homeassistant/binary_sensor/hall_smoke/state',
    payload: 'on',
    signal: 'smoke',
    claim: 'on',
  },
  { about: 'no smoke', topic: 'homeassistant/binary_sensor/hall_smoke/state', payload: 'off' },
  { about: 'a door', topic: 'homeassistant/binary_sensor/front_door/state', payload: 'on' },
  { about: 'a temperature', topic: 'homeassistant/sensor/bed_room_temperature/state', payload: '21.4' },
  { about: 'its unit', topic: 'homeassistant/sensor/bed_room_temperature/unit_of_measurement', payload: '"°C"' },
  { about: 'not there', topic: 'homeassistant/binary_sensor/hall_smoke/state', payload: 'unavailable' },
]
