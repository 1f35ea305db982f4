import { seededRandom, seedOf } from '../../domain/random.ts'
import { stepsOf } from './incidents/incidents.ts'
import { figureOf, type Step, throughDoor, type View } from './incidents/steps.ts'
import { type Inhabitant, routineAt, turns } from './inhabitant.ts'
import type { Incident } from './script.ts'
import { bodyOf, comeAbout, type Home, tell } from './state.ts'
import { nothingKept } from './things.ts'

const inhabitantOf = ({ inhabitants }: Home, who: string): Inhabitant | undefined =>
  inhabitants.find(({ id }) => id === who)

/** Goes on with what the routine says for now; through the front door where that is on its other side. */
function resume(home: Home, inhabitant: Inhabitant, by: string): void {
  const { id } = inhabitant
  const { figure, kept } = routineAt(inhabitant, home.now)
  const was = figureOf(home, id)
  if ((was.room === 'outside') !== (figure.room === 'outside')) {
    for (const step of throughDoor({ by }, home.now)) put(home, step, by)
  }
  for (const change of home.things.towards(id, kept)) comeAbout(home, id, change)
  comeAbout(home, id, { what: 'moves', figure })
}

function turn(home: Home, { who, condition }: Extract<Step, { what: 'turns' }>, by: string): void {
  const inhabitant = inhabitantOf(home, who)
  if (!inhabitant) return
  turns(inhabitant, condition, home.now)
  if (!home.heldBy.has(who)) resume(home, inhabitant, by)
}

/** Takes a step of the incident `by`. */
export function take(home: Home, step: Step, by: string): void {
  switch (step.what) {
    case 'change':
      if (!step.holds || home.heldBy.get(step.holds) === by) comeAbout(home, step.by, step.change)
      return
    case 'takes':
      home.heldBy.set(step.who, by)
      home.liesUntil.set(step.who, step.liesUntil ?? 0)
      return
    case 'leaves_safe':
      for (const change of home.things.towards(step.who, nothingKept)) comeAbout(home, step.who, change)
      return
    case 'resumes': {
      const inhabitant = inhabitantOf(home, step.who)
      if (!inhabitant || home.heldBy.get(step.who) !== by) return
      home.heldBy.delete(step.who)
      resume(home, inhabitant, by)
      return
    }
    case 'turns':
      turn(home, step, by)
      return
    case 'startles':
      bodyOf(home, step.who).startle(home.now)
      return
    case 'fact':
      tell(home, step.fact)
  }
}

function put(home: Home, step: Step, by: string): void {
  home.diary.put({ at: Math.max(home.now, step.at), what: 'step', step, by })
}

/** An incident begins. */
export function begin(home: Home, { at, event }: { at: number; event: Incident }): void {
  home.incidents += 1
  const by = `${home.incidents}`
  const view: View = {
    now: home.now,
    at: Math.max(at, home.now),
    plan: home.plan,
    scene: home.scene,
    by,
    random: seededRandom(seedOf(home.seed, 'incident', home.incidents)),
    isWorn: (device) => home.machines.some(({ plan, worn }) => plan.id === device && worn),
    liesUntil: (who) => home.liesUntil.get(who) ?? 0,
  }
  const steps = stepsOf(view, event)
  const facts = steps.filter(({ what }) => what === 'fact')
  // The fact is told before what it brings about at the same instant.
  for (const step of [...facts, ...steps.filter(({ what }) => what !== 'fact')]) put(home, step, by)
}
