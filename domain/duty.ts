import type { Rota } from './dispatch.ts'
import { type Duty, dutyBy } from './rota.ts'
import { zoneMinutesAt } from './zones.ts'

/** A rota laid out over days: who is on duty from when to when, and where nobody is. */

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
/** Clocks are put forward and back at full or half hours; at such instants who is on duty is looked up in any case. */
const zoneStepMs = 30 * minuteMs

/**
 * A time of one day during which the same people are on duty for the same reasons. `date` and `from`, `to` (minutes of that
 * day, by the zone's clock, `to` up to 1440) tell where it stands in a week; `starts_at` and `ends_at` are epoch ms.
 */
export type Stretch = Duty & { date: string; from: number; to: number; starts_at: number; ends_at: number }

/** The date of an instant, and the minute of that day, by the clock of `zone`. */
export function localTimeOf(at: number, zone: string): { date: string; minute: number } {
  const local = at + zoneMinutesAt(zone, at) * minuteMs
  const date = new Date(local).toISOString().slice(0, 10)
  return { date, minute: Math.floor((local % dayMs) / minuteMs) }
}

/** The instant at which the zone's clock shows this minute of a day; where it is put forward over it, the one right after. */
function instantOf(date: string, minute: number, zone: string): number {
  const local = Date.parse(`${date}T00:00:00Z`) + minute * minuteMs
  const guess = local - zoneMinutesAt(zone, local) * minuteMs
  return local - zoneMinutesAt(zone, guess) * minuteMs
}

/** `date` and the days after it. */
export const datesFrom = (date: string, days: number): string[] =>
  Array.from({ length: days }, (_, n) =>
    new Date(Date.parse(`${date}T00:00:00Z`) + n * dayMs).toISOString().slice(0, 10),
  )

/** Who is on duty by a rota on each of `days` from `date` on, by the clock of `zone`; nobody is an answer too. */
export const dutyOver = (rota: Rota, { date, days, zone }: { date: string; days: number; zone: string }): Stretch[] =>
  datesFrom(date, days).flatMap((day) => dutyOn(rota, day, zone))

function dutyOn(rota: Rota, date: string, zone: string): Stretch[] {
  const [starts, ends] = [instantOf(date, 0, zone), instantOf(date, 1_440, zone)]
  const edges = edgesBetween(rota, { date, starts, ends, zone })
  const stretches: Stretch[] = []
  for (const [n, at] of edges.entries()) {
    const duty = dutyBy(rota, at, zone)
    const last = stretches.at(-1)
    const until = edges[n + 1] ?? ends
    const to = until === ends ? 1_440 : localTimeOf(until, zone).minute
    if (last && isSame(last, duty)) Object.assign(last, { to, ends_at: until })
    else stretches.push({ ...duty, date, from: localTimeOf(at, zone).minute, to, starts_at: at, ends_at: until })
  }
  return stretches
}

/** The instants of a day at which somebody else may come on duty, in order, its beginning first. */
function edgesBetween(rota: Rota, day: { date: string; starts: number; ends: number; zone: string }): number[] {
  const { date, starts, ends, zone } = day
  const clocks = new Set(rota.shifts.flatMap(({ from, to }) => [from, to]))
  const ofShifts = [...clocks].map((clock) =>
    instantOf(date, Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3)), zone),
  )
  const ofOverrides = rota.overrides.flatMap(({ from, to }) => [Date.parse(from), Date.parse(to)])
  const steps = Array.from({ length: Math.ceil((ends - starts) / zoneStepMs) }, (_, n) => starts + n * zoneStepMs)
  const within = [...ofShifts, ...ofOverrides].filter((at) => at > starts && at < ends)
  return [...new Set([...steps, ...within])].sort((a, b) => a - b)
}

const isSame = (a: Duty, b: Duty): boolean =>
  (['operators', 'shifts', 'overrides'] as const).every((name) => a[name].join() === b[name].join())
