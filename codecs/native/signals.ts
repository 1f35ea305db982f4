import type { Decoded, Position, Signal } from '../../domain/message.ts'
import { type SignalKind, signalOf } from '../../domain/signals.ts'
import type { UpKind } from '../../domain/topics.ts'
import { addSignal, type EntryContext, isGiven, isRecord, refuse, shown } from '../build.ts'
import { positionIn } from '../positions.ts'
import { flagOf, namedIn, saysYes, spelled } from '../words.ts'

/**
 * Takes the `signal` of an entry with what stands beside it; gives whether the entry claims one at all. Whatever beside
 * it is broken is refused and leaves it `malformed`: the signal counts all the same.
 *
 * On other topics than `signals` a `signal` that is no text is an unknown field like any other, and no error: devices
 * report their radio's signal strength under this name.
 */
export function takeSignal(
  decoded: Decoded,
  kind: UpKind,
  entry: Record<string, unknown>,
  context: EntryContext,
): boolean {
  const word = entry.signal
  if (typeof word !== 'string') {
    if (kind === 'signals' && word !== undefined) {
      refuse(decoded, 'payload_invalid', `${context.where}signal: not text but ${shown(word)}`)
    }
    return false
  }
  const known = signalOf(word)
  if (known) {
    addSignal(decoded, readSignal(decoded, known, entry, context))
    return true
  }
  refuse(decoded, 'signal_unknown', `${context.where}signal: ${shown(word)}`)
  for (const named of namedIn(word)) {
    addSignal(decoded, { ...readSignal(decoded, named, entry, context), malformed: true })
  }
  return true
}

/** Fields of every entry that cannot be a signal; passed over, because this is the path of every reading. */
const plain = new Set(['at', 'seq', 'readings', 'signal'])

/**
 * A signal in an entry that has no `signal` field: a flag that says yes (`"sos":true`), or any text that spells a
 * signal (`"type":"sos"`). Also for an entry that is just the word.
 */
export function takeStray(decoded: Decoded, entry: unknown): void {
  if (!isRecord(entry)) {
    addStray(decoded, spelled(entry))
    return
  }
  for (const name in entry) {
    if (plain.has(name)) continue
    addStray(decoded, spelled(entry[name]) ?? (saysYes(entry[name]) ? flagOf(name) : undefined))
  }
}

function addStray(decoded: Decoded, signal: SignalKind | undefined): void {
  if (signal) addSignal(decoded, { signal, at: undefined, malformed: true })
}

function readSignal(
  decoded: Decoded,
  kind: SignalKind,
  entry: Record<string, unknown>,
  { where, deviceAt, isTimeBroken }: EntryContext,
): Signal {
  const { confidence, position, test } = entry
  const signal: Signal = { signal: kind, at: deviceAt }
  const broken = (detail: string): void => {
    signal.malformed = true
    refuse(decoded, 'payload_invalid', `${where}${detail}`)
  }
  if (isTimeBroken) signal.malformed = true
  if (isWithin(confidence, 0, 1)) signal.confidence = confidence
  else if (isGiven(confidence)) broken('confidence: not a number from 0 to 1')
  if (isGiven(position)) readPosition(signal, position, broken)
  // Only a clear yes makes a drill of it.
  if (test === true) signal.test = true
  else if (isGiven(test) && test !== false) broken('test: not true or false')
  return signal
}

const isWithin = (value: unknown, min: number, max: number): value is number =>
  typeof value === 'number' && value >= min && value <= max

/** Half of the earth's circumference, in metres. */
const accuracyMost = 20_037_508

const datums = new Map<unknown, NonNullable<Position['datum']>>([
  ['WGS84', 'WGS84'],
  ['WGS-84', 'WGS84'],
  ['GCJ02', 'GCJ02'],
  ['GCJ-02', 'GCJ02'],
  ['BD09', 'BD09'],
  ['BD-09', 'BD09'],
])

/** Reads what can be read of a position, in WGS 84 whatever the device gave; 0/0 is how trackers say that they have no fix. */
function readPosition(signal: Signal, value: unknown, broken: (detail: string) => void): void {
  const { lat, lon, accuracy_m, datum } = isRecord(value) ? value : {}
  if (!isWithin(lat, -90, 90) || !isWithin(lon, -180, 180)) {
    broken('position: no lat and lon in degrees')
    return
  }
  if (lat === 0 && lon === 0) return
  const known = datums.get(typeof datum === 'string' ? datum.toUpperCase() : datum)
  const position = positionIn(known, lat, lon) ?? { lat, lon }
  signal.position = position
  if (isWithin(accuracy_m, 0, accuracyMost)) position.accuracy_m = accuracy_m
  else if (isGiven(accuracy_m)) broken('position: accuracy_m is not in metres')
  if (!known && isGiven(datum)) broken('position: datum is none of WGS84, GCJ02, BD09')
}
