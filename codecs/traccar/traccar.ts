import { parseTime } from '../../domain/clock.ts'
import type { DecodeContext, Decoded, Position } from '../../domain/message.ts'
import { nothingDecoded } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import {
  addClear,
  addPosition,
  addReading,
  addSignal,
  isRecord,
  quoted,
  refuse,
  settle,
  shown,
  warn,
  whose,
} from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { takeMeasured } from '../measured.ts'
import { asBuffer, latin1, parsePayload } from '../payload.ts'
import { positionIn } from '../positions.ts'
import { dayMs, trusted } from '../times.ts'
import { asBoolean, asNumber, fromKnots } from '../values.ts'
import { type Alarm, type Attribute, alarms, attributes, events, wornProtocols } from './fields.ts'

/**
 * What Traccar forwards: `{position, device}` and `{event, position, device, geofence}`. So come all trackers that Vigil does
 * not read itself.
 */
export const traccar: Codec = {
  name: 'traccar',
  title: 'Traccar, position and event forwarding (type json)',
  topics: ['push/traccar/#', 'traccar/#'],
  speaks: 'others',
  about: {
    urgent: 'an alarm, or a geofence that was left or entered',
    repeat: "the same alarm of one report: by forwarding of its position and of its event, and by Traccar's retries",
    device: "Traccar's `device.uniqueId`, in most protocols the IMEI",
  },
  urgent: (topic, payload) => mayClaim(asBuffer(payload)) && urgentIfDecoded(traccar, topic, payload),
  decode,
}

/** An escape could hide a word. */
const mayClaim = (payload: Buffer): boolean => ['alarm', 'geofence', '\\u'].some((word) => payload.includes(word))

function decode(_: string, payload: Uint8Array, context: DecodeContext): Decoded {
  const decoded = nothingDecoded()
  const parsed = parsePayload(payload)
  if (!parsed.ok) refuse(decoded, parsed.code, parsed.detail)
  else if (!isRecord(parsed.value) || !(isRecord(parsed.value.position) || isRecord(parsed.value.event)))
    refuse(decoded, 'payload_invalid', 'neither position nor event')
  else {
    if (parsed.flaw) refuse(decoded, parsed.flaw.code, parsed.flaw.detail)
    takeForwarded(decoded, parsed.value, context)
  }
  salvage(decoded, payload)
  return decoded
}

type Fields = Record<string, unknown>
/** What the parts of one message have in common. */
type Told = {
  source: string | undefined
  deviceAt: number | undefined
  at: number
  position: Position | undefined
  isHistory: boolean
}

const partOf = (whole: Fields, name: string): Fields => (isRecord(whole[name]) ? whole[name] : {})

function takeForwarded(decoded: Decoded, whole: Fields, context: DecodeContext): void {
  const [position, event, device] = [partOf(whole, 'position'), partOf(whole, 'event'), partOf(whole, 'device')]
  const source = typeof device.uniqueId === 'string' && device.uniqueId !== '' ? sourceName(device.uniqueId) : undefined
  if (source === undefined) refuse(decoded, 'payload_invalid', 'no device.uniqueId')
  const time = position.deviceTime ?? position.fixTime ?? event.eventTime ?? event.serverTime
  const deviceAt = trusted(decoded, parseTime(time), context)
  const isHistory = asBoolean(partOf(position, 'attributes').archive) === true
  if (isHistory) warn(decoded, 'historical', 'archive')
  const told: Told = {
    source,
    deviceAt,
    at: settle(deviceAt, context.receivedAt),
    position: placeOf(position),
    isHistory,
  }
  // Readings of nobody would be those of Traccar.
  if (source !== undefined) takePosition(decoded, position, told, context)
  takeAlarms(decoded, partOf(position, 'attributes').alarm, told)
  if (isRecord(whole.event)) takeEvent(decoded, event, told)
}

/** No fix, or the last one told again, is no place. */
function placeOf({ latitude, longitude, valid, outdated, accuracy }: Fields): Position | undefined {
  if (valid !== true || outdated === true) return undefined
  return positionIn('WGS84', latitude, longitude, asNumber(accuracy))
}

