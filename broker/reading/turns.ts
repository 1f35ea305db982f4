import { limits } from '../../domain/limits.ts'

/** Somebody who has more to do than may be done at once. Gives the number of packets worked; 0 where nothing is left. */
export type Worker = { work(most: number): number }

/**
 * Shares the turns of the event loop among connections that have more than a slice to say: each gets a slice in its turn,
 * and all of them together only so much until the loop has looked after everybody else.
 */
export type Turns = { join(worker: Worker): void; leave(worker: Worker): void }

export function openTurns(): Turns {
  const waiting = new Set<Worker>()
  let scheduled = false

  function schedule(): void {
    if (scheduled || waiting.size === 0) return
    scheduled = true
    setImmediate(turn)
  }

  function turn(): void {
    scheduled = false
    let left = limits.turnPackets
    for (const worker of waiting) {
      if (left <= 0) break
      // One that has more to do joins again, behind all others.
      waiting.delete(worker)
      left -= Math.max(1, worker.work(Math.min(left, limits.slicePackets)))
    }
    schedule()
  }

  return {
    join(worker) {
      waiting.add(worker)
      schedule()
    },
    leave: (worker) => void waiting.delete(worker),
  }
}
