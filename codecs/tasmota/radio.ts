import type { DecodeContext, Decoded, Press } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { addFlag, addPress, addReading, addState, refuse, shown, warn, whose } from '../build.ts'
import { asBoolean, asNumber, isAbsent } from '../values.ts'
import { measured, pressNames, radio, states, tuyaPresses, type Zone, zones } from './fields.ts'

/** Devices behind a bridge: `ZbReceived` and `LwReceived` have many in one message. `at`: epoch ms. */

type Fields = Record<string, unknown>
export type Of = { source: string | undefined; at: number; context: DecodeContext }

const shortAddress = /^0x[0-9a-f]{4}$/i

/** IEEE address and name stay; the short address, by which Tasmota knows a device at first, changes when it joins again. */
function radioSource(key: string, { IEEEAddr, Name, Device }: Fields): string {
  for (const name of [IEEEAddr, Name, shortAddress.test(key) ? undefined : key, Device])
    if (typeof name === 'string' && name.trim() !== '') return sourceName(name.trim())
  return sourceName(key)
}

export function takeRadio(decoded: Decoded, key: string, fields: Fields, at: number, context: DecodeContext): void {
  const of: Of = { source: radioSource(key, fields), at, context }
  takeNumbers(decoded, fields, { ...measured, ...radio }, of)
  for (const name of Object.keys(states)) takeState(decoded, name, fields[name], of)
  // The LoRaWAN bridge writes volts.
  const battery = asNumber(fields.Battery)
  if (battery !== undefined) addReading(decoded, battery <= 5 ? 'battery_voltage' : 'battery', battery, at, of.source)
  if (!isAbsent(fields.AqaraVibrationMode)) addFlag(decoded, 'vibration', true, at, of.source)
  takeZone(decoded, fields, of)
  const click = typeof fields.Click === 'string' ? pressNames[fields.Click.toLowerCase()] : undefined
  const raw = Object.keys(fields).find((name) => /^0006[!<?]FD$/i.test(name))
  takePress(decoded, click ?? (raw === undefined ? undefined : tuyaPresses[String(fields[raw]).slice(0, 2)]), of)
}

export function takeNumbers(
  decoded: Decoded,
  fields: Fields,
  names: Record<string, Parameters<typeof addReading>[1]>,
  of: Of,
): void {
  for (const name of Object.keys(names)) {
    const value = asNumber(fields[name])
    if (value !== undefined) addReading(decoded, names[name]!, value, of.at, of.source)
    else if (fields[name] === null) warn(decoded, 'no_reading', name)
  }
}

function takeState(decoded: Decoded, name: string, value: unknown, { source, at }: Of): void {
  const on = asBoolean(value)
  if (on !== undefined) addFlag(decoded, states[name]!, on, at, source)
}

/** A press: SOS where the registry says so, and a reading. */
export function takePress(decoded: Decoded, press: Press | undefined, { source, at }: Of): void {
  if (!press) return
  addPress(decoded, press, at, { at: undefined, ...whose(source) })
}

const command = /^0500[!<?]00$/

/**
 * A zone's alarm. Tasmota names it where it knows the zone's type; else there are raw bits, which say that something is wrong and
 * not what. What an earlier message told of the type is remembered for these.
 */
function takeZone(decoded: Decoded, fields: Fields, of: Of): void {
  const named = zones.filter(({ name }) => !isAbsent(fields[name]))
  const type = asNumber(fields.ZoneType)
  const told = named[0] ?? zones.find(({ types }) => type !== undefined && types.includes(type))
  const key = `zone:${of.source}`
  if (told) decoded.learned.push({ key, value: told.name })
  // a state like `Contact` is taken already
  for (const zone of named) if (!states[zone.name]) takeAlarm(decoded, zone, asBoolean(fields[zone.name]), of)
  const bits = bitsOf(fields)
  if (bits === undefined) return
  addFlag(decoded, 'tamper', (bits & 4) !== 0, of.at, of.source)
  addFlag(decoded, 'battery_low', (bits & 8) !== 0, of.at, of.source)
  if (named.length > 0) return
  const known = told?.name ?? of.context.learned?.(key)
  const zone = zones.find(({ name }) => name === known)
  if (zone) takeAlarm(decoded, zone, (bits & 3) !== 0, of)
  else if ((bits & 3) === 0) warn(decoded, 'profile_unknown', `zone status ${shown(bits)}; its type was never told`)
  else refuse(decoded, 'payload_invalid', `zone ${key.slice(5)}: an alarm, and its type was never told`)
}

/** Zone status: bits 0 and 1 alarms, 2 tamper, 3 battery. Raw it is little-endian: `010000FF0000` is 1. */
function bitsOf(fields: Fields): number | undefined {
  const name = Object.keys(fields).find((one) => command.test(one))
  const hex = name === undefined ? undefined : fields[name]
  if (typeof hex === 'string' && /^[0-9a-f]{4}/i.test(hex)) return Buffer.from(hex.slice(0, 4), 'hex').readUInt16LE(0)
  const bits = asNumber(fields.ZoneStatusChange) ?? asNumber(fields.ZoneStatus)
  return bits !== undefined && Number.isInteger(bits) && bits >= 0 && bits < 0x10000 ? bits : undefined
}

function takeAlarm(decoded: Decoded, { signal, metric }: Zone, on: boolean | undefined, { source, at }: Of): void {
  if (on === undefined) return
  if (metric) addFlag(decoded, metric, on, at, source)
  if (signal) addState(decoded, on, { signal, at: undefined, ...whose(source) })
}
