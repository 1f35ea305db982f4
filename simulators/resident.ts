import type { Random } from '../domain/random.ts'
import { type Doing, localDay, localHour, type Room, type Routine, whereabouts } from './day.ts'

/** Somebody simulated: a routine and the body's own resting values (units of domain/metrics.ts). */
export type Person = {
  routine: Routine
  heartRate: number
  respirationRate: number
  spo2: number
  temperature: number
  systolic: number
  diastolic: number
}

/** A body at one instant. Values are not rounded; a device rounds what it shows. */
export type Body = {
  at: number
  doing: Doing
  room: Room
  activity: number
  heartRate: number
  respirationRate: number
  spo2: number
  temperature: number
  systolic: number
  diastolic: number
  steps: number
  /** Epoch ms until which the person lies on the floor; 0 when not fallen. */
  onFloorUntil: number
}

const between = (random: Random, low: number, high: number): number => low + random() * (high - low)

/** A person between about 68 and 92: resting values as they are common at that age. */
export function makePerson(random: Random): Person {
  const systolic = between(random, 118, 148)
  return {
    routine: {
      seed: Math.floor(random() * 2 ** 31),
      wakes: between(random, 5.5, 7.5),
      sleeps: between(random, 20.5, 22.5),
      goesOut: between(random, 8.5, 15),
      outFor: between(random, 0.7, 2.5),
    },
    heartRate: between(random, 60, 80),
    respirationRate: between(random, 13, 17),
    spo2: between(random, 95.5, 98),
    temperature: between(random, 36.2, 36.7),
    systolic,
    diastolic: systolic * between(random, 0.54, 0.62),
  }
}

/** What the body tends to, given what is done; the temperature has its low at 5 and its high at 17 o'clock. */
function targets(person: Person, doing: Doing, activity: number, hour: number) {
  const asleep = doing === 'asleep'
  const strain = doing === 'fallen' ? 28 : 0
  return {
    heartRate: person.heartRate * (asleep ? 0.88 : 1) + activity * 0.55 + strain,
    respirationRate: person.respirationRate + activity * 0.1 + strain * 0.2 - (asleep ? 2 : 0),
    spo2: person.spo2 - (asleep ? 1 : 0) - activity * 0.01,
    temperature: person.temperature + 0.3 * Math.sin(((hour - 11) / 24) * 2 * Math.PI) + activity * 0.002,
    systolic: person.systolic - (asleep ? 12 : 0) + activity * 0.3 + strain * 0.4,
    diastolic: person.diastolic - (asleep ? 7 : 0) + activity * 0.1,
  }
}

/** Time constant with which the body follows, ms. */
const FOLLOWS = 60_000
/** Random movement per step, in the metric's unit. */
const wander = { heartRate: 0.8, respirationRate: 0.15, spo2: 0.08, temperature: 0.005, systolic: 0.6, diastolic: 0.4 }
type Vital = keyof typeof wander

/** Steps a second at an activity, pauses counted in: none below 15, one a second at 60. */
const cadence = (activity: number): number => Math.max(0, activity - 15) / 45

/** Somebody as found at `at`, settled into what the routine says. */
export function bodyAt(person: Person, at: number): Body {
  const { doing, room, effort } = whereabouts(person.routine, at)
  const hour = localHour(at)
  const awakeFor = Math.max(0, hour - person.routine.wakes)
  return {
    at,
    doing,
    room,
    activity: effort,
    ...targets(person, doing, effort, hour),
    steps: doing === 'asleep' && hour < 12 ? 0 : Math.round(awakeFor * 250),
    onFloorUntil: 0,
  }
}

/** The same body a little later. `at` must not be before `body.at`; a gap of any length is allowed. */
export function liveOn(person: Person, body: Body, at: number, random: Random): Body {
  const planned = whereabouts(person.routine, at)
  const fallen = at < body.onFloorUntil
  const doing = fallen ? 'fallen' : planned.doing
  const activity = fallen ? 1 : Math.max(0, planned.effort + (random() - 0.5) * 4)
  const goals = targets(person, doing, activity, localHour(at))
  const share = 1 - Math.exp(-(at - body.at) / FOLLOWS)
  const follow = (vital: Vital) => body[vital] + (goals[vital] - body[vital]) * share + (random() - 0.5) * wander[vital]
  const walked = doing === 'asleep' ? 0 : (cadence(activity) * (at - body.at)) / 1000
  return {
    at,
    doing,
    room: fallen ? body.room : planned.room,
    activity,
    heartRate: follow('heartRate'),
    respirationRate: follow('respirationRate'),
    spo2: Math.min(100, follow('spo2')),
    temperature: follow('temperature'),
    systolic: follow('systolic'),
    diastolic: follow('diastolic'),
    steps: (localDay(at) === localDay(body.at) ? body.steps : 0) + walked,
    onFloorUntil: fallen ? body.onFloorUntil : 0,
  }
}

/** The same body, fallen in `room` and on the floor until `until` (epoch ms). */
export const fall = (body: Body, room: Room, until: number): Body => ({
  ...body,
  doing: 'fallen',
  room,
  activity: 1,
  onFloorUntil: until,
})
