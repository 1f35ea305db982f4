import type { Logger } from 'pino'
import type { Clock } from '../../../domain/clock.ts'
import { type Journal, lanes } from '../../../journal/journal.ts'
import { openJournal } from '../../../journal/open.ts'
import { lastEvent } from '../../../store/events.ts'
import { openStore } from '../../../store/open.ts'
import { pending } from '../../../store/outbox.ts'
import { readPosition } from '../../../store/positions.ts'
import type { Store } from '../../../store/store.ts'
import { nextTimerAt } from '../../../store/ticket_rows.ts'

type Watched = 'broker' | 'ingest' | 'alerts' | 'api'

/** Sees from the store and the journal whether the rooms of a house have done with all that they were given. */
export type WorkWatch = {
  /** `cursor`: the newest live event that came out. What a room that is down has to do is not waited for. */
  isWorked(cursor: number): Promise<boolean>
  /** What is not done yet, for a sentence. */
  waitsFor(cursor: number): Promise<string>
  /** When the next timer of a ticket falls due, epoch ms. */
  nextTimer(): Promise<number | undefined>
  close(): Promise<void>
}

export async function openWorkWatch(options: {
  data: string
  clock: Clock
  log: Logger
  isUp(room: Watched): boolean
}): Promise<WorkWatch> {
  const { data, clock, log, isUp } = options
  const store = await openStore({ data, clock, log })
  const journal = await openJournal({ data, clock, readOnly: true })

  async function undone(cursor: number): Promise<string | undefined> {
    for (const consumer of ['alerts', 'ingest'] as const)
      if (isUp(consumer) && (await lagsBehind(journal, store, consumer))) return `${consumer} reads the journal`
    if (isUp('alerts') && ((await nextTimerAt(store.db)) ?? Number.POSITIVE_INFINITY) <= clock.now())
      return 'alerts works its timers'
    if (isUp('broker') && (await pending(store.db, 'receipt', 1)).length > 0) return 'the broker sends receipts'
    if (isUp('api') && (await lastEvent(store.db)) > cursor) return 'the api tells live events'
    return undefined
  }
  return {
    isWorked: async (cursor) => (await undone(cursor)) === undefined,
    waitsFor: async (cursor) => (await undone(cursor)) ?? 'nothing',
    nextTimer: () => nextTimerAt(store.db),
    async close() {
      await journal.close()
      await store.close()
    },
  }
}

async function lagsBehind(journal: Journal, store: Store, consumer: string): Promise<boolean> {
  for (const lane of lanes) if ((await readPosition(store.db, consumer, lane)) < (await journal.head(lane))) return true
  return false
}
