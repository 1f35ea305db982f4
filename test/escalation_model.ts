import type { Random } from '../domain/random.ts'
import type { Severity, SignalKind } from '../domain/signals.ts'

/**
 * What escalation promises, once more and as simply as can be, for tests to compare with: it shares no code with what it judges.
 * Instants in epoch ms, durations of plans in seconds.
 */

export type ModelPlan = {
  kind: SignalKind
  severity: Severity
  after: number[]
  repeat: { every: number; from: number } | undefined
  lease: number
}

/** One case: a press, perhaps an answer of somebody who then does nothing more, and its end. */
export type ModelCase = { plan: ModelPlan; opened: number; answered: number | undefined; closed: number }

/** Spans in which nobody worked timers, in order: what fell due in one is worked at its end. */
export type Downtime = { from: number; to: number }

/** A telling: `run.round.step` of the plan, and when. */
export type Telling = { place: string; at: number }

export function tellingsOf({ plan, opened, answered, closed }: ModelCase, downtimes: readonly Downtime[]): Telling[] {
  const worked = (due: number): number => {
    const down = downtimes.find(({ from, to }) => due >= from && due < to)
    return down ? down.to : due
  }
  const first = runOf(1, plan, { from: opened, until: Math.min(answered ?? closed, closed), worked })
  if (answered === undefined) return first
  const lapsed = worked(answered + plan.lease * 1_000)
  return [...first, ...runOf(2, plan, { from: lapsed, until: closed, worked })]
}

/** One run of a plan, from its beginning until somebody answers. */
function runOf(
  run: number,
  { after, repeat }: ModelPlan,
  { from, until, worked }: { from: number; until: number; worked(due: number): number },
): Telling[] {
  const tellings: Telling[] = []
  let due = from + after[0]! * 1_000
  for (let round = 0, step = 0; ; ) {
    const at = worked(due)
    if (at >= until) return tellings
    tellings.push({ place: `${run}.${round}.${step}`, at })
    step++
    if (step < after.length) due += after[step]! * 1_000
    else if (repeat) {
      due = at + repeat.every * 1_000
      step = repeat.from - 1
      round++
    } else return tellings
  }
}

const kinds: [SignalKind, Severity][] = [
  ['sos', 'critical'],
  ['smoke', 'critical'],
  ['fall', 'high'],
  ['water_leak', 'medium'],
  ['wandering', 'medium'],
]

/** A plan for each of some kinds, by chance. */
export const randomPlans = (random: Random): ModelPlan[] =>
  kinds.map(([kind, severity]) => {
    const after = Array.from({ length: 2 + Math.floor(random() * 3) }, () => Math.floor(random() * 40))
    const repeat = { every: 10 + Math.floor(random() * 60), from: 1 + Math.floor(random() * after.length) }
    return { kind, severity, after, repeat: random() < 0.7 ? repeat : undefined, lease: 30 + Math.floor(random() * 60) }
  })

/** A case that begins within `spanMs` of `start` and is over some minutes later; a third is answered and then left alone. */
export function randomCase(plans: readonly ModelPlan[], random: Random, start: number, spanMs: number): ModelCase {
  const plan = plans[Math.floor(random() * plans.length)]!
  const opened = start + Math.floor(random() * spanMs)
  const closed = opened + 1 + Math.floor(random() * 240_000)
  const answered = random() < 0.33 ? opened + 1 + Math.floor(random() * (closed - opened)) : undefined
  return { plan, opened, answered: answered !== undefined && answered < closed ? answered : undefined, closed }
}
