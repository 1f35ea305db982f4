import { limits } from '../domain/limits.ts'
import type { Doubt } from '../domain/signals.ts'
import type { EventType } from '../domain/ticket.ts'
import type { Tx } from '../store/store.ts'
import { hasEvidence } from '../store/ticket_rows.ts'
import type { TicketRow } from '../store/tickets.ts'
import { announce, sendReceipts } from './announce.ts'
import { type Finding, joinTicket, openTicket, reopenTicket, repeatEvidence, ticketOf } from './changes.ts'
import { type FoundDuplicate, findDuplicate } from './duplicates.ts'
import type { Decision, Duplicate, EpisodeTicket } from './episodes.ts'
import type { Judgement, RecordAlert, Rules } from './judge.ts'
import { placeOf } from './places.ts'

/** What became of one signal. `event`: what to tell the consoles, undefined where nothing is worth telling. */
export type Outcome = {
  alert: RecordAlert
  ticket: string
  what: Decision['what']
  reason: Decision['reason']
  doubts: Doubt[]
  event: EventType | undefined
  /** What our own code threw over it, if it did. */
  error?: unknown
}

/**
 * One journal record's effects: tickets, evidence, timeline, timers, live events and receipts, all through `tx`. A
 * signal that was folded before (same lane, seq, n) is passed over. `now` (epoch ms) only dates live events, and what
 * a replay changes; all else is dated by the record, so that the same journal gives the same tickets.
 */
export async function foldRecord(tx: Tx, judgement: Judgement, now: number, rules: Rules): Promise<Outcome[]> {
  const { record } = judgement
  const at = record.replayOf === undefined ? record.receivedAt : now
  const outcomes: Outcome[] = []
  for (const alert of judgement.alerts) {
    if (await hasEvidence(tx, record.lane, record.seq, alert.n)) continue
    outcomes.push(await foldAlert(tx, alert, at, rules))
  }
  await announce(tx, outcomes, now)
  await sendReceipts(tx, record, outcomes, now)
  return outcomes
}

async function foldAlert(tx: Tx, alert: RecordAlert, at: number, rules: Rules): Promise<Outcome> {
  const place = await placeOf(tx, alert.device)
  const duplicate = await findDuplicate(tx, alert)
  const tickets = await ticketsNear(tx, place.episode, alert.time.at)
  const { decision, error } = guardedDecision(rules, alert, duplicate, tickets)
  const doubts = new Set([...alert.doubts, ...place.doubts])
  if (duplicate?.proof === 'none') doubts.add('stale')
  if (decision.reason === 'internal_error') doubts.add('internal_error')
  const finding: Finding = { alert, doubts: [...doubts], place, at }
  const done = await perform(tx, decision, finding, duplicate)
  const { what, reason } = decision
  return { alert, what, reason, doubts: finding.doubts, ...done, ...(error === undefined ? {} : { error }) }
}

/** The decision of the rules, or a ticket of its own where they break: too many is better than none. */
function guardedDecision(
  rules: Rules,
  alert: RecordAlert,
  duplicate: Duplicate | undefined,
  tickets: EpisodeTicket[],
): { decision: Decision; error?: unknown } {
  try {
    return { decision: rules.decide(alert.time.at, duplicate, tickets) }
  } catch (error) {
    return { decision: { what: 'open', reason: 'internal_error' }, error }
  }
}

type Done = Pick<Outcome, 'ticket' | 'event'>

async function perform(tx: Tx, decision: Decision, finding: Finding, duplicate?: FoundDuplicate): Promise<Done> {
  const { what, reason } = decision
  switch (what) {
    case 'open':
      return { ticket: await openTicket(tx, finding, reason), event: 'ticket.opened' }
    case 'join': {
      const seen = await joinTicket(tx, await ticketOf(tx, decision.ticket), finding, reason)
      return { ticket: decision.ticket, event: seen ? 'ticket.updated' : undefined }
    }
    case 'reopen':
      await reopenTicket(tx, await ticketOf(tx, decision.ticket), finding, reason)
      return { ticket: decision.ticket, event: 'ticket.reopened' }
    case 'repeat': {
      if (!duplicate) throw new Error('a repeat without the evidence that it repeats')
      const seen = await repeatEvidence(tx, duplicate.row, finding, reason)
      return { ticket: duplicate.ticket.id, event: seen ? 'ticket.updated' : undefined }
    }
  }
}

/** The tickets of an episode key that are not closed and within the gap of `at` (epoch ms). */
async function ticketsNear(tx: Tx, episode: string, at: number): Promise<EpisodeTicket[]> {
  const rows: Pick<TicketRow, 'id' | 'number' | 'state' | 'first_at' | 'last_at'>[] = await tx
    .selectFrom('tickets')
    .select(['id', 'number', 'state', 'first_at', 'last_at'])
    .where('episode', '=', episode)
    .where('state', 'in', ['open', 'acknowledged', 'dispatched', 'on_scene', 'resolved'])
    .where('last_at', '>=', at - limits.episodeGapMs)
    .where('first_at', '<=', at + limits.episodeGapMs)
    .execute()
  return rows.map(({ first_at, last_at, ...row }) => ({ ...row, firstAt: first_at, lastAt: last_at }))
}
