import type { Words } from './words.ts'
import { countIn, durationIn } from './words.ts'

/** Simulated homes live in China: all times of a scenario are UTC+8, all year. */
const zoneMs = 8 * 3_600_000
const dayMs = 86_400_000

/** The day that a scenario begins on where it names none, so that every run is the same: a Monday. */
const firstDay = '2026-03-02'

const clockTime = /^(\d\d):(\d\d)(?::(\d\d))?$/

/** `03:12`, `03:12:30` as ms since midnight; undefined where it is no such time. */
export function timeOfDay(text: string): number | undefined {
  const match = clockTime.exec(text)
  if (!match) return undefined
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)]
  return hour < 24 && minute < 60 && second < 60 ? ((hour * 60 + minute) * 60 + second) * 1_000 : undefined
}

/** `22:00` or `2026-03-02 22:00`, local, as epoch ms; undefined where it is neither. */
export function startOf(text: string): number | undefined {
  const match = /^(?:(\d{4})-(\d\d)-(\d\d) )?(\d\d:\d\d(?::\d\d)?)$/.exec(text)
  const time = timeOfDay(match?.[4] ?? '')
  if (!match || time === undefined) return undefined
  const date = match[1] === undefined ? firstDay : `${match[1]}-${match[2]}-${match[3]}`
  const midnight = Date.parse(`${date}T00:00:00.000Z`)
  const isDay = Number.isFinite(midnight) && new Date(midnight).toISOString().startsWith(date)
  return isDay ? midnight + time - zoneMs : undefined
}

/** Local midnight before an instant, epoch ms. */
export const midnightOf = (at: number): number => Math.floor((at + zoneMs) / dayMs) * dayMs - zoneMs

/** The next instant from `from` on at which clocks show a time. */
export function nextTime(from: number, time: number): number {
  const at = midnightOf(from) + time
  return at >= from ? at : at + dayMs
}

/** `03:12:04` as a clock in the home shows it. */
export const shownTime = (at: number): string => new Date(at + zoneMs).toISOString().slice(11, 19)

/** The day of a scenario, 1 on the day of its start. */
export const dayNumber = (at: number, start: number): number =>
  Math.round((midnightOf(at) - midnightOf(start)) / dayMs) + 1

/** `5 s`, `2 min 30 s`, `1 day 2 h`: the two largest units. */
export function inWords(ms: number): string {
  const parts: [number, string][] = [
    [Math.floor(ms / dayMs), 'days'],
    [Math.floor((ms % dayMs) / 3_600_000), 'h'],
    [Math.floor((ms % 3_600_000) / 60_000), 'min'],
    [Math.floor((ms % 60_000) / 1_000), 's'],
    [Math.round(ms % 1_000), 'ms'],
  ]
  const told = parts.filter(([count]) => count > 0).slice(0, 2)
  return told.map(([count, unit]) => `${count} ${count === 1 && unit === 'days' ? 'day' : unit}`).join(' ') || '0 s'
}

/** The times that `at` and `after` count from: the start, and the step before. Epoch ms. */
export type Times = { start: number; last: number }

/** `at 03:12`, `at day 2 03:12` or `after 5 min`, in epoch ms; undefined where the sentence begins otherwise. */
export function whenIn(words: Words, times: Times): number | undefined {
  if (words.skip('after')) return times.last + durationIn(words)
  return words.skip('at') ? clockIn(words, times) : undefined
}

function clockIn(words: Words, { start, last }: Times): number {
  const from = words.offset()
  const day = words.skip('day') ? countIn(words, 'The number of a day') : undefined
  const at = words.offset()
  const text = words.take('a time, such as 03:12,')
  const time = timeOfDay(text)
  if (time === undefined) return words.fail('time_wrong', `"${text}" is no time: write it like 03:12 or 03:12:30.`, at)
  if (day === undefined) return nextTime(last, time)
  const instant = midnightOf(start) + (day - 1) * dayMs + time
  if (instant >= last) return instant
  const before = `day ${dayNumber(last, start)} ${shownTime(last)}`
  return words.fail(
    'time_order',
    `Day ${day} ${text} lies before the step above (${before}): put steps in order.`,
    from,
  )
}

/** `11:00` as an instant after `from`: `stays in bed until 11:00`. */
export function untilIn(words: Words, from: number): number {
  const at = words.offset()
  const text = words.take('a time, such as 11:00,')
  const time = timeOfDay(text)
  if (time === undefined) return words.fail('time_wrong', `"${text}" is no time: write it like 11:00.`, at)
  return nextTime(from + 1, time)
}
