import { seedOf } from '../../domain/random.ts'
import { atLocal, localDay, localHour, MINUTE, SECOND } from './calendar.ts'
import { smoothNoise } from './noise.ts'
import type { Person } from './person.ts'
import type { Figure } from './scene.ts'
import type { Vitals } from './vitals.ts'

/** A body: follows what the person does, and can be asked for its vitals at any instant since. */
export type Body = {
  /** The figure is this from now on (epoch ms, never falling). */
  follow(at: number, figure: Figure): void
  /** At `at` or later than the last `follow`; asking changes nothing. */
  vitals(at: number): Vitals
  /** An infection begins or is over: the fever comes and goes within hours. */
  fever(on: boolean, at: number): void
  /** A fright, as after a fall: over in a quarter of an hour, longer while on the floor. */
  startle(at: number): void
}

/** What runs after what is done, each with its own time. */
const levels = ['effort', 'sleep', 'upright', 'fright', 'fever'] as const
type Level = (typeof levels)[number]
/** Time constants, ms: the heart follows effort in a minute, fever takes hours. */
const follows: Record<Level, number> = {
  effort: 50 * SECOND,
  sleep: 12 * MINUTE,
  upright: 40 * SECOND,
  fright: 7 * MINUTE,
  fever: 240 * MINUTE,
}

type State = {
  at: number
  figure: Figure
  hasFever: boolean
  steps: number
  levels: Record<Level, number>
}

/** Where the levels tend to. Whoever lies on the floor stays frightened. */
const goals = ({ figure, hasFever }: State): Record<Level, number> => ({
  effort: figure.effort,
  sleep: figure.doing === 'asleep' ? 1 : 0,
  upright: figure.posture === 'standing' ? 1 : figure.posture === 'sitting' ? 0.4 : 0,
  fright: figure.doing === 'fallen' ? 0.7 : 0,
  fever: hasFever ? 1 : 0,
})

function levelsAt(state: State, at: number): Record<Level, number> {
  const goal = goals(state)
  const level = (name: Level): number =>
    goal[name] + (state.levels[name] - goal[name]) * Math.exp(-(at - state.at) / follows[name])
  return {
    effort: level('effort'),
    sleep: level('sleep'),
    upright: level('upright'),
    fright: level('fright'),
    fever: level('fever'),
  }
}

/** Steps a second: none below an effort of 15, two in three seconds on a walk; nobody walks sitting. */
const cadence = ({ posture, effort }: Figure): number => (posture === 'standing' ? Math.max(0, effort - 15) / 45 : 0)

/** Steps since local midnight. */
function stepsAt(state: State, at: number): number {
  const midnight = atLocal(localDay(at), 0)
  const isNewDay = state.at < midnight
  const since = isNewDay ? midnight : state.at
  return (isNewDay ? 0 : state.steps) + (cadence(state.figure) * (at - since)) / 1_000
}

/** Between -1 at 5 and 1 at 17 o'clock: the daily course of the temperature. */
const circadian = (hour: number): number => Math.sin(((hour - 11) / 24) * 2 * Math.PI)

/** The rise of blood pressure and heart rate in the hours after waking, 0 to 1. */
function morningRise(person: Person, hour: number): number {
  const since = hour - person.habits.wakes + 0.5
  return since > 0 && since < 4 ? Math.sin((since / 4) * Math.PI) : 0
}

/** Quick and slow noise of each vital, in its own unit: from measurement to measurement, and over a quarter of an hour. */
const unrest = {
  heartRate: [2.5, 2.5],
  respirationRate: [0.9, 0.7],
  spo2: [0.5, 0.6],
  temperature: [0.02, 0.08],
  systolic: [3, 6],
  diastolic: [2, 3],
  activity: [1.5, 0.5],
} as const
type Noisy = keyof typeof unrest

