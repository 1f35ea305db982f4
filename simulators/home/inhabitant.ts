import { type Body, createBody } from '../life/body.ts'
import { HOUR } from '../life/calendar.ts'
import { makePerson, type Person } from '../life/person.ts'
import { type Condition, type Dated, dayOf, figureAt, lifeDay } from '../life/routine.ts'
import type { Figure } from '../life/scene.ts'
import type { ResidentPlan } from './home.ts'
import { type Kept, keptAfter } from './things.ts'

/**
 * So much of the routine is kept at a time: whole days of thousands of homes would not fit in memory. A day of life
 * begins at a whole page, so that a page belongs to one day.
 */
const PAGE = 2 * HOUR

/** A resident with the routine ahead. Owned by one home and changed only by the functions here and by the home. */
export type Inhabitant = {
  readonly id: string
  readonly person: Person
  readonly body: Body
  condition: Condition
  /** The routine's next changes, up to `until`. */
  page: readonly Dated[]
  next: number
  until: number
}

/** A resident as found at `at` (epoch ms). */
export function createInhabitant({ id, seed }: ResidentPlan, at: number): Inhabitant {
  const person = makePerson({ id, seed })
  return {
    id,
    person,
    body: createBody(person, at),
    condition: 'well',
    page: [],
    next: 0,
    until: at,
  }
}

/** When the routine next changes something, or has to be written on. */
export const nextOf = ({ page, next, until }: Inhabitant): number => page[next]?.at ?? until

/** The routine from `from` on (epoch ms), to the end of the page. */
function turnPage(inhabitant: Inhabitant, from: number): void {
  const until = Math.floor(from / PAGE + 1) * PAGE
  const { person, condition } = inhabitant
  inhabitant.page = dayOf(person, lifeDay(from), condition).filter(({ at }) => at >= from && at < until)
  inhabitant.next = 0
  inhabitant.until = until
}

/** The next change of the routine, taken out; undefined where only a page was turned. */
export function takeNext(inhabitant: Inhabitant): Dated | undefined {
  const dated = inhabitant.page[inhabitant.next]
  if (dated) inhabitant.next += 1
  else turnPage(inhabitant, inhabitant.until)
  return dated
}

/** Where the routine has the person at `at`, and what is open, on or running for it. */
export function routineAt({ person, condition }: Inhabitant, at: number): { figure: Figure; kept: Kept } {
  const before = dayOf(person, lifeDay(at), condition).filter((dated) => dated.at <= at)
  return { figure: figureAt(person, at, condition), kept: keptAfter(before.map(({ change }) => change)) }
}

/** Falls ill or gets well: another routine from `at` on. */
export function turns(inhabitant: Inhabitant, condition: Condition, at: number): void {
  inhabitant.condition = condition
  inhabitant.body.fever(condition === 'ill', at)
  turnPage(inhabitant, at + 1)
}
