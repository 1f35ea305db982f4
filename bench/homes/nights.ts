import { HOUR, MINUTE } from '../../simulators/life/calendar.ts'
import { lengthOf, type Rhythm, type Span, usesOf } from './rhythm.ts'

/** One night in bed: when it began and ended, how often it was left, and the toilet used. */
export type Night = Span & { timesUp: number; toiletUses: number }

/** Out of bed for no longer than this is still the same night. */
const SAME_NIGHT = 60 * MINUTE
/** Shorter than this is a nap. */
const A_NIGHT = 3 * HOUR

/** Stays in bed as nights: what begins between 18 and 9 o'clock and lasts. Undefined where the bed is not known. */
export function nightsOf(rhythm: Rhythm): Night[] | undefined {
  if (!rhythm.inBed) return undefined
  const nights: (Span & { timesUp: number })[] = []
  for (const span of rhythm.inBed) {
    const last = nights.at(-1)
    if (last && span.from - last.to < SAME_NIGHT) {
      last.timesUp += 1
      last.to = span.to
    } else nights.push({ ...span, timesUp: 0 })
  }
  const toilet = usesOf(rhythm, 'toilet')
  return nights.filter(isWhole(rhythm)).map((night) => ({
    ...night,
    toiletUses: toilet.filter((at) => at > night.from && at < night.to).length,
  }))
}

/** A night, not a nap, and not cut by the beginning or end of the record. */
const isWhole =
  ({ from, to }: Span) =>
  (night: Span): boolean =>
    lengthOf(night) >= A_NIGHT && isEvening(night.from) && night.from > from && night.to < to

function isEvening(at: number): boolean {
  const hour = eveningHour(at)
  return hour >= 18 && hour < 33
}

/** Hour of the day counted on over midnight: 1 o'clock at night is 25. */
export const eveningHour = (at: number): number => {
  const hour = (at / HOUR) % 24
  return hour < 12 ? hour + 24 : hour
}
/** Hour of the day, 0 to 24, with its fraction. */
export const morningHour = (at: number): number => (at / HOUR) % 24
