import type { Target, TicketPlan } from '../../domain/dispatch.ts'
import { limits } from '../../domain/limits.ts'
import { isWithin } from '../../domain/rota.ts'
import { plansAround } from '../../store/plans.ts'
import type { Tx } from '../../store/store.ts'
import { clearTimers, setTimer, updateTicket } from '../../store/ticket_rows.ts'
import type { TicketRow } from '../../store/tickets.ts'
import { noteSparingly } from '../timeline.ts'
import { choosePlan } from './plan_choice.ts'
import { type Called, callTarget } from './targets.ts'

/** The names of the timers that call people. `answer`: the consoles alarm again; `escalate`: the plan's next step. */
export const callingTimers = ['answer', 'escalate'] as const

/** How long a ticket may wait before the consoles alarm again (ms): a late one, or one thought done, rings nobody's night. */
export const answerWithin = ({ late, state }: Pick<TicketRow, 'late' | 'state'>): number =>
  late !== 0 || state === 'resolved' ? limits.lateAnswerWithinMs : limits.answerWithinMs

/**
 * Begins to call people to a ticket that nobody holds: the consoles' alarm, which is always there, and the plan for such a
 * ticket, chosen now and copied onto it. A late ticket calls nobody, nor does one that is thought over and only lacks its outcome.
 * `at`: epoch ms.
 */
export async function beginCalling(tx: Tx, ticket: TicketRow, at: number): Promise<void> {
  await setTimer(tx, ticket.id, 'answer', at + answerWithin(ticket))
  const isOfNow = ticket.late === 0 && ticket.state !== 'resolved'
  const plan = isOfNow ? await planFor(tx, ticket) : undefined
  if (!plan && ticket.plan === null) return
  await updateTicket(tx, ticket.id, {
    plan: plan ? JSON.stringify(plan) : null,
    plan_run: ticket.plan_run + 1,
    plan_round: 0,
    plan_step: 0,
    plan_part: 0,
    to_do: '[]',
  })
  if (plan) await setTimer(tx, ticket.id, 'escalate', at + (plan.steps[0]?.after_s ?? 0) * 1_000)
  else await clearTimers(tx, ticket.id, 'escalate')
}

const planFor = async (tx: Tx, { home, area_path, kind, severity }: TicketRow): Promise<TicketPlan | undefined> =>
  choosePlan(await plansAround(tx, home, area_path), { kind, severity, areaPath: area_path })

/** Chooses again for a ticket that has become graver while it waits: a plan for falls does for no SOS. */
export async function callGraver(tx: Tx, ticket: TicketRow, at: number): Promise<void> {
  if (ticket.holder !== null || ticket.late !== 0) return
  const plan = await planFor(tx, ticket)
  if (plan?.id !== planOf(ticket)?.id) await beginCalling(tx, ticket, at)
}

/** The plan that a ticket goes by; undefined where only the consoles are alarmed. */
export const planOf = ({ plan }: Pick<TicketRow, 'plan'>): TicketPlan | undefined =>
  plan === null ? undefined : (JSON.parse(plan) as TicketPlan)

/** Where a plan stands. `round`: how often it was repeated; `step`: 0 is the first; `part`: whose turn within it. */
type Place = { round: number; step: number; part: number }

/**
 * Takes the step of its plan that a ticket is due for and sets the timer of the next. `due` (epoch ms): when it was due; the next
 * one is counted from then, so that after downtime all that should have happened happens at once. Repeats and the turns of
 * people within a step are counted from `now`: nobody is told ten times in a second. Gives whether anybody was told.
 */
export async function takeStep(
  tx: Tx,
  ticket: TicketRow,
  time: { due: number; now: number; zone: string },
): Promise<boolean> {
  const plan = planOf(ticket)
  const place = { round: ticket.plan_round, step: ticket.plan_step, part: ticket.plan_part }
  const step = plan?.steps[place.step]
  if (!plan || !step) {
    await clearTimers(tx, ticket.id, 'escalate')
    return false
  }
  const isNow = !step.window || isWithin(step.window, time.now, time.zone)
  if (!isNow) await noteSparingly(tx, ticket, { what: 'passed_over', reason: 'outside_window', at: time.now })
  const called = isNow ? await callAll(tx, ticket, step.tell, { ...place, ...time }) : []
  await goOn(tx, ticket, nextPlace(plan, place, called, time))
  return isNow
}

async function callAll(
  tx: Tx,
  ticket: TicketRow,
  targets: readonly Target[],
  turn: Place & { now: number; zone: string },
): Promise<Called[]> {
  const called: Called[] = []
  for (const target of targets) called.push(await callTarget(tx, ticket, target, turn))
  return called
}

type Next = Place & { at: number | undefined }

function nextPlace(plan: TicketPlan, place: Place, called: Called[], { due, now }: { due: number; now: number }): Next {
  const turns = called.filter(({ left }) => left > 0)
  if (turns.length > 0) {
    const soonest = Math.min(...turns.map(({ each_s }) => each_s))
    return { ...place, part: place.part + 1, at: now + soonest * 1_000 }
  }
  const following = plan.steps[place.step + 1]
  const from = place.part > 0 ? now : due
  if (following) return { ...place, step: place.step + 1, part: 0, at: from + following.after_s * 1_000 }
  const { repeat } = plan
  if (!repeat) return { ...place, step: plan.steps.length, part: 0, at: undefined }
  return { round: place.round + 1, step: repeat.from_step - 1, part: 0, at: now + repeat.every_s * 1_000 }
}

async function goOn(tx: Tx, ticket: TicketRow, { round, step, part, at }: Next): Promise<void> {
  await updateTicket(tx, ticket.id, { plan_round: round, plan_step: step, plan_part: part })
  if (at === undefined) await clearTimers(tx, ticket.id, 'escalate')
  else await setTimer(tx, ticket.id, 'escalate', at)
}

/** Ends the calling: somebody has it in hand, or it is over. */
export async function endCalling(tx: Tx, ticket: string): Promise<void> {
  for (const what of callingTimers) await clearTimers(tx, ticket, what)
}
