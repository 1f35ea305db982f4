import type { Plan, PlanReason, TicketPlan } from '../../domain/dispatch.ts'
import type { Severity, TicketKind } from '../../domain/signals.ts'

/** Of what a ticket is, as far as plans go. `areaPath`: `/city/street/`, null where it lies in none. */
export type Case = { kind: TicketKind; severity: Severity; areaPath: string | null }

type Ranked = { plan: Plan; distance: number; reason: PlanReason }

/**
 * The plan for a case, of those attached around it: the nearest that is meant for its kind and severity; of several at the
 * same place the one that says most about what it is for, then the first by id. Undefined where none is. Pure.
 */
export function choosePlan(plans: readonly Plan[], of: Case): TicketPlan | undefined {
  const ranked = plans.filter((plan) => isFor(plan, of)).map((plan) => rankOf(plan, of))
  const [first, ...further] = ranked.sort(byRank)
  return first && copied(first, further)
}

const isFor = ({ kinds, severities }: Plan, { kind, severity }: Case): boolean =>
  (kinds === null || kinds.includes(kind)) && (severities === null || severities.includes(severity))

/** How far a plan's place is from the case: resident, home, its area, the areas above one by one, everywhere. */
function rankOf(plan: Plan, { areaPath }: Case): Ranked {
  if (plan.resident !== null) return { plan, distance: 0, reason: 'resident' }
  if (plan.home !== null) return { plan, distance: 1, reason: 'home' }
  if (plan.area === null) return { plan, distance: Number.POSITIVE_INFINITY, reason: 'everywhere' }
  const above = areasFrom(areaPath).indexOf(plan.area)
  return { plan, distance: 2 + above, reason: above === 0 ? 'area' : 'area_above' }
}

/** Ids of the areas of a path, the nearest first. */
export const areasFrom = (areaPath: string | null): string[] =>
  (areaPath ?? '')
    .split('/')
    .filter((id) => id !== '')
    .reverse()

const said = ({ kinds, severities }: Plan): number => Number(kinds !== null) + Number(severities !== null)

function byRank(a: Ranked, b: Ranked): number {
  if (a.distance !== b.distance) return a.distance < b.distance ? -1 : 1
  return said(b.plan) - said(a.plan) || (a.plan.id < b.plan.id ? -1 : 1)
}

/**
 * The plan as the ticket keeps it, with the steps of those further up where it falls back to them. The last plan of the chain
 * that says what is repeated decides it, by the place of its steps in the whole.
 */
function copied({ plan, distance, reason }: Ranked, further: readonly Ranked[]): TicketPlan {
  const chain: Plan[] = [plan]
  let reached = distance
  for (const next of further) {
    if (!chain.at(-1)?.area_above) break
    if (next.distance === reached) continue
    chain.push(next.plan)
    reached = next.distance
  }
  const steps = chain.flatMap(({ id, steps: own }) => own.map((step) => ({ ...step, plan: id })))
  const { id, name, lease_s } = plan
  return { id, name, reason, steps, repeat: repeatOf(chain), lease_s }
}

function repeatOf(chain: readonly Plan[]): TicketPlan['repeat'] {
  let before = chain.reduce((sum, { steps }) => sum + steps.length, 0)
  for (const { repeat, steps } of chain.toReversed()) {
    before -= steps.length
    if (repeat) return { ...repeat, from_step: before + repeat.from_step }
  }
  return null
}
