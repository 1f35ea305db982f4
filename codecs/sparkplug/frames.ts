import type { Frame } from '../frames.ts'
import { metricBytes, sparkplugBytes } from './test_payload.ts'

const topic = (kind: string, device?: string): string => `spBv1.0/home-7/${kind}/hub${device ? `/${device}` : ''}`
const at = Date.UTC(2026, 10, 22, 8, 15, 30)
const sos = { name: 'Emergency/SOS', timestamp: at, datatype: 11, boolean: true }
const fall = { name: 'Radar/Fall Detected', timestamp: at, datatype: 11, boolean: true }

export const frames: Frame[] = [
  {
    about: 'an SOS',
    topic: topic('DDATA', 'cord'),
    payload: sparkplugBytes([sos, { name: 'Battery', datatype: 7, int: 80 }], at, 4),
    signal: 'sos',
    claim: metricBytes(sos),
  },
  {
    about: 'a fall',
    topic: topic('DDATA', 'radar'),
    payload: sparkplugBytes([fall], at, 5),
    signal: 'fall',
    claim: metricBytes(fall),
  },
  {
    about: 'an SOS of before',
    topic: topic('DDATA', 'cord'),
    payload: sparkplugBytes([{ ...sos, historical: true }], at, 6),
    signal: 'sos',
  },
  {
    about: 'the end of an SOS',
    topic: topic('DDATA', 'cord'),
    payload: sparkplugBytes([{ ...sos, boolean: false }], at, 7),
  },
  {
    about: 'smoke as a number',
    topic: topic('DDATA', 'kitchen'),
    payload: sparkplugBytes([{ name: 'Smoke/Alarm', int: 1 }], at),
    signal: 'smoke',
  },
  {
    about: 'a button',
    topic: topic('DDATA', 'wall'),
    payload: sparkplugBytes([{ name: 'Inputs/Button', boolean: true }], at),
    signal: 'sos',
  },
  {
    about: 'vitals',
    topic: topic('DDATA', 'bed'),
    payload: sparkplugBytes(
      [
        { name: 'Vitals/Heart Rate', datatype: 10, double: 64 },
        { name: 'Vitals/Body Temperature', datatype: 9, float: 97.5, unit: '°F' },
      ],
      at,
      8,
    ),
  },
  {
    about: 'numbers in place of names',
    topic: topic('DDATA', 'bed'),
    payload: sparkplugBytes(
      [
        { alias: 3, boolean: true },
        { alias: 4, double: 64 },
      ],
      at,
      9,
    ),
  },
  {
    about: 'no value',
    topic: topic('DDATA', 'bed'),
    payload: sparkplugBytes([{ name: 'Vitals/SpO2', isNull: true }], at),
  },
  {
    about: 'a node is born',
    topic: topic('NBIRTH'),
    payload: sparkplugBytes(
      [
        { name: 'bdSeq', datatype: 4, long: 3 },
        { name: 'Node Control/Rebirth', boolean: false },
        { name: 'Properties/Hardware Model', string: 'Hub 2' },
        { name: 'Supply Voltage', datatype: 9, float: 12.1 },
      ],
      at,
    ),
  },
  {
    about: 'a device is born',
    topic: topic('DBIRTH', 'bed'),
    payload: sparkplugBytes(
      [
        { name: 'Emergency/SOS', alias: 3, datatype: 11, boolean: false },
        { name: 'Vitals/Heart Rate', alias: 4, datatype: 10, double: 61 },
      ],
      at,
      1,
    ),
  },
  { about: 'a node is gone', topic: topic('NDEATH'), payload: sparkplugBytes([{ name: 'bdSeq', long: 3 }]) },
  { about: 'a device is gone', topic: topic('DDEATH', 'bed'), payload: sparkplugBytes([], at, 10) },
  {
    about: 'a command',
    topic: topic('DCMD', 'wall'),
    payload: sparkplugBytes([{ name: 'Outputs/Sounder', boolean: true }], at),
  },
  { about: 'a host', topic: 'spBv1.0/STATE/host-1', payload: '{"online":true,"timestamp":1795335330000}' },
]
