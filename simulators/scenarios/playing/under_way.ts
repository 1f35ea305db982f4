import type { SimulatedHome } from '../../home/home.ts'
import type { Fleet } from '../../links/fleet.ts'
import type { Fact } from '../../truth.ts'
import type { Verdict, Verdicts } from '../judging/verdicts.ts'
import type { Part, Scenario } from '../reading/scenario.ts'
import { type Line, type Tone, verdictLine } from '../timeline.ts'
import type { Naming } from './naming.ts'
import type { Dispatcher } from './operator.ts'
import type { Said } from './said.ts'
import type { Seen } from './seen.ts'
import type { Stage } from './stage.ts'

export type PlayOptions = {
  stage: Stage
  /** Takes what happens as it happens. */
  tell(line: Line): void
  /** Takes what really happens, with the names and the time that Vigil has for it. */
  onFact?(fact: Fact): void
  /** A password for the run's dispatcher. */
  password: string
  signal: AbortSignal
}

/** How a run ended. `messages`: what the devices said. */
export type Played = {
  scenario: Scenario
  verdicts: readonly Verdict[]
  passed: boolean
  messages: number
  facts: number
}

/** A run under way. */
export type Play = PlayOptions & {
  scenario: Scenario
  naming: Naming
  homes: readonly SimulatedHome[]
  seen: Seen
  said: Said
  verdicts: Verdicts
  fleet: Fleet
  dispatcher: Dispatcher
  cursor(): number
  called(device: string): string
  say(tone: Tone, text: string, at?: number): void
  counts: { messages: number; facts: number }
  /** Devices without a line, by script. */
  cut: Set<string>
  /** Parts of Vigil that are to come back, and when. */
  returning: { part: Part; at: number }[]
}

/** The longest leap, ms: Vigil's own rhythms, and what is kept in memory, go by it. */
export const strideMs = 10 * 60_000

/** Decides what can be decided now, and tells it. */
export function look(run: Play, phase: 'before' | 'after'): void {
  const { seen, stage, called, verdicts, say } = run
  for (const verdict of verdicts.look({ seen, now: stage.now(), phase, called })) {
    const { tone, text } = verdictLine(verdict)
    say(tone, text)
  }
}

/** Notes what no sentence of the file says, and tells it. */
export function note({ verdicts, stage, say }: Play, held: boolean, text: string, detail: string): void {
  const line = verdictLine(verdicts.note(held, text, detail, stage.now()))
  say(line.tone, line.text)
}

export const devicesIn = ({ homes }: Scenario): number =>
  [...homes.values()].reduce((sum, home) => sum + home.devices.length, 0)
