import { limits } from '../domain/limits.ts'
import { type Doubt, graver, isLate } from '../domain/signals.ts'
import type { Tx } from '../store/store.ts'
import {
  addEvidence,
  clearTimers,
  countRepeats,
  type EvidenceRow,
  insertTicket,
  updateTicket,
} from '../store/ticket_rows.ts'
import { rowOf, type TicketRow } from '../store/tickets.ts'
import { beginCalling, callGraver } from './escalation/calling.ts'
import { keyText, type RecordAlert, recordName, storable } from './judge.ts'
import type { Place } from './places.ts'
import { note } from './timeline.ts'

/** An alert about to change tickets. `doubts`: with what the registry knows; `at`: epoch ms of the change. */
export type Finding = { alert: RecordAlert; doubts: Doubt[]; place: Place; at: number }

/** What evidence of a ticket became: `seen`, what a dispatcher would want to see of it; `countedOn`, the piece that has it. */
export type Kept = { seen?: string; countedOn?: number }

/** Opens a ticket with its first evidence and its first timer. Gives its id, made from the journal: `t-u17-0`. */
export async function openTicket(tx: Tx, finding: Finding, reason: string): Promise<string> {
  const { alert, doubts, place, at } = finding
  const id = `t-${recordName(alert.record)}-${alert.n}`
  const ticket = await insertTicket(tx, {
    id,
    state: 'open',
    kind: alert.kind,
    severity: alert.severity,
    home: place.home,
    area: place.area,
    area_path: place.areaPath,
    device: alert.device,
    episode: place.episode,
    opened_at: at,
    updated_at: at,
    acknowledged_at: null,
    closed_at: null,
    first_at: alert.time.at,
    last_at: alert.time.at,
    doubts,
    late: Number(isLate(doubts)),
    outcome: null,
    holder: null,
  })
  await insertEvidence(tx, id, finding)
  await note(tx, id, { what: 'opened', reason, at })
  await beginCalling(tx, ticket, at)
  return id
}

/** Adds evidence to a ticket that is not closed. */
export async function joinTicket(tx: Tx, ticket: TicketRow, finding: Finding, reason: string): Promise<Kept> {
  const { at } = finding
  const kept = await keepEvidence(tx, ticket.id, finding)
  const growth = grown(ticket, finding, reason)
  await updateTicket(tx, ticket.id, growth)
  if (kept.seen) await note(tx, ticket.id, { what: kept.seen, reason, at })
  if (growth.severity !== ticket.severity) await callGraver(tx, { ...ticket, ...growth }, at)
  return kept
}

/** Adds evidence to a resolved ticket and opens it again: whoever thought it done must look once more. */
export async function reopenTicket(tx: Tx, ticket: TicketRow, finding: Finding, reason: string): Promise<void> {
  const { at } = finding
  await keepEvidence(tx, ticket.id, finding)
  const late = Number(isLate(finding.doubts))
  const change = { ...grown(ticket, finding, reason), state: 'open', holder: null, lease_until: null, late } as const
  await updateTicket(tx, ticket.id, change)
  await clearTimers(tx, ticket.id, 'lease')
  await note(tx, ticket.id, { what: 'reopened', reason, at })
  await beginCalling(tx, { ...ticket, ...change }, at)
}

/**
 * Counts the very same signal once more on its evidence. A copy without doubts clears those about the first, unless
 * the ticket is closed and its record with it. Only the first repeat and a cleared doubt are worth a dispatcher's look.
 */
export async function repeatEvidence(tx: Tx, row: EvidenceRow, finding: Finding, reason: string): Promise<Kept> {
  const ticket = await ticketOf(tx, row.ticket)
  const clears = finding.doubts.length === 0 && row.doubts !== '[]' && ticket.state !== 'closed'
  await countOn(tx, row, finding.alert, clears)
  if (row.repeats > 0 && !clears) return { countedOn: row.id }
  const updated_at = Math.max(ticket.updated_at, finding.at)
  await updateTicket(tx, ticket.id, { updated_at, ...(clears ? { doubts: '[]' } : {}) })
  await note(tx, ticket.id, { what: 'repeated', reason, at: finding.at })
  return { seen: 'repeated', countedOn: row.id }
}

