import type { SignalKind } from '../../domain/signals.ts'
import type { Hazard } from '../life/scene.ts'
import type { Fact } from '../truth.ts'

/** One piece of a ticket's evidence. `kind`: of the device. `at` by the device, `receivedAt` by Vigil, epoch ms. */
export type Claim = {
  ticket: string
  home: string
  device: string
  kind: string
  signal: SignalKind
  reason: string
  at: number
  receivedAt: number
}

/** A claim may be so much older than what it means (a clock a little slow), and so much younger (a rule that waits). */
export const tolerance = { earlyMs: 60_000, lateMs: 120_000 }

const hazardSignals = {
  smoke: ['smoke'],
  gas: ['gas'],
  carbon_monoxide: ['carbon_monoxide'],
  leak: ['water_leak'],
} as const satisfies Record<Hazard, readonly SignalKind[]>

/** The signals that say what an event is; none where Vigil has no word for it, so that nothing can find it. */
const own: Record<Fact['event'], readonly SignalKind[]> = {
  fall: ['fall'],
  slide: ['fall'],
  press: ['sos'],
  accidental_press: ['sos'],
  cancel: [],
  jolt: ['fall'],
  hazard: [],
  forgotten_stove: [],
  wandering: [],
  stays_in_bed: [],
  illness: [],
  absence: [],
  visit: [],
  link_lost: [],
  reboot: [],
  battery: [],
  clock: [],
  sends_twice: [],
  taken_off: [],
}

/** Signals of something else that bring somebody who then sees what happened. */
const borrowed: Partial<Record<Fact['event'], readonly SignalKind[]>> = {
  fall: ['sos'],
  slide: ['sos'],
  forgotten_stove: ['smoke', 'gas', 'carbon_monoxide'],
}

/** The signals that say what this event is. */
export function ownSignals({ event, kind }: Fact): readonly SignalKind[] {
  return event === 'hazard' ? (hazardSignals[kind as Hazard] ?? []) : own[event]
}

const during = (fact: Fact, at: number): boolean =>
  at >= fact.at - tolerance.earlyMs && at <= fact.until + tolerance.lateMs

/** What was pressed on one device is not what another says. */
const isOnSame = ({ device }: Fact, claim: Claim): boolean => device === undefined || device === claim.device

/** The events that a claim can mean: by its own time, or, where nothing was then, by its receipt. */
function meanings(facts: readonly Fact[], claim: Claim): Fact[] {
  const fitting = facts.filter((fact) => ownSignals(fact).includes(claim.signal) && isOnSame(fact, claim))
  const said = fitting.filter((fact) => during(fact, claim.at))
  return said.length > 0 ? said : fitting.filter((fact) => during(fact, claim.receivedAt))
}

/** Need before none, then what nobody found yet, then what ends first; of what is found already the newest. */
function preference(found: ReadonlySet<Fact>): (a: Fact, b: Fact) => number {
  return (a, b) =>
    Number(b.needsHelp) - Number(a.needsHelp) ||
    Number(found.has(a)) - Number(found.has(b)) ||
    (found.has(a) ? b.at - a.at : a.until - b.until)
}

/**
 * Says of each claim of one home which event it means; those that mean none are left out. A claim means one event, an event may
 * be meant by many. Claims are taken in order of time and go to the event that ends first among those that nothing
 * found yet, which finds as many events as can be found.
 */
export function meaningOf(facts: readonly Fact[], claims: readonly Claim[]): Map<Claim, Fact> {
  const found = new Set<Fact>()
  const meaning = new Map<Claim, Fact>()
  for (const claim of [...claims].sort((a, b) => a.at - b.at || a.receivedAt - b.receivedAt)) {
    const fact = meanings(facts, claim).sort(preference(found))[0]
    if (!fact) continue
    found.add(fact)
    meaning.set(claim, fact)
  }
  return meaning
}

/** The first claim of the home, by receipt, that brought somebody to an event although it meant another one. */
export function borrowedClaim(fact: Fact, claims: readonly Claim[]): Claim | undefined {
  return claims
    .filter(({ signal }) => borrowed[fact.event]?.includes(signal))
    .filter(({ at, receivedAt }) => during(fact, at) || during(fact, receivedAt))
    .sort((a, b) => a.receivedAt - b.receivedAt)[0]
}
