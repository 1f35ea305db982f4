import type { Frame } from '../frames.ts'

const topic = 'owntracks/mei/phone'

export const frames: Frame[] = [
  {
    about: 'a location',
    topic,
    payload:
      '{"_type":"location","tid":"me","lat":39.6553,"lon":106.7944,"acc":12,"vel":4,"batt":64,"bs":2,"tst":1795335330}',
  },
  { about: 'without a fix', topic, payload: '{"_type":"location","lat":0,"lon":0,"tst":1795335330}' },
  {
    about: 'entering a region',
    topic: `${topic}/event`,
    payload: '{"_type":"transition","event":"enter","desc":"!Home","tst":1795335330}',
  },
  {
    about: 'leaving a region that is watched',
    topic: `${topic}/event`,
    payload: '{"_type":"transition","event":"leave","desc":"!Home","lat":39.65,"lon":106.79,"acc":30,"tst":1795335330}',
    signal: 'wandering',
  },
  { about: 'the last will', topic, payload: '{"_type":"lwt","tst":1795335330}' },
  {
    about: 'a waypoint',
    topic: `${topic}/waypoint`,
    payload: '{"_type":"waypoint","desc":"Home","lat":39.65,"lon":106.79,"rad":50,"tst":1795335330}',
  },
]
