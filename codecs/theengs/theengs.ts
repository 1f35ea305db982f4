import { type DecodeContext, type Decoded, nothingDecoded } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { parseServiceData } from '../bthome/service_data.ts'
import { takeServiceData } from '../bthome/take.ts'
import { addReading, addState, attribute, isHazard, isRecord, refuse, shown, warn } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { asBuffer, parsePayload } from '../payload.ts'
import { asNumber, isAbsent, withoutNoise } from '../values.ts'
import { fields, kilograms } from './fields.ts'
import { salvagePress, takePresses } from './press.ts'

/** What OpenMQTTGateway and Theengs Gateway hear by Bluetooth, decoded by them: flat JSON, one advertisement a message. */

const address = /^(?:[0-9a-f]{2}[:-]?){5}[0-9a-f]{2}$/i

export const theengs: Codec = {
  name: 'theengs',
  title: 'OpenMQTTGateway and Theengs Gateway: Bluetooth buttons, scales, bands, contacts, thermometers',
  topics: [
    'home/+/BTtoMQTT/#',
    'home/+/LWT',
    'home/+/SYStoMQTT',
    'home/home_presence/+',
    '+/+/BTtoMQTT/#',
    '+/+/SYStoMQTT',
  ],
  speaks: 'others',
  source,
  about: {
    urgent: 'a button, smoke, gas, carbon monoxide or water; also the end of these',
    repeat: 'the same packet id within ten seconds: several gateways hear one advertisement',
    device: 'the MAC address in the topic, or the id where the topic has none; addresses that change name nobody',
  },
  urgent: (topic, payload) => mayAlarm(asBuffer(payload)) && urgentIfDecoded(theengs, topic, payload),
  decode,
}

function source(topic: string): string | undefined {
  const [, gateway = '', kind, device = ''] = topic.split('/')
  if (kind === 'LWT' || kind === 'SYStoMQTT') return sourceName(gateway)
  return kind === 'BTtoMQTT' && address.test(device) ? sourceName(device) : undefined
}

const urgentWords = [
  '"button',
  'servicedata',
  ...Object.entries(fields).flatMap(([n, f]) => (isHazard(f.metric) ? [n] : [])),
]
const mayAlarm = (payload: Buffer): boolean => urgentWords.some((word) => payload.includes(word))

function decode(topic: string, payload: Uint8Array, context: DecodeContext): Decoded {
  const decoded = nothingDecoded()
  if (topic.endsWith('/LWT')) {
    takeWill(decoded, payload)
    return decoded
  }
  const parsed = parsePayload(payload)
  if (!parsed.ok) {
    refuse(decoded, parsed.code, parsed.detail)
    salvagePress(decoded, asBuffer(payload.subarray(0, longestText)).toString('latin1'))
  } else if (!isRecord(parsed.value)) refuse(decoded, 'payload_invalid', `not an object but ${shown(parsed.value)}`)
  else if (topic.endsWith('/SYStoMQTT')) takeGateway(decoded, parsed.value)
  else takeDevice(decoded, topic, parsed.value, context)
  if (parsed.ok && parsed.flaw) refuse(decoded, parsed.flaw.code, parsed.flaw.detail)
  return decoded
}

/** Of what is no JSON, so much is searched for a press; no advertisement fills it. */
const longestText = 16_384

function takeWill(decoded: Decoded, payload: Uint8Array): void {
  const word = asBuffer(payload.subarray(0, 32)).toString('latin1').trim().toLowerCase()
  if (word === 'online' || word === 'offline') decoded.statuses.push({ online: word === 'online' })
  else refuse(decoded, 'payload_invalid', 'neither online nor offline')
}

/** The gateway's own report: it lives, and by which version. */
function takeGateway(decoded: Decoded, { version }: Record<string, unknown>): void {
  decoded.statuses.push({ online: true, ...(typeof version === 'string' ? { firmware: version } : {}) })
}

