import type { Signal } from '../../domain/message.ts'
import type { Doubt, Severity, SignalKind } from '../../domain/signals.ts'

/** A detector's decision that a signal needs a human. `reason` is a stable name: audit trail, metric label and tests use it. */
export type Alert = { reason: string; kind: SignalKind; severity: Severity; doubts: Doubt[] }

/**
 * One kind of judgement over signals. Pure: the same signal gives the same alert; no clock, no state.
 * It may weigh a signal down, but it may not refuse one: every signal becomes an alert.
 */
export type Detector = {
  name: string
  /** The signals that it judges; every signal kind belongs to exactly one detector. */
  kinds: readonly SignalKind[]
  detect(signal: Signal): Alert
}
