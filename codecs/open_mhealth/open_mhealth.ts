import { limits } from '../../domain/limits.ts'
import { type DecodeContext, type Decoded, nothingDecoded } from '../../domain/message.ts'
import { sourceName } from '../../domain/sources.ts'
import { addReading, isRecord, quoted, refuse, settle, shown, warn } from '../build.ts'
import type { Codec } from '../codec.ts'
import { parsePayload } from '../payload.ts'
import { positionIn } from '../positions.ts'
import { instantOf, trusted } from '../times.ts'
import { withoutNoise } from '../values.ts'
import { type Measure, measures, otherUnits, valueStatistics, words } from './measures.ts'
import { type TimeFrame, timeFrameOf } from './time_frame.ts'

/** Data points of Open mHealth and IEEE 1752.1: a header and a body, a body alone, or a list of either. */

const prefix = 'openmhealth/'
const push = 'push/open_mhealth'

export const openMhealth: Codec = {
  name: 'open_mhealth',
  title: 'Open mHealth and IEEE 1752.1 data points of apps and clouds',
  topics: ['openmhealth/+', push, `${push}/+`],
  speaks: 'others',
  source(topic) {
    if (topic.startsWith(prefix)) return sourceName(topic.slice(prefix.length))
    return topic.length > push.length ? sourceName(topic.slice(push.length + 1)) : undefined
  },
  about: {
    urgent: 'nothing: the format has measurements only',
    repeat: 'the same measure at the same time overwrites itself',
    device: 'the last level of the topic or of the address; without it whoever sends it',
  },
  urgent: () => false,
  decode,
}

function decode(_topic: string, payload: Uint8Array, context: DecodeContext): Decoded {
  const decoded = nothingDecoded()
  const parsed = parsePayload(payload)
  if (!parsed.ok) {
    refuse(decoded, parsed.code, parsed.detail)
    return decoded
  }
  if (parsed.flaw) refuse(decoded, parsed.flaw.code, parsed.flaw.detail)
  const list = Array.isArray(parsed.value) ? (parsed.value as unknown[]) : [parsed.value]
  if (list.length > limits.batchEntries) refuse(decoded, 'batch_too_long', `${list.length} data points`)
  else for (const entry of list) takeEntry(decoded, entry, context)
  return decoded
}

function takeEntry(decoded: Decoded, entry: unknown, context: DecodeContext): void {
  if (!isRecord(entry)) {
    refuse(decoded, 'payload_invalid', `not a data point but ${shown(entry)}`)
    return
  }
  const isPoint = entry.header !== undefined
  const flaw = isPoint ? headerFlaw(entry) : undefined
  const body = isPoint ? entry.body : entry
  if (flaw !== undefined) refuse(decoded, 'payload_invalid', flaw)
  else if (isPoint && isRecord(body) && Object.keys(body).length === 0) warn(decoded, 'no_reading', 'an empty body')
  else if (isRecord(body)) takeBody(decoded, body, context)
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

/** What a header lacks, of Open mHealth's (`id`, `creation_date_time`) or of IEEE 1752.1's (`uuid`, `source_…`). */
function headerFlaw({ header, body }: Record<string, unknown>): string | undefined {
  if (!isRecord(header)) return 'header: no object'
  if (!isRecord(body)) return 'body: no object'
  const { schema_id: schema } = header
  if (!isText(header.id ?? header.uuid)) return 'header: neither id nor uuid'
  if (instantOf(header.creation_date_time ?? header.source_creation_date_time) === undefined)
    return 'header: no time of creation'
  const isNamed = isRecord(schema) && [schema.namespace, schema.name, schema.version].every(isText)
  return isNamed ? undefined : 'header: schema_id without namespace, name or version'
}

/** A body that breaks its schema anywhere is refused whole: nobody knows what else in it is not meant. */
function takeBody(decoded: Decoded, body: Record<string, unknown>, context: DecodeContext): void {
  const flaw = bodyFlaw(body)
  const frame = timeFrameOf(body.effective_time_frame, context.zoneMinutes ?? 0)
  if (flaw !== undefined) refuse(decoded, 'payload_invalid', flaw)
  else if (!frame) refuse(decoded, 'time_invalid', 'effective_time_frame: neither a time nor an interval with its zone')
  else takeMeasures(decoded, body, frame, context)
}

function bodyFlaw(body: Record<string, unknown>): string | undefined {
  if (Object.keys(body).length === 0) return 'an empty document'
  for (const [name, value] of Object.entries(body)) {
    const flaw = fieldFlaw(name, value, body)
    if (flaw !== undefined) return flaw
  }
  return undefined
}

function fieldFlaw(name: string, value: unknown, body: Record<string, unknown>): string | undefined {
  const allowed = words.get(name)
  if (allowed) return allowed.has(value) ? undefined : `${name}: ${shown(value)} is none of its words`
  const measure = measures.get(name)
  const units = measure?.units ?? otherUnits.get(name)
  if (!units) return undefined
  if (!isRecord(value) || typeof value.value !== 'number' || !Number.isFinite(value.value)) return `${name}: no number`
  if (typeof value.unit !== 'string' || !units.has(value.unit))
    return `${name}: ${shown(value.unit)} is none of its units`
  const { partner } = measure ?? {}
  return partner !== undefined && !isRecord(body[partner]) ? `${name} without ${partner}` : undefined
}

function takeMeasures(decoded: Decoded, body: Record<string, unknown>, frame: TimeFrame, context: DecodeContext): void {
  const known = Object.keys(body).filter((name) => measures.has(name))
  if (known.length === 0) warn(decoded, 'value_unknown', 'no measure that Vigil has a metric for')
  if (known.length === 0 || !isKept(decoded, body) || isNoPlace(decoded, body)) return
  if (frame.zoneless) warn(decoded, 'zone_assumed', 'a part of a day')
  const at = settle(trusted(decoded, frame.at, context), context.receivedAt)
  for (const name of known) takeMeasure(decoded, name, measures.get(name)!, body, frame, at)
}

/** Whether the values are values, and not how they are spread. */
function isKept(decoded: Decoded, { descriptive_statistic: statistic }: Record<string, unknown>): boolean {
  if (statistic === undefined) return true
  warn(decoded, 'statistic', String(statistic))
  return valueStatistics.has(statistic)
}

/** 0/0, which is how a receiver says that it has no fix, or beyond the globe. */
function isNoPlace(decoded: Decoded, { latitude, longitude }: Record<string, unknown>): boolean {
  if (!isRecord(latitude) || !isRecord(longitude)) return false
  if (positionIn('WGS84', latitude.value, longitude.value)) return false
  warn(decoded, 'no_reading', 'no fix')
  return true
}

function takeMeasure(
  decoded: Decoded,
  name: string,
  { metric, units }: Measure,
  body: Record<string, unknown>,
  frame: TimeFrame,
  at: number,
): void {
  const { value, unit } = body[name] as { value: number; unit: string }
  if (metric === 'steps' && (body.descriptive_statistic !== undefined || !frame.startsDay)) {
    warn(decoded, 'statistic', 'steps that are not counted from a midnight on')
    return
  }
  if (value === 0 && (metric === 'heart_rate' || metric === 'spo2')) {
    warn(decoded, 'no_reading', name)
    return
  }
  const converted = units.get(unit)!(value)
  if (converted !== value) warn(decoded, 'unit_converted', `${name}: ${quoted(unit)}`)
  addReading(decoded, metric, withoutNoise(converted), at)
}
