import type { Tx } from '../store/store.ts'
import { addTimeline, clearTimers, updateTicket } from '../store/ticket_rows.ts'
import type { TicketRow } from '../store/tickets.ts'
import { tell } from './announce.ts'
import { armAnswer, isWorthALine, system } from './changes.ts'

/** Most timers worked in one transaction: after an outage the first, worst ones must not wait for thousands of others. */
export const timersPerTurn = 50

/**
 * Works the timers due at `now` (epoch ms), worst tickets first, at most `timersPerTurn`: an open ticket that nobody
 * answered alarms again and gets its next timer. Timers are rows, so those that fell due while nothing ran are
 * simply overdue. Gives the tickets that went unanswered.
 */
export async function workTimers(tx: Tx, now: number): Promise<{ worked: number; unanswered: TicketRow[] }> {
  const due = await dueTickets(tx, now)
  const unanswered = due.filter(({ state }) => state === 'open')
  for (const ticket of due) {
    if (ticket.state === 'open') await alarmAgain(tx, ticket, now)
    else await clearTimers(tx, ticket.id, 'answer')
  }
  return { worked: due.length, unanswered }
}

function dueTickets(tx: Tx, now: number): Promise<TicketRow[]> {
  return tx
    .selectFrom('timers')
    .innerJoin('tickets', 'tickets.id', 'timers.ticket')
    .selectAll('tickets')
    .where('timers.what', '=', 'answer')
    .where('timers.due_at', '<=', now)
    .orderBy((e) =>
      e.case('tickets.severity').when('critical').then(0).when('high').then(1).when('medium').then(2).else(3).end(),
    )
    .orderBy('timers.due_at')
    .orderBy('tickets.number')
    .limit(timersPerTurn)
    .execute()
}

async function alarmAgain(tx: Tx, ticket: TicketRow, now: number): Promise<void> {
  const updated_at = Math.max(ticket.updated_at, now)
  await updateTicket(tx, ticket.id, { updated_at })
  if (await isWorthALine(tx, ticket, { what: 'unanswered', at: now })) {
    await addTimeline(tx, { ticket: ticket.id, at: now, who: system, what: 'unanswered', reason: 'answer_timer' })
  }
  await armAnswer(tx, ticket.id, now, ticket.late !== 0)
  await tell(tx, 'ticket.unanswered', ticket, now)
}
