import { VigilError } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import type { Role } from '../domain/registry.ts'
import { type Outcome, type Ticket, type TicketAction, type TicketState, transitions } from '../domain/ticket.ts'
import { cancelNotices } from '../store/notices.ts'
import { operatorsById } from '../store/operators.ts'
import { getContact } from '../store/people.ts'
import type { Tx } from '../store/store.ts'
import { addTimeline, clearTimers, updateTicket } from '../store/ticket_rows.ts'
import { readTicket, rowOf, type TicketRow } from '../store/tickets.ts'
import { tell } from './announce.ts'
import { ticketOf } from './changes.ts'
import { beginCalling, endCalling } from './escalation/calling.ts'
import { grantLease } from './escalation/leases.ts'
import { asRecipient } from './escalation/recipients.ts'
import { notify, tellThoseCalled } from './escalation/telling.ts'
import { type Share, shareByHand, sharedText } from './sharing/by_hand.ts'

/**
 * Who takes a step: an operator (or an integration, by its key), or somebody who was `called` and answers by the link that he
 * was sent: a contact, a responder (`contact:…`, `team:…`).
 */
export type Actor = { id: string; name: string; role: Role | 'called' }

/** What a person does to a ticket. `at`: epoch ms; `ticket`, `assignee`: ids; `areaPath`: as in the store. */
export type Act = {
  ticket: string
  action: TicketAction
  operator: Actor
  at: number
  /** Why, or the text of a note. */
  reason?: string
  outcome?: Outcome
  assignee?: string
  /** With whom it is shared: an area, for good or until `until` (epoch ms), or a partner. */
  areaPath?: string
  until?: number
  partner?: string
  /** Whom he telephoned: a contact of the home, `resident`, or a number that the plan asked for; and whether somebody was reached. */
  contact?: string
  reached?: boolean
  /** Help is to be sent though nothing says that it is needed now. */
  confirm?: boolean
}

/** The same with what it names looked up. */
type Deed = Act & { contactName?: string }

/**
 * Takes one step of the transition table for a person: state, holder, lease, timers, timeline, notices and live event in one
 * go. Acknowledging once more what one holds already says that one is still at it. Throws VigilError, having changed nothing:
 * not_found, held_by_other, transition_not_allowed, late_only, outcome_required, request_invalid, reference_unknown.
 */
export async function act(tx: Tx, act: Act): Promise<Ticket> {
  const row = await rowOf(tx, act.ticket)
  if (!row) throw new VigilError('not_found')
  if (isRepeatedAcknowledge(row, act)) await renew(tx, row, act)
  else {
    await refuseUnlessAllowed(tx, row, act)
    const named = act.contact === undefined ? {} : { contactName: await nameOfContact(tx, row, act.contact) }
    await step(tx, row, { ...act, ...named })
  }
  const ticket = await readTicket(tx, row.id)
  if (!ticket) throw new VigilError('not_found')
  return ticket
}

const isRepeatedAcknowledge = (row: TicketRow, { action, operator }: Act): boolean =>
  action === 'acknowledge' && row.holder === operator.id && transitions[row.state].acknowledge === row.state

/** A request that came twice is no news; somebody who says a minute later that he is still at it is. */
const newsAfterMs = 10_000

async function renew(tx: Tx, row: TicketRow, { at }: Act): Promise<void> {
  await grantLease(tx, row, at)
  const renewed = await ticketOf(tx, row.id)
  if ((renewed.lease_until ?? 0) - (row.lease_until ?? 0) >= newsAfterMs) await tell(tx, 'ticket.updated', renewed, at)
}

