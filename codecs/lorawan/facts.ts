import type { Position, Press } from '../../domain/message.ts'
import type { MetricName } from '../../domain/metrics.ts'
import type { SignalKind } from '../../domain/signals.ts'
import type { WarningCode } from '../../domain/warnings.ts'
import { buttonOf } from '../build.ts'

/**
 * What a device's bytes, or the object that a network server made of them, say: before it is known whose they are and when
 * they were received. `at`: epoch ms, where the device tells an instant of its own; `historical`: from its memory.
 */
export type Fact = ReadingFact | SignalFact | ClearFact | PositionFact | WarningFact
type Dated = { at?: number; historical?: boolean }
export type ReadingFact = Dated & { metric: MetricName; value: number }
export type SignalFact = Dated & {
  signal: SignalKind
  press?: Press
  level?: boolean
  confidence?: number
  malformed?: boolean
}
type ClearFact = { clear: SignalKind }
export type PositionFact = Dated & { position: Position }
type WarningFact = { warning: WarningCode; detail: string }

/** Reads a frame of one model; undefined where its port or its bytes are none of this model's. `receivedAt`: epoch ms. */
export type Decoder = (port: number | undefined, bytes: Buffer, receivedAt: number) => Fact[] | undefined

export const reading = (metric: MetricName, value: number): Fact => ({ metric, value })
export const flag = (metric: MetricName, on: boolean): Fact => reading(metric, on ? 1 : 0)
export const clear = (kind: SignalKind): Fact => ({ clear: kind })
export const warning = (code: WarningCode, detail: string): Fact => ({ warning: code, detail })

/** A state that lasts until the device takes it back. */
export const state = (kind: SignalKind, on: boolean): Fact => (on ? { signal: kind, level: true } : clear(kind))

/** A hazard is a reading, and a state that calls or ends. */
export const hazard = (kind: SignalKind & MetricName, on: boolean): Fact[] => [flag(kind, on), state(kind, on)]

/** A press of a plain button: an SOS only where the registry has it as one. */
export const press = (how: Press): Fact[] => [{ signal: 'sos', press: how }, reading('button', buttonOf(how))]

/** Facts of a record from a device's memory: at its own time, and taking nothing back. */
export const ofMemory = (facts: Fact[], at: number): Fact[] =>
  facts.flatMap((fact) => ('clear' in fact || 'warning' in fact ? [] : [{ ...fact, at, historical: true }]))

/** A battery in percent, or what is none: trackers put a raw figure there, and 0 or 255 for mains and unknown. */
export function percent(value: number): Fact[] {
  return value >= 0 && value <= 100 ? [reading('battery', value)] : [warning('value_unknown', `battery: ${value}`)]
}
