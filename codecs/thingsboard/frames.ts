import type { Frame } from '../frames.ts'

export const frames: Frame[] = [
  {
    about: 'flat telemetry',
    topic: 'v1/devices/me/telemetry',
    payload: '{"temperature":21.5,"hum":"48","battery":93,"mood":"good"}',
  },
  {
    about: 'telemetry with a time',
    topic: 'v1/devices/me/telemetry',
    payload: '{"ts":1795335330250,"values":{"heartRate":71,"spo2":96}}',
  },
  {
    about: 'a list',
    topic: 'v1/devices/me/telemetry',
    payload: '[{"ts":1795335320000,"values":{"temp":21}},{"ts":1795335330000,"values":{"temp":22}}]',
  },
  {
    about: 'a gateway',
    topic: 'v1/gateway/telemetry',
    payload: '{"Bed room":[{"ts":1795335330000,"values":{"humidity":51}}],"A4:C1:38:00:11:22":[{"lux":12}]}',
  },
  { about: 'a device comes', topic: 'v1/gateway/connect', payload: '{"device":"Bed room"}' },
  { about: 'a device goes', topic: 'v1/gateway/disconnect', payload: '{"device":"Bed room"}' },
  {
    about: 'SOS',
    topic: 'v1/devices/me/telemetry',
    payload: '{"battery":80,"sos":true,"x":1}',
    signal: 'sos',
    claim: '"sos":true',
  },
  {
    about: 'a fall of a child',
    topic: 'v1/gateway/telemetry',
    payload: '{"Radar":[{"ts":1795335330000,"values":{"fall":1}}]}',
    signal: 'fall',
    claim: '"fall":1',
  },
]
