import { type Day, days, type Rota, type Shift, type Window } from './dispatch.ts'
import { instantOf, zoneMinutesAt } from './zones.ts'

const dayMs = 24 * 3_600_000

/** The wall clock of a zone: the day as a count since 1970, its date, and the minute of the day. */
type Wall = { day: number; minute: number }

function wallAt(at: number, zone: string): Wall {
  const local = at + zoneMinutesAt(zone, at) * 60_000
  const day = Math.floor(local / dayMs)
  return { day, minute: Math.floor((local - day * dayMs) / 60_000) }
}

/** The first day of 1970 was a Thursday. */
const weekdayOf = (day: number): Day => days[(((day + 3) % 7) + 7) % 7]!
const dateOf = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10)
const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))

/** The day on which a span of the day that holds now began, or undefined where it holds not now. */
function beganOn({ day, minute }: Wall, { from, to }: { from: string; to: string }): number[] {
  const [begins, ends] = [minutesOf(from), minutesOf(to)]
  if (begins < ends) return minute >= begins && minute < ends ? [day] : []
  return [...(minute >= begins ? [day] : []), ...(minute < ends ? [day - 1] : [])]
}

/** Whether `at` (epoch ms) lies in a window of the day, by the clock of `zone` (IANA name). */
export function isWithin(window: Window, at: number, zone: string): boolean {
  const began = beganOn(wallAt(at, zone), window)
  return began.some((day) => (window.days ?? days).includes(weekdayOf(day)))
}

/** Weeks of rotas that take turns are counted from Monday, 2024-01-01. */
const firstMonday = Date.UTC(2024, 0, 1) / dayMs
const weekOf = (day: number, of: number): number => (((Math.floor((day - firstMonday) / 7) % of) + of) % of) + 1

function isOn(shift: Shift, day: number, { holidays }: Rota): boolean {
  const isHoliday = holidays.includes(dateOf(day))
  if (shift.week && weekOf(day, shift.week.of) !== shift.week.is) return false
  return shift.days.includes(isHoliday ? 'holiday' : weekdayOf(day))
}

/** Who is on duty (ids), and why: the places in the rota of the shifts and overrides that hold then. */
export type Duty = { operators: string[]; shifts: number[]; overrides: number[] }

/** Whom a rota has on duty at `at` (epoch ms), by the clock of `zone`; later overrides beat earlier ones. */
export function dutyBy(rota: Rota, at: number, zone: string): Duty {
  const wall = wallAt(at, zone)
  const shifts = placesOf(rota.shifts, (shift) => beganOn(wall, shift).some((day) => isOn(shift, day, rota)))
  const overrides = placesOf(rota.overrides, ({ from, to }) => Date.parse(from) <= at && at < Date.parse(to))
  const planned = shifts.flatMap((place) => rota.shifts[place]!.operators)
  const overridden = overrides.reduce((on, place) => {
    const { operators, instead_of } = rota.overrides[place]!
    return replaced(on, operators, instead_of)
  }, planned)
  return { operators: [...new Set(overridden)], shifts, overrides }
}

const placesOf = <T>(items: readonly T[], holds: (item: T) => boolean): number[] =>
  items.flatMap((item, place) => (holds(item) ? [place] : []))

/** The operators (ids) whom a rota has on duty at `at` (epoch ms), by the clock of `zone`. */
export const onDutyBy = (rota: Rota, at: number, zone: string): string[] => dutyBy(rota, at, zone).operators

function replaced(on: string[], by: string[], instead: string | undefined): string[] {
  if (instead === undefined) return by
  return on.includes(instead) ? [...on.filter((one) => one !== instead), ...by] : on
}

/** When a shift began and ends, epoch ms. */
export type Span = { from: number; to: number }

/** The shift of a rota that is on at `at` (epoch ms), by the clock of `zone`: of several the one that began last. */
export function shiftAt(rota: Rota, at: number, zone: string): Span | undefined {
  const wall = wallAt(at, zone)
  return rota.shifts
    .flatMap((shift) =>
      beganOn(wall, shift)
        .filter((day) => isOn(shift, day, rota))
        .map((day) => spanOf(shift, day, zone)),
    )
    .toSorted((a, b) => b.from - a.from)[0]
}

function spanOf({ from, to }: Shift, day: number, zone: string): Span {
  const [begins, ends] = [minutesOf(from), minutesOf(to)]
  const lastDay = begins < ends ? day : day + 1
  return {
    from: instantOf(zone, day * dayMs + begins * 60_000),
    to: instantOf(zone, lastDay * dayMs + ends * 60_000),
  }
}
