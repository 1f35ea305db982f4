import type { Decoded } from '../../domain/message.ts'
import { nothingDecoded } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { isRecord, refuse, shown } from '../build.ts'
import type { Codec } from '../codec.ts'
import { esphome } from '../esphome/esphome.ts'
import { fits } from '../filters.ts'
import { parsePayload } from '../payload.ts'
import { zigbee2mqtt } from '../zigbee2mqtt/zigbee2mqtt.ts'
import { entityKey, toldText } from './entities.ts'

/**
 * Home Assistant's MQTT discovery: what a device says of itself so that nobody need type it. Vigil takes the device from it, and
 * what each state topic means. https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery
 */
export const homeAssistant: Codec = {
  name: 'home_assistant',
  title: 'Home Assistant MQTT discovery',
  topics: ['homeassistant/+/+/config', 'homeassistant/+/+/+/config', 'homeassistant/status'],
  speaks: 'others',
  about: {
    urgent: 'nothing: it only tells which devices there are',
    repeat: 'the newest of a topic counts',
    device: 'the device whose states it describes, or the first of its identifiers',
  },
  urgent: () => false,
  decode(topic, payload) {
    const decoded = nothingDecoded()
    // An empty one takes the entity back; what was learned of it does no harm.
    if (payload.length === 0 || topic === 'homeassistant/status') return decoded
    const parsed = parsePayload(payload)
    if (!parsed.ok) refuse(decoded, parsed.code, parsed.detail)
    else if (!isRecord(parsed.value)) refuse(decoded, 'payload_invalid', `not an object but ${shown(parsed.value)}`)
    else takeConfig(decoded, parsed.value)
    return decoded
  },
}

/** Full names and the short ones that small devices send. */
const field = (config: Record<string, unknown>, long: string, short: string): unknown => config[long] ?? config[short]

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

function takeConfig(decoded: Decoded, config: Record<string, unknown>): void {
  const whole = textOf(field(config, 'state_topic', 'stat_t'))
  const stateTopic = whole?.replace('~', textOf(config['~']) ?? '~')
  const deviceClass = textOf(field(config, 'device_class', 'dev_cla'))
  const unit = textOf(field(config, 'unit_of_measurement', 'unit_of_meas'))
  if (stateTopic !== undefined && stateTopic.length <= 512 && (deviceClass ?? unit) !== undefined)
    decoded.learned.push({ key: entityKey(stateTopic), value: toldText({ deviceClass, unit }) })
  const device = field(config, 'device', 'dev')
  const source = sourceOf(stateTopic) ?? identifierOf(device)
  if (source === undefined || !isRecord(device)) return
  const maker = [field(device, 'manufacturer', 'mf'), field(device, 'model', 'mdl')].flatMap((one) => textOf(one) ?? [])
  const place = textOf(field(device, 'suggested_area', 'sa')) ?? textOf(device.name)
  decoded.announced.push({
    source,
    category: 'home_monitor',
    ...(maker.length > 0 && { model: maker.join(' ').slice(0, 200) }),
    ...(place !== undefined && { place: place.slice(0, 200) }),
  })
}

/** The formats whose devices announce themselves so; their states name the device. */
const formats = [zigbee2mqtt, esphome]

function sourceOf(topic: string | undefined): string | undefined {
  if (topic === undefined) return undefined
  const format = formats.find(({ topics }) => topics.some((filter) => fits(filter, topic)))
  return format?.source?.(topic)
}

function identifierOf(device: unknown): string | undefined {
  if (!isRecord(device)) return undefined
  const identifiers = field(device, 'identifiers', 'ids')
  const first = textOf(Array.isArray(identifiers) ? identifiers[0] : identifiers)
  return first === undefined ? undefined : sourceName(first)
}