/** The noise of this person's vitals: a function of time only. */
function noiseOf(person: Person): (vital: Noisy, at: number) => number {
  const seeds = new Map(Object.keys(unrest).map((vital) => [vital, seedOf(person.seed, 'unrest', vital)]))
  return (vital, at) => {
    const seed = seeds.get(vital) ?? 0
    const [quick, slow] = unrest[vital]
    return smoothNoise(seed, at / (25 * SECOND)) * quick + smoothNoise(seed + 1, at / (17 * MINUTE)) * slow
  }
}

type Strain = Record<Level, number> & { person: Person; course: number; rise: number }

const heartRate = ({ person, sleep, course, rise, upright, effort, fright, fever }: Strain): number =>
  person.resting.heartRate * (1 - 0.1 * sleep) +
  course * 1.5 +
  rise * 2 +
  upright * 5 +
  effort * 0.5 +
  fright * 36 +
  fever * 18

const respirationRate = ({ person, sleep, effort, fright, fever }: Strain): number =>
  person.resting.respirationRate - sleep * 1.5 + effort * 0.09 + fright * 6 + fever * 5.5

const spo2 = ({ person, sleep, effort, fever }: Strain): number =>
  person.resting.spo2 - sleep * 0.9 - effort * 0.012 - fever * 2.8

const temperature = ({ person, course, effort, fever }: Strain): number =>
  person.resting.temperature + course * 0.3 + effort * 0.003 + fever * 1.9

const systolic = ({ person, sleep, course, rise, effort, fright, fever }: Strain): number =>
  person.resting.systolic * (1 - 0.11 * sleep) + course * 2 + rise * 7 + effort * 0.3 + fright * 14 - fever * 6

const diastolic = ({ person, sleep, course, rise, upright, effort, fright, fever }: Strain): number =>
  person.resting.diastolic * (1 - 0.11 * sleep) +
  course +
  rise * 3 +
  upright * 2 +
  effort * 0.1 +
  fright * 6 -
  fever * 4

function vitalsOf(person: Person, noise: ReturnType<typeof noiseOf>, state: State, at: number): Vitals {
  const hour = localHour(at)
  const strain = { ...levelsAt(state, at), person, course: circadian(hour), rise: morningRise(person, hour) }
  return {
    heartRate: heartRate(strain) + noise('heartRate', at),
    respirationRate: respirationRate(strain) + noise('respirationRate', at),
    spo2: Math.min(100, spo2(strain) + noise('spo2', at)),
    temperature: temperature(strain) + noise('temperature', at),
    systolic: systolic(strain) + noise('systolic', at),
    diastolic: diastolic(strain) + noise('diastolic', at),
    activity: Math.min(100, Math.max(0, state.figure.effort + noise('activity', at))),
    steps: Math.floor(stepsAt(state, at)),
  }
}

const nobody = (who: string): Figure => ({
  who,
  room: 'bedroom',
  posture: 'lying',
  doing: 'awake',
  effort: 3,
  inBed: true,
})

/** A body that has been at rest until `at` (epoch ms). Its first `follow` settles it into that figure. */
export function createBody(person: Person, at: number): Body {
  const quiet = { effort: 0, sleep: 0, upright: 0, fright: 0, fever: 0 }
  let state: State = { at, figure: nobody(person.id), hasFever: false, steps: 0, levels: quiet }
  const noise = noiseOf(person)
  let isSettled = false
  const goTo = (now: number, next: Partial<State>): void => {
    const levels = levelsAt(state, now)
    state = { ...state, at: now, steps: stepsAt(state, now), levels, ...next }
  }
  return {
    follow(now, figure) {
      goTo(now, { figure })
      if (!isSettled) state = { ...state, levels: goals(state) }
      isSettled = true
    },
    vitals: (now) => vitalsOf(person, noise, state, now),
    fever: (on, now) => goTo(now, { hasFever: on }),
    startle(now) {
      goTo(now, {})
      state = { ...state, levels: { ...state.levels, fright: 1 } }
    },
  }
}
