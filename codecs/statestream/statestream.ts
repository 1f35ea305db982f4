import { nothingDecoded } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { entityKey, isHarmless, takeEntity, toldOf, toldText } from '../home_assistant/entities.ts'
import { asBuffer } from '../payload.ts'

/**
 * Home Assistant's `mqtt_statestream`: each entity's state as plain text and each of its attributes as JSON, all of it retained.
 * An entity is a device of its own, since its topics do not tell to which it belongs.
 */
export const statestream: Codec = {
  name: 'statestream',
  title: "Home Assistant's MQTT statestream",
  topics: ['homeassistant/+/+/+'],
  claims: (topic) => !topic.endsWith('/config'),
  speaks: 'others',
  source: (topic) => sourceName(topic.split('/')[2] ?? ''),
  about: {
    urgent:
      'a binary sensor of a fall, SOS, smoke, gas, carbon monoxide or water, or one whose name does not say what it is',
    repeat: 'a state goes on until it is off',
    device: 'the object id of the entity',
  },
  urgent(topic, payload) {
    const [, domain, name = '', what] = topic.split('/')
    if (domain !== 'binary_sensor' || what !== 'state') return false
    return urgentIfDecoded(statestream, topic, payload) || !isHarmless(name)
  },
  decode(topic, payload, { receivedAt, learned }) {
    const decoded = nothingDecoded()
    const [base, domain = '', name = '', what] = topic.split('/')
    if (payload.length === 0 || (domain !== 'binary_sensor' && domain !== 'sensor')) return decoded
    const text = asBuffer(payload.subarray(0, valueChars)).toString('utf8').trim()
    const state = `${base}/${domain}/${name}/state`
    const told = toldOf(learned, state)
    const word = text.replace(/^"(.*)"$/, '$1')
    const learn = (more: typeof told) =>
      decoded.learned.push({ key: entityKey(state), value: toldText({ ...told, ...more }) })
    if (what === 'state') takeEntity(decoded, { component: domain, name, told, at: receivedAt }, text)
    // Attributes come again with every change; what is known need not be learned again.
    else if (what === 'device_class' && word !== told.deviceClass) learn({ deviceClass: word })
    else if (what === 'unit_of_measurement' && word !== told.unit) learn({ unit: word })
    return decoded
  },
}

const valueChars = 200
