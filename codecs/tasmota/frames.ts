import type { Frame } from '../frames.ts'

const topic = 'tele/bridge/SENSOR'

export const frames: Frame[] = [
  { about: 'the last will', topic: 'tele/plug/LWT', payload: 'Offline' },
  {
    about: 'its state',
    topic: 'tele/plug/STATE',
    payload: '{"Time":"2026-11-22T16:15:30","POWER":"ON","Wifi":{"RSSI":80,"Signal":-60}}',
  },
  {
    about: 'wired sensors, in Fahrenheit',
    topic: 'hall/tele/SENSOR',
    payload:
      '{"Time":"2026-11-22T08:15:30+00:00","Switch1":"ON","AM2301":{"Temperature":70.1,"Humidity":44},"ENERGY":{"Total":3.2,"Power":12,"Voltage":231,"Current":0.05},"TempUnit":"F"}',
  },
  {
    about: 'a Zigbee zone: water',
    topic,
    payload:
      '{"ZbReceived":{"Bath":{"Device":"0x51AB","Name":"Bath","0500<00":"010000010000","ZoneStatusChange":1,"Water":1,"LinkQuality":90}}}',
    signal: 'water_leak',
    claim: '"Water":1,',
  },
  {
    about: 'a Zigbee panic button',
    topic,
    payload: '{"ZbReceived":{"0x51AC":{"Device":"0x51AC","Name":"Panic by the bed","Panic":1,"LinkQuality":90}}}',
    signal: 'sos',
    claim: '"Panic":1,',
  },
  {
    about: 'a Zigbee door',
    topic,
    payload:
      '{"ZbReceived":{"0x51AD":{"Device":"0x51AD","Contact":1,"BatteryPercentage":80,"Endpoint":1,"LinkQuality":7}}}',
  },
  { about: 'raw zone bits', topic, payload: '{"ZbReceived":{"0x51AE":{"0500!00":"010000FF0000","LinkQuality":70}}}' },
  {
    about: 'a Zigbee button',
    topic,
    payload: '{"ZbReceived":{"0x51AF":{"Name":"Button","0006!FD":"02","LinkQuality":70}}}',
    signal: 'sos',
  },
  {
    about: 'a LoRaWAN door',
    topic,
    payload: '{"LwReceived":{"0x4AD7":{"Node":2,"Device":"0x4AD7","RSSI":-70,"DoorOpen":0,"Battery":3.1}}}',
  },
  { about: 'a radar', topic, payload: '{"LD2410":{"Distance":[0,0,0]}}' },
  { about: 'a beacon', topic, payload: '{"IBEACON":{"MAC":"A4C138000001","RSSI":-60,"STATE":"ON"}}' },
  { about: 'a button', topic: 'stat/panel/RESULT', payload: '{"Button1":{"Action":"HOLD"}}', signal: 'sos' },
  { about: 'a switch', topic: 'stat/panel/POWER1', payload: 'ON' },
]
