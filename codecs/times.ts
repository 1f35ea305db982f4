import { parseTime } from '../domain/clock.ts'
import { limits } from '../domain/limits.ts'
import type { DecodeContext, Decoded } from '../domain/message.ts'
import { warn } from './build.ts'

/** Times of devices that do not write ISO 8601 with a zone. All in epoch ms. */

/** How long a sender goes on with what it got no answer to: a broker's or a cloud's queue over a day without a line. */
export const dayMs = 24 * 3_600_000

/**
 * How far a clock may be off that is still believed to be right about its zone. A device that repeats a message with its old
 * time, and tells no zone, can be known by that time for as long.
 */
export const believedMs = 10 * 60_000
const minuteMs = 60_000

/** China has one zone and no summer time. */
const chinaMs = 8 * 3_600_000
/** A wall clock in China -> epoch ms. */
export const fromChina = (clock: number | undefined): number | undefined =>
  clock === undefined ? undefined : clock - chinaMs

/** A device's zoneless wall clock as `Date.UTC` would read its figures; undefined where these are no date. */
export function wallClock(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | undefined {
  const at = Date.UTC(year, month - 1, day, hour, minute, second)
  const date = new Date(at)
  const isDate =
    date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 61
  return isDate ? at : undefined
}

const pairs = /^(\d\d)(\d\d)(\d\d)$/

/** `yymmdd`, or as watches write it `ddmmyy`, and `hhmmss` -> as `wallClock`. */
export function wallClockOfDigits(date: unknown, time: unknown, order: 'ymd' | 'dmy'): number | undefined {
  const [day, hour] = [pairs.exec(String(date)), pairs.exec(String(time))]
  if (!day || !hour) return undefined
  const [first, month, last] = [Number(day[1]), Number(day[2]), Number(day[3])]
  const [year, dayOfMonth] = order === 'ymd' ? [first, last] : [last, first]
  return wallClock(2_000 + year, month, dayOfMonth, Number(hour[1]), Number(hour[2]), Number(hour[3]))
}

const text = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[T ](\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?$/

/** `YYYY-MM-DD HH:mm:ss` without a zone -> as `wallClock`. */
export function wallClockOf(value: unknown): number | undefined {
  const found = typeof value === 'string' ? text.exec(value.trim()) : null
  if (!found) return undefined
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0))
  const at = wallClock(year!, month!, day!, hour!, minute!, second!)
  return at === undefined ? undefined : at + Math.round(Number(found[7] ?? 0) * 1_000)
}

/**
 * When something happened by a clock that tells no zone: read as UTC or in the zone of `context.zoneMinutes`, whichever is
 * within ten minutes of the receipt. Where neither is: what comes from the device's memory (`isHistory`) is taken to be in
 * the configured zone, as long as that lies in the past; of anything else the time is undefined, so that the receipt counts.
 */
export function zoneless(
  decoded: Decoded,
  clock: number | undefined,
  context: DecodeContext,
  isHistory = false,
): number | undefined {
  if (clock === undefined) return undefined
  const { receivedAt, zoneMinutes = 0 } = context
  const local = clock - zoneMinutes * minuteMs
  for (const at of [local, clock]) {
    if (Math.abs(at - receivedAt) > believedMs) continue
    if (zoneMinutes !== 0) warn(decoded, 'zone_assumed', at === local ? `UTC+${zoneMinutes} min` : 'UTC')
    return at
  }
  if (isHistory && local <= receivedAt && local >= limits.clockUnsetBefore) {
    warn(decoded, 'zone_assumed', `UTC+${zoneMinutes} min`)
    return local
  }
  return warn(decoded, 'clock_untrusted', new Date(clock).toISOString())
}

/** ISO 8601 as text, with a zone -> epoch ms; a date alone is no instant. */
export const instantOf = (value: unknown): number | undefined =>
  typeof value === 'string' ? parseTime(value) : undefined

/** Seconds or milliseconds since 1970, told apart by their size, where they are a time that a clock may show. */
export function epochOf(value: number | undefined): number | undefined {
  if (value === undefined || !Number.isFinite(value)) return undefined
  const ms = value < 1e11 ? value * 1_000 : value
  return ms >= 0 && ms < 8.64e15 ? Math.round(ms) : undefined
}

/** A device's own instant where it can be right, else undefined with a warning: a clock ahead or never set. */
export function trusted(decoded: Decoded, at: number | undefined, { receivedAt }: DecodeContext): number | undefined {
  if (at === undefined) return undefined
  if (at <= receivedAt + limits.clockAheadMs && at >= limits.clockUnsetBefore) return at
  return warn(decoded, 'clock_untrusted', Math.abs(at) < 8.64e15 ? new Date(at).toISOString() : String(at))
}
