import type { Frame } from '../frames.ts'
import { eviewFrame, eviewRecord, eviewTypes } from './frame.ts'

const imei = '861234500012345'
const topic = `gsm/eview/${imei}`
/** 22 November 2026, 08:15:20 UTC. */
const at = Date.UTC(2026, 10, 22, 8, 15, 20) / 1_000

export const u32 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [i, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, i * 4)
  return bytes
}
export const identity = eviewRecord(0x01, Buffer.from(imei))
/** Battery, archive flag; moving. */
export const status = (isHistory = false, time = at): Buffer =>
  eviewRecord(0x24, u32(time, 62 * 2 ** 24 + 2 ** 9 + (isHistory ? 2 ** 7 : 0)))
export const alarm = (word: number, time = at): Buffer => eviewRecord(0x02, u32(word, time))
export const gps = (lat: number, lon: number, hdop = 9): Buffer => {
  const value = Buffer.alloc(21)
  value.writeInt32LE(Math.round(lat * 1e7), 0)
  value.writeInt32LE(Math.round(lon * 1e7), 4)
  value.writeUInt16LE(18, 8)
  value.writeUInt16LE(hdop, 14)
  return eviewRecord(0x20, value)
}
export const data = (...records: Buffer[]): Buffer => eviewFrame(eviewTypes.data, 7, [identity, ...records], 0x10)

const sos = data(alarm(2 ** 12), status(), gps(39.6553, 106.7944))
const fall = data(alarm(2 ** 2), status())
/** Up to the end of the alarm's record: header, type, IMEI, alarm. */
const upToAlarm = (frame: Buffer): Buffer => frame.subarray(0, 8 + 1 + 17 + 10)

export const frames: Frame[] = [
  { about: 'an SOS with its place', topic, payload: sos, signal: 'sos', claim: upToAlarm(sos) },
  { about: 'a fall', topic, payload: fall, signal: 'fall', claim: upToAlarm(fall) },
  { about: 'left a fence', topic, payload: data(status(), alarm(2 ** 4)), signal: 'wandering' },
  { about: 'a side button', topic, payload: data(status(), alarm(2 ** 13)), signal: 'sos' },
  { about: 'entered a fence', topic, payload: data(status(), alarm(2 ** 4 + 2 ** 26)) },
  { about: 'low battery', topic, payload: data(status(), alarm(1)) },
  { about: 'a position', topic, payload: data(status(), gps(39.6553, 106.7944)) },
  { about: 'an old position', topic, payload: data(status(true, at - 9_000), gps(39.6553, 106.7944)) },
  {
    about: 'heart rate and steps',
    topic,
    payload: data(eviewRecord(0x40, Buffer.concat([u32(at), Buffer.from([71])])), eviewRecord(0x30, u32(at, 1_204))),
  },
  {
    about: 'asks for the time',
    topic,
    payload: eviewFrame(eviewTypes.services, 8, [identity, eviewRecord(0x12, u32(0))], 16),
  },
  { about: 'an answer', topic, payload: eviewFrame(eviewTypes.response, 9, [eviewRecord(0, Buffer.alloc(0))]) },
  {
    about: 'an SOS in text',
    topic,
    payload: '!D,22/11/26,08:15:20,39.655300,106.794400,0,0,140041,1090.5,62,9,12,0.9',
    signal: 'sos',
    claim: '!D,22/11/26,08:15:20,39.655300,106.794400,0,0,140041,',
  },
  {
    about: 'a fall in text',
    topic,
    payload: '!C,22/11/26,8:15:20,39.655300,106.794400,0,0,140101,1090.5,62,9,12,0',
    signal: 'fall',
  },
  {
    about: 'a position in text',
    topic,
    payload: '!D,22/11/26,08:15:20,39.655300,106.794400,4,170,140001,1090.5,62,9,12,0',
  },
  {
    about: 'an old position in text',
    topic,
    payload: '!B,22/11/26,03:15:20,39.655300,106.794400,4,170,140001,1090.5,62,9,12,0',
  },
  { about: 'a bare position in text', topic, payload: '!A,22/11/26,08:15:20,39.655300,106.794400,0.0,25101,0' },
  { about: 'a log-in in text', topic, payload: `!1,${imei},V07S.5701.1621,100` },
  { about: 'a heartbeat in text', topic, payload: '!5,17,V,50' },
]
