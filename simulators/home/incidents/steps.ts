import type { Random } from '../../../domain/random.ts'
import { MINUTE, SECOND } from '../../life/calendar.ts'
import { between } from '../../life/draw.ts'
import type { Condition } from '../../life/routine.ts'
import type { Change, Figure, Room, Scene } from '../../life/scene.ts'
import type { Fact } from '../../truth.ts'
import type { HomePlan } from '../home.ts'

/** What an incident is made of, each at its instant (epoch ms, true time). */
export type Step = { at: number } & (
  | { what: 'change'; by: string; change: Change /** Only while the incident still has this person. */; holds?: string }
  /** The incident has the person from now on: the routine is suppressed, and an earlier incident too. */
  | { what: 'takes'; who: string /** On the floor until then (epoch ms). */; liesUntil?: number }
  /** Shuts and turns off what the person left open and running. */
  | { what: 'leaves_safe'; who: string }
  /** The routine goes on with what it has the person doing now. */
  | { what: 'resumes'; who: string }
  | { what: 'turns'; who: string; condition: Condition }
  | { what: 'startles'; who: string }
  | { what: 'fact'; fact: Omit<Fact, 'id' | 'home'> }
)

/** What an incident finds when it begins. */
export type View = {
  /** Epoch ms: when it begins, and when it is meant to happen (later where somebody walks there first). */
  now: number
  at: number
  plan: HomePlan
  scene: Scene
  /** Stands for this incident where things are held open or on. */
  by: string
  random: Random
  isWorn(device: string): boolean
  /** Until when (epoch ms) somebody who lies on the floor would lie there; 0 for everybody else. */
  liesUntil(who: string): number
}

/** The resident of a home or the visitor as a sensor could notice. */
export function figureOf({ scene }: Pick<View, 'scene'>, who: string): Figure {
  const figure = scene.figures.find((one) => one.who === who)
  if (!figure) throw new Error(`${who} is not there`)
  return figure
}

/** Somebody on the feet in a room. */
export const standing = (who: string, room: Room, effort = 25): Figure => ({
  who,
  room,
  posture: 'standing',
  doing: room === 'outside' ? 'out' : 'awake',
  effort,
  inBed: false,
})

/** A figure becomes this, as long as the incident has the person. */
export const moves = ({ by }: View, at: number, figure: Figure): Step => ({
  at,
  what: 'change',
  by,
  change: { what: 'moves', figure },
  holds: figure.who,
})

/** A change that comes whoever has the person. */
export const happens = ({ by }: Pick<View, 'by'>, at: number, change: Change): Extract<Step, { what: 'change' }> => ({
  at,
  what: 'change',
  by,
  change,
})

/** The front door, open for a moment round `at`; for who is kept from going there it does not open. */
export function throughDoor(view: Pick<View, 'by'>, at: number, who?: string): Step[] {
  const opens = happens(view, at - 4 * SECOND, { what: 'opens', opening: 'front_door' })
  return [
    who === undefined ? opens : { ...opens, holds: who },
    happens(view, at + 6 * SECOND, { what: 'closes', opening: 'front_door' }),
  ]
}

/** Gets up and walks through the hall, to be in `room` at `at`; nothing where the person is there already. */
export function walks(view: View, { who, room: from }: Figure, room: Room, at: number): Step[] {
  if (from === room) return []
  const crosses = from === 'outside' || room === 'outside'
  const hall = from === 'hall' || room === 'hall' ? [] : [moves(view, at - 6 * SECOND, standing(who, 'hall', 36))]
  const up = from === 'outside' ? [] : [moves(view, at - 18 * SECOND, standing(who, from, 22))]
  const door = crosses ? throughDoor(view, room === 'outside' ? at : at - 6 * SECOND, who) : []
  return [...up, ...hall, ...door, moves(view, at, standing(who, room, 36))]
}

/** Stirs for some seconds now and then, `every` ms on average, from `from` to `until`. */
export function stirs(view: View, figure: Figure, from: number, until: number, every: number): Step[] {
  const steps: Step[] = []
  const { random } = view
  for (
    let at = from + between(random, 0.5, 1.5) * every;
    at < until - 20 * SECOND;
    at += between(random, 0.5, 1.5) * every
  ) {
    const start = Math.round(at)
    const end = start + Math.round(between(random, 3, 14) * SECOND)
    steps.push(moves(view, start, { ...figure, effort: figure.effort + Math.round(between(random, 6, 14)) }))
    steps.push(moves(view, end, figure))
  }
  return steps
}

/** From standing up again, or from coming home, to going on with the day, ms. */
export const RECOVERS_IN = MINUTE

/** No incident that leads somewhere and back is shorter. */
export const SHORTEST = 3 * MINUTE
