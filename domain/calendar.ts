import { zoneMinutesAt } from './zones.ts'

/** Counting by the calendar: into which hour, day, week or month of a zone's wall clock an instant falls. */

export const slotSizes = ['hour', 'day', 'week', 'month'] as const
export type SlotSize = (typeof slotSizes)[number]

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** No zone changes its clocks within a quarter of an hour. */
const steadyMs = 900_000

/**
 * The wall clock of a zone (IANA name): for an instant (epoch ms) the milliseconds since 1970 as that clock counts them. Remembers
 * what it worked out, because a report asks it once a ticket.
 */
export function wallClock(zone: string): (at: number) => number {
  const known = new Map<number, number>()
  return (at) => {
    const quarter = Math.floor(at / steadyMs)
    const minutes = known.get(quarter) ?? zoneMinutesAt(zone, quarter * steadyMs)
    known.set(quarter, minutes)
    return at + minutes * 60_000
  }
}

/** Monday is 0; the first day of 1970 was a Thursday. `wall`: as `wallClock` gives it. */
export const weekdayOf = (wall: number): number => (((Math.floor(wall / dayMs) + 3) % 7) + 7) % 7
export const hourOf = (wall: number): number => Math.floor((((wall % dayMs) + dayMs) % dayMs) / hourMs)

/** The beginning of the slot that `wall` lies in; weeks begin on Monday. */
function startOf(wall: number, size: SlotSize): number {
  const day = Math.floor(wall / dayMs) * dayMs
  switch (size) {
    case 'hour':
      return Math.floor(wall / hourMs) * hourMs
    case 'day':
      return day
    case 'week':
      return day - weekdayOf(wall) * dayMs
    case 'month':
      return day - (new Date(day).getUTCDate() - 1) * dayMs
  }
}

/** No month is longer, and none so short that this would pass over one. */
const stepMs: Record<SlotSize, number> = { hour: hourMs, day: dayMs, week: 7 * dayMs, month: 31 * dayMs }
const lettersOf: Record<SlotSize, number> = { hour: 16, day: 10, week: 10, month: 7 }

/** The name of the slot: `2026-11-23T08:00`, `2026-11-23`, for a week its Monday, `2026-11`. */
export const slotOf = (wall: number, size: SlotSize): string =>
  new Date(startOf(wall, size)).toISOString().slice(0, lettersOf[size])

/** All slots from the one that holds `from` to the one that holds the last moment before `to`, of which there may be none; at most `most`. */
export function slotsBetween(from: number, to: number, size: SlotSize, most: number): string[] {
  const slots: string[] = []
  for (let at = startOf(from, size); at < to && slots.length < most; at = startOf(at + stepMs[size], size))
    slots.push(slotOf(at, size))
  return slots
}
