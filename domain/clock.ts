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

function sleepOn(clock: Pick<Clock, 'after'>, ms: number, signal?: AbortSignal): Promise<void> {
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
  /** Moves time forward, running what falls due in order of its time. Awaits the microtasks between two timers. */
  advance(ms: number): Promise<void>
}

/** A clock that moves only when told. `start` in epoch milliseconds. */
export function virtualClock(start = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = start
  let nextId = 0
  const due = new Map<number, { at: number; fn: () => void }>()
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
        await new Promise<void>((resolve) => setImmediate(resolve))
      }
      now = end
    },
  }
  return clock
}

/** Epoch milliseconds -> `2026-11-22T08:15:30.250Z`, the only way a time is written in the API. */
export const isoTime = (ms: number): string => new Date(ms).toISOString()
