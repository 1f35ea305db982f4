import { type Journal, lanes } from '../../journal/journal.ts'
import { readPosition } from '../../store/positions.ts'
import type { Store } from '../../store/store.ts'

export const consumers = ['ingest', 'alerts'] as const
export type Consumer = (typeof consumers)[number]

/** Records of both lanes that a consumer has not worked yet, and the most that this was. */
export type Lag = Record<Consumer, { now: number; most: number }>

export type LagWatch = { lag: Lag; stop(): Promise<void> }

const LOOK_EVERY = 250

async function lagOf(journal: Journal, store: Store, consumer: Consumer): Promise<number> {
  const behind = lanes.map(async (lane) => {
    const position = await readPosition(store.db, consumer, lane)
    return Math.max(0, (await journal.head(lane)) - position)
  })
  return (await Promise.all(behind)).reduce((sum, records) => sum + records, 0)
}

async function look(journal: Journal, store: Store, lag: Lag): Promise<void> {
  for (const consumer of consumers) {
    const now = await lagOf(journal, store, consumer)
    lag[consumer] = { now, most: Math.max(now, lag[consumer].most) }
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Watches how far the consumers are behind, by journal and positions themselves, which are more recent than the gauges. */
export function watchLag(journal: Journal, store: Store): LagWatch {
  const lag: Lag = { ingest: { now: 0, most: 0 }, alerts: { now: 0, most: 0 } }
  let watching = true
  const watch = async () => {
    while (watching) {
      await look(journal, store, lag)
      await pause(LOOK_EVERY)
    }
  }
  const watched = watch()
  return {
    lag,
    async stop() {
      watching = false
      await watched
    },
  }
}

/** Resolves when both consumers have worked everything; gives false where they stand still for `stalledMs`. */
export async function untilDrained(journal: Journal, store: Store, stalledMs: number): Promise<boolean> {
  let least = Number.POSITIVE_INFINITY
  let progressAt = performance.now()
  for (;;) {
    const behind = (await Promise.all(consumers.map((consumer) => lagOf(journal, store, consumer)))).reduce(
      (a, b) => a + b,
    )
    if (behind === 0) return true
    if (behind < least) progressAt = performance.now()
    least = Math.min(least, behind)
    if (performance.now() - progressAt > stalledMs) return false
    await pause(20)
  }
}
