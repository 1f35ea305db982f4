import { type Random, seededRandom, seedOf } from '../../domain/random.ts'
import type { HomePlan } from '../home/home.ts'
import { buttonsOf, cancellable } from '../home/incidents/presses.ts'
import type { Incident, Trouble } from '../home/script.ts'
import { atLocal, DAY, HOUR, MINUTE, SECOND } from '../life/calendar.ts'
import { between, chance, countOf } from '../life/draw.ts'
import { DAY_BEGINS, lifeDay } from '../life/routine.ts'
import type { Hazard, Room } from '../life/scene.ts'
import type { Director } from './world.ts'

/** Something that happens by chance. `aYear`: how often per resident, home or device; `hours`: of the local day, from 4 to 28. */
type Chance = {
  aYear: number
  hours: readonly [number, number]
  /** Undefined where it cannot happen in this home. */
  event(random: Random, subject: Subject): Incident | Trouble | undefined
}
type Subject = { plan: HomePlan; id: string }
type Happening = { at: number; event: Incident | Trouble }

const always = [DAY_BEGINS, DAY_BEGINS + 24] as const
const awake = [7, 22] as const

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!

/** Most are up again in minutes; one in five lies for more than an hour (Wild, Nayak & Isaacs, BMJ 1981). */
const liesFor = (random: Random): number =>
  Math.round(random() < 0.2 ? between(random, 1, 5) * HOUR : between(random, 0.5, 20) * MINUTE)

/** Where falls happen: living room and bedroom first, bathroom and kitchen next (most studies of community falls). */
const fallRooms: readonly Room[] = ['living_room', 'bedroom', 'living_room', 'bedroom', 'bathroom', 'kitchen', 'hall']

/**
 * Per resident. Falls: about 0.65 a person-year from 65 on (Rubenstein, Age and Ageing 2006). The other rates are
 * guesses of the right order; what they are good for is that everything occurs beside its everyday double.
 */
const ofResidents: readonly Chance[] = [
  {
    aYear: 0.65,
    hours: always,
    event: (random, { id }) => ({ what: 'fall', who: id, room: pick(random, fallRooms), liesFor: liesFor(random) }),
  },
  {
    aYear: 0.25,
    hours: awake,
    event: (random, { id }) => ({ what: 'slide', who: id, room: pick(random, fallRooms), liesFor: liesFor(random) }),
  },
  { aYear: 40, hours: awake, event: (_, { id }) => ({ what: 'jolt', who: id, impact: 'sits_hard' }) },
  { aYear: 20, hours: awake, event: (_, { id }) => ({ what: 'jolt', who: id, impact: 'claps' }) },
  {
    aYear: 0.3,
    hours: [24, 27],
    event: (random, { id }) => ({ what: 'wandering', who: id, lasts: Math.round(between(random, 5, 60) * MINUTE) }),
  },
  {
    aYear: 1,
    hours: [4, 5],
    event: (random, { id }) => ({ what: 'stays_in_bed', who: id, lasts: Math.round(between(random, 7, 12) * HOUR) }),
  },
  {
    aYear: 1.5,
    hours: always,
    event: (random, { id }) => ({ what: 'illness', who: id, lasts: Math.round(between(random, 3, 7) * DAY) }),
  },
  {
    aYear: 2,
    hours: [8, 12],
    event: (random, { id }) => ({ what: 'absence', who: id, lasts: Math.round(between(random, 1, 6) * DAY) }),
  },
]

const hazardRooms: Record<Hazard, readonly Room[]> = {
  smoke: ['kitchen', 'kitchen', 'living_room'],
  gas: ['kitchen'],
  carbon_monoxide: ['kitchen', 'bathroom'],
  leak: ['bathroom', 'kitchen'],
}
const hazard = (kind: Hazard, aYear: number): Chance => ({
  aYear,
  hours: always,
  event: (random) => ({
    what: 'hazard',
    hazard: kind,
    room: pick(random, hazardRooms[kind]),
    lasts: Math.round(between(random, 3, 40) * MINUTE),
  }),
})

