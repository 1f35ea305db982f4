import type { Frame } from '../frames.ts'

export const frames: Frame[] = [
  {
    about: 'an entity of Zigbee2MQTT',
    topic: 'homeassistant/binary_sensor/0x00124b0022aa31f0/contact/config',
    payload:
      '{"device":{"identifiers":["zigbee2mqtt_0x00124b0022aa31f0"],"manufacturer":"Tuya","model":"Door sensor","name":"Front door"},"device_class":"door","payload_off":true,"payload_on":false,"state_topic":"zigbee2mqtt/Front door","value_template":"{{ value_json.contact }}"}',
  },
  {
    about: 'an entity of ESPHome, in short names',
    topic: 'homeassistant/sensor/bath-radar/distance/config',
    payload:
      '{"~":"bath-radar","name":"Distance","stat_t":"~/sensor/distance/state","unit_of_meas":"cm","dev_cla":"distance","dev":{"ids":"a4c138001122","mf":"Seeed","mdl":"MR60FDA2","name":"bath-radar","sa":"Bath"}}',
  },
  { about: 'an entity taken back', topic: 'homeassistant/sensor/bath-radar/distance/config', payload: '' },
]
