import type { Random } from '../../domain/random.ts'
import { airs, doesChores, dozesInBed, dresses, eats, goesOut, naps, showers, snacks, washes } from './acts.ts'
import { atLocal, HOUR, isWeekend, MINUTE } from './calendar.ts'
import { around, between, chance, countOf } from './draw.ts'
import type { Person } from './person.ts'
import type { Track } from './track.ts'

/** Something to do: begun at `at` or as soon as there is time, left out after `latest` (epoch ms). */
export type Due = { at: number; latest: number; act: (track: Track) => void }

/** A day as intended: when to wake and go to bed, and what to do between, by time (epoch ms). */
export type Agenda = { wakes: number; sleeps: number; acts: readonly Due[] }

const due = (day: number, hour: number, slack: number, act: Due['act']): Due => ({
  at: atLocal(day, hour),
  latest: atLocal(day, hour + slack),
  act,
})

function mealsOf({ habits }: Person, day: number, random: Random, wakes: number): Due[] {
  const breakfast = Math.max(wakes + 0.4, around(random, habits.breakfast, habits.varies / 2))
  const isCooked = (share: number): boolean => chance(random, share)
  return [
    due(day, breakfast, 3, (track) => eats(track, isCooked(habits.cooksBreakfast), between(random, 4, 12))),
    due(day, around(random, habits.lunch, 0.25), 2, (track) =>
      eats(track, isCooked(habits.cooks), between(random, 15, 45)),
    ),
    due(day, around(random, habits.dinner, 0.25), 2.5, (track) =>
      eats(track, isCooked(habits.cooks * 0.8), between(random, 12, 35)),
    ),
  ]
}

/** Weekends have fewer errands and longer visits. */
function outingsOf({ habits }: Person, day: number, random: Random): Due[] {
  if (chance(random, habits.staysIn)) return []
  const isFree = isWeekend(day)
  const count = Math.min(3, countOf(random, habits.outings * (isFree ? 0.8 : 1)))
  const hours = [between(random, 8.2, 10.7), between(random, 14, 16.8), between(random, 18.6, 19.8)]
  if (chance(random, 0.4)) hours.reverse()
  return hours.slice(0, count).map((hour) => {
    const minutes = Math.max(12, around(random, habits.outFor * (isFree ? 1.3 : 1), habits.outFor / 3) * 60)
    return due(day, hour, 2, (track) => goesOut(track, Math.min(minutes, hour > 18 ? 50 : 240)))
  })
}

function restOf({ habits }: Person, day: number, random: Random): Due[] {
  if (!chance(random, habits.naps)) return []
  const minutes = Math.max(15, around(random, habits.napFor, 0.25) * 60)
  return [due(day, habits.lunch + between(random, 1, 1.8), 1.5, (track) => naps(track, track.at() + minutes * MINUTE))]
}

function washingOf({ habits }: Person, day: number, random: Random, wakes: number, sleeps: number): Due[] {
  const morning = [due(day, wakes + 0.1, 2, washes)]
  const shower = chance(random, habits.showers / 7)
    ? [due(day, habits.showersEarly ? wakes + 0.15 : sleeps - between(random, 0.6, 1.6), 3, showers)]
    : []
  return [
    ...morning,
    ...shower,
    due(day, wakes + 0.2, 2, dresses),
    ...(chance(random, 0.4) ? [due(day, wakes + 0.3, 2, airs)] : []),
  ]
}

function restlessnessOf({ habits }: Person, day: number, random: Random, wakes: number, sleeps: number): Due[] {
  const times = (count: number, from: number, to: number) =>
    Array.from({ length: count }, () => between(random, from, to))
  return [
    ...times(countOf(random, habits.snacks), wakes + 2, sleeps - 0.5).map((hour) => due(day, hour, 1, snacks)),
    ...times(countOf(random, habits.chores * (isWeekend(day) ? 0.6 : 1)), wakes + 1.5, 18.5).map((hour) => {
      const minutes = between(random, 8, 40)
      return due(day, hour, 2, (track: Track) => doesChores(track, minutes))
    }),
  ]
}

const inOrder = (acts: Due[]): Due[] => acts.sort((a, b) => a.at - b.at)

/** The hours of this day's waking and going to bed: now and then somebody sleeps in, or a film is long. */
function hoursOf({ habits }: Person, day: number, random: Random) {
  const later = isWeekend(day) ? 0.25 : 0
  const sleepsIn = chance(random, 0.06) ? between(random, 0.4, 1.4) : 0
  const staysUp = chance(random, 0.08) ? between(random, 0.5, 2) : 0
  const wakes = Math.max(4.8, around(random, habits.wakes + later + sleepsIn, habits.varies))
  const sleeps = Math.min(26, Math.max(19.5, around(random, habits.sleeps + later + staysUp, habits.varies)))
  return { wakes, sleeps }
}

/** A day in health. */
export function dayAgenda(person: Person, day: number, random: Random): Agenda {
  const { wakes, sleeps } = hoursOf(person, day, random)
  const acts = [
    ...washingOf(person, day, random, wakes, sleeps),
    ...mealsOf(person, day, random, wakes),
    ...outingsOf(person, day, random),
    ...restOf(person, day, random),
    ...restlessnessOf(person, day, random, wakes, sleeps),
  ]
  return {
    wakes: atLocal(day, wakes),
    sleeps: atLocal(day, sleeps),
    acts: inOrder(acts.filter(({ at }) => at < atLocal(day, sleeps))),
  }
}

/** A day in bed with an infection: late up, something cold to eat, early to bed. */
export function sickAgenda(person: Person, day: number, random: Random): Agenda {
  const { wakes, sleeps } = hoursOf(person, day, random)
  const late = wakes + between(random, 0.3, 1.5)
  const early = sleeps - between(random, 0.3, 1.2)
  const meals = [late + 1, person.habits.lunch, person.habits.dinner].filter(() => chance(random, 0.75))
  const acts = [
    ...meals.map((hour) => due(day, hour, 2, (track: Track) => eats(track, false, 0))),
    ...Array.from({ length: countOf(random, 4) }, () => due(day, between(random, late + 1, early - 0.5), 1, snacks)),
    due(day, late + 0.2, 2, washes),
    due(day, 13.5, 2, (track: Track) => dozesInBed(track, track.at() + HOUR)),
  ]
  return { wakes: atLocal(day, late), sleeps: atLocal(day, early), acts: inOrder(acts) }
}
