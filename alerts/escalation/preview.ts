import type { Step, Target, TicketPlan } from '../../domain/dispatch.ts'
import { isWithin } from '../../domain/rota.ts'
import type { Severity, TicketKind } from '../../domain/signals.ts'
import { plansAround } from '../../store/plans.ts'
import type { Db } from '../../store/store.ts'
import { choosePlan } from './plan_choice.ts'
import { onDuty, type Recipient, recipientsOf, type Scene } from './recipients.ts'
import { above } from './targets.ts'

/** Who would be told of a ticket, by the same choice and the same look-up that a real one goes by. Writes nothing. */

/** A ticket that might be: `at` (epoch ms) is when it opens, `zone` an IANA name. */
export type Supposed = Scene & { kind: TicketKind; severity: Severity }

/** Somebody who would be told: by the console, by channels (ids), or by whoever works the ticket, who is asked to telephone. */
export type Told = { key: string; name: string; console: boolean; channels: string[]; telephone: string | null }

/**
 * What a target comes to. `nobody`: it has nobody itself, and the ticket would say so. `above`: the id of the area in which
 * people were found instead, '' beyond all areas; null where they are the target's own.
 */
export type PreviewedTarget = { to: Target['to']; people: Told[]; nobody: boolean; above: string | null }

/** `after_s`: seconds after the opening. `passed_over`: it is outside its hours. */
export type PreviewedStep = {
  step: number
  plan: string
  after_s: number
  at: number
  passed_over: boolean
  tell: PreviewedTarget[]
}
export type Preview = { plan: TicketPlan | undefined; steps: PreviewedStep[] }

/** The plan that such a ticket would go by, and whom each of its steps would find. */
export async function previewPlan(db: Db, supposed: Supposed): Promise<Preview> {
  const plan = choosePlan(await plansAround(db, supposed.home, supposed.areaPath), supposed)
  const steps: PreviewedStep[] = []
  let after_s = 0
  for (const [n, step] of (plan?.steps ?? []).entries()) {
    after_s += step.after_s
    const at = supposed.at + after_s * 1_000
    steps.push({ step: n + 1, plan: step.plan, after_s, at, ...(await found(db, step, { ...supposed, at })) })
  }
  return { plan, steps }
}

async function found(
  db: Db,
  { tell, window }: Step,
  scene: Scene,
): Promise<Pick<PreviewedStep, 'passed_over' | 'tell'>> {
  if (window && !isWithin(window, scene.at, scene.zone)) return { passed_over: true, tell: [] }
  const targets: PreviewedTarget[] = []
  for (const target of tell) targets.push(await foundBy(db, target, scene))
  return { passed_over: false, tell: targets }
}

async function foundBy(db: Db, target: Target, scene: Scene): Promise<PreviewedTarget> {
  const { to } = target
  if (target.to === 'emergency') {
    const { number, text = '' } = target
    const asked: Told = { key: 'emergency', name: text, console: false, channels: [], telephone: number }
    return { to, people: [asked], nobody: false, above: null }
  }
  const own = await recipientsOf(db, target, scene)
  if (own.people.length > 0) return { to, people: own.people.map(told), nobody: false, above: own.above ?? null }
  const areaPath = above(scene.areaPath)
  const instead = await onDuty(db, 'dispatcher', { ...scene, areaPath })
  const where = instead.above ?? areaPath?.split('/').at(-2) ?? ''
  return { to, people: instead.people.map(told), nobody: true, above: instead.people.length > 0 ? where : null }
}

function told({ key, name, ways, phone = '' }: Recipient): Told {
  const console = key.startsWith('operator:')
  const channels = [...new Set(ways.map(({ channel }) => channel))]
  return { key, name, console, channels, telephone: !console && channels.length === 0 ? phone : null }
}
