import type { Db, Tx } from '../store/store.ts'
import { clearTimers, setTimer, updateTicket } from '../store/ticket_rows.ts'
import { rowOf, type TicketRow } from '../store/tickets.ts'
import { tell } from './announce.ts'
import { answerWithin, endCalling, takeStep } from './escalation/calling.ts'
import { lapse } from './escalation/leases.ts'
import { noteSparingly } from './timeline.ts'

/** Most timers worked in one transaction: after an outage the first, worst ones must not wait for thousands of others. */
export const timersPerTurn = 50

/** What a timer came to, for the metrics. */
export type Worked = { what: string; ticket: TicketRow; did: 'alarmed' | 'escalated' | 'lapsed' | 'nothing' }

type Due = { ticket: TicketRow; what: string; due: number }

/**
 * Works the timers due at `now` (epoch ms), worst tickets first, at most `timersPerTurn`: an open ticket that nobody
 * answered alarms again, the next step of a plan is taken, a lease without progress lapses; each in this one transaction with the
 * timer that follows. Timers are rows, so those that fell due while nothing ran are simply overdue. `zone`: by whose clock
 * plans and rotas go, an IANA name. `only`: this one alone.
 */
export async function workTimers(tx: Tx, now: number, zone: string, only?: DueTimer): Promise<Worked[]> {
  const worked: Worked[] = []
  for (const { id, what, due } of only ? [only] : await dueTimers(tx, now)) {
    // Another timer of the same ticket may have changed it in this very turn.
    const ticket = await rowOf(tx, id)
    if (ticket) worked.push({ what, ticket, did: await work(tx, { ticket, what, due }, { now, zone }) })
  }
  return worked
}

/** `id`: the ticket's; `due`: epoch ms. */
export type DueTimer = { id: string; what: string; due: number }

/** The timers due at `now`, those of the worst tickets first, at most `timersPerTurn`. */
export function dueTimers(db: Db, now: number): Promise<DueTimer[]> {
  return db
    .selectFrom('timers')
    .innerJoin('tickets', 'tickets.id', 'timers.ticket')
    .select(['tickets.id', 'timers.what', 'timers.due_at as due'])
    .where('timers.due_at', '<=', now)
    .orderBy((e) =>
      e.case('tickets.severity').when('critical').then(0).when('high').then(1).when('medium').then(2).else(3).end(),
    )
    .orderBy('timers.due_at')
    .orderBy('tickets.number')
    .limit(timersPerTurn)
    .execute()
}

async function work(tx: Tx, { ticket, what, due }: Due, time: { now: number; zone: string }): Promise<Worked['did']> {
  const isFree = ticket.holder === null && ticket.state !== 'closed'
  if (what === 'lease') return workLease(tx, ticket, time.now)
  if (!isFree) {
    await endCalling(tx, ticket.id)
    return 'nothing'
  }
  if (what === 'answer') return alarmAgain(tx, ticket, time.now)
  if (what === 'escalate') return escalate(tx, ticket, { ...time, due })
  // A timer that nobody knows would be looked at for ever.
  await clearTimers(tx, ticket.id, what)
  return 'nothing'
}

async function workLease(tx: Tx, ticket: TicketRow, now: number): Promise<Worked['did']> {
  await clearTimers(tx, ticket.id, 'lease')
  if (ticket.holder === null || ticket.state === 'closed') return 'nothing'
  await tell(tx, 'ticket.lapsed', await lapse(tx, ticket, now, 'no_progress'), now)
  return 'lapsed'
}

async function alarmAgain(tx: Tx, ticket: TicketRow, now: number): Promise<Worked['did']> {
  await updateTicket(tx, ticket.id, { updated_at: Math.max(ticket.updated_at, now) })
  await noteSparingly(tx, ticket, { what: 'unanswered', reason: 'answer_timer', at: now })
  await setTimer(tx, ticket.id, 'answer', now + answerWithin(ticket))
  await tell(tx, 'ticket.unanswered', ticket, now)
  return 'alarmed'
}

async function escalate(
  tx: Tx,
  ticket: TicketRow,
  time: { now: number; zone: string; due: number },
): Promise<Worked['did']> {
  if (!(await takeStep(tx, ticket, time))) return 'nothing'
  await updateTicket(tx, ticket.id, { updated_at: Math.max(ticket.updated_at, time.now) })
  await tell(tx, 'ticket.escalated', ticket, time.now)
  return 'escalated'
}
