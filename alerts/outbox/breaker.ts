import { limits } from '../../domain/limits.ts'

/** How a target is doing. `closed`: as it should; `open`: left alone; `trying`: one notice at a time finds out. */
export type BreakerState = 'closed' | 'open' | 'trying'

/**
 * A circuit breaker for each target: a gateway that is down is not asked by every notice in turn, each of which would wait for its
 * time-out while others wait behind it. Kept in memory: a process that starts finds out anew, with the first few.
 */
export type Breakers = {
  state(target: string, now: number): BreakerState
  /** Targets that are `open`, and those that are `trying`. */
  broken(now: number): { open: string[]; trying: string[] }
  failed(target: string, now: number): void
  /** Whatever the other side answered: it is there. */
  answered(target: string): void
}

export function createBreakers(): Breakers {
  const failing = new Map<string, { inARow: number; openUntil: number }>()

  function state(target: string, now: number): BreakerState {
    const known = failing.get(target)
    if (!known || known.inARow < limits.breakerFailures) return 'closed'
    return now < known.openUntil ? 'open' : 'trying'
  }

  return {
    state,
    broken(now) {
      const of = (wanted: BreakerState) => [...failing.keys()].filter((target) => state(target, now) === wanted)
      return { open: of('open'), trying: of('trying') }
    },
    failed(target, now) {
      const inARow = (failing.get(target)?.inARow ?? 0) + 1
      failing.set(target, { inARow, openUntil: now + limits.breakerMs })
    },
    answered: (target) => void failing.delete(target),
  }
}
