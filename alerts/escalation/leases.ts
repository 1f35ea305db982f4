import { limits } from '../../domain/limits.ts'
import type { Severity } from '../../domain/signals.ts'
import type { TicketState } from '../../domain/ticket.ts'
import type { Tx } from '../../store/store.ts'
import { setTimer, updateTicket } from '../../store/ticket_rows.ts'
import { rowOf, type TicketRow } from '../../store/tickets.ts'
import { note } from '../timeline.ts'
import { beginCalling, planOf } from './calling.ts'

/**
 * How long somebody may hold a ticket in this state without getting on with it, ms: by severity while he answers, three times
 * that while help is on its way, and so on; a plan may say otherwise of the first.
 */
export function leaseMs(state: TicketState, severity: Severity, planned: number | null | undefined): number {
  const answered = planned ? planned * 1_000 : limits.leaseMs[severity]
  switch (state) {
    case 'dispatched':
      return 3 * answered
    case 'on_scene':
      return 6 * answered
    case 'resolved':
      return Math.max(limits.leaseResolvedMs, answered)
    case 'open':
    case 'acknowledged':
    case 'closed':
      return answered
  }
}

/** Lets the holder have the ticket from `at` for as long as its state allows, or `forMs`. */
export async function grantLease(tx: Tx, ticket: TicketRow, at: number, forMs?: number): Promise<void> {
  const until = at + (forMs ?? leaseMs(ticket.state, ticket.severity, planOf(ticket)?.lease_s))
  await updateTicket(tx, ticket.id, { lease_until: until })
  await setTimer(tx, ticket.id, 'lease', until)
}

/** Why nobody has the ticket any more. */
export type LapseReason = 'no_progress' | 'session_ended'

/**
 * Takes a ticket from a holder who has gone silent, and calls people to it anew. Where help is under way the state stays as it
 * is: what happened, happened. Gives the ticket as it then is.
 */
export async function lapse(tx: Tx, ticket: TicketRow, at: number, reason: LapseReason): Promise<TicketRow> {
  const state = ticket.state === 'acknowledged' ? 'open' : ticket.state
  const updated_at = Math.max(ticket.updated_at, at)
  await updateTicket(tx, ticket.id, { state, holder: null, lease_until: null, updated_at })
  await note(tx, ticket.id, { what: 'lapsed', reason, at })
  const free = await rowOf(tx, ticket.id)
  if (!free) throw new Error(`ticket ${ticket.id} lapsed and is not there`)
  await beginCalling(tx, free, at)
  return free
}
