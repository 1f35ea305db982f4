import { nothingDecoded } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { isHarmless, takeEntity, toldOf } from '../home_assistant/entities.ts'
import { asBuffer } from '../payload.ts'

/**
 * ESPHome's own MQTT: one plain value on a topic of its own, without a time, and by default all of it retained. So nothing is an
 * event by its flag alone: alerts tells a new fall from one that a radar tells again after its line came back. `<node>/status` is the same
 * topic as CareLink's, whose codec reads both.
 */
const topics = [
  'binary_sensor',
  'sensor',
  'text_sensor',
  'switch',
  'light',
  'number',
  'select',
  'event',
  'button',
  'update',
]

export const esphome: Codec = {
  name: 'esphome',
  title: 'ESPHome (also the Seeed radars MR60FDA2 and MR60BHA2)',
  topics: [...topics.map((component) => `+/${component}/+/state`), '+/debug'],
  speaks: 'itself',
  source: (topic) => sourceName(topic.slice(0, topic.indexOf('/'))),
  about: {
    urgent:
      'a binary sensor of a fall, SOS, smoke, gas, carbon monoxide or water, or one whose name does not say what it is',
    repeat: 'a state goes on until it is OFF; a button is pressed each time that it is ON',
    device: 'the name of the node, the first level of the topic',
  },
  urgent(topic, payload) {
    const [, component, name = ''] = topic.split('/')
    if (component !== 'binary_sensor') return false
    return urgentIfDecoded(esphome, topic, payload) || !isHarmless(name)
  },
  decode(topic, payload, { receivedAt, learned }) {
    const decoded = nothingDecoded()
    const [, component = '', name = ''] = topic.split('/')
    if (payload.length === 0 || (component !== 'binary_sensor' && component !== 'sensor')) return decoded
    const text = asBuffer(payload.subarray(0, valueChars)).toString('utf8').trim()
    takeEntity(decoded, { component, name, told: toldOf(learned, topic), at: receivedAt }, text)
    return decoded
  },
}

const valueChars = 100
