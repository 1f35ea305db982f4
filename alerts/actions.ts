import { VigilError } from '../domain/errors.ts'
import type { Role } from '../domain/registry.ts'
import { type Outcome, type Ticket, type TicketAction, type TicketState, transitions } from '../domain/ticket.ts'
import type { Tx } from '../store/store.ts'
import { addTimeline, clearTimers, updateTicket } from '../store/ticket_rows.ts'
import { readTicket, rowOf, type TicketRow } from '../store/tickets.ts'
import { tell } from './announce.ts'
import { armAnswer } from './changes.ts'
import { type Share, shareByHand, sharedText } from './sharing/by_hand.ts'

/** What a person does to a ticket. `at`: epoch ms; `ticket`, `assignee`: ids; `areaPath`: as in the store. */
export type Act = {
  ticket: string
  action: TicketAction
  operator: { id: string; name: string; role: Role }
  at: number
  /** Why, or the text of a note. */
  reason?: string
  outcome?: Outcome
  assignee?: string
  /** With whom it is shared: an area, for good or until `until` (epoch ms), or a partner. */
  areaPath?: string
  until?: number
  partner?: string
  /** Help is to be sent though nothing says that it is needed now. */
  confirm?: boolean
}

/**
 * Takes one step of the transition table for a person: state, holder, timers, timeline and live event in one go.
 * Acknowledging once more what one holds already changes nothing. Throws VigilError, having changed nothing:
 * not_found, held_by_other, transition_not_allowed, late_only, outcome_required, request_invalid, reference_unknown.
 */
export async function act(tx: Tx, act: Act): Promise<Ticket> {
  const row = await rowOf(tx, act.ticket)
  if (!row) throw new VigilError('not_found')
  if (!isRepeatedAcknowledge(row, act)) {
    await refuseUnlessAllowed(tx, row, act)
    await step(tx, row, act)
  }
  const ticket = await readTicket(tx, row.id)
  if (!ticket) throw new VigilError('not_found')
  return ticket
}

const isRepeatedAcknowledge = (row: TicketRow, { action, operator }: Act): boolean =>
  action === 'acknowledge' && row.state === 'acknowledged' && row.holder === operator.id

async function refuseUnlessAllowed(tx: Tx, row: TicketRow, act: Act): Promise<void> {
  if (isHeldFrom(row, act)) throw new VigilError('held_by_other', `${row.holder} holds this ticket`)
  if (!transitions[row.state][act.action]) {
    throw new VigilError('transition_not_allowed', `cannot ${act.action} while ${row.state}`)
  }
  if (act.action === 'dispatch' && row.late !== 0 && !act.confirm) throw new VigilError('late_only')
  if (act.action === 'close' && !act.outcome) throw new VigilError('outcome_required')
  if (act.action === 'note' && !act.reason) throw new VigilError('request_invalid', 'a note needs a text')
  if (act.action === 'assign') await refuseUnknownAssignee(tx, act.assignee)
}

async function refuseUnknownAssignee(tx: Tx, assignee: string | undefined): Promise<void> {
  if (!assignee) throw new VigilError('request_invalid', 'assigning needs an assignee')
  const known = await tx.selectFrom('operators').select('id').where('id', '=', assignee).executeTakeFirst()
  if (!known) throw new VigilError('reference_unknown', `there is no operator ${assignee}`)
}

/**
 * Whether somebody else has the ticket in hand. Anybody may add what they know; a supervisor may hand it on, and
 * reopen it, or a case whose holder went home could never be finished. An administrator, often a program, may report
 * any step for its holder.
 */
function isHeldFrom(row: TicketRow, { action, operator }: Act): boolean {
  if (row.holder === operator.id || isFree(row) || operator.role === 'administrator') return false
  if (action === 'note' || action === 'share') return false
  return !(operator.role === 'supervisor' && (action === 'assign' || action === 'reopen'))
}

/** In nobody's hands here: what a partner has in hand may be worked by ours too. */
const isFree = ({ holder }: TicketRow): boolean => holder === null || holder.startsWith('partner:')

async function step(tx: Tx, row: TicketRow, act: Act): Promise<void> {
  const state = transitions[row.state][act.action] ?? row.state
  await updateTicket(tx, row.id, { ...changesOf(row, act, state), updated_at: Math.max(row.updated_at, act.at) })
  if (act.action === 'share') await shareByHand(tx, row, shareOf(act))
  if (act.action === 'reopen') await armAnswer(tx, row.id, act.at, row.late !== 0)
  else if (state !== 'open') await clearTimers(tx, row.id)
  await addTimeline(tx, {
    ticket: row.id,
    at: act.at,
    who: act.operator.name,
    what: happened[act.action],
    reason: reasonOf(act),
  })
  const changed = await rowOf(tx, row.id)
  if (changed) await tell(tx, eventOf[act.action] ?? 'ticket.updated', changed, act.at)
}

/**
 * The columns that a step changes. Whoever takes the first real step is the first answer, and holds the ticket until it
 * is handed on; a step that an administrator takes for its holder leaves it there.
 */
function changesOf(row: TicketRow, act: Act, state: TicketState): Partial<TicketRow> {
  switch (act.action) {
    case 'note':
    case 'share':
      return {}
    case 'reopen':
      return { state, holder: null, outcome: null, closed_at: null }
    case 'close':
      return { state, holder: null, outcome: act.outcome ?? null, closed_at: act.at, ...firstAnswer(row, act) }
    case 'assign':
      return { state, holder: act.assignee ?? null, ...firstAnswer(row, act) }
    case 'acknowledge':
    case 'dispatch':
    case 'arrive':
    case 'resolve':
      return { state, holder: isFree(row) ? act.operator.id : row.holder, ...firstAnswer(row, act) }
  }
}

const firstAnswer = (row: TicketRow, { at }: Act) => ({ acknowledged_at: row.acknowledged_at ?? at })

const shareOf = ({ areaPath, until, partner, at }: Act): Share => ({
  at,
  ...(areaPath !== undefined && { area: areaPath.split('/').at(-2) ?? areaPath }),
  ...(until !== undefined && { until }),
  ...(partner !== undefined && { partner }),
})

/** How the timeline words a step. */
const happened: Record<TicketAction, string> = {
  acknowledge: 'acknowledged',
  assign: 'assigned',
  dispatch: 'dispatched',
  arrive: 'arrived',
  resolve: 'resolved',
  close: 'closed',
  note: 'noted',
  reopen: 'reopened',
  share: 'shared',
}

const eventOf: Partial<Record<TicketAction, 'ticket.closed' | 'ticket.reopened'>> = {
  close: 'ticket.closed',
  reopen: 'ticket.reopened',
}

/** What the trail keeps of a step beside its name: to whom, with whom, how it ended, and the person's words. */
function reasonOf(act: Act): string | null {
  const { action, assignee, outcome, reason } = act
  const about = action === 'share' ? sharedText(shareOf(act)) : { assign: assignee, close: outcome }[action as 'assign']
  return [about, reason].filter((part) => part !== undefined).join(': ') || null
}