function takeDevice(decoded: Decoded, topic: string, record: Record<string, unknown>, context: DecodeContext): void {
  const named = source(topic)
  const id = typeof record.id === 'string' && record.id !== '' ? sourceName(record.id) : undefined
  if (isRandom(record)) {
    warn(decoded, 'identity_random', String(record.id ?? topic))
    return
  }
  takeContent(decoded, record, context)
  if (named === undefined && id === undefined) refuse(decoded, 'payload_invalid', 'neither topic nor id names a device')
  if (named !== undefined && id !== undefined && named !== id) warn(decoded, 'identity_conflict', String(record.id))
  if (named === undefined && id !== undefined) attribute(decoded, id)
}

/**
 * Whether the address changes every few minutes: the decoder says so, or it is a random one that is not static (its first two
 * bits are 11 where it is: Bluetooth Core 5.4, vol. 6 B 1.3.2).
 */
function isRandom({ type, prmac, mac_type, id }: Record<string, unknown>): boolean {
  if (type === 'RMAC' || prmac === true) return true
  const isStatic = typeof id === 'string' && /^[c-f]/i.test(id)
  return asNumber(mac_type) === 1 && !isStatic
}

function takeContent(decoded: Decoded, record: Record<string, unknown>, context: DecodeContext): void {
  const raw = bthomeIn(record)
  if (raw) takeServiceData(decoded, raw, context)
  else if (record.encr !== undefined && record.cipher !== undefined)
    refuse(decoded, 'payload_encrypted', `counter ${shown(record.ctr)}; give the key to the gateway`)
  if (!raw) takePresses(decoded, record, context.receivedAt)
  for (const name of Object.keys(fields))
    if (!isAbsent(record[name])) takeField(decoded, record, name, context.receivedAt)
  if (record.weight !== undefined) takeWeight(decoded, record, context.receivedAt)
  if (record.state === 'online' || record.state === 'offline')
    decoded.statuses.push({ online: record.state === 'online' })
}

/** Raw service data of BTHome, which a gateway passes on where it has not decoded it, or beside what it has. */
function bthomeIn({ servicedatauuid, servicedata }: Record<string, unknown>) {
  if (typeof servicedatauuid !== 'string' || typeof servicedata !== 'string') return undefined
  if (!/^(?:0x|0000)?fcd2(?:-|$)/i.test(servicedatauuid) || !/^(?:[0-9a-f]{2})+$/i.test(servicedata)) return undefined
  return parseServiceData(Buffer.from(servicedata, 'hex'))
}

function takeField(decoded: Decoded, record: Record<string, unknown>, name: string, at: number): void {
  const { metric, read, isZeroNone, unless } = fields[name]!
  const isThere = decoded.readings.some((reading) => reading.metric === metric)
  if (isThere || (unless !== undefined && !isAbsent(record[unless]))) return
  const value = read(record[name])
  if (value === undefined) return void warn(decoded, 'value_unknown', `${name}: ${shown(record[name])}`)
  if (value === 0 && isZeroNone) return void warn(decoded, 'no_reading', name)
  if (name === 'tempf') warn(decoded, 'unit_converted', name)
  addReading(decoded, metric, value, at)
  if (isHazard(metric)) addState(decoded, value === 1, { signal: metric, at: undefined })
}

/** What stood on the scale: a person's weight, not a suitcase's. */
function takeWeight(decoded: Decoded, record: Record<string, unknown>, at: number): void {
  const { weight, unit, weighing_mode: mode } = record
  const value = asNumber(weight)
  const factor = typeof unit === 'string' ? kilograms.get(unit.trim().toLowerCase()) : undefined
  if (typeof mode === 'string' && mode !== 'person') warn(decoded, 'no_reading', `weight of ${mode}`)
  else if (value === undefined) warn(decoded, 'value_unknown', `weight: ${shown(weight)}`)
  else if (factor === undefined) warn(decoded, 'unit_unknown', `weight in ${shown(unit)}`)
  else {
    if (factor !== 1) warn(decoded, 'unit_converted', `weight in ${shown(unit)}`)
    addReading(decoded, 'weight', withoutNoise(value * factor), at)
  }
}
