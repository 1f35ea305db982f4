/**
 * Time comes in through here and nowhere else, so that a night passes in a test in a millisecond.
 * All instants are epoch milliseconds, all durations milliseconds.
 */
export type Clock = {
  now(): number
  /** Calls `fn` once after `ms`; the returned function cancels it (calling it twice does nothing). */
  after(ms: number, fn: () => void): () => void
  /** Resolves after `ms`, or at once when `signal` aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** `sleep` of a clock, made of its `after`. */
export function sleepOn(clock: Pick<Clock, 'after'>, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      cancel()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.after(ms, done)
    signal?.addEventListener('abort', done, { once: true })
  })
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms)
    return () => clearTimeout(timer)
  },
  sleep: (ms, signal) => sleepOn(systemClock, ms, signal),
}

export type VirtualClock = Clock & {
  /** Moves time forward, running what falls due in order of its time, with a turn of the event loop after each. */
  advance(ms: number): Promise<void>
  /**
   * Jumps forward: what falls due on the way runs once, when the new time is there already, so that whoever looks every
   * few milliseconds looks once after an hour and not a million times.
   */
  leap(ms: number): Promise<void>
  /** Runs now what would fall due within `ms`, while time stands still: whoever looks now and then looks at once. */
  hurry(ms: number): Promise<void>
}

/** Resolves with the next turn of the event loop. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** A clock that moves only when told. `start` in epoch milliseconds. */
export function virtualClock(start = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = start
  let nextId = 0
  const due = new Map<number, { at: number; fn: () => void }>()
  /** Runs once what is due by `end`; what it sets anew waits for the next time. */
  async function runDue(end: number): Promise<void> {
    const ready = [...due].filter(([, t]) => t.at <= end).sort(([a, x], [b, y]) => x.at - y.at || a - b)
    // Asked again each time: one that ran may have cancelled a later one.
    for (const [id, { fn }] of ready) if (due.delete(id)) fn()
    await turn()
  }
  const clock: VirtualClock = {
    now: () => now,
    after(ms, fn) {
      const id = nextId++
      due.set(id, { at: now + Math.max(0, ms), fn })
      return () => void due.delete(id)
    },
    sleep: (ms, signal) => sleepOn(clock, ms, signal),
    async advance(ms) {
      const end = now + ms
      for (;;) {
        const next = [...due].filter(([, t]) => t.at <= end).sort(([a, x], [b, y]) => x.at - y.at || a - b)[0]
        if (!next) break
        due.delete(next[0])
        now = Math.max(now, next[1].at)
        next[1].fn()
        await turn()
      }
      now = end
      await turn()
    },
    leap(ms) {
      now += ms
      return runDue(now)
    },
    hurry: (ms) => runDue(now + ms),
  }
  return clock
}

/** Epoch milliseconds -> `2026-11-22T08:15:30.250Z`, the only way a time is written in the API. */
export const isoTime = (ms: number): string => new Date(ms).toISOString()

const isoPattern = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/i

/** The furthest instant that a date can hold; beyond it `isoTime` would throw. */
const furthest = 8.64e15

/**
 * ISO 8601 with a zone, or epoch milliseconds, as a device writes a time -> epoch ms; undefined where it is neither.
 * A time without a zone is refused: half of the devices mean local time by it and half UTC.
 *
 * The digits are read in place: `Date.parse` takes longer, and lets the 31st of February pass.
 */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === 'number') return Math.abs(value) <= furthest ? Math.round(value) : undefined
  if (typeof value !== 'string' || !isoPattern.test(value)) return undefined
  const [year, month, day] = [twoDigits(value, 0) * 100 + twoDigits(value, 2), twoDigits(value, 5), twoDigits(value, 8)]
  const [hour, minute] = [twoDigits(value, 11), twoDigits(value, 14)]
  const second = value[16] === ':' ? twoDigits(value, 17) : 0
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const offset = zoneMinutes(value)
  if (offset === undefined) return undefined
  return Date.UTC(year, month - 1, day, hour, minute, second, millisOf(value)) - offset * 60_000
}

const digit = (text: string, at: number): number => {
  const code = text.charCodeAt(at) - 0x30
  return code >= 0 && code <= 9 ? code : Number.NaN
}
const twoDigits = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1)

const days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
const daysOf = (year: number, month: number): number => (month === 2 && isLeap(year) ? 29 : days[month - 1]!)

/** Milliseconds of a fraction of a second of any length; finer digits are cut off. */
function millisOf(iso: string): number {
  let millis = 0
  if (iso[19] !== '.') return millis
  for (let at = 20, weight = 100; weight >= 1 && digit(iso, at) >= 0; at++, weight /= 10)
    millis += digit(iso, at) * weight
  return Math.trunc(millis)
}

/** Minutes that the zone at the end of the text is ahead of UTC, or undefined where there is no such zone. */
function zoneMinutes(iso: string): number | undefined {
  const end = iso.length
  if (iso[end - 1] === 'Z' || iso[end - 1] === 'z') return 0
  const sign = end - (iso[end - 3] === ':' ? 6 : 5)
  const [hours, minutes] = [twoDigits(iso, sign + 1), twoDigits(iso, end - 2)]
  if (hours > 23 || minutes > 59) return undefined
  return (iso[sign] === '-' ? -1 : 1) * (hours * 60 + minutes)
}
