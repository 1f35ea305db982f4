import { isoTime } from '../domain/clock.ts'
import { receiptTarget } from '../domain/principals.ts'
import type { EventType, Receipt } from '../domain/ticket.ts'
import { receiptsTopic } from '../domain/topics.ts'
import type { StoredRecord } from '../journal/journal.ts'
import { appendEvent } from '../store/events.ts'
import { enqueue } from '../store/outbox.ts'
import type { Tx } from '../store/store.ts'
import { readTicket, type TicketRow } from '../store/tickets.ts'
import { ticketOf } from './changes.ts'
import type { Outcome } from './fold.ts'
import { recordName, storable } from './judge.ts'
import { tellPartners } from './partners/telling.ts'
import { shareByRule } from './sharing/by_rule.ts'

/**
 * Tells the consoles of a ticket as it now is, and partners what is new to them; before that it is shared as the rules have it,
 * which may have begun to match. `at`: epoch ms; `alsoTo`: paths of areas that just lost sight of it, and must hear so.
 */
export async function tell(
  tx: Tx,
  type: EventType,
  { id }: TicketRow,
  at: number,
  alsoTo: string[] = [],
): Promise<void> {
  await shareByRule(tx, await ticketOf(tx, id), at)
  const row = await ticketOf(tx, id)
  const ticket = await readTicket(tx, id)
  if (!ticket) throw new Error(`ticket ${id} is told of but not there`)
  const sharedWith = [...(JSON.parse(row.shared_with) as string[]), ...alsoTo]
  await appendEvent(tx, { type, at, ticket, areaPath: row.area_path, sharedWith })
  await tellPartners(tx, type, row, at)
}

/** Of what was done to a ticket in one go, consoles need only the most telling. */
const mostTelling: readonly EventType[] = ['ticket.opened', 'ticket.reopened', 'ticket.updated']

/** One live event for every ticket that a transaction changed visibly, however many signals did. */
export async function announce(tx: Tx, outcomes: Outcome[], now: number, cleared: ReadonlySet<string>): Promise<void> {
  const changed = byTicket(outcomes)
  for (const id of new Set([...changed.keys(), ...cleared])) {
    const events = (changed.get(id) ?? []).map(({ event }) => event)
    const type =
      mostTelling.find((candidate) => events.includes(candidate)) ?? (cleared.has(id) ? 'ticket.updated' : undefined)
    if (type) await tell(tx, type, await ticketOf(tx, id), now)
  }
}

/** One receipt for every ticket that a record touched, repeats too: to whose signal it is, or, where its sender had no
 *  business with that device, to the sender. */
export async function sendReceipts(tx: Tx, record: StoredRecord, outcomes: Outcome[], now: number): Promise<void> {
  for (const [id, ofTicket] of byTicket(outcomes)) {
    const [first] = ofTicket
    const target = receiptTarget(record) ?? first?.alert.device
    if (!first || target === undefined || receiptsTopic(target) === undefined) continue
    await enqueue(tx, {
      stableId: `receipt-${recordName(record)}-${first.alert.n}`,
      channel: 'receipt',
      target,
      body: accepted(record, await ticketOf(tx, id), ofTicket),
      at: now,
    })
  }
}

function accepted(record: StoredRecord, ticket: TicketRow, outcomes: Outcome[]): Receipt {
  const doubted = outcomes.every(({ doubts }) => doubts.length > 0)
  return {
    result: 'accepted',
    at: isoTime(record.receivedAt),
    topic: storable(record.topic),
    ticket: ticket.id,
    number: ticket.number,
    ...(doubted ? { unverified: [...new Set(outcomes.flatMap(({ doubts }) => doubts))] } : {}),
  }
}

const byTicket = (outcomes: Outcome[]): Map<string, Outcome[]> => Map.groupBy(outcomes, ({ ticket }) => ticket)
