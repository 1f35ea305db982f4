import { type Clock, sleepOn, turn } from './clock.ts'
import { timerHeap } from './timer_heap.ts'

/**
 * A clock that runs with another one, so many milliseconds ahead of it, and can be put further ahead: for drills and tests,
 * in which an hour passes at once in processes that are the real ones.
 */
export type ShiftedClock = Clock & {
  /** How far it is ahead of its base, in ms. */
  offset(): number
  /**
   * Puts it `ms` ahead of its base; less than it is already changes nothing. What falls due thereby runs when the new
   * time is there, in order of its due time, with a turn of the event loop after each.
   */
  shiftTo(ms: number): void
}

/** Node fires a longer timer at once; and a base that is set meanwhile is noticed after this long. */
const longestMs = 60_000

/** `offset`: how far it is ahead at the start, in ms. */
export function shiftedClock(base: Clock, offset = 0): ShiftedClock {
  const waiting = timerHeap()
  let shift = offset
  let isRunning = false
  let disarm = () => {}
  const now = () => base.now() + shift

  /** One timer of the base for the first one here. It may be early, and is then set again. */
  function arm(): void {
    disarm()
    disarm = () => {}
    const first = waiting.first()
    if (first) disarm = base.after(Math.min(longestMs, Math.max(0, first.at - now())), () => void runDue())
  }

  async function runDue(): Promise<void> {
    if (isRunning) return
    isRunning = true
    try {
      for (let first = waiting.first(); first && first.at <= now(); first = waiting.first()) {
        waiting.remove(first)
        first.fn()
        // What it began may cancel the next one, as between two timers of Node's.
        await turn()
      }
    } finally {
      isRunning = false
      arm()
    }
  }

  const clock: ShiftedClock = {
    now,
    after(ms, fn) {
      // No less than 1, as with Node's: what sets itself anew for "at once" must not keep the others from running.
      const timer = waiting.set(now() + (ms >= 1 ? ms : 1), fn)
      if (timer.index === 0 && !isRunning) arm()
      return () => waiting.remove(timer)
    },
    sleep: (ms, signal) => sleepOn(clock, ms, signal),
    offset: () => shift,
    shiftTo(ms) {
      if (!(ms > shift)) return
      shift = ms
      void runDue()
    },
  }
  return clock
}

/** A look costs some microseconds, so a hundred in a second are nothing; and unlike a watch it works on every file system. */
const lookEveryMs = 10

/**
 * Puts the clock to what `read` gives, in ms, looking every 10 ms of real time; undefined means that there is nothing to
 * be read just now. Keeps no process alive. The returned function ends it.
 */
export function follow(clock: ShiftedClock, read: () => number | undefined): () => void {
  const look = setInterval(() => {
    const ms = read()
    if (ms !== undefined) clock.shiftTo(ms)
  }, lookEveryMs)
  look.unref()
  return () => clearInterval(look)
}