/** The ticket's row. Throws where there is none: evidence and decisions only ever name tickets that are there. */
export async function ticketOf(tx: Tx, id: string): Promise<TicketRow> {
  const row = await rowOf(tx, id)
  if (!row) throw new Error(`ticket ${id} is named but not there`)
  return row
}

/** Keeps a signal as evidence; beyond the limit counts it on the last one like it. */
async function keepEvidence(tx: Tx, ticket: string, finding: Finding): Promise<Kept> {
  const isTooMuch = await isFull(tx, ticket)
  const like = await lastLike(tx, ticket, finding.alert, isTooMuch)
  if (like && isTooMuch) {
    await countOn(tx, like, finding.alert, finding.doubts.length === 0)
    return { countedOn: like.id, ...(like.repeats === 0 ? { seen: 'repeated' } : {}) }
  }
  await insertEvidence(tx, ticket, finding)
  return { seen: 'evidence_added' }
}

async function isFull(tx: Tx, ticket: string): Promise<boolean> {
  const { rows } = await tx
    .selectFrom('evidence')
    .select((e) => e.fn.countAll<number>().as('rows'))
    .where('ticket', '=', ticket)
    .executeTakeFirstOrThrow()
  return rows >= limits.evidencePerTicket
}

/**
 * The newest evidence of the ticket by the same device with the same signal; where there is too much of it, by any device:
 * a gateway can make up names for those behind it.
 */
async function lastLike(tx: Tx, ticket: string, alert: RecordAlert, ofAny: boolean): Promise<EvidenceRow | undefined> {
  const own = await newestOf(tx, ticket, alert, alert.device)
  return own ?? (ofAny ? newestOf(tx, ticket, alert) : undefined)
}

function newestOf(tx: Tx, ticket: string, alert: RecordAlert, device?: string): Promise<EvidenceRow | undefined> {
  return tx
    .selectFrom('evidence')
    .selectAll()
    .where('ticket', '=', ticket)
    .$if(device !== undefined, (query) => query.where('device', '=', device ?? ''))
    .where('signal', '=', alert.signal)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

async function countOn(tx: Tx, row: EvidenceRow, { copies }: RecordAlert, clearDoubts: boolean): Promise<void> {
  await countRepeats(tx, row.id, 1 + copies)
  if (clearDoubts) await tx.updateTable('evidence').set({ doubts: '[]' }).where('id', '=', row.id).execute()
}

async function insertEvidence(tx: Tx, ticket: string, { alert, doubts }: Finding): Promise<void> {
  const { record, time } = alert
  await addEvidence(tx, {
    ticket,
    lane: record.lane,
    seq: record.seq,
    n: alert.n,
    device: alert.device,
    signal: alert.signal,
    at: time.at,
    device_at: time.deviceAt,
    received_at: record.receivedAt,
    topic: storable(record.topic),
    reason: alert.reason,
    doubts,
    detail: alert.detail,
    repeats: alert.copies,
    claim_key: alert.key ? keyText(alert.key.id) : null,
  })
}

/**
 * A ticket grown by a finding: the span of its episode, the graver kind, and trust, once any evidence has no doubt.
 * `updated_at` never moves back, because signals of a backlog come later than what people did meanwhile. What is counted
 * here only because there are too many tickets is of another time, and does not widen the span.
 */
export function grown(ticket: TicketRow, { alert, doubts, at }: Finding, reason: string): Partial<TicketRow> {
  const severity = graver(ticket.severity, alert.severity)
  const known = JSON.parse(ticket.doubts) as Doubt[]
  const trusted = known.length === 0 || doubts.length === 0
  return {
    severity,
    kind: severity === ticket.severity ? ticket.kind : alert.kind,
    ...(reason === 'too_many_tickets'
      ? {}
      : {
          first_at: Math.min(ticket.first_at, alert.time.at),
          last_at: Math.max(ticket.last_at, alert.time.at),
        }),
    doubts: JSON.stringify(trusted ? [] : [...new Set([...known, ...doubts])]),
    updated_at: Math.max(ticket.updated_at, at),
  }
}