const pressing = (what: 'press' | 'accidental_press', aYear: number): Chance => ({
  aYear,
  hours: what === 'press' ? always : awake,
  event: (random, { plan }) =>
    buttonsOf(plan).length === 0
      ? undefined
      : { what, times: 1 + Math.floor(random() * random() * 6), every: Math.round(between(random, 1, 6) * SECOND) },
})

/** Per home. */
const ofHomes: readonly Chance[] = [
  pressing('press', 1.5),
  pressing('accidental_press', 5),
  hazard('smoke', 0.15),
  hazard('gas', 0.05),
  hazard('carbon_monoxide', 0.02),
  hazard('leak', 0.15),
  {
    aYear: 0.7,
    hours: awake,
    event: (random) => ({ what: 'forgotten_stove', lasts: Math.round(between(random, 20, 120) * MINUTE) }),
  },
  {
    aYear: 90,
    hours: [9, 18],
    event: (random) => ({ what: 'visit', lasts: Math.round(between(random, 0.4, 3) * HOUR) }),
  },
]

/** Per device. */
const ofDevices: readonly Chance[] = [
  {
    aYear: 8,
    hours: always,
    event: (random, { id }) => ({
      what: 'link_lost',
      device: id,
      lasts: Math.round(between(random, 0.5, 90) * MINUTE),
    }),
  },
  { aYear: 3, hours: always, event: (_, { id }) => ({ what: 'reboot', device: id }) },
  {
    aYear: 0.5,
    hours: always,
    event: (random, { id }) => ({ what: 'sends_twice', device: id, lasts: Math.round(between(random, 1, 12) * HOUR) }),
  },
]

/** Of those who sit down hard and wear something that asks, so many answer, so long after the seat (ms); some too late. */
const ANSWERS = 0.8
const answersAfter = [1_000, 4_500] as const

/** What somebody says to the watch after a hard seat. It draws from a stream of its own, so that the day stays as it is. */
function answerTo({ at, event }: Happening, { plan, id }: Subject, seed: number): Happening[] {
  if (event.what !== 'jolt' || event.impact !== 'sits_hard') return []
  const random = seededRandom(seedOf(seed, 'answer', plan.id, id, at))
  const device = cancellable(plan).find(({ wearer }) => (wearer ?? plan.residents[0]?.id) === id)
  if (!device || !chance(random, ANSWERS)) return []
  return [{ at: at + Math.round(between(random, ...answersAfter)), event: { what: 'cancel', device: device.id } }]
}

const subjectsOf = (plan: HomePlan): [readonly Chance[], Subject[]][] => [
  [ofResidents, plan.residents.map(({ id }) => ({ plan, id }))],
  [plan.residents.length > 0 ? ofHomes : [], [{ plan, id: plan.id }]],
  [ofDevices, plan.devices.map(({ id }) => ({ plan, id }))],
]

/** What happens by chance in one home on one day of life. Each subject and day draws from a stream of its own. */
function eventsOf(plan: HomePlan, seed: number, day: number, factor: number): Happening[] {
  return subjectsOf(plan).flatMap(([chances, subjects]) =>
    subjects.flatMap((subject) => {
      const random = seededRandom(seedOf(seed, 'chance', plan.id, subject.id, day))
      const happenings = chances.flatMap(({ aYear, hours, event }) =>
        Array.from({ length: countOf(random, (aYear * factor) / 365) }, () => ({
          at: atLocal(day, between(random, ...hours)),
          event: event(random, subject),
        })),
      )
      return happenings
        .filter((one): one is Happening => one.event !== undefined)
        .flatMap((one) => [one, ...answerTo(one, subject, seed)])
    }),
  )
}

/**
 * What happens by chance in the homes, day by day, at rates of real life times `factor` (0: nothing ever happens).
 */
export function chanceEvents(
  plans: readonly HomePlan[],
  { seed, startAt, factor }: { seed: number; startAt: number; factor: number },
): Director {
  let day = lifeDay(startAt)
  let at = startAt
  return {
    next: () => at,
    direct(world) {
      for (const plan of plans)
        for (const { at: when, event } of eventsOf(plan, seed, day, factor))
          if (when >= at) world.script(plan.id, { at: when, event })
      day += 1
      at = atLocal(day, DAY_BEGINS)
    },
  }
}
