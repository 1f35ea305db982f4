import { isRecord } from '../build.ts'
import { instantOf } from '../times.ts'

/** When a measure holds: `effective_time_frame` of IEEE 1752.1. */

/** `at`: epoch ms; of an interval its end. `startsDay`: it began at midnight of its own zone. `zoneless`: a part of a day. */
export type TimeFrame = { at: number; isInterval: boolean; startsDay: boolean; zoneless: boolean }

const durationMs = new Map([
  ['ms', 1],
  ['sec', 1_000],
  ['min', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['wk', 7 * 86_400_000],
])
/** The hour at which a part of the day is over; the night is told under the date on which it began. */
const endsAtHour = new Map([
  ['morning', 12],
  ['afternoon', 18],
  ['evening', 24],
  ['night', 30],
])

/** The time frame of a body, or undefined where it has none that can be read. `zoneMinutes` for a date without a zone. */
export function timeFrameOf(value: unknown, zoneMinutes: number): TimeFrame | undefined {
  if (!isRecord(value)) return undefined
  const at = instantOf(value.date_time)
  if (at !== undefined) return { at, isInterval: false, startsDay: false, zoneless: false }
  return isRecord(value.time_interval) ? intervalOf(value.time_interval, zoneMinutes) : undefined
}

function intervalOf(interval: Record<string, unknown>, zoneMinutes: number): TimeFrame | undefined {
  const { start_date_time: startText, end_date_time: endText, duration, date, part_of_day: part } = interval
  if (date !== undefined) return partOfDay(date, part, zoneMinutes)
  const start = instantOf(startText)
  const lasts = durationOf(duration)
  const end = endText === undefined && lasts !== undefined ? plus(start, lasts) : instantOf(endText)
  const isKnown = end !== undefined && (startText === undefined ? lasts !== undefined : start !== undefined)
  if (!isKnown) return undefined
  const startsDay = typeof startText === 'string' && /[Tt]00:00(?::00(?:\.0+)?)?(?:[Zz]|[+-])/.test(startText)
  return { at: end, isInterval: true, startsDay, zoneless: false }
}

const plus = (start: number | undefined, ms: number): number | undefined =>
  start === undefined ? undefined : start + ms

function durationOf(value: unknown): number | undefined {
  if (!isRecord(value) || typeof value.value !== 'number' || typeof value.unit !== 'string') return undefined
  const unit = durationMs.get(value.unit)
  const ms = unit === undefined ? Number.NaN : value.value * unit
  return Math.abs(ms) < 1e15 ? ms : undefined
}

/** A date and a part of the day, in the configured zone, since they tell none. */
function partOfDay(date: unknown, part: unknown, zoneMinutes: number): TimeFrame | undefined {
  if (typeof date !== 'string' || typeof part !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(date)) return undefined
  const hour = endsAtHour.get(part)
  const midnight = Date.parse(`${date}T00:00:00Z`)
  if (hour === undefined || Number.isNaN(midnight)) return undefined
  return { at: midnight + hour * 3_600_000 - zoneMinutes * 60_000, isInterval: true, startsDay: false, zoneless: true }
}
