import { DAY, HOUR, MINUTE } from '../../simulators/life/calendar.ts'
import { mean, quantile } from '../statistics.ts'
import { eveningHour, morningHour, type Night, nightsOf } from './nights.ts'
import {
  daysSeen,
  type Group,
  lengthOf,
  longestADay,
  quietAtHome,
  quietStretches,
  type Rhythm,
  type Span,
  usesOf,
} from './rhythm.ts'

/** What is compared: one number a home and figure. Undefined: that home's data do not say. */
export type Figure = {
  label: string
  form: 'number' | 'minutes' | 'hour' | 'share'
  of: (rhythm: Rhythm) => number | undefined
}

const perDay =
  (group: Group) =>
  (rhythm: Rhythm): number | undefined =>
    rhythm.has.has(group) ? usesOf(rhythm, group).length / daysSeen(rhythm) : undefined

const minutes = (spans: readonly Span[]): number[] => spans.map((span) => lengthOf(span) / MINUTE)

const atHome =
  (measure: (stretches: Span[]) => number) =>
  (rhythm: Rhythm): number | undefined => {
    const stretches = quietAtHome(rhythm)
    return stretches && measure(stretches)
  }

const night =
  (measure: (nights: readonly Night[]) => number) =>
  (rhythm: Rhythm): number | undefined => {
    const nights = nightsOf(rhythm)
    return nights && measure(nights)
  }

const toBed = ({ from }: Night): number => eveningHour(from)
const up = ({ to }: Night): number => morningHour(to)

/** Absences without the journeys of days. */
const outings = ({ away }: Rhythm): Span[] | undefined => away?.filter((span) => lengthOf(span) <= DAY)

/** Share of the events that fall between 0 and 6 o'clock. */
const atNight = ({ events }: Rhythm): number => mean(events.map(({ at }) => (at % DAY < 6 * HOUR ? 1 : 0)))

const uses: Figure[] = (
  [
    ['toilet flushed', 'toilet'],
    ['washing: basin, shower', 'washing'],
    ['fridge or freezer opened', 'fridge'],
    ['kitchen cupboard opened', 'cupboard'],
    ['stove lit', 'stove'],
    ['front door opened', 'front_door'],
  ] as const
).map(([label, group]) => ({ label: `${label}, uses a day`, form: 'number', of: perDay(group) }))

/** In the order of the table. */
export const figures: readonly Figure[] = [
  { label: 'days', form: 'number', of: daysSeen },
  { label: 'events', form: 'number', of: ({ events }) => events.length },
  ...uses,
  { label: 'events between 0 and 6 h', form: 'share', of: atNight },
  {
    label: 'gap between events, all hours: median',
    form: 'minutes',
    of: (r) => quantile(minutes(quietStretches(r)), 0.5),
  },
  { label: 'gap, all hours: 90 % below', form: 'minutes', of: (r) => quantile(minutes(quietStretches(r)), 0.9) },
  { label: 'gap, at home and up: median', form: 'minutes', of: atHome((s) => quantile(minutes(s), 0.5)) },
  { label: 'gap, at home and up: 90 % below', form: 'minutes', of: atHome((s) => quantile(minutes(s), 0.9)) },
  { label: 'gap, at home and up: 99 % below', form: 'minutes', of: atHome((s) => quantile(minutes(s), 0.99)) },
  {
    label: 'longest gap of a day, at home and up: median',
    form: 'minutes',
    of: atHome((s) => quantile(longestADay(s), 0.5) / MINUTE),
  },
  { label: 'nights in bed seen', form: 'number', of: night((nights) => nights.length) },
  {
    label: 'to bed: median',
    form: 'hour',
    of: night((nights) => quantile(nights.map(toBed), 0.5)),
  },
  {
    label: 'to bed: spread from day to day (10 to 90 %)',
    form: 'minutes',
    of: night((nights) => spread(nights.map(toBed))),
  },
  {
    label: 'up: median',
    form: 'hour',
    of: night((nights) => quantile(nights.map(up), 0.5)),
  },
  {
    label: 'up: spread from day to day (10 to 90 %)',
    form: 'minutes',
    of: night((nights) => spread(nights.map(up))),
  },
  {
    label: 'hours in bed a night: mean',
    form: 'number',
    of: night((nights) => mean(nights.map((n) => lengthOf(n) / HOUR))),
  },
  {
    label: 'toilet flushed while the night lasts: mean',
    form: 'number',
    of: night((nights) => mean(nights.map((n) => n.toiletUses))),
  },
  {
    label: 'nights without',
    form: 'share',
    of: night((nights) => mean(nights.map((n) => (n.toiletUses === 0 ? 1 : 0)))),
  },
  { label: 'outings a day', form: 'number', of: (r) => perDaySeen(r, outings(r)?.length) },
  {
    label: 'hours away a day',
    form: 'number',
    of: (r) =>
      perDaySeen(
        r,
        outings(r)?.reduce((all, span) => all + lengthOf(span) / HOUR, 0),
      ),
  },
]

const spread = (hours: number[]): number => (quantile(hours, 0.9) - quantile(hours, 0.1)) * 60
const perDaySeen = (rhythm: Rhythm, total: number | undefined): number | undefined =>
  total === undefined ? undefined : total / daysSeen(rhythm)
