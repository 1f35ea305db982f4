import { type DecodeContext, type Decoded, nothingDecoded } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { addClear, addReading, addSignal, attribute, isRecord, refuse, settle, shown } from '../build.ts'
import { type Codec, urgentIfDecoded } from '../codec.ts'
import { readRecord } from '../payload.ts'
import { dayMs, wallClockOf, zoneless } from '../times.ts'
import { asNumber, nameLetters } from '../values.ts'
import { foldedPayload } from '../words.ts'
import { type RadarEvent, radarEvents, statusOf } from './events.ts'

/**
 * Milesight VS373, a fall radar for the ceiling, by its own network: the "trigger report" over MQTT or HTTP. Its topic is free
 * text of whoever sets it up. (By LoRaWAN it comes through the network server's codec.)
 */
export const milesightVs373: Codec = {
  name: 'milesight_vs373',
  title: 'Milesight VS373 fall radars (trigger report over MQTT or HTTP)',
  topics: ['milesight/vs373/#', 'vs373/#', '+/vs373/#', 'push/milesight_vs373/#'],
  speaks: 'itself',
  about: {
    urgent: 'a fall, no movement, a stay too long, breathing too slow or too fast; also their end',
    repeat: 'the same trigger id, event and status of a radar within a day',
    device: 'the serial number in the message',
  },
  // names are read without signs, so no word in the bytes is sure to be there; a radar reports seldom
  urgent: (topic, payload) => urgentIfDecoded(milesightVs373, topic, payload),
  decode,
}

type Fields = Record<string, unknown>

function decode(_topic: string, payload: Uint8Array, context: DecodeContext): Decoded {
  const decoded = nothingDecoded()
  const report = readRecord(decoded, payload)
  if (report) takeReport(decoded, report, context)
  if (decoded.refusals.length > 0 && decoded.signals.length + decoded.clears.length === 0)
    salvage(decoded, foldedPayload(payload))
  return decoded
}

/** Firmware writes `device_sn`, the vendor's page `device sn`, and both `ip_address` and `ipAddress`: read without signs. */
const plain = (fields: Fields): Fields =>
  Object.fromEntries(Object.keys(fields).map((name) => [nameLetters(name), fields[name]]))

/** The trigger's data stands beside the device's, or inside of it. */
function takeReport(decoded: Decoded, value: Fields, context: DecodeContext): void {
  const report = plain(value)
  const device = isRecord(report.deviceinfo) ? plain(report.deviceinfo) : report
  const found = report.triggerdata ?? device.triggerdata
  const trigger = isRecord(found) ? plain(found) : report
  if (trigger.event === undefined) refuse(decoded, 'payload_invalid', 'no event of a trigger')
  else takeTrigger(decoded, trigger, device, context)
  const serial = device.devicesn
  if (typeof serial === 'string' && serial !== '') attribute(decoded, sourceName(serial))
}

function takeTrigger(decoded: Decoded, trigger: Fields, device: Fields, context: DecodeContext): void {
  const event = radarEvents[asNumber(trigger.event) ?? -1]
  const status = statusOf[asNumber(trigger.status) ?? -1]
  if (!event) return void refuse(decoded, 'payload_invalid', `event: ${shown(trigger.event)}`)
  if (!status) return void refuse(decoded, 'payload_invalid', `status: ${shown(trigger.status)}`)
  const at = zoneless(decoded, wallClockOf(device.time), context)
  if (event.signal && status === 'over') addClear(decoded, { signal: event.signal.kind, at })
  else if (event.signal) addAlarm(decoded, event.signal, trigger, at)
  else if (status === 'on') takeState(decoded, event.reading, trigger, settle(at, context.receivedAt))
}

function addAlarm(
  decoded: Decoded,
  { kind, confidence }: NonNullable<RadarEvent['signal']>,
  trigger: Fields,
  at: number | undefined,
): void {
  const trigger_id = asNumber(trigger.triggerid)
  const id = `trigger:${trigger_id}:${asNumber(trigger.event)}`
  addSignal(decoded, {
    signal: kind,
    at,
    ...(confidence !== undefined && { confidence }),
    ...(trigger_id !== undefined && { key: { id, withinMs: dayMs } }),
  })
}

function takeState(decoded: Decoded, reading: RadarEvent['reading'], trigger: Fields, at: number): void {
  if (!reading || (reading.wholeRoomOnly && trigger.subno !== undefined)) return
  addReading(decoded, reading.metric, reading.value, at)
}

const claim = /event"\s{0,8}:\s{0,8}"?(\d)"?\s{0,8},\s{0,8}"status"\s{0,8}:\s{0,8}"?([14])(?!\d)/

/** An alarm in text that could not be read whole. */
function salvage(decoded: Decoded, text: string): void {
  const found = claim.exec(text)
  const signal = found ? radarEvents[Number(found[1])]?.signal : undefined
  if (!signal) return
  const { kind, confidence } = signal
  addSignal(decoded, { signal: kind, at: undefined, malformed: true, ...(confidence !== undefined && { confidence }) })
}
