import type { Frame } from '../frames.ts'

const id = 'shellyplussmoke-0c8b95000001'
const notice = (method: string, params: string): string =>
  `{"src":"${id}","dst":"${id}/events","method":"${method}","params":{"ts":1795335330.25,${params}}}`

export const frames: Frame[] = [
  {
    about: 'smoke, as an event',
    topic: `${id}/events/rpc`,
    payload: notice('NotifyStatus', '"smoke:0":{"id":0,"alarm":true,"mute":false}'),
    signal: 'smoke',
    claim: '"smoke:0":{"id":0,"alarm":true,',
  },
  { about: 'the smoke is over', topic: `${id}/status/smoke:0`, payload: '{"id":0,"alarm":false,"mute":false}' },
  {
    about: 'water, as a status',
    topic: 'home/bath/status/flood:0',
    payload: '{"id":0,"alarm":true,"mute":false}',
    signal: 'water_leak',
    claim: '"alarm":true,',
  },
  {
    about: 'a cable unplugged',
    topic: 'bath/status/flood:0',
    payload: '{"id":0,"alarm":false,"errors":["cable_unplugged"]}',
  },
  {
    about: 'a press',
    topic: 'panel/events/rpc',
    payload: notice('NotifyEvent', '"events":[{"component":"input:0","id":0,"event":"long_push","ts":1795335330.25}]'),
    signal: 'sos',
    claim: '"event":"long_push",',
  },
  {
    about: 'all, on waking up',
    topic: 'th/events/rpc',
    payload: notice(
      'NotifyFullStatus',
      '"temperature:0":{"id":0,"tC":21.4,"tF":70.5},"humidity:0":{"id":0,"rh":44.1},"devicepower:0":{"id":0,"battery":{"V":2.9,"percent":81}},"wifi":{"rssi":-61}',
    ),
  },
  { about: 'the last will', topic: `${id}/online`, payload: 'false' },
  { about: 'Gen1: water', topic: 'shellies/shellyflood-AA01/sensor/flood', payload: 'true', signal: 'water_leak' },
  { about: 'Gen1: a door', topic: 'shellies/shellydw2-AA02/sensor/state', payload: 'close' },
  { about: 'Gen1: gas', topic: 'shellies/shellygas-AA03/sensor/gas', payload: 'heavy', signal: 'gas' },
  {
    about: 'Gen1: a press',
    topic: 'shellies/shellybutton1-AA04/input_event/0',
    payload: '{"event":"SS","event_cnt":4}',
    signal: 'sos',
  },
]
