import type { ErrorCode } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import {
  type Clear,
  type DecodeContext,
  type Decoded,
  type Position,
  type Press,
  presses,
  type Reading,
  type Signal,
} from '../domain/message.ts'
import { isPlausible, type MetricName, metrics } from '../domain/metrics.ts'
import { type SignalKind, signals } from '../domain/signals.ts'
import type { WarningCode } from '../domain/warnings.ts'

/** What every codec does alike when it adds something to a `Decoded`. */

/**
 * One entry of a message in its context. `where` begins the details of its refusals; `deviceAt` is the entry's own time,
 * `isTimeBroken` where it wrote one that cannot be read.
 */
export type EntryContext = DecodeContext & { where: string; deviceAt: number | undefined; isTimeBroken: boolean }

/** How much of a device's own words is repeated in a refusal's detail. */
const quotedChars = 64

/** A device's own words, made short enough to be told back. */
export const quoted = (text: string): string => (text.length > quotedChars ? `${text.slice(0, quotedChars)}…` : text)

/** Notes a refusal. Gives undefined, so that a reader can give it back in place of what it did not find. */
export function refuse(decoded: Decoded, code: ErrorCode, detail: string): undefined {
  if (decoded.refusals.length < limits.refusalsPerMessage) decoded.refusals.push({ code, detail })
}

/** The metrics that are hazards too: a detector that only reports `{"smoke":1}` must not be silent. */
const hazards = new Set<string>(Object.keys(metrics).filter((name) => Object.hasOwn(signals, name)))
export const isHazard = (name: string): name is SignalKind & MetricName => hazards.has(name)

/** Adds a reading, flagged where physics does not allow it. `at`: epoch ms; `source` where it is not the message's own device. */
export function addReading(decoded: Decoded, metric: MetricName, value: number, at: number, source?: string): void {
  // JSON has numbers beyond all numbers (`1e999`).
  if (!Number.isFinite(value)) {
    warn(decoded, 'value_unknown', `${metric}: ${value}`)
    return
  }
  // + 0 turns -0 into 0, which databases write differently
  const reading: Reading = { at, metric, value: value + 0, implausible: !isPlausible(metric, value) }
  if (source !== undefined) reading.source = source
  decoded.readings.push(reading)
}

/** Adds a state of 0 or 1 as a reading. */
export const addFlag = (decoded: Decoded, metric: MetricName, on: boolean, at: number, source?: string): void =>
  addReading(decoded, metric, on ? 1 : 0, at, source)

/** Adds where a device is as readings. */
export function addPosition(decoded: Decoded, position: Position, at: number, source?: string): void {
  addReading(decoded, 'latitude', position.lat, at, source)
  addReading(decoded, 'longitude', position.lon, at, source)
  if (position.accuracy_m !== undefined) addReading(decoded, 'position_accuracy', position.accuracy_m, at, source)
}

export function addSignal(decoded: Decoded, signal: Signal): void {
  decoded.signals.push(signal)
}

/** `source` where it is known, for what is spread into a signal, a clear or a status. */
export const whose = (source: string | undefined): { source?: string } => (source === undefined ? {} : { source })

/** A signal that is a state: it lasts until the device says that it is over. */
export function addState(decoded: Decoded, on: boolean, claim: Omit<Signal, 'level' | 'press'>): void {
  if (on) addSignal(decoded, { ...claim, level: true })
  else addClear(decoded, { signal: claim.signal, at: claim.at, ...whose(claim.source) })
}

/** The value of the metric `button` for a press. */
export const buttonOf = (press: Press): number => presses.indexOf(press) + 1

/** A press of a plain button: a reading at `readAt`, and an SOS where the registry has it as one. */
export function addPress(
  decoded: Decoded,
  press: Press,
  readAt: number,
  claim: Omit<Signal, 'signal' | 'press' | 'level'>,
): void {
  addReading(decoded, 'button', buttonOf(press), readAt, claim.source)
  addSignal(decoded, { ...claim, signal: 'sos', press })
}

/** Gives all that a message told to a device that only its content names. */
export function attribute({ readings, signals, clears, statuses }: Decoded, source: string): void {
  for (const part of [readings, signals, clears, statuses]) for (const one of part) one.source = source
}

/** The device's word that what a signal said is over. */
export function addClear(decoded: Decoded, clear: Clear): void {
  decoded.clears.push(clear)
}

/** Notes what was odd about a message that is taken all the same. Gives undefined, as `refuse` does. */
export function warn(decoded: Decoded, code: WarningCode, detail: string): undefined {
  if (decoded.warnings.length < limits.warningsPerMessage) decoded.warnings.push({ code, detail: quoted(detail) })
}

/** The instant that counts: the device's own, unless its clock is ahead or was never set; then the time of receipt. */
export function settle(at: number | undefined, receivedAt: number): number {
  if (at === undefined || at > receivedAt + limits.clockAheadMs || at < limits.clockUnsetBefore) return receivedAt
  return at
}

/** Whether a field is there at all; null is as good as absent. */
export const isGiven = (value: unknown): boolean => value !== undefined && value !== null

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A value in a few words, for a refusal's detail. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  return quoted(typeof value === 'string' ? `"${value}"` : String(value))
}
