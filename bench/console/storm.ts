import { type Act, act } from '../../alerts/actions.ts'
import { systemClock } from '../../domain/clock.ts'
import { lastEvent } from '../../store/events.ts'
import type { Store } from '../../store/store.ts'
import { ticketId } from './crowd.ts'

/** What goes on while somebody works: others answer, note, give back, so many times a second, through the code that the api calls. */

/** Steps of one transaction: ten transactions a second, as a busy house would group them. */
const EVERY_MS = 100
/** One step in four is taken on what stands on the screen, the oldest; the others anywhere. */
const TOP = 100
const actor = { id: 'bench-other', name: 'Somebody Else', role: 'administrator' } as const

export type Storm = {
  /** Ends it; gives how many live events came of it, and how many a second. */
  stop(): Promise<{ events: number; perSecond: number }>
}

/** A plain generator of chance that always gives the same: the storm is the same one every time. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Begins to take `perSecond` steps on the `count` tickets. */
export async function startStorm(store: Store, count: number, perSecond: number): Promise<Storm> {
  const [before, begun] = [await lastEvent(store.db), performance.now()]
  const random = chance(1)
  const sent = new Set<string>()
  let taken = 0
  let goes = true
  const inTurn = async (): Promise<void> => {
    const due = Math.round(((performance.now() - begun) * perSecond) / 1_000) - taken
    taken += due
    const steps = Array.from({ length: due }, () => stepFor(random, count, sent))
    await store.write(async (tx) => {
      for (const step of steps) await act(tx, { ...step, operator: actor, at: systemClock.now() })
    })
  }
  const running = (async () => {
    while (goes) {
      await inTurn()
      await systemClock.sleep(EVERY_MS)
    }
  })()
  return {
    async stop() {
      goes = false
      await running
      const seconds = (performance.now() - begun) / 1_000
      const events = (await lastEvent(store.db)) - before
      return { events, perSecond: events / seconds }
    },
  }
}

/** Notes mostly; some cases get help, and some of those are given back. `sent`: the tickets that have it. */
function stepFor(random: () => number, count: number, sent: Set<string>): Pick<Act, 'ticket' | 'action' | 'reason'> {
  const [where, what] = [random(), random()]
  const ticket = ticketId(Math.floor(random() * (where < 0.25 ? Math.min(TOP, count) : count)))
  const reason = 'The neighbour is on her way.'
  if (what >= 0.3) return { ticket, action: 'note', reason }
  if (sent.delete(ticket)) return { ticket, action: 'reopen', reason }
  sent.add(ticket)
  return { ticket, action: 'dispatch', reason }
}
