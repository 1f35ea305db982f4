import type { Position } from '../../domain/message.ts'
import { positionIn } from '../positions.ts'
import { clear, type Decoder, type Fact, flag, ofMemory, percent, reading, state, warning } from './facts.ts'

/**
 * Abeeway's trackers (compact, micro, badge) in the two generations of their firmware, told apart by their ports: AT2 on 17 and
 * 18, AT3 on 19 and 199. An SOS is a state: an event begins and ends it, and a bit in every message tells it meanwhile. The
 * message that begins it has the bit still at 0, so the event counts, and the bit ends nothing.
 */
export const abeeway: Decoder = (port, bytes, receivedAt) => {
  if (port === 17 || port === 18) return at2(bytes, receivedAt)
  if (port === 19 || port === 199) return at3(bytes, receivedAt)
  return undefined
}

/** A byte as a value of a range, as the vendor condenses them. */
const condensed = (byte: number, low: number, high: number): number => low + (byte * (high - low)) / 255
const tenth = (value: number): number => Math.round(value * 10) / 10
const hundredth = (value: number): number => Math.round(value * 100) / 100

const isSos: Fact = { signal: 'sos', level: true }

/** 1 to 100 %, 0 charging; 127 and 255 unknown, 101 and more an older firmware's voltage, condensed. */
function battery(byte: number, unknown: number): Fact[] {
  if (byte === 0) return [flag('charging', true)]
  return byte === unknown ? [warning('no_reading', 'battery')] : percent(byte)
}

const at2Types = { position: 0x03, event: 0x0a, extended: 0x0e }
/** Those that begin with status, battery, temperature: pending frames, proximity and SMS do not. */
const at2Common = new Set([0x03, 0x04, 0x05, 0x07, 0x09, 0x0a, 0x0b, 0x0e])
const at2Events: Record<number, Fact> = { 7: isSos, 8: clear('sos') }

function at2(bytes: Buffer, receivedAt: number): Fact[] | undefined {
  const [type, status, level, temperature, option] = bytes
  if (type === undefined || status === undefined) return undefined
  if (!at2Common.has(type)) return []
  const event = type === at2Types.event ? at2Events[bytes[5] ?? -1] : undefined
  return [
    ...(event ? [event] : (status & 0x10) !== 0 ? [isSos] : []),
    ...(level === undefined ? [] : battery(level, 255)),
    ...(temperature === undefined ? [] : [reading('temperature', tenth(condensed(temperature, -44, 85)))]),
    ...((option ?? 15) % 16 === 0 ? at2Place(type, bytes, receivedAt) : []),
  ]
}

/** The plain one leaves out the last byte of each coordinate, and tells its age in steps of 8 s. */
function at2Place(type: number, bytes: Buffer, receivedAt: number): Fact[] {
  if (type === at2Types.position && bytes.length >= 13) {
    const [lat, lon] = [bytes.readIntBE(6, 3) * 256, bytes.readIntBE(9, 3) * 256]
    const accuracy = hundredth(condensed(bytes[12]!, 0, 1_000))
    return place(lat, lon, accuracy, receivedAt - bytes[5]! * 8_000)
  }
  if (type === at2Types.extended && bytes.length >= 19) {
    const age = bytes.readUInt16BE(5) * 1_000
    return place(bytes.readInt32BE(8), bytes.readInt32BE(12), undefined, receivedAt - age)
  }
  return []
}

/** Latitude and longitude in ten-millionths of a degree. */
function place(lat: number, lon: number, accuracy: number | undefined, at?: number): Fact[] {
  const found = positionIn('WGS84', lat / 1e7, lon / 1e7)
  if (!found) return [warning('no_reading', 'no fix')]
  const position: Position = accuracy === undefined ? found : { ...found, accuracy_m: accuracy }
  return [at === undefined ? { position } : { position, at }]
}

/** Bit 7 of the battery: from the memory, with four bytes of time instead of two. */
const buffered = 0x80

function at3(bytes: Buffer, receivedAt: number): Fact[] | undefined {
  const [first, second] = bytes
  if (first === undefined || second === undefined || bytes.length < 4) return undefined
  const isBuffered = (second & buffered) !== 0
  const facts = [...battery(second & 0x7f, 127), ...at3Body(first, bytes.subarray(isBuffered ? 6 : 4))]
  if (isBuffered) return bytes.length < 6 ? undefined : ofMemory(facts, bytes.readUInt32BE(2) * 1_000)
  const at = secondOfHalfDay(bytes.readUInt16BE(2), receivedAt)
  return at === undefined ? facts : facts.map((fact) => ('position' in fact ? { ...fact, at } : fact))
}

/** The header tells an SOS that lasts; the notification that it begins or ends. `body`: what is behind the header. */
function at3Body(first: number, body: Buffer): Fact[] {
  const type = (first >> 3) & 0x07
  const isLasting = (first & 0x40) !== 0
  // the parts of a long message have one byte more
  const at = (first & 0x80) !== 0 ? 1 : 0
  if (type === 1) return at3Notification(body[at] ?? 0, body, isLasting)
  return [...(isLasting ? [isSos] : []), ...(type === 2 ? at3Place(body.subarray(at)) : [])]
}

const sosOn = 0x10
const sosOff = 0x11
const lowBattery = 0x01
const tamper = 0x03

function at3Notification(kind: number, body: Buffer, isLasting: boolean): Fact[] {
  if (kind === sosOff) return [clear('sos')]
  const also: Fact[] = isLasting || kind === sosOn ? [isSos] : []
  if (kind === lowBattery) return [...also, flag('battery_low', true)]
  return kind === tamper && body.length > 1 ? [...also, flag('tamper', (body[1]! & 1) === 1)] : also
}

/** Status (0 success), kind of fix (10 satellites), what began it, then the fix. */
function at3Place(body: Buffer): Fact[] {
  const head = body[0] ?? 0xff
  if (((head >> 5) & 0x03) !== 0 || (head & 0x0f) !== 10 || body.length < 20) return []
  const facts = place(body.readInt32BE(4), body.readInt32BE(8), body[18]!)
  const moving = facts.some((fact) => 'position' in fact)
  return moving ? [...facts, reading('speed', body.readUInt16BE(16) / 100)] : facts
}

const halfDay = 43_200
/** A clock that is further behind than this is taken to be wrong. */
const mostBehindMs = 600_000

/**
 * Seconds since midnight or noon UTC, whichever is before the receipt; 65535 where the tracker has no time yet. Only for where
 * it was: an SOS counts from its receipt, since a wrong clock would make it an old one.
 */
function secondOfHalfDay(second: number, receivedAt: number): number | undefined {
  if (second >= halfDay) return undefined
  const behind = (Math.floor(receivedAt / 1_000) - second) % halfDay
  const ms = ((behind + halfDay) % halfDay) * 1_000
  return ms <= mostBehindMs ? receivedAt - ms : undefined
}

export const abeewayWords: Record<string, Fact> = {
  SOS_MODE_START: isSos,
  SOS_ON: isSos,
  SOS_MODE_END: clear('sos'),
  SOS_OFF: clear('sos'),
}
/** A bit that says yes: it lasts; one that says no ends nothing. */
export const lastingSos = (value: boolean): Fact[] => (value ? [state('sos', true)] : [])
