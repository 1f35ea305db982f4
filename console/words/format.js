// @ts-check
/** Times and numbers as people read them. Pure: the language and the present are given. */

/** A length of time as a clock shows it: `0:07`, `12:30`, `1:02:03`, days as `2d 3:04:05`. @param {number} ms */
export function clockText(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0')
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
  ]
  if (days > 0) return `${days}d ${hours}:${two(minutes)}:${two(seconds % 60)}`
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}

/**
 * Time of day to the second, with the date where it is not today's. Always 24 hours: at night 3:12 must not be 15:12.
 * @param {string} iso @param {string} language @param {number} now epoch ms
 */
export function timeText(iso, language, now) {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return iso
  const time = at.toLocaleTimeString(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
  if (at.toDateString() === new Date(now).toDateString()) return time
  return `${at.toLocaleDateString(language, { month: 'short', day: 'numeric' })} ${time}`
}

/** The day; the time instead where it is today's, and the year too where it is not this one. @param {string} iso @param {string} language @param {number} now epoch ms */
export function dayText(iso, language, now) {
  const [at, today] = [new Date(iso), new Date(now)]
  if (at.toDateString() === today.toDateString()) return minuteText(at.getTime(), language)
  const year = at.getFullYear() === today.getFullYear() ? {} : { year: /** @type {const} */ ('numeric') }
  return at.toLocaleDateString(language, { month: 'short', day: 'numeric', ...year })
}

/** Hours and minutes only, for the foot of a chart. @param {number} ms @param {string} language */
export const minuteText = (ms, language) =>
  new Date(ms).toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

/** At most one decimal, and none that says nothing. @param {number} value @param {string} language */
export const numberText = (value, language) => value.toLocaleString(language, { maximumFractionDigits: 1 })

/** Names one after the other. @param {string[]} names @param {string} language */
export const listText = (names, language) => new Intl.ListFormat(language, { style: 'narrow' }).format(names)