function takePosition(decoded: Decoded, position: Fields, told: Told, context: DecodeContext): void {
  const { source, at } = told
  if (told.position) {
    const fixedAt = settle(trusted(decoded, parseTime(position.fixTime), context) ?? told.deviceAt, context.receivedAt)
    addPosition(decoded, told.position, fixedAt, source)
    const speed = asNumber(position.speed)
    if (speed !== undefined) addReading(decoded, 'speed', fromKnots(speed), fixedAt, source)
  }
  const isWorn = wornProtocols.has(String(position.protocol))
  for (const [name, value] of Object.entries(partOf(position, 'attributes'))) {
    const known = Object.hasOwn(attributes, name) ? attributes[name] : undefined
    if (!known) continue
    const { metric, convert } = isWorn ? ofWearer(known) : known
    takeMeasured(decoded, metric, value, { at, source, convert })
  }
}

const ofWearer = (known: Attribute): Attribute =>
  known.metric === 'temperature' ? { metric: 'body_temperature' } : known

function takeEvent(decoded: Decoded, event: Fields, told: Told): void {
  const type = String(event.type)
  const meaning = Object.hasOwn(events, type) ? events[type] : undefined
  if (type === 'alarm') takeAlarms(decoded, partOf(event, 'attributes').alarm ?? 'general', told)
  else if (!meaning) refuse(decoded, 'payload_invalid', `no type of event that is known: ${shown(event.type)}`)
  else if (meaning === 'nothing') return
  else if ('online' in meaning) {
    if (told.source !== undefined) decoded.statuses.push({ online: meaning.online, source: told.source })
  } else takeMeaning(decoded, meaning, type, told)
}

/** Several alarms of one report are one text with commas. */
function takeAlarms(decoded: Decoded, given: unknown, told: Told): void {
  if (typeof given !== 'string') return
  for (const name of new Set(given.split(',').map((part) => part.trim()))) {
    const meaning = Object.hasOwn(alarms, name) ? alarms[name] : undefined
    if (!meaning) warn(decoded, 'value_unknown', `alarm ${quoted(name)}`)
    else takeMeaning(decoded, meaning, name, told)
  }
}

function takeMeaning(decoded: Decoded, meaning: Alarm, name: string, told: Told): void {
  const { source, deviceAt, at, position, isHistory } = told
  if (meaning === 'nothing') return
  if ('metric' in meaning) {
    if (source !== undefined) addReading(decoded, meaning.metric, meaning.value, at, source)
  } else if ('ends' in meaning) addClear(decoded, { ...whose(source), signal: meaning.ends, at: deviceAt })
  else if (!decoded.signals.some(({ signal }) => signal === meaning.signal)) {
    addSignal(decoded, {
      ...whose(source),
      signal: meaning.signal,
      at: deviceAt,
      ...(position && { position }),
      ...(isHistory && { historical: true }),
      ...(source === undefined && { malformed: true }),
      ...(deviceAt !== undefined && { key: { id: `${name} ${deviceAt}`, withinMs: dayMs } }),
    })
  }
}

/** Where names round it are broken: the alarm by its attribute alone, and whose by what stands of the device. */
function salvage(decoded: Decoded, payload: Uint8Array): void {
  if (!asBuffer(payload).includes('"alarm"')) return
  const text = latin1(payload)
  const source = /"uniqueId"\s*:\s*"([^"\\]{1,64})"/.exec(text)?.[1]
  const found = [...text.matchAll(/"alarm"\s*:\s*"([A-Za-z, ]{1,200})"/g)].flatMap(([, list]) => list!.split(','))
  for (const name of new Set(found.map((part) => part.trim()))) {
    const meaning = Object.hasOwn(alarms, name) ? alarms[name]! : 'nothing'
    if (meaning === 'nothing' || !('signal' in meaning)) continue
    const { signal } = meaning
    if (decoded.signals.some((one) => one.signal === signal)) continue
    if (decoded.refusals.length === 0) refuse(decoded, 'payload_invalid', 'an alarm stands where none belongs')
    addSignal(decoded, { signal, at: undefined, malformed: true, ...whose(source && sourceName(source)) })
  }
}