async function refuseUnlessAllowed(tx: Tx, row: TicketRow, act: Act): Promise<void> {
  if (isHeldFrom(row, act)) throw new VigilError('held_by_other', `${row.holder} holds this ticket`)
  if (!transitions[row.state][act.action]) {
    throw new VigilError('transition_not_allowed', `cannot ${act.action} while ${row.state}`)
  }
  if (act.action === 'dispatch' && row.late !== 0 && !act.confirm) throw new VigilError('late_only')
  if (act.action === 'close' && !act.outcome) throw new VigilError('outcome_required')
  if (act.action === 'note' && !act.reason) throw new VigilError('request_invalid', 'a note needs a text')
  if (act.action === 'contact' && (act.contact === undefined || act.reached === undefined))
    throw new VigilError('request_invalid', 'tell whom you called (contact) and whether you reached somebody (reached)')
  if (act.action === 'assign') await refuseUnknownAssignee(tx, act.assignee)
}

async function refuseUnknownAssignee(tx: Tx, assignee: string | undefined): Promise<void> {
  if (!assignee) throw new VigilError('request_invalid', 'assigning needs an assignee')
  const [known] = await operatorsById(tx, [assignee])
  if (!known) throw new VigilError('reference_unknown', `there is no operator ${assignee}`)
}

/** Holders who answered by a link, or elsewhere: whoever sits at a console may take the ticket over from them. */
const isElsewhere = (holder: string): boolean => /^(contact|team|partner):/.test(holder)

/**
 * Whether somebody else has the ticket in hand. Anybody may add what they know; a supervisor may hand it on, and
 * reopen it, or a case whose holder went home could never be finished. An administrator, often a program, may report
 * any step for its holder.
 */
function isHeldFrom(row: TicketRow, { action, operator }: Act): boolean {
  if (row.holder === null || row.holder === operator.id || operator.role === 'administrator') return false
  if (action === 'note' || action === 'share') return false
  if (isElsewhere(row.holder) && operator.role !== 'called') return false
  return !(operator.role === 'supervisor' && (action === 'assign' || action === 'reopen'))
}

async function step(tx: Tx, row: TicketRow, act: Deed): Promise<void> {
  const state = transitions[row.state][act.action] ?? row.state
  await updateTicket(tx, row.id, { ...changesOf(row, act, state), updated_at: Math.max(row.updated_at, act.at) })
  if (act.action === 'share') await shareByHand(tx, row, shareOf(act))
  await addTimeline(tx, {
    ticket: row.id,
    at: act.at,
    who: act.operator.name,
    what: act.action === 'contact' ? (act.reached ? 'contact_reached' : 'contact_not_reached') : happened[act.action],
    reason: reasonOf(act),
  })
  const changed = await ticketOf(tx, row.id)
  await follow(tx, row, changed, act)
  await tell(tx, eventOf[act.action] ?? 'ticket.updated', await ticketOf(tx, row.id), act.at)
}

/** What a step entails for those who are called, and for how long its holder has the ticket. */
async function follow(tx: Tx, before: TicketRow, now: TicketRow, act: Act): Promise<void> {
  if (act.action === 'reopen') {
    await clearTimers(tx, now.id, 'lease')
    return beginCalling(tx, now, act.at)
  }
  if (now.state === 'closed') await standDown(tx, now, act, 'closed')
  else if (before.holder === null && now.holder !== null) await standDown(tx, now, act, 'answered')
  if (now.state === 'closed') return clearTimers(tx, now.id)
  if (act.action === 'assign' && now.holder !== act.operator.id) return handOver(tx, now, act)
  const isProgress = act.action !== 'share' && (act.action !== 'note' || now.holder === act.operator.id)
  if (now.holder !== null && isProgress) await grantLease(tx, now, act.at)
}

/** Calls nobody further, and lets those know who were called. */
async function standDown(tx: Tx, row: TicketRow, act: Act, reason: 'answered' | 'closed'): Promise<void> {
  await endCalling(tx, row.id)
  await cancelNotices(tx, row.id, act.at)
  const nonce = `${row.plan_run}.${act.at}`
  await tellThoseCalled(tx, row, { reason, at: act.at, holder: act.operator.name, nonce, but: keyOf(act.operator) })
}

