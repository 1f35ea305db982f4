import { type DecodeContext, type Decoded, nothingDecoded } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { addFlag, addReading, addSignal, isRecord, refuse, settle, warn } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { latin1, readRecord } from '../payload.ts'
import { trusted, wallClockOf, zoneless } from '../times.ts'
import { asBoolean, asNumber } from '../values.ts'
import { foldedPayload } from '../words.ts'
import { pressNames, zones } from './fields.ts'
import { takePress, takeRadio } from './radio.ts'
import { takeDriver } from './sensors.ts'

/** Tasmota: plugs, sensors and buttons, and its bridges for Zigbee, LoRaWAN and Bluetooth. */
export const tasmota: Codec = {
  name: 'tasmota',
  title: 'Tasmota, with its Zigbee, LoRaWAN and Bluetooth bridges',
  topics: ['tele/#', 'stat/#', '+/tele/+', '+/stat/+', '+/+/tele/+', '+/+/stat/+'],
  // Tasmota's own last levels are capitals: SENSOR, STATE, LWT, RESULT, STATUS8, POWER1
  claims: (topic) => /\/[A-Z][A-Z0-9_]*$/.test(topic),
  speaks: 'others',
  source,
  about: {
    urgent: 'water, fire, CO and panic of Zigbee zones and their end; presses of buttons and switches',
    repeat: 'none; a state that goes on is told by its device and kind',
    device: "the topic; behind a bridge the device's IEEE address, else its name, else its short address",
  },
  urgent: (topic, payload) => {
    const text = latin1(payload)
    // raw zone bits: whether they are an alarm depends on what was learned
    if (/0500|zone/i.test(text)) return true
    return hurries.test(text) && urgentIfDecoded(tasmota, topic, payload)
  },
  decode,
}

const hurries = new RegExp(
  `Action|Click|0006|\\\\u|${zones.flatMap(({ name, signal }) => (signal ? [name] : [])).join('|')}`,
  'i',
)

/** `tele/kitchen/SENSOR`, `kitchen/tele/SENSOR`, and with SetOption89 `tele/bridge/5ADF/SENSOR`: the bridge's topic. */
function source(topic: string): string | undefined {
  const levels = topic.split('/').slice(0, -1)
  const at = levels[0] === 'tele' || levels[0] === 'stat' ? 0 : levels.length - 1
  levels.splice(at, 1)
  if (levels.length > 1 && /^(?:0x)?[0-9a-f]{4}$/i.test(levels.at(-1)!)) levels.pop()
  return levels.length === 0 ? undefined : sourceName(levels.join('.'))
}

function decode(topic: string, payload: Uint8Array, context: DecodeContext): Decoded {
  const decoded = nothingDecoded()
  const kind = topic.slice(topic.lastIndexOf('/') + 1)
  const word = payload.length <= 16 ? latin1(payload).trim().toLowerCase() : ''
  if (kind === 'LWT') takeWill(decoded, word)
  else if (/^POWER\d?$/.test(kind)) takePower(decoded, word, context.receivedAt)
  else if (/^(?:SENSOR|STATE|RESULT|STATUS(?:8|10|11)?|INFO1)$/.test(kind)) takeJson(decoded, payload, context)
  return decoded
}

function takeWill(decoded: Decoded, word: string): void {
  if (word === 'online' || word === 'offline') decoded.statuses.push({ online: word === 'online' })
  else if (word !== '') refuse(decoded, 'payload_invalid', 'neither Online nor Offline')
}

function takePower(decoded: Decoded, word: unknown, at: number): void {
  const on = asBoolean(word)
  if (on !== undefined) addFlag(decoded, 'switch_on', on, at)
}

function takeJson(decoded: Decoded, payload: Uint8Array, context: DecodeContext): void {
  const message = readRecord(decoded, payload)
  if (message) takeAll(decoded, message, context)
  else salvage(decoded, foldedPayload(payload))
}

/** `StatusSNS` and `StatusSTS` are the same as SENSOR and STATE, asked for. */
function takeAll(decoded: Decoded, message: Record<string, unknown>, context: DecodeContext): void {
  const asked = message.StatusSNS ?? message.StatusSTS
  const fields = isRecord(asked) ? asked : message
  const at = settle(timeOf(decoded, fields.Time, context), context.receivedAt)
  for (const name of Object.keys(fields)) takeField(decoded, name, fields, at, context)
}

function takeField(
  decoded: Decoded,
  name: string,
  fields: Record<string, unknown>,
  at: number,
  context: DecodeContext,
): void {
  const value = fields[name]
  const input = /^(?:Switch|Button)\d{1,2}$/.test(name)
  if (/^POWER\d?$/.test(name)) takePower(decoded, value, at)
  else if (!isRecord(value)) return
  else if (input) takePress(decoded, pressNames[String(value.Action).toLowerCase()], { source: undefined, at, context })
  else if (name === 'Wifi') takeWifi(decoded, value, at)
  else if (name === 'Info1') takeInfo(decoded, value)
  else if (holdsDevices(value)) {
    for (const key of Object.keys(value)) {
      const device = value[key]
      if (isRecord(device)) takeRadio(decoded, key, device, at, context)
    }
  } else takeDriver(decoded, name, value, fields, { source: undefined, at, context })
}

/** `ZbReceived`, `LwReceived`: objects by device. */
const holdsDevices = (value: Record<string, unknown>): boolean => Object.values(value).some(isRecord)

function takeWifi(decoded: Decoded, { Signal }: Record<string, unknown>, at: number): void {
  decoded.statuses.push({ online: true })
  const signal = asNumber(Signal)
  if (signal !== undefined) addReading(decoded, 'rssi', signal, at)
}

function takeInfo(decoded: Decoded, { Version }: Record<string, unknown>): void {
  decoded.statuses.push({ online: true, ...(typeof Version === 'string' && { firmware: Version.slice(0, 200) }) })
}

/** Local without a zone, or with an offset: both are usual. */
function timeOf(decoded: Decoded, value: unknown, context: DecodeContext): number | undefined {
  if (typeof value !== 'string') return undefined
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:?\d\d)$/.test(value)) {
    const at = Date.parse(value)
    return Number.isNaN(at) ? warn(decoded, 'field_broken', `Time: ${value}`) : trusted(decoded, at, context)
  }
  return zoneless(decoded, wallClockOf(value), context)
}

const alarms = zones.filter(({ signal }) => signal)
const claim = new RegExp(
  `"(${alarms.map(({ name }) => name.toLowerCase()).join('|')})"\\s{0,8}:\\s{0,8}"?(?:1|true|on)(?![0-9a-z.])`,
)

/** An alarm in text that is no JSON. */
function salvage(decoded: Decoded, text: string): void {
  const name = claim.exec(text)?.[1]
  const signal = alarms.find((zone) => zone.name.toLowerCase() === name)?.signal
  if (signal) addSignal(decoded, { signal, at: undefined, malformed: true })
}
