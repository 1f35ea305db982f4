import protobuf from 'protobufjs/minimal.js'
import { limits } from '../../domain/limits.ts'

/**
 * The part of ChirpStack's `integration.proto`, `gw.proto` and `common.proto` that Vigil reads, and a reader that makes of it what
 * proto3's JSON would be: camelCase names, bytes in base64, times in ISO 8601. A small one, since of these messages a few fields
 * count, and since what comes before a broken part must be kept.
 */

type Kind = 'string' | 'bytes' | 'uint32' | 'int32' | 'bool' | 'float' | 'double' | 'time' | 'struct' | 'map'
type Field = { name: string; kind: Kind | Schema; isList?: boolean }
type Schema = Readonly<Record<number, Field>>

const field = (name: string, kind: Kind | Schema): Field => ({ name, kind })

const deviceInfo: Schema = {
  4: field('applicationName', 'string'),
  6: field('deviceProfileName', 'string'),
  7: field('deviceName', 'string'),
  8: field('devEui', 'string'),
  9: field('tags', 'map'),
}
const location: Schema = {
  1: field('latitude', 'double'),
  2: field('longitude', 'double'),
  5: field('accuracy', 'float'),
}
/** Gateways have a location here too, which is nobody's who presses a button: it is not even read. */
const rxInfo: Schema = { 6: field('rssi', 'int32'), 7: field('snr', 'float') }

const common: Schema = {
  1: field('deduplicationId', 'string'),
  2: field('time', 'time'),
  3: field('deviceInfo', deviceInfo),
}

/** By event, as the last level of the topic names it. */
export const schemas: Readonly<Record<string, Schema>> = {
  up: {
    ...common,
    7: field('fCnt', 'uint32'),
    8: field('fPort', 'uint32'),
    10: field('data', 'bytes'),
    11: field('object', 'struct'),
    12: { name: 'rxInfo', kind: rxInfo, isList: true },
  },
  join: { ...common, 4: field('devAddr', 'string') },
  ack: common,
  txack: { 2: common[2]!, 3: common[3]! },
  log: {
    1: field('time', 'time'),
    2: field('deviceInfo', deviceInfo),
    3: field('level', 'uint32'),
    4: field('code', 'uint32'),
    5: field('description', 'string'),
  },
  status: {
    ...common,
    5: field('margin', 'int32'),
    6: field('externalPowerSource', 'bool'),
    7: field('batteryLevelUnavailable', 'bool'),
    8: field('batteryLevel', 'float'),
  },
  location: { ...common, 4: field('location', location) },
  integration: { ...common, 4: field('integrationName', 'string') },
}

/** `isBroken`: something could not be read; `value` is what came before it. */
export type ProtoMessage = { value: Record<string, unknown>; isBroken: boolean }

/** Reads a message as far as it goes. Never throws. */
export function readProto(schema: Schema, bytes: Uint8Array): ProtoMessage {
  const value: Record<string, unknown> = {}
  return { value, isBroken: !isWhole(() => readFields(schema, protobuf.Reader.create(bytes), value)) }
}

/** The reader throws at an end that comes too early, which is nothing exceptional here. */
function isWhole(run: () => void): boolean {
  try {
    run()
    return true
  } catch {
    return false
  }
}

function readFields(schema: Schema, reader: protobuf.Reader, value: Record<string, unknown>): void {
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    const known = schema[tag >>> 3]
    if (!known || (tag & 7) !== wireOf(known.kind)) reader.skipType(tag & 7)
    else if (known.isList) listIn(value, known.name).push(readValue(known.kind, reader))
    else if (known.kind === 'map') readEntry(reader, recordIn(value, known.name))
    // made before it is filled, so that of a broken one the beginning is kept
    else if (typeof known.kind === 'object') readFields(known.kind, part(reader), recordIn(value, known.name))
    else value[known.name] = readValue(known.kind, reader)
  }
}

function recordIn(value: Record<string, unknown>, name: string): Record<string, unknown> {
  const found = value[name] as Record<string, unknown> | undefined
  const record = found ?? {}
  value[name] = record
  return record
}

function listIn(value: Record<string, unknown>, name: string): unknown[] {
  const found = value[name] as unknown[] | undefined
  const list = found ?? []
  value[name] = list
  return list
}

/** Wire types: 0 varint, 1 eight bytes, 2 with a length, 5 four bytes. */
function wireOf(kind: Kind | Schema): number {
  if (kind === 'uint32' || kind === 'int32' || kind === 'bool') return 0
  if (kind === 'double') return 1
  return kind === 'float' ? 5 : 2
}

function part(reader: protobuf.Reader): protobuf.Reader {
  return protobuf.Reader.create(reader.bytes())
}

function readValue(kind: Kind | Schema, reader: protobuf.Reader): unknown {
  if (typeof kind === 'object') {
    const inner: Record<string, unknown> = {}
    readFields(kind, part(reader), inner)
    return inner
  }
  if (kind === 'bytes') return Buffer.from(reader.bytes()).toString('base64')
  if (kind === 'time') return readTime(part(reader))
  if (kind === 'struct') return readStruct(part(reader), 0)
  return kind === 'map' ? undefined : reader[kind]()
}

/** google.protobuf.Timestamp */
function readTime(reader: protobuf.Reader): string | undefined {
  let ms = 0
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag >>> 3 === 1 && (tag & 7) === 0) ms += Number(reader.int64()) * 1_000
    else if (tag >>> 3 === 2 && (tag & 7) === 0) ms += reader.int32() / 1e6
    else reader.skipType(tag & 7)
  }
  return Math.abs(ms) < 8.64e15 ? new Date(Math.floor(ms)).toISOString() : undefined
}

/** An entry of map<string, string>. */
function readEntry(reader: protobuf.Reader, map: Record<string, unknown>): void {
  const entry: Record<string, unknown> = {}
  readFields({ 1: field('key', 'string'), 2: field('value', 'string') }, part(reader), entry)
  const { key = '', value = '' } = entry
  if (key !== '__proto__') map[String(key)] = value
}

/** google.protobuf.Struct */
function readStruct(reader: protobuf.Reader, depth: number): Record<string, unknown> {
  if (depth > limits.payloadDepth) throw new RangeError('too deep')
  const struct: Record<string, unknown> = {}
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag !== 0x0a) reader.skipType(tag & 7)
    else {
      const [key, value] = readPair(part(reader), depth)
      if (key !== '__proto__') struct[key] = value
    }
  }
  return struct
}

function readPair(reader: protobuf.Reader, depth: number): [string, unknown] {
  let key = ''
  let value: unknown = null
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === 0x0a) key = reader.string()
    else if (tag === 0x12) value = readAny(part(reader), depth)
    else reader.skipType(tag & 7)
  }
  return [key, value]
}

/** google.protobuf.Value: 1 null, 2 number, 3 text, 4 boolean, 5 object, 6 list. */
function readAny(reader: protobuf.Reader, depth: number): unknown {
  let value: unknown = null
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === 0x11) value = reader.double()
    else if (tag === 0x1a) value = reader.string()
    else if (tag === 0x20) value = reader.bool()
    else if (tag === 0x2a) value = readStruct(part(reader), depth + 1)
    else if (tag === 0x32) value = readList(part(reader), depth + 1)
    else reader.skipType(tag & 7)
  }
  return value
}

function readList(reader: protobuf.Reader, depth: number): unknown[] {
  if (depth > limits.payloadDepth) throw new RangeError('too deep')
  const list: unknown[] = []
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === 0x0a) list.push(readAny(part(reader), depth + 1))
    else reader.skipType(tag & 7)
  }
  return list
}
