import { type Random, seededRandom, seedOf } from '../../domain/random.ts'
import { around, between } from './draw.ts'

/** How one person lives. Hours are of the local day, above 24 after midnight. */
export type Habits = {
  /** When the night ends and begins on an ordinary day, and how much both change from day to day (hours). */
  wakes: number
  sleeps: number
  varies: number
  /** Visits to the toilet in an ordinary night, and hours between those by day. */
  nightVisits: number
  toiletEvery: number
  /** Share of nights (0 to 1) with long waking. */
  restless: number
  breakfast: number
  lunch: number
  dinner: number
  /** Chance that the meal is cooked on the stove; else it stays cold or comes out of the microwave. */
  cooksBreakfast: number
  cooks: number
  /** Drinks and bites between meals, a day. */
  snacks: number
  /** Ways to fridge and cupboard for a meal, and the fridge's share (0 to 1) of them. */
  fetches: number
  fridgeShare: number
  /** Showers a week, and whether in the morning. */
  showers: number
  showersEarly: boolean
  /** Chance of a nap after lunch, its hours, and whether in bed (else in the chair). */
  naps: number
  napFor: number
  napsInBed: boolean
  /** Outings on an ordinary day, and how long one lasts (hours). */
  outings: number
  outFor: number
  /** Chance of a day at home. */
  staysIn: number
  /** Housework a day. */
  chores: number
  /** How lively: a factor on effort and pace, 1 usual. */
  vigour: number
  /** Shuts the bathroom door behind; else it stands open meanwhile. */
  shutsDoor: boolean
}

/** The body at rest, awake and lying (units of domain/metrics.ts). */
export type Resting = {
  heartRate: number
  respirationRate: number
  spo2: number
  temperature: number
  systolic: number
  diastolic: number
}

/** Somebody simulated. `id` names the person in the home; `seed` decides the body, the habits and every day. */
export type Person = { id: string; seed: number; habits: Habits; resting: Resting }

/** When the person sleeps: larks and owls differ by hours, and the old sleep less in one piece. */
function rest(random: Random) {
  const owl = around(random, 0, 0.5)
  const wakes = Math.max(5.2, 6.6 + owl * 0.9)
  const inBed = between(random, 7, 9.2)
  return { wakes, sleeps: 24 + wakes - inBed, varies: between(random, 0.2, 0.7) }
}

function meals(random: Random, wakes: number) {
  return {
    breakfast: wakes + between(random, 0.6, 1.4),
    lunch: between(random, 11.5, 12.8),
    dinner: between(random, 17.3, 19),
    cooksBreakfast: between(random, 0.1, 0.8),
    cooks: between(random, 0.5, 0.95),
    snacks: between(random, 1, 5.5),
    fetches: between(random, 1.2, 4.2),
    fridgeShare: between(random, 0.35, 0.65),
  }
}

function makeHabits(random: Random): Habits {
  const rests = rest(random)
  // Most get up once or twice, some hardly ever, a few three or four times.
  const nightVisits = 0.2 + 3.4 * random() ** 1.5
  return {
    ...rests,
    nightVisits,
    toiletEvery: between(random, 2.7, 4.4) - nightVisits * 0.2,
    restless: between(random, 0, 0.4),
    ...meals(random, rests.wakes),
    showers: between(random, 2, 7),
    showersEarly: random() < 0.55,
    naps: between(random, 0.1, 0.9),
    napFor: between(random, 0.5, 1.4),
    napsInBed: random() < 0.55,
    outings: between(random, 0.4, 2),
    outFor: between(random, 0.5, 2.2),
    staysIn: between(random, 0.05, 0.35),
    chores: between(random, 1, 3.5),
    vigour: between(random, 0.75, 1.2),
    shutsDoor: random() < 0.7,
  }
}

/** Resting values as they are common between 68 and 92 years of age. */
function makeResting(random: Random): Resting {
  const systolic = between(random, 116, 144)
  return {
    heartRate: between(random, 58, 76),
    respirationRate: between(random, 13, 17),
    spo2: between(random, 95.5, 98),
    temperature: between(random, 36.2, 36.7),
    systolic,
    diastolic: systolic * between(random, 0.54, 0.62),
  }
}

/** The person that a seed makes. */
export function makePerson({ id, seed }: { id: string; seed: number }): Person {
  return {
    id,
    seed,
    habits: makeHabits(seededRandom(seedOf(seed, 'habits'))),
    resting: makeResting(seededRandom(seedOf(seed, 'resting'))),
  }
}
