import type { Clock } from '../domain/clock.ts'
import { retries } from './metrics.ts'

/** How long and how fast a passing failure is tried again. Durations in milliseconds. */
export type RetryRule = {
  clock: Clock
  /** Whether an error may go away by itself. Everything else is thrown at once. */
  passing: (error: unknown) => boolean
  /** The first pause; each next one is twice as long, up to `mostMs`. */
  firstMs: number
  mostMs: number
  /** Counted from the call; when it is over, the last error is thrown. At least one attempt is made. */
  patienceMs: number
  onRetry?: (error: unknown, attempt: number) => void
}

/** Runs `attempt` until it succeeds, fails for good, or `patienceMs` is over. */
export async function retrying<T>(rule: RetryRule, attempt: () => Promise<T>): Promise<T> {
  const deadline = rule.clock.now() + rule.patienceMs
  for (let failures = 1, pause = rule.firstMs; ; failures++, pause = Math.min(pause * 2, rule.mostMs)) {
    try {
      return await attempt()
    } catch (error) {
      if (!rule.passing(error) || rule.clock.now() >= deadline) throw error
      retries.inc({ code: codeOf(error) || 'other' })
      rule.onRetry?.(error, failures)
    }
    await rule.clock.sleep(pause)
  }
}

/** A queue of one: works start in the order of the calls, each after the one before has ended, however it ended. */
export function turns(): <T>(work: () => Promise<T>) => Promise<T> {
  let tail: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = tail.then(work)
    tail = turn.catch(() => undefined)
    return turn
  }
}

/** The stable code that node, SQLite (`errcode`) or PostgreSQL (`code`) put on an error, as text. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ''
  if ('errcode' in error && typeof error.errcode === 'number') return `sqlite:${error.errcode & 0xff}`
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}
