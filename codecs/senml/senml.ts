import type { DecodeContext, Decoded } from '../../domain/message.ts'
import { metrics } from '../../domain/metrics.ts'
import type { SignalKind } from '../../domain/signals.ts'
import { addReading, addSignal, isRecord, refuse, settle, shown } from '../build.ts'
import { flagOf, saysYes, spelled } from '../words.ts'
import { inMetricUnit, metricOf } from './senml_units.ts'

/** A SenML pack (RFC 8428, JSON) on the readings topic. */

const labels = ['bn', 'bt', 'bu', 'bv', 'bs', 'bver', 'n', 'u', 'v', 'vs', 'vb', 'vd', 's', 't', 'ut']

/** Whether a batch is a SenML pack: its first object speaks in SenML's labels and has none of our own fields. */
export function isPack(batch: unknown[]): boolean {
  const first = batch.find(isRecord)
  if (!first || 'readings' in first || 'signal' in first || 'at' in first) return false
  return labels.some((label) => Object.hasOwn(first, label))
}

/** Below this a time is relative to now, in seconds (RFC 8428 §4.5.3). */
const relativeBelow = 2 ** 28

/** 10 is RFC 8428; 26 adds secondary units (RFC 9100), which we read. */
const versions = new Set<unknown>([undefined, 10, 26])

type Base = { name: string; time: unknown; unit: unknown; value: unknown }
type Place = { lat?: number; lon?: number }
type RecordTime = { at: number; deviceAt: number | undefined }

/**
 * Reads a pack: base fields carry over, names end in a metric (or the unit tells it), values are converted to the
 * metric's unit. A flag named for a signal (`{"n":"sos","vb":true}`) is a signal, located by the pack's last `lat` and
 * `lon`. Text and data values are labels, not readings, and are passed over.
 */
export function decodePack(decoded: Decoded, pack: unknown[], { receivedAt }: DecodeContext): void {
  const base: Base = { name: '', time: undefined, unit: undefined, value: undefined }
  const place: Place = {}
  const readable = isOurVersion(decoded, pack)
  for (const [index, entry] of pack.entries()) {
    const where = `record ${index}: `
    if (!isRecord(entry)) {
      refuse(decoded, 'payload_invalid', `${where}not an object but ${shown(entry)}`)
      continue
    }
    rebase(base, entry)
    const record = { entry, base, where, receivedAt }
    takePlace(place, record)
    takeRecord(decoded, record, readable)
  }
  locate(decoded, place)
}

type PackRecord = { entry: Record<string, unknown>; base: Base; where: string; receivedAt: number }

/** A version or a must-understand field (`…_`) that is not known forbids reading the values, but not hearing an SOS. */
function isOurVersion(decoded: Decoded, pack: unknown[]): boolean {
  for (const entry of pack) {
    if (!isRecord(entry)) continue
    const strange = Object.keys(entry).find((label) => label.endsWith('_') && label !== '__proto__')
    const oldEnough = versions.has(entry.bver) || (typeof entry.bver === 'number' && entry.bver < 10)
    if (oldEnough && strange === undefined) continue
    refuse(decoded, 'payload_invalid', strange ? `field ${shown(strange)} is not understood` : 'bver is not 10')
    return false
  }
  return true
}

function rebase(base: Base, entry: Record<string, unknown>): void {
  if (typeof entry.bn === 'string') base.name = entry.bn
  if (entry.bt !== undefined) base.time = entry.bt
  if (entry.bu !== undefined) base.unit = entry.bu
  if (entry.bv !== undefined) base.value = entry.bv
}

/** The last segment of the record's own name, or of the base name where it has none. */
function segmentOf({ entry, base }: PackRecord): string {
  const name = typeof entry.n === 'string' && entry.n !== '' ? entry.n : base.name
  return name.split(/[/:]/).findLast((part) => part !== '') ?? ''
}

const unitOf = ({ entry, base }: PackRecord): string | undefined => {
  const unit = entry.u ?? base.unit
  return typeof unit === 'string' && unit !== '' ? unit : undefined
}

