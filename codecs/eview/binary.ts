import type { DecodeContext, Decoded, Position } from '../../domain/message.ts'
import { addClear, addFlag, addPosition, addReading, addSignal, settle, warn } from '../build.ts'
import { hasBit, readerOf } from '../bytes.ts'
import { positionIn } from '../positions.ts'
import { dayMs, epochOf, trusted } from '../times.ts'
import { fromKmh } from '../values.ts'
import { alarmBits, fences } from './fields.ts'
import type { EviewRecord } from './frame.ts'

/** The records of the binary protocol. Those from one status record (0x24) to the next belong together. */

const keys = { alarm: 0x02, battery: 0x14, gps: 0x20, status: 0x24, steps: 0x30, pulse: 0x40, spo2: 0x41 } as const

type Group = { records: EviewRecord[]; deviceAt: number | undefined; at: number; isHistory: boolean; isWhole: boolean }

export function takeRecords(decoded: Decoded, records: EviewRecord[], context: DecodeContext, isWhole: boolean): void {
  for (const part of partsOf(records)) {
    const group = groupOf(decoded, part, context, isWhole)
    const position = positionOf(part)
    if (isWhole) takeReadings(decoded, group, context, position)
    for (const { key, value } of part) if (key === keys.alarm) takeAlarm(decoded, value, group, context, position)
  }
}

function partsOf(records: EviewRecord[]): EviewRecord[][] {
  const parts: EviewRecord[][] = [[]]
  for (const record of records) {
    const current = parts.at(-1)!
    if (record.key === keys.status && current.some(({ key }) => key === keys.status)) parts.push([record])
    else current.push(record)
  }
  return parts
}

function groupOf(decoded: Decoded, records: EviewRecord[], context: DecodeContext, isWhole: boolean): Group {
  const status = records.find(({ key }) => key === keys.status)?.value
  const reader = status && readerOf(status)
  const deviceAt = trusted(decoded, epochOf(reader?.uintLE(4)), context)
  const isHistory = hasBit(reader?.uintLE(4) ?? 0, statusBit.archive)
  if (isHistory) warn(decoded, 'historical', 'from the memory of the pendant')
  return { records, deviceAt, at: settle(deviceAt, context.receivedAt), isHistory, isWhole }
}

const statusBit = { charging: 4, archive: 7, moving: 9, battery: 24 } as const

function takeReadings(decoded: Decoded, group: Group, context: DecodeContext, position?: Position): void {
  const { records, at } = group
  const fromStatus = records.find(({ key, value }) => key === keys.status && value.length >= 8)
  if (fromStatus) takeStatus(decoded, fromStatus.value.readUInt32LE(4), at)
  if (position) addPosition(decoded, position, at)
  takeBattery(decoded, records, { receivedAt: at })
  for (const record of records) takeMeasured(decoded, record, at, context)
}

function takeStatus(decoded: Decoded, status: number, at: number): void {
  addFlag(decoded, 'charging', hasBit(status, statusBit.charging), at)
  addFlag(decoded, 'motion', hasBit(status, statusBit.moving), at)
  addReading(decoded, 'battery', Math.floor(status / 2 ** statusBit.battery), at)
}

/** Per cent, then millivolt; in the answer about the configuration too. */
export function takeBattery(decoded: Decoded, records: EviewRecord[], { receivedAt }: DecodeContext): void {
  for (const { key, value } of records) {
    if (key !== keys.battery || value.length < 3) continue
    addReading(decoded, 'battery', value[0]!, receivedAt)
    addReading(decoded, 'battery_voltage', value.readUInt16LE(1) / 1_000, receivedAt)
  }
}

