import { isoTime } from '../domain/clock.ts'
import type { Journal, Lane } from '../journal/journal.ts'
import { lastEvent } from '../store/events.ts'
import { readPosition } from '../store/positions.ts'
import type { Store } from '../store/store.ts'
import { nextTimerAt } from '../store/ticket_rows.ts'
import { consumer } from './batch.ts'

/**
 * How far the alert service is. `behind`: records of each lane that are not folded yet. `next_timer_at`: ISO 8601; everything
 * that was due before it has been worked. `last_event`: the number of the newest live event, all of whose causes are in here.
 */
export type AlertsState = { behind: Record<Lane, number>; next_timer_at: string | null; last_event: number }

type From = { journal: Journal; store: Store }

/** Rejects while the database or the journal does not answer. */
export async function stateOf(from: From): Promise<AlertsState> {
  const behind = { urgent: await lagOf(from, 'urgent'), bulk: await lagOf(from, 'bulk') }
  const due = await nextTimerAt(from.store.db)
  // Last, so that it counts what the others say is done.
  return { behind, next_timer_at: due === undefined ? null : isoTime(due), last_event: await lastEvent(from.store.db) }
}

/** Records of a lane that are in the journal and not yet in tickets. */
export const lagOf = async ({ journal, store }: From, lane: Lane): Promise<number> =>
  Math.max(0, (await journal.head(lane)) - (await readPosition(store.db, consumer, lane)))
