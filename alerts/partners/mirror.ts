import { parseTime } from '../../domain/clock.ts'
import type { ChangedMessage, PartnerState, SharedMessage } from '../../domain/partner_messages.ts'
import { newId } from '../../domain/random.ts'
import { type EventType, type Origin, type TicketState, transitions } from '../../domain/ticket.ts'
import { pathOfArea } from '../../store/areas.ts'
import { addLink, changeLink, type LinkRow } from '../../store/partner_links.ts'
import { type PartnerRow, partnerKey } from '../../store/partners.ts'
import type { Tx } from '../../store/store.ts'
import { addTimeline, insertTicket, updateTicket } from '../../store/ticket_rows.ts'
import type { TicketRow } from '../../store/tickets.ts'
import { tell } from '../announce.ts'
import { ticketOf } from '../changes.ts'
import { beginCalling } from '../escalation/calling.ts'
import { system } from '../timeline.ts'
import { arm } from './arming.ts'
import { wording } from './messages.ts'

/** Tickets of ours that stand for a partner's. The partner's word on their state counts: it is where they were opened. */

/** How people of a partner are named in our timeline. */
export const nameAt = (by: string, { name }: PartnerRow): string => `${by} (${name})`

/** Opens a ticket for one that a partner shares with us. Gives its link. `now`: epoch ms. */
export async function openMirror(tx: Tx, partner: PartnerRow, message: SharedMessage, now: number): Promise<LinkRow> {
  const id = newId('t')
  const origin: Origin = { partner: partner.id, ticket: message.ticket, number: message.ticket_number ?? null }
  const claimed = parseTime(message.opened_at) ?? now
  await insertTicket(tx, {
    id,
    state: 'open',
    kind: message.kind,
    severity: message.severity,
    home: null,
    area: partner.area,
    area_path: (await pathOfArea(tx, partner.area)) ?? null,
    device: null,
    episode: `partner:${partner.id}:${message.ticket}`,
    opened_at: now,
    updated_at: now,
    acknowledged_at: null,
    closed_at: null,
    first_at: claimed,
    last_at: claimed,
    doubts: [],
    late: Number(message.late ?? false),
    outcome: null,
    holder: null,
    origin: JSON.stringify(origin),
  })
  const link = await addLink(tx, { ticket: id, partner: partner.id, theirs: message.ticket })
  const opened = { ticket: id, at: now, what: 'opened', reason: `shared_by_partner: ${partner.name}` }
  await addTimeline(tx, { ...opened, who: system })
  if (message.address) await addTimeline(tx, { ...opened, who: partner.name, what: 'noted', reason: message.address })
  await addNotes(tx, id, partner, message.notes, now)
  await beginCalling(tx, await ticketOf(tx, id), now)
  await takeOver(tx, link, message.state, { number: 1, at: now })
  await quietly(tx, link, async () => tell(tx, 'ticket.opened', await ticketOf(tx, id), now))
  return link
}

/** Writes what people of a partner noted into the timeline. Gives whether there was anything. */
export async function addNotes(
  tx: Tx,
  ticket: string,
  partner: PartnerRow,
  notes: SharedMessage['notes'] = [],
  at: number,
): Promise<boolean> {
  for (const { by, text } of notes)
    await addTimeline(tx, { ticket, at, who: nameAt(by, partner), what: 'noted', reason: text })
  return notes.length > 0
}

/** Follows what became of a ticket of the partner: its people's steps by their names, and its state. `at`: epoch ms. */
export async function follow(
  tx: Tx,
  { partner, link, message, at }: { partner: PartnerRow; link: LinkRow; message: ChangedMessage; at: number },
): Promise<void> {
  const before = await ticketOf(tx, link.ticket)
  for (const { step, by, reason, outcome } of message.steps ?? []) {
    const why = [step === 'close' ? outcome : undefined, reason].filter(Boolean).join(': ') || null
    await addTimeline(tx, { ticket: link.ticket, at, who: nameAt(by, partner), what: wording[step], reason: why })
  }
  const hasSeenOurs = (message.heard ?? link.last_step) >= link.last_step
  const state = message.state ?? stateAfter(before, message)
  if (state && hasSeenOurs && message.number >= link.version)
    await takeOver(tx, link, state, { number: message.number, at, isTold: (message.steps ?? []).length > 0 })
  await tellOf(tx, before, at)
}