/** How notices name an actor. */
const keyOf = ({ id, role }: Actor): string => (role === 'called' ? id : `operator:${id}`)

/** Whoever is handed a ticket may not be at the screen: he is told by all his ways, and has little time to take it up. */
async function handOver(tx: Tx, row: TicketRow, { at, assignee = '', operator }: Act): Promise<void> {
  await grantLease(tx, row, at, limits.takeUpWithinMs)
  const [to] = await operatorsById(tx, [assignee])
  if (to) await notify(tx, row, asRecipient(to), { reason: 'handed', at, holder: operator.name, nonce: `${at}` })
}

/**
 * The columns that a step changes. Whoever takes the first real step is the first answer, and holds the ticket until it
 * is handed on; a step that an administrator takes for its holder leaves it there. Times are those of the first time.
 */
function changesOf(row: TicketRow, act: Deed, state: TicketState): Partial<TicketRow> {
  const { at } = act
  switch (act.action) {
    case 'note':
    case 'share':
      return {}
    case 'reopen':
      return { state, holder: null, lease_until: null, outcome: null, closed_at: null }
    case 'close':
      return {
        state,
        holder: null,
        lease_until: null,
        to_do: '[]',
        outcome: act.outcome ?? null,
        closed_at: at,
        ...answered(row, at),
      }
    case 'assign':
      return { state, holder: act.assignee ?? null, ...answered(row, at) }
    case 'acknowledge':
      return heldBy(row, act, state)
    case 'contact':
      return {
        ...heldBy(row, act, state),
        contacted_at: row.contacted_at ?? (act.reached ? at : null),
        to_do: leftToDo(row, act),
      }
    case 'dispatch':
      return { ...heldBy(row, act, state), dispatched_at: row.dispatched_at ?? at }
    case 'arrive':
      return { ...heldBy(row, act, state), on_scene_at: row.on_scene_at ?? at }
    case 'resolve':
      return { ...heldBy(row, act, state), resolved_at: row.resolved_at ?? at }
  }
}

/** Whoever was telephoned is to be telephoned no more; a contact stands on the list by name. */
function leftToDo({ to_do }: TicketRow, { contact = '', contactName = '' }: Deed): string {
  const known = JSON.parse(to_do) as { number: string; text: string }[]
  return JSON.stringify(known.filter(({ number, text }) => number !== contact && text !== contactName))
}

const answered = (row: TicketRow, at: number) => ({ acknowledged_at: row.acknowledged_at ?? at })

/** A console that takes a step on what is held elsewhere has taken it over. */
const heldBy = (row: TicketRow, { operator, at }: Act, state: TicketState) => ({
  state,
  holder: row.holder === null || isElsewhere(row.holder) ? operator.id : row.holder,
  ...answered(row, at),
})

const shareOf = ({ areaPath, until, partner, at }: Act): Share => ({
  at,
  ...(areaPath !== undefined && { area: areaPath.split('/').at(-2) ?? areaPath }),
  ...(until !== undefined && { until }),
  ...(partner !== undefined && { partner }),
})

/** How the timeline words a step. */
const happened: Record<Exclude<TicketAction, 'contact'>, string> = {
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
function reasonOf(act: Deed): string | null {
  const { action, assignee, outcome, reason, contactName } = act
  const about = {
    assign: assignee,
    share: action === 'share' ? sharedText(shareOf(act)) : undefined,
    close: outcome,
    contact: contactName,
  }[action as 'assign' | 'share' | 'close' | 'contact']
  return [about, reason].filter((part) => part !== undefined).join(': ') || null
}

async function nameOfContact(tx: Tx, { home, to_do }: TicketRow, id: string): Promise<string> {
  const asked = JSON.parse(to_do) as { number: string }[]
  if (id === 'resident' || asked.some(({ number }) => number === id)) return id
  const contact = await getContact(tx, id)
  if (!contact || contact.home !== home) throw new VigilError('reference_unknown', `this home has no contact ${id}`)
  return contact.name
}
