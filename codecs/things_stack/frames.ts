import type { Frame } from '../frames.ts'

const topic = (kind: string): string => `v3/care@ttn/devices/badge-7/${kind}`
const ids =
  '"end_device_ids":{"device_id":"badge-7","application_ids":{"application_id":"care"},"dev_eui":"70B3D5E000000007"}'
const sent = '"received_at":"2026-11-22T08:15:30.260676101Z"'
const rx =
  '"rx_metadata":[{"gateway_ids":{"gateway_id":"roof"},"rssi":-101,"snr":-2.2,"location":{"latitude":39.6,"longitude":106.7}}]'

export const frames: Frame[] = [
  {
    about: 'the least that is legal',
    topic: topic('up'),
    payload: `{${ids},"uplink_message":{"session_key_id":"AY0v","f_port":2,"frm_payload":"AQID","decoded_payload":{"hum":40}}}`,
  },
  {
    about: 'a contact, read by its bytes',
    topic: topic('up'),
    payload: `{${ids},"uplink_message":{"f_port":100,"f_cnt":4,"frm_payload":"AQs1AACKOgA=",${rx},"version_ids":{"brand_id":"browan","model_id":"tbdw100"},${sent}}}`,
  },
  {
    about: 'measurements in the units of the schema',
    topic: topic('up'),
    payload: `{${ids},"uplink_message":{"f_port":1,"normalized_payload":[{"air":{"temperature":20.5,"relativeHumidity":40},"battery":3.1}],${sent}}}`,
  },
  {
    about: 'an SOS',
    topic: topic('up'),
    payload: `{${ids},"uplink_message":{"f_port":17,"f_cnt":9,"frm_payload":"CgD5hgAH","decoded_payload":{"eventType":"SOS_MODE_START","sosFlag":0},${sent}}}`,
    signal: 'sos',
    claim: '"eventType":"SOS_MODE_START"',
  },
  {
    about: 'an alarm that is text',
    topic: topic('up'),
    payload: `{${ids},"uplink_message":{"f_port":2,"decoded_payload":{"BatV":3.9,"ALARM_status":"TRUE"},${sent}}}`,
    signal: 'sos',
    claim: '"ALARM_status":"TRUE"',
  },
  {
    about: 'a leak, by its bytes, over a webhook',
    topic: 'push/things_stack/up',
    payload: `{${ids},"uplink_message":{"f_port":106,"frm_payload":"EQs2KDY=","version_ids":{"model_id":"tbwl100"},${sent}}}`,
    signal: 'water_leak',
  },
  { about: 'a join', topic: topic('join'), payload: `{${ids},${sent},"join_accept":{"session_key_id":"AY0v"}}` },
  {
    about: 'a place that the network found',
    topic: topic('location/solved'),
    payload: `{${ids},${sent},"location_solved":{"service":"x","location":{"latitude":39.655,"longitude":106.794,"accuracy":90}}}`,
  },
  { about: 'a downlink', topic: topic('down/ack'), payload: `{${ids},"downlink_ack":{"f_port":2}}` },
]
