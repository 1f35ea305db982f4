import protobuf from 'protobufjs/minimal.js'
import { limits } from '../../domain/limits.ts'

/**
 * The protocol buffers of Sparkplug B (org.eclipse.tahu.protobuf.Payload), read field by field: a generated reader would give
 * nothing of a message that was cut, and an SOS may stand before the cut.
 */

export type Value = boolean | number | string

/** One metric; `name` is missing where only the alias was sent. `timestamp`: epoch ms. `isWhole`: it was read to its end. */
export type SparkplugMetric = {
  name?: string
  alias?: number
  timestamp?: number
  datatype?: number
  isHistorical: boolean
  isNull: boolean
  /** The engineering unit, of the properties. */
  unit?: string
  value?: Value
  isWhole: boolean
}
/** `isCompressed`: the metrics are packed in its body. */
export type SparkplugPayload = {
  timestamp?: number
  metrics: SparkplugMetric[]
  isCompressed: boolean
  isWhole: boolean
}

type Reader = protobuf.Reader
/** Whether the field was one that is known; else it is skipped. */
type Field = (reader: Reader, field: number, wire: number) => boolean

/** Reads field after field; false where the bytes ended within one, or were none. */
function eachField(bytes: Uint8Array, take: Field): boolean {
  const reader = protobuf.Reader.create(bytes)
  try {
    while (reader.pos < reader.len) {
      const tag = reader.uint32()
      if (tag >>> 3 === 0) return false
      if (!take(reader, tag >>> 3, tag & 7)) reader.skipType(tag & 7)
    }
    return true
  } catch {
    return false
  }
}

const wires = { varint: 0, double: 1, bytes: 2, float: 5 }
const long = (reader: Reader): bigint => BigInt(reader.uint64().toString())

export function parseSparkplug(bytes: Uint8Array): SparkplugPayload {
  const payload: SparkplugPayload = { metrics: [], isCompressed: false, isWhole: true }
  let isTooMuch = false
  let broken = 0
  const isWhole = eachField(bytes.subarray(0, limits.payloadBytes), (reader, field, wire) => {
    if (field === 1 && wire === wires.varint) payload.timestamp = Number(long(reader))
    else if (field === 2 && wire === wires.bytes && !isTooMuch) {
      const metric = metricIn(reader)
      if (!metric.isWhole) broken++
      const saysSomething = metric.name !== undefined || metric.alias !== undefined || !metric.isWhole
      if (saysSomething) payload.metrics.push(metric)
      isTooMuch = broken > brokenMost || payload.metrics.length >= limits.sparkplugMetrics
    } else if (field === 4 && wire === wires.bytes) payload.isCompressed = reader.string() === 'SPBV1.0_COMPRESSED'
    else return false
    return true
  })
  payload.isWhole = isWhole && !isTooMuch && payload.metrics.every((metric) => metric.isWhole)
  return payload
}

/** Each costs an exception; who breaks more is broken altogether. */
const brokenMost = 100

/** The next metric; of one that says to be longer than what is left, what is left. */
function metricIn(reader: Reader): SparkplugMetric {
  const length = reader.uint32()
  const end = Math.min(reader.pos + length, reader.len)
  const metric = parseMetric(reader.buf.subarray(reader.pos, end))
  if (reader.pos + length > reader.len) metric.isWhole = false
  reader.pos = end
  return metric
}

function parseMetric(bytes: Uint8Array): SparkplugMetric {
  const metric: SparkplugMetric = { isHistorical: false, isNull: false, isWhole: true }
  metric.isWhole = eachField(bytes, (reader, field, wire) => takeMetricField(metric, reader, field, wire))
  return metric
}

function takeMetricField(metric: SparkplugMetric, reader: Reader, field: number, wire: number): boolean {
  if (wire === wires.varint) {
    if (field === 2) metric.alias = Number(long(reader))
    else if (field === 3) metric.timestamp = Number(long(reader))
    else if (field === 4) metric.datatype = reader.uint32()
    else if (field === 5) metric.isHistorical = reader.bool()
    else if (field === 7) metric.isNull = reader.bool()
    else if (field === 10) metric.value = signedBy(metric.datatype, BigInt(reader.uint32()))
    else if (field === 11) metric.value = signedBy(metric.datatype, long(reader))
    else if (field === 14) metric.value = reader.bool()
    else return false
    return true
  }
  if (field === 1 && wire === wires.bytes) metric.name = reader.string()
  else if (field === 9 && wire === wires.bytes) metric.unit = unitIn(reader.bytes()) ?? ''
  else if (field === 12 && wire === wires.float) metric.value = reader.float()
  else if (field === 13 && wire === wires.double) metric.value = reader.double()
  else if (field === 15 && wire === wires.bytes) metric.value = reader.string()
  else return false
  return true
}

/**
 * Int8, Int16, Int32 and Int64 travel as unsigned numbers (Sparkplug 3.0, 6.4.16). What does not fit its type stays what it
 * is, so that no number becomes a 1, which could be a yes.
 */
const signedBits: Record<number, number> = { 1: 8, 2: 16, 3: 32, 4: 64 }
export function signedBy(datatype: number | undefined, value: bigint): number {
  const bits = signedBits[datatype ?? 0]
  const signed = bits === undefined ? value : BigInt.asIntN(bits, value)
  return Number(signed < 0n ? signed : value)
}

/** The value of `engUnit`, or of `unit`, of a property set. */
function unitIn(bytes: Uint8Array): string | undefined {
  const keys: string[] = []
  const texts: (string | undefined)[] = []
  eachField(bytes, (reader, field, wire) => {
    if (wire !== wires.bytes || field > 2) return false
    if (field === 1) keys.push(reader.string())
    else texts.push(textIn(reader.bytes()))
    return true
  })
  const at = keys.findIndex((key) => /^(?:eng)?_?units?$/i.test(key))
  return at < 0 ? undefined : texts[at]
}

function textIn(bytes: Uint8Array): string | undefined {
  let text: string | undefined
  eachField(bytes, (reader, field, wire) => {
    if (field !== 8 || wire !== wires.bytes) return false
    text = reader.string()
    return true
  })
  return text
}

/** How many places are looked at; each costs the reading of a metric. */
const mostPlaces = 200
const longestMetric = 512

/** Metrics in bytes that are no payload any more: wherever one with a name could begin. */
export function metricsAmid(bytes: Uint8Array): SparkplugMetric[] {
  const found: SparkplugMetric[] = []
  let places = 0
  for (let i = 0; i + 3 < bytes.length && places < mostPlaces; i++) {
    if (bytes[i] !== 0x12 || bytes[i + 2] !== 0x0a || bytes[i + 1]! > 0x7f) continue
    places++
    found.push(parseMetric(bytes.subarray(i + 2, Math.min(i + 2 + bytes[i + 1]!, i + longestMetric))))
  }
  return found
}