/** What the answer to a message of ours says of a ticket of the partner. `message`: the number of ours. */
export async function followAnswer(
  tx: Tx,
  link: LinkRow,
  answer: { result: string; number: number; state: PartnerState },
  { message, at }: { message: number; at: number },
): Promise<void> {
  if (message < link.last_step || answer.number < link.version) return
  const before = await ticketOf(tx, link.ticket)
  const why = answer.result === 'refused' ? 'partner_was_first' : 'partner_state'
  const changed = await takeOver(tx, link, answer.state, { number: answer.number, at, why })
  if (changed) await quietly(tx, link, () => tellOf(tx, before, at))
}

/** The state that steps lead to, where the message does not say. */
function stateAfter({ state }: TicketRow, { steps = [] }: ChangedMessage): PartnerState | undefined {
  if (steps.length === 0) return undefined
  const after = steps.reduce<TicketState>((at, { step }) => transitions[at][step] ?? at, state)
  const [last] = steps.slice(-1)
  return { state: after, outcome: last?.outcome ?? null, holder: last ? { name: last.by, at: 'mine' } : null }
}

type Word = { number: number; at: number; isTold?: boolean; why?: string }

/** Takes a partner's state of its ticket as ours. Gives whether that changed anything. */
async function takeOver(tx: Tx, link: LinkRow, state: PartnerState, word: Word): Promise<boolean> {
  const { number, at, isTold = false, why = 'partner_state' } = word
  const row = await ticketOf(tx, link.ticket)
  const change = changesFor(row, link, state, at)
  const heard = JSON.parse(link.told) as Partial<PartnerState>
  await changeLink(tx, link, { version: number, told: JSON.stringify(state) })
  const line = { ticket: row.id, at, who: system }
  if ((state.evidence ?? 0) > (heard.evidence ?? 0) && number > 1)
    await addTimeline(tx, { ...line, what: 'evidence_added', reason: `partner_evidence: ${state.evidence}` })
  const isSame = (Object.keys(change) as (keyof typeof change)[]).every((column) => change[column] === row[column])
  if (isSame && state.lease_until === heard.lease_until) return false
  await updateTicket(tx, row.id, { ...change, updated_at: Math.max(row.updated_at, at) })
  await arm(tx, row, state, at)
  if (row.state !== state.state && !isTold)
    await addTimeline(tx, { ...line, what: 'followed', reason: `${why}: ${state.state}` })
  return true
}

function changesFor(row: TicketRow, link: LinkRow, { state, severity, outcome, holder }: PartnerState, at: number) {
  const isDone = state === 'closed'
  return {
    state,
    severity: severity ?? row.severity,
    outcome: isDone ? (outcome ?? row.outcome) : null,
    holder: isDone || state === 'open' || holder === null ? null : holderHere(row, link, holder),
    acknowledged_at: state === 'open' ? row.acknowledged_at : (row.acknowledged_at ?? at),
    closed_at: isDone ? (row.closed_at ?? at) : null,
  }
}

/** A person of ours whom the partner has as its holder goes on holding it; everybody else there is the partner to us. */
function holderHere({ holder }: TicketRow, { partner }: LinkRow, theirs: PartnerState['holder'] | undefined): string {
  const isOneOfUs = holder !== null && !holder.startsWith('partner:')
  return isOneOfUs && theirs?.at === 'yours' ? holder : partnerKey(partner)
}

async function tellOf(tx: Tx, before: TicketRow, at: number): Promise<void> {
  const row = await ticketOf(tx, before.id)
  await tell(tx, eventOf(before.state, row.state), row, at)
}

function eventOf(before: TicketState, after: TicketState): EventType {
  if (before === after) return 'ticket.updated'
  if (after === 'closed') return 'ticket.closed'
  return after === 'open' ? 'ticket.reopened' : 'ticket.updated'
}

/** Does what came from a partner, of which it is not told again. */
export async function quietly(
  tx: Tx,
  link: Pick<LinkRow, 'ticket' | 'partner'>,
  work: () => Promise<void>,
): Promise<void> {
  await changeLink(tx, link, { quiet: 1 })
  await work()
  await changeLink(tx, link, { quiet: 0 })
}