/** What has a time of its own in front, and the speed of a fix. */
function takeMeasured(decoded: Decoded, { key, value }: EviewRecord, at: number, context: DecodeContext): void {
  const reader = readerOf(value)
  if (key === keys.gps && isFix(value)) addReading(decoded, 'speed', fromKmh(value.readUInt16LE(8)), at)
  if (key !== keys.steps && key !== keys.pulse && key !== keys.spo2) return
  const own = settle(trusted(decoded, epochOf(reader.uintLE(4)), context), context.receivedAt)
  const measured = reader.uintLE(key === keys.steps ? 4 : 1)
  const metric = key === keys.steps ? 'steps' : key === keys.pulse ? 'heart_rate' : 'spo2'
  if (measured === undefined) warn(decoded, 'field_broken', metric)
  else if (key !== keys.steps && measured <= 1) warn(decoded, 'no_reading', metric)
  else addReading(decoded, metric, measured, own)
}

/** Satellites first; else what the pendant was told of the beacon or Wi-Fi that it hears. */
function positionOf(records: EviewRecord[]): Position | undefined {
  const gps = records.find(({ key, value }) => key === keys.gps && isFix(value))
  if (gps) return pointAt(gps.value, 0)
  for (const { key, value } of records) {
    const offset = placeOffset(key, value)
    const found = offset === undefined ? undefined : pointAt(value, offset)
    if (found) return found
  }
  return undefined
}

/** Its dilution of precision is 0 where there is no fix. */
const isFix = (value: Buffer): boolean => value.length >= 16 && value.readUInt16LE(14) > 0

/** Where in a record of a beacon or a Wi-Fi the place stands, if it has one. */
function placeOffset(key: number, value: Buffer): number | undefined {
  const hasPlace = hasBit(value[0] ?? 0, 7)
  if (key === 0x27) return 0
  if (key === 0x23 || key === 0x26) return value.length >= 14 ? 6 : undefined
  if (key === 0x28) return hasPlace ? 9 : undefined
  if (key === 0x2c) return hasPlace ? 10 : undefined
  return key === 0x2a && hasPlace ? 8 : undefined
}

function pointAt(value: Buffer, offset: number): Position | undefined {
  if (value.length < offset + 8) return undefined
  return positionIn('WGS84', value.readInt32LE(offset) / 1e7, value.readInt32LE(offset + 4) / 1e7)
}

function takeAlarm(decoded: Decoded, value: Buffer, group: Group, context: DecodeContext, position?: Position): void {
  if (value.length < 4) {
    warn(decoded, 'field_broken', 'alarm')
    return
  }
  const word = value.readUInt32LE(0)
  const own = value.length >= 8 ? trusted(decoded, epochOf(value.readUInt32LE(4)), context) : group.deviceAt
  const set = alarmBits.filter(({ bit }) => hasBit(word, bit))
  const common = {
    at: own,
    ...(position && { position }),
    ...(group.isHistory && { historical: true }),
    ...(!group.isWhole && { malformed: true }),
  }
  // An alarm keeps its time however often and late it is sent: the pendant tries for hours where it has no line.
  const keyed = (name: string) =>
    own === undefined ? {} : { key: { id: `${name} ${Math.floor(own / 1_000)}`, withinMs: dayMs } }
  const at = settle(own, context.receivedAt)
  for (const one of set) {
    if ('metric' in one) {
      if (group.isWhole) addReading(decoded, one.metric, one.value, at)
    } else if (one.isButton) {
      addSignal(decoded, { signal: one.signal, press: 'single', ...common, ...keyed(one.text) })
      if (group.isWhole) addReading(decoded, 'button', 1, at)
    } else addSignal(decoded, { signal: one.signal, ...common, ...keyed(one.signal) })
  }
  const crossed = fences.filter((fence) => hasBit(word, fence.crossed))
  const left = crossed.filter((fence) => !hasBit(word, fence.inwards))
  if (left.length > 0) addSignal(decoded, { signal: 'wandering', ...common, ...keyed('wandering') })
  else if (crossed.length > 0 && group.isWhole && !group.isHistory) addClear(decoded, { signal: 'wandering', at: own })
}
