import { type Random, seededRandom } from '../domain/random.ts'

/** The rooms of a simulated home; `outside` is everywhere else. */
export const rooms = ['bedroom', 'living_room', 'kitchen', 'bathroom', 'outside'] as const
export type Room = (typeof rooms)[number]

/** What somebody is doing: `fallen` means on the floor and not getting up. */
export type Doing = 'asleep' | 'awake' | 'out' | 'fallen'

export type Whereabouts = { doing: Doing; room: Room /** How hard at it, 0 still to 100 vigorous. */; effort: number }

/** A routine: hours of the local day (0 to 24), the day's own shifts come on top. */
export type Routine = { seed: number; wakes: number; sleeps: number; goesOut: number; outFor: number }

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** The simulated homes live by Beijing time (UTC+8, no summer time), wherever the program runs. */
const ZONE = 8 * HOUR

export const localDay = (at: number): number => Math.floor((at + ZONE) / DAY)
export const localHour = (at: number): number => ((at + ZONE) % DAY) / HOUR

/** Chance that belongs to a person and a number (a day, a slot of ten minutes), so that any instant can be asked alone. */
const chanceOf = (seed: number, n: number): Random =>
  seededRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(n, 0x85ebca6b))

const around = (random: Random, middle: number, spread: number): number => middle + (random() * 2 - 1) * spread

/** The local day of one person: when it begins, ends and is interrupted, in hours. */
function dayOf(routine: Routine, day: number) {
  const random = chanceOf(routine.seed, day)
  const goesOut = around(random, routine.goesOut, 0.7)
  return {
    wakes: around(random, routine.wakes, 0.5),
    sleeps: around(random, routine.sleeps, 0.6),
    goesOut,
    backHome: goesOut + Math.max(0.3, around(random, routine.outFor, 0.5)),
    staysIn: random() < 0.15,
    toilet: around(random, 3, 1.5),
  }
}

const isMealTime = (hour: number): boolean => [7.5, 12, 18].some((meal) => hour >= meal && hour < meal + 0.6)

function roomWhenAwake(random: Random, hour: number): Room {
  if (isMealTime(hour)) return 'kitchen'
  const chance = random()
  if (chance < 0.1) return 'bathroom'
  if (chance < 0.25) return 'kitchen'
  return chance < 0.4 ? 'bedroom' : 'living_room'
}

/** Where a person is at an instant and how hard at it: a pure function of the routine. `at` in epoch ms. */
export function whereabouts(routine: Routine, at: number): Whereabouts {
  const hour = localHour(at)
  const day = dayOf(routine, localDay(at))
  const slot = chanceOf(routine.seed, Math.floor(at / 600_000))
  const asleep = hour < day.wakes || hour >= day.sleeps
  if (asleep && Math.abs(hour - day.toilet) < 0.05) return { doing: 'awake', room: 'bathroom', effort: 15 }
  if (asleep) return { doing: 'asleep', room: 'bedroom', effort: slot() * 3 }
  if (!day.staysIn && hour >= day.goesOut && hour < day.backHome) {
    return { doing: 'out', room: 'outside', effort: 25 + slot() * 30 }
  }
  return { doing: 'awake', room: roomWhenAwake(slot, hour), effort: 4 + slot() * slot() * 45 }
}
