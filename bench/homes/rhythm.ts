import { DAY, HOUR, MINUTE } from '../../simulators/life/calendar.ts'

/** A home as simple sensors see it: what is compared between real homes and simulated ones. */

/** What a home's sensors have in common, whatever they are made of. */
export const groups = ['toilet', 'washing', 'fridge', 'cupboard', 'stove', 'front_door'] as const
export type Group = (typeof groups)[number]

export type Seen = { at: number; group: Group }
/** From and to in ms. */
export type Span = { from: number; to: number }

/**
 * All times are local time of the home, as ms since 1970 as if local time were UTC. `events`: sorted by time.
 * `has`: groups with a sensor. `inBed`, `away`: absent where the home's data do not say.
 */
export type Rhythm = Span & {
  name: string
  events: readonly Seen[]
  has: ReadonlySet<Group>
  inBed?: readonly Span[]
  away?: readonly Span[]
}

/** In ms. */
export const lengthOf = ({ from, to }: Span): number => to - from
const overlap = (a: Span, b: Span): number => Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from))
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** Holidays say nothing about life at home. */
const isJourney = (span: Span): boolean => lengthOf(span) > DAY
const journeys = ({ away = [] }: Rhythm): Span[] => away.filter(isJourney)

/** Days that were seen, journeys left out. */
export const daysSeen = (rhythm: Rhythm): number => (lengthOf(rhythm) - sum(journeys(rhythm).map(lengthOf))) / DAY

/** Events of one group within so long count as one use: a door moves twice, a tap in several goes. */
const ONE_USE = 2 * MINUTE

/** When each use of a group began. */
export function usesOf({ events }: Rhythm, group: Group): number[] {
  let last = Number.NEGATIVE_INFINITY
  return events.flatMap(({ at, group: of }) => {
    if (of !== group) return []
    const isNew = at - last > ONE_USE
    last = at
    return isNew ? [at] : []
  })
}

const hourOf = (at: number): number => Math.floor((at % DAY) / HOUR)

const perHour = (of: (hour: number) => number): number[] => Array.from({ length: 24 }, (_, hour) => of(hour))
const added = (all: readonly number[][]): number[] => perHour((hour) => sum(all.map((one) => one[hour] ?? 0)))

/** How many days each hour of the day was seen on, 24 numbers. */
function hoursSeen(rhythm: Rhythm): number[] {
  const away = added(journeys(rhythm).map(hoursWithin))
  return hoursWithin(rhythm).map((hours, hour) => hours - (away[hour] ?? 0))
}

/** How many hours of a span lie in each hour of the day, 24 numbers. */
function hoursWithin(span: Span): number[] {
  const hours = Array.from({ length: 24 }, () => 0)
  for (let from = Math.floor(span.from / HOUR) * HOUR; from < span.to; from += HOUR)
    hours[hourOf(from)] = (hours[hourOf(from)] ?? 0) + overlap(span, { from, to: from + HOUR }) / HOUR
  return hours
}

/** Events per hour of day on an average day, 24 numbers. */
export function byHour(rhythm: Rhythm, times: readonly number[]): number[] {
  const seen = hoursSeen(rhythm)
  const counts = perHour((hour) => times.filter((at) => hourOf(at) === hour).length)
  return counts.map((count, hour) => count / Math.max(1, seen[hour] ?? 0))
}

/** Share of the days (0 to 1) in which somebody lay in bed, per hour of day. */
export function inBedByHour(rhythm: Rhythm): number[] | undefined {
  if (!rhythm.inBed) return undefined
  const seen = hoursSeen(rhythm)
  const lain = added(rhythm.inBed.map(hoursWithin))
  return lain.map((hours, hour) => hours / Math.max(1, seen[hour] ?? 0))
}

/** Stretches between one event and the next of whatever sensor, journeys left out. */
export function quietStretches(rhythm: Rhythm): Span[] {
  const times = rhythm.events.map(({ at }) => at)
  const all = times.slice(1).map((to, n) => ({ from: times[n] ?? to, to }))
  return all.filter((span) => !journeys(rhythm).some((journey) => overlap(span, journey) > 0))
}

/** Of those, the ones with somebody at home and out of bed from first to last; undefined where that is not known. */
export function quietAtHome(rhythm: Rhythm): Span[] | undefined {
  const { inBed, away } = rhythm
  if (!inBed || !away) return undefined
  const elsewhere = [...inBed, ...away]
  return quietStretches(rhythm).filter((span) => !elsewhere.some((other) => overlap(span, other) > 0))
}

/** Longest of the stretches that begin on each local day, ms. */
export function longestADay(stretches: readonly Span[]): number[] {
  const longest = new Map<number, number>()
  for (const span of stretches) {
    const day = Math.floor(span.from / DAY)
    longest.set(day, Math.max(longest.get(day) ?? 0, lengthOf(span)))
  }
  return [...longest.values()]
}
