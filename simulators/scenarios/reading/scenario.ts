import type { Doubt, Severity, SignalKind } from '../../../domain/signals.ts'
import type { Outcome, TicketAction, TicketState } from '../../../domain/ticket.ts'
import type { HomePlan } from '../../home/home.ts'
import type { Incident, Trouble } from '../../home/script.ts'

/** A scenario as read from a file. Times are epoch ms; `homes` by the names that the file gives them. */
export type Scenario = {
  name: string
  story: string
  file: string
  seed: number
  start: number
  /** When the last thing that was asked for is over. */
  end: number
  homes: ReadonlyMap<string, HomePlan>
  steps: readonly Step[]
}

/** The rooms of Vigil that a scenario can stop and start. */
export const parts = ['system', 'broker', 'ingest', 'alerts', 'api'] as const
export type Part = (typeof parts)[number]

/** One sentence: when, what as it is written, and where it stands. */
export type Step = { at: number; text: string; line: number; column: number } & (
  | { does: 'happens'; home: string; event: Incident | Trouble }
  | { does: 'system'; part: Part; downFor: number }
  | { does: 'works'; action: TicketAction; ticket: number | undefined; outcome?: Outcome; note?: string }
  | { does: 'expects'; gap: boolean; expectation: Expectation }
)

/**
 * What must follow. `from` is the step that it counts from, `until` the deadline, or the instant at which
 * `count` and `still` are looked at. `home` absent: any. Tickets are numbered from 1 in the order in which this run saw them. Devices are named by their
 * ids in the plans; a group is met by any of its devices.
 */
export type Expectation = { from: number; until: number; home: string | undefined } & (
  | { what: 'ticket'; number: number | undefined; kind: SignalKind | undefined; traits: readonly Trait[] }
  | { what: 'no_ticket'; kind: SignalKind | undefined }
  | { what: 'count'; count: number }
  | { what: 'still'; number: number; state: TicketState }
  | { what: 'alarm' }
  | { what: 'no_alarm' }
  | { what: 'receipt'; result: 'accepted' | 'refused'; device: string; called: string }
)

/** Devices that a word in a sentence means. */
export type Group = { called: string; devices: readonly string[] }

export type Trait =
  | { is: 'severity'; severity: Severity }
  | { is: 'evidence'; from: readonly Group[] }
  | { is: 'no_evidence'; from: readonly Group[] }
  | { is: 'signals'; of: SignalKind | undefined; count: number; orMore: boolean }
  | { is: 'verified' }
  | { is: 'unverified'; because: readonly Doubt[] }
  | { is: 'state'; state: TicketState }