/** The record's number: its own plus the base value; undefined where it carries none, NaN where it is no number. */
function numberOf({ entry, base }: PackRecord): number | undefined {
  if (entry.v === undefined && (base.value === undefined || hasOtherValue(entry))) return undefined
  const [value, add] = [entry.v ?? 0, base.value ?? 0]
  return typeof value === 'number' && typeof add === 'number' ? value + add : Number.NaN
}
const hasOtherValue = (entry: Record<string, unknown>): boolean =>
  entry.vb !== undefined || entry.vs !== undefined || entry.vd !== undefined || entry.s !== undefined

/** Seconds, absolute or relative, -> when; undefined where the time is no number that a date can hold. */
function timeOf({ entry, base, receivedAt }: PackRecord): RecordTime | undefined {
  const [own, start] = [entry.t ?? 0, base.time ?? 0]
  if (typeof own !== 'number' || typeof start !== 'number') return undefined
  const seconds = own + start
  const at = Math.round(seconds < relativeBelow ? receivedAt + seconds * 1_000 : seconds * 1_000)
  if (!(Math.abs(at) <= 8.64e15)) return undefined
  const told = entry.t !== undefined || base.time !== undefined
  return { at: settle(at, receivedAt), deviceAt: told ? at : undefined }
}

/** The signal that a record raises: a flag that says yes, or `{"n":"signal","vs":"sos"}`. */
function signalIn(record: PackRecord, segment: string): SignalKind | undefined {
  const { vb, vs } = record.entry
  if (segment.toLowerCase() === 'signal') return spelled(vs)
  return saysYes(vb) || saysYes(vs) || saysYes(numberOf(record)) ? flagOf(segment) : undefined
}

function takeRecord(decoded: Decoded, record: PackRecord, readable: boolean): void {
  const segment = segmentOf(record)
  const time = timeOf(record)
  const signal = signalIn(record, segment)
  if (!time) refuse(decoded, 'time_invalid', `${record.where}t or bt: no number of seconds`)
  if (signal) addSignal(decoded, { signal, at: time?.deviceAt, ...(time ? {} : { malformed: true }) })
  if (time && readable) takeValue(decoded, record, segment, time)
}

function takeValue(decoded: Decoded, record: PackRecord, segment: string, time: RecordTime): void {
  const { entry, where } = record
  const unit = unitOf(record)
  const metric = metricOf(segment, unit)
  const value = typeof entry.vb === 'boolean' ? Number(entry.vb) : numberOf(record)
  const isLabel = value === undefined && (metric === undefined || entry.vs === undefined)
  if (isLabel || isPlace(unit) || (!metric && flagOf(segment))) return
  if (!metric) {
    refuse(decoded, 'metric_unknown', `${where}${shown(segment)}`)
    return
  }
  const isNumber = value !== undefined && Number.isFinite(value)
  const fits = entry.vb === undefined || metrics[metric].unit === '1'
  const converted = isNumber && fits ? inMetricUnit(metric, value, unit) : undefined
  if (converted !== undefined) addReading(decoded, metric, converted, time.at)
  else if (isNumber && fits) refuse(decoded, 'payload_invalid', `${where}u: ${shown(unit)} is no unit of ${metric}`)
  else refuse(decoded, 'value_not_a_number', `${where}${metric}: ${shown(entry.v ?? entry.vs ?? entry.vb)}`)
}

const isPlace = (unit: string | undefined): unit is 'lat' | 'lon' => unit === 'lat' || unit === 'lon'

/** Remembers where the pack says that it is; such records are no readings. */
function takePlace(place: Place, record: PackRecord): void {
  const unit = unitOf(record)
  const value = numberOf(record)
  if (isPlace(unit) && value !== undefined && Math.abs(value) <= (unit === 'lat' ? 90 : 180)) place[unit] = value
}

function locate(decoded: Decoded, { lat, lon }: Place): void {
  if (lat === undefined || lon === undefined) return
  for (const signal of decoded.signals) signal.position = { lat, lon, datum: 'WGS84' }
}
