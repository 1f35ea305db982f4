import protobuf from 'protobufjs/minimal.js'
import type { Frame } from '../frames.ts'

const eui = '24e124535b310001'
const topic = (event: string): string => `application/17c82e96/device/${eui}/event/${event}`
const head = '"deduplicationId":"9d1c1a4e-1","time":"2026-11-22T08:15:30.250123456+00:00"'
const info = (profile: string): string =>
  `"deviceInfo":{"deviceProfileName":"${profile}","deviceName":"hall","devEui":"${eui}"}`
const rx =
  '"rxInfo":[{"gatewayId":"0016c001f153a14c","rssi":-97,"snr":5.5,"location":{"latitude":39.6,"longitude":106.7}}]'

/** An uplink in protocol buffers: id, device, port and data. */
export function protoUplink(profile: string, port: number, data: string): Uint8Array {
  const device = protobuf.Writer.create().uint32(50).string(profile).uint32(66).string(eui).finish()
  const best = protobuf.Writer.create().uint32(48).int32(-97).finish()
  return protobuf.Writer.create()
    .uint32(10)
    .string('9d1c1a4e-2')
    .uint32(26)
    .bytes(device)
    .uint32(64)
    .uint32(port)
    .uint32(82)
    .bytes(Buffer.from(data, 'hex'))
    .uint32(98)
    .bytes(best)
    .finish()
}

export const frames: Frame[] = [
  {
    about: 'a contact, read by its bytes',
    topic: topic('up'),
    payload: `{${head},${info('Milesight WS301')},"fPort":85,"data":"AXVkAwABBAAA",${rx}}`,
  },
  {
    about: 'an object of a codec',
    topic: topic('up'),
    payload: `{${head},${info('climate')},"fPort":2,"data":"AAEC","object":{"battery":3.6,"temperature":21.5}}`,
  },
  {
    about: "an SOS of a tracker in its formatter's words",
    topic: topic('up'),
    payload: `{${head},${info('badge')},"fPort":17,"object":{"eventType":"SOS_MODE_START","sosFlag":0}}`,
    signal: 'sos',
    claim: '"eventType":"SOS_MODE_START"',
  },
  {
    about: 'an SOS of a pendant, by its bytes',
    topic: topic('up'),
    payload: `{${head},${info('Browan TBPB100')},"fPort":147,"data":"AQ43",${rx}}`,
    signal: 'sos',
  },
  {
    about: 'a fall of a radar, in protocol buffers',
    topic: topic('up'),
    payload: protoUplink('Milesight VS373', 85, '06fb0700000100'),
    signal: 'fall',
  },
  { about: 'a door in protocol buffers', topic: topic('up'), payload: protoUplink('EM300-MCS', 85, '01755c060001') },
  { about: 'a battery', topic: topic('status'), payload: `{${head},${info('WS101')},"margin":10,"batteryLevel":75.5}` },
  { about: 'a join', topic: topic('join'), payload: `{${head},${info('WS101')},"devAddr":"01fd9738"}` },
  {
    about: 'a place that the network found',
    topic: topic('location'),
    payload: `{${head},${info('badge')},"location":{"latitude":39.655,"longitude":106.794,"accuracy":120}}`,
  },
  {
    about: 'a complaint of the network',
    topic: topic('log'),
    payload: `{${info('WS101')},"level":"ERROR","code":"UPLINK_MIC"}`,
  },
  { about: 'an acknowledgement', topic: topic('ack'), payload: `{${head},${info('WS101')},"acknowledged":true}` },
  {
    about: 'over HTTP',
    topic: 'push/chirpstack/up',
    payload: `{${head},${info('Netvox R312A')},"fPort":6,"data":"AU0BHgEAAAAAAAA="}`,
    signal: 'sos',
  },
]
