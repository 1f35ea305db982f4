import type { Frame } from '../frames.ts'

const topic = 'push/iqiangua'
const of = (type: string, rest: string): string =>
  `imei=868120000000043&data_type=devicestatus&date_str=20261122161520&device_type=${type}&power_type=1&nb_signal=21&${rest}`

export const frames: Frame[] = [
  { about: 'a door is open', topic, payload: of('HA03', 'door_statu=1') },
  { about: 'a door is closed', topic, payload: of('HA03', 'door_statu=0') },
  {
    about: 'water',
    topic,
    payload: of('HA06', 'water_immersion_statu=1'),
    signal: 'water_leak',
    claim: 'water_immersion_statu=1',
  },
  { about: 'no water any more', topic, payload: of('HA06', 'water_immersion_statu=0') },
  { about: 'the air', topic, payload: of('HA10', 'humidity=41&temperature=21.5&battery_voltage=3.6&gas_lel=0') },
  { about: 'somebody is there', topic, payload: of('HA02', 'people_in_area_statu=1&maze_statu=1') },
]
