import type { Tx } from '../store/store.ts'
import { addTimeline, updateTicket } from '../store/ticket_rows.ts'
import type { TicketRow } from '../store/tickets.ts'
import { tell } from './announce.ts'

/** Notes that a ticket stood on the screen of somebody who may act; only the first time counts. `at`: epoch ms; `who`: a name. */
export async function markShown(tx: Tx, row: TicketRow, who: string, at: number): Promise<void> {
  if (row.shown_at !== null || row.state === 'closed') return
  await updateTicket(tx, row.id, { shown_at: at, updated_at: Math.max(row.updated_at, at) })
  await addTimeline(tx, { ticket: row.id, at, who, what: 'shown', reason: null })
  await tell(tx, 'ticket.updated', row, at)
}
