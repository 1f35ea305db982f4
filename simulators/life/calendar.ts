/** Local time of the simulated homes: Beijing time (UTC+8, no summer time), wherever the program runs. */

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
/** What local time is ahead of UTC, ms. */
export const ZONE = 8 * HOUR

/** Number of the local day: 0 is 1970-01-01. */
export const localDay = (at: number): number => Math.floor((at + ZONE) / DAY)
/** Hour of the local day, 0 to 24, with its fraction. */
export const localHour = (at: number): number => (at + ZONE - localDay(at) * DAY) / HOUR
/** Epoch ms of an hour of a local day; hours of 24 and more lie in the days after. */
export const atLocal = (day: number, hour: number): number => Math.round(day * DAY - ZONE + hour * HOUR)
/** Day of the week of a local day: 0 Sunday to 6 Saturday. */
export const weekday = (day: number): number => (((day + 4) % 7) + 7) % 7
/** Of a local day. */
export const isWeekend = (day: number): boolean => weekday(day) === 0 || weekday(day) === 6
