import { seededRandom, seedOf } from '../../domain/random.ts'
import { dozesInBed, liesDown, sits, usesToilet, washes } from './acts.ts'
import { type Agenda, dayAgenda, sickAgenda } from './agenda.ts'
import { atLocal, HOUR, localDay, MINUTE } from './calendar.ts'
import { between, gap } from './draw.ts'
import { stirs } from './moves.ts'
import { sleepsUntil } from './night.ts'
import type { Person } from './person.ts'
import type { Figure } from './scene.ts'
import { createTrack, type Dated, type Track } from './track.ts'

export type { Dated } from './track.ts'

/** `ill`: an infection, with fever: in bed most of the day. */
export type Condition = 'well' | 'ill'

/** A day of life begins at this local hour: everybody is asleep in bed then, everything shut and off. */
export const DAY_BEGINS = 4

/** The day of life that an instant belongs to. */
export const lifeDay = (at: number): number => localDay(at - DAY_BEGINS * HOUR)

const asleep = (who: string): Figure => ({
  who,
  room: 'bedroom',
  posture: 'lying',
  doing: 'asleep',
  effort: 1,
  inBed: true,
})

/** What fills the time until something is due. */
function idles(track: Track, until: number, condition: Condition): void {
  if (condition === 'ill') dozesInBed(track, until)
  else sits(track, until)
}

/** From getting up to going to bed: what is due is done, between it one rests, and the toilet calls. */
function livesThrough(track: Track, agenda: Agenda, condition: Condition): void {
  const { random, person } = track
  const every = person.habits.toiletEvery * (condition === 'ill' ? 0.6 : 1) * 3_600
  let calls = track.in(gap(random, every, every / 2))
  for (const { at, latest, act } of [...agenda.acts, { at: agenda.sleeps, latest: Infinity, act: washes }]) {
    while (track.at() < at) {
      idles(track, Math.max(track.at(), Math.min(at, calls)), condition)
      if (track.at() < calls) continue
      usesToilet(track)
      calls = track.in(gap(random, every, every / 2))
    }
    if (track.at() <= latest) act(track)
  }
}

/** Wakes, and lies a little. */
function wakes(track: Track): void {
  track.becomes({ doing: 'awake', effort: 5 })
  stirs(track, track.at() + between(track.random, 1, 20) * MINUTE, 4, 12, 150)
}

/** Visits to the toilet an hour of the night: none is begun in the last half hour before waking or before four. */
function nightRate({ habits }: Person): number {
  const hours = 24 + habits.wakes - habits.sleeps
  return habits.nightVisits / (hours - 1.5)
}

/**
 * What a person does on a day of life: from `DAY_BEGINS` of the local day to the same hour of the next, sorted by time.
 * The first change is at that hour and says where the person is. Pure: the same person, day and condition give the
 * same changes.
 */
export function dayOf(person: Person, day: number, condition: Condition): readonly Dated[] {
  const random = seededRandom(seedOf(person.seed, 'day', day, condition))
  const isIll = condition === 'ill'
  const agenda = isIll ? sickAgenda(person, day, random) : dayAgenda(person, day, random)
  const visits = nightRate(person) * (isIll ? 1.6 : 1)
  const track = createTrack(
    person,
    asleep(person.id),
    atLocal(day, DAY_BEGINS),
    random,
    isIll ? 0.6 : person.habits.vigour,
  )
  sleepsUntil(track, agenda.wakes, visits)
  wakes(track)
  usesToilet(track)
  livesThrough(track, agenda, condition)
  usesToilet(track)
  liesDown(track)
  const end = atLocal(day + 1, DAY_BEGINS)
  stirs(track, Math.min(track.at() + between(random, 5, 35) * MINUTE, end - HOUR), 3, 9, 200)
  track.becomes({ doing: 'asleep', effort: 1 })
  sleepsUntil(track, end, visits)
  return track.changes
}

/** Where the routine has a person at an instant (epoch ms), to take up the day again after something else. */
export function figureAt(person: Person, at: number, condition: Condition): Figure {
  let figure = asleep(person.id)
  for (const dated of dayOf(person, lifeDay(at), condition)) {
    if (dated.at > at) break
    if (dated.change.what === 'moves') figure = dated.change.figure
  }
  return figure
}
