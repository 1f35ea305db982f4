import { limits } from '../domain/limits.ts'
import { type Doubt, isLate } from '../domain/signals.ts'
import type { EventType } from '../domain/ticket.ts'
import type { Tx } from '../store/store.ts'
import { hasEvidence } from '../store/ticket_rows.ts'
import { announce, sendReceipts } from './announce.ts'
import { type Finding, joinTicket, type Kept, openTicket, reopenTicket, repeatEvidence, ticketOf } from './changes.ts'
import { type Counted, openCounting } from './counting.ts'
import { type FoundDuplicate, findDuplicate } from './duplicates.ts'
import { openTickets, ticketsNear } from './episode_tickets.ts'
import {
  type Decision,
  type Duplicate,
  decideByLateness,
  decideCrowded,
  type EpisodeTicket,
  withinReach,
  wouldCrowd,
} from './episodes.ts'
import type { Judgement, RecordAlert, RecordClear, Rules } from './judge.ts'
import { beginLevel, endLevel, isProvenEdge } from './levels.ts'
import { ignoredPresses } from './metrics.ts'
import { openPlaces, type Place } from './places.ts'

/** What became of one signal. `event`: what to tell the consoles, undefined where nothing is worth telling. */
export type Outcome = {
  alert: RecordAlert
  ticket: string
  what: Decision['what']
  reason: Decision['reason']
  doubts: readonly Doubt[]
  event: EventType | undefined
  /** What our own code threw over it, if it did. */
  error?: unknown
}

/** The work of one transaction. */
export type Fold = {
  /**
   * One journal record's effects: tickets, evidence, timeline, timers and receipts. A signal that was folded before
   * (same lane, seq, n) is passed over. All is dated by the record, so that the same journal gives the same tickets, but
   * what a replay changes.
   */
  record(judgement: Judgement): Promise<void>
  /** Signals so far that took a close look; the others were only counted, which costs next to nothing. */
  readonly looks: number
  /** To be called once, before the commit: writes what was counted, and tells the consoles. Gives what became of all. */
  finish(): Promise<Outcome[]>
}

/** `now` (epoch ms) only dates live events, and what a replay changes. */
export function openFold(tx: Tx, now: number, rules: Rules): Fold {
  const outcomes: Outcome[] = []
  const counting = openCounting(tx, rules)
  const placeOf = openPlaces(tx)
  const cleared = new Set<string>()
  let looks = 0

  /** Undefined where the signal was folded before. */
  async function look(finding: Finding): Promise<Outcome | undefined> {
    const { alert, place } = finding
    if (await hasEvidence(tx, alert.record.lane, alert.record.seq, alert.n)) return undefined
    looks++
    await counting.settle(place.episode)
    const { kept, ...outcome } = await foldAlert(tx, finding, rules)
    const counted = countedBy(outcome, kept)
    if (counted) await counting.remember(alert, place, outcome.doubts, counted, kept.countedOn!)
    else counting.forget(place.episode)
    return outcome
  }

  /** A state that is over begins anew when it is told again. Nothing is closed for it: no device can tell that all is well. */
  async function end(clear: RecordClear): Promise<void> {
    if (clear.record.replayOf !== undefined) return
    const ended = await endLevel(tx, clear, now)
    if (!ended) return
    await counting.forgetAll()
    if (ended.ticket !== undefined) cleared.add(ended.ticket)
  }

  return {
    async record({ record, alerts, clears }) {
      for (const clear of clears) await end(clear)
      const at = record.replayOf === undefined ? record.receivedAt : now
      const looked: Outcome[] = []
      for (const claim of alerts) {
        const { alert: found, place } = await placeOf(claim)
        if (!isCall(found, place)) {
          ignoredPresses.inc()
          continue
        }
        const doubts = await doubtsOf(tx, found, place)
        const alert: RecordAlert = isLate(doubts) ? { ...found, severity: 'low' } : found
        const counted = counting.count(alert, place, doubts, at)
        if (counted) {
          outcomes.push({ alert, doubts, event: undefined, ...counted })
          continue
        }
        const outcome = await look({ alert, doubts, place, at })
        if (outcome) looked.push(outcome)
      }
      outcomes.push(...looked)
      await sendReceipts(tx, record, looked, now)
    },
    get looks() {
      return looks
    },
    async finish() {
      for (const { alert, counted, doubts } of await counting.finish()) {
        await sendReceipts(tx, alert.record, [{ alert, doubts, event: undefined, ...counted }], now)
      }
      await announce(tx, outcomes, now, cleared)
      return outcomes
    },
  }
}

/** Whether the close look found nothing to do but to count, and on the same grounds will for the next one like it. */
function countedBy({ what, reason, ticket, event }: Outcome, { countedOn }: Kept): Counted | undefined {
  if (countedOn === undefined || event !== undefined) return undefined
  if (what === 'join' && (reason === 'same_episode' || reason === 'too_many_tickets')) return { what, reason, ticket }
  if (what !== 'repeat') return undefined
  return reason === 'exact_duplicate' || reason === 'same_key' || reason === 'state_unchanged'
    ? { what, reason, ticket }
    : undefined
}

async function foldAlert(tx: Tx, found: Finding, rules: Rules): Promise<Outcome & { kept: Kept }> {
  const { alert, place } = found
  const duplicate = await findDuplicate(tx, alert)
  const late = isLate(found.doubts)
  const tickets = withinReach(await ticketsNear(tx, place.episode, alert.time.at), late)
  const { decision, error } = guardedDecision(rules, alert, duplicate, tickets)
  const doubts = new Set(found.doubts)
  if (duplicate?.proof === 'none') doubts.add('stale')
  if (decision.reason === 'internal_error') doubts.add('internal_error')
  const finding: Finding = { ...found, doubts: [...doubts] }
  const byLateness = decideByLateness(decision, late, tickets)
  const final = (wouldCrowd(byLateness, alert.time) && (await crowded(tx, finding))) || byLateness
  const done = await perform(tx, final, finding, duplicate)
  if (alert.level) await beginLevel(tx, alert, done.kept.countedOn)
  const { what, reason } = final
  return { alert, what, reason, doubts: finding.doubts, ...done, ...(error === undefined ? {} : { error }) }
}

const crowded = async (tx: Tx, { alert, place, doubts }: Finding): Promise<Decision | undefined> =>
  decideCrowded(alert.time.at, isLate(doubts), await openTickets(tx, place.episode))

/** The decision of the rules, or a ticket of its own where they break: too many is better than none. */
function guardedDecision(
  rules: Rules,
  alert: RecordAlert,
  duplicate: Duplicate | undefined,
  tickets: readonly EpisodeTicket[],
): { decision: Decision; error?: unknown } {
  try {
    return { decision: rules.decide(alert.time.at, duplicate, tickets) }
  } catch (error) {
    return { decision: { what: 'open', reason: 'internal_error' }, error }
  }
}

type Done = Pick<Outcome, 'ticket' | 'event'> & { kept: Kept }

async function perform(tx: Tx, decision: Decision, finding: Finding, duplicate?: FoundDuplicate): Promise<Done> {
  const { what, reason } = decision
  switch (what) {
    case 'open':
      return { ticket: await openTicket(tx, finding, reason), event: 'ticket.opened', kept: {} }
    case 'join': {
      const kept = await joinTicket(tx, await ticketOf(tx, decision.ticket), finding, reason)
      return { ticket: decision.ticket, event: kept.seen ? 'ticket.updated' : undefined, kept }
    }
    case 'reopen':
      await reopenTicket(tx, await ticketOf(tx, decision.ticket), finding, reason)
      return { ticket: decision.ticket, event: 'ticket.reopened', kept: {} }
    case 'repeat': {
      if (!duplicate) throw new Error('a repeat without the evidence that it repeats')
      const kept = await repeatEvidence(tx, duplicate.row, finding, reason)
      return { ticket: duplicate.ticket.id, event: kept.seen ? 'ticket.updated' : undefined, kept }
    }
  }
}

/** A plain button calls for help only where the registry says which press of it does. */
const isCall = ({ press }: RecordAlert, { sosPress }: Place): boolean =>
  press === undefined || sosPress === 'any' || sosPress === press

async function doubtsOf(tx: Tx, alert: RecordAlert, place: Place): Promise<Doubt[]> {
  const doubts = new Set([...alert.doubts, ...place.doubts])
  // Many publish their states retained at all times; that this one began just now is proven otherwise.
  if (doubts.has('retained') && (isOfNow(alert) || (await isProvenEdge(tx, alert)))) doubts.delete('retained')
  return [...doubts]
}

/** Whether the device itself says that it happened just now, so that no broker can have kept it for long. */
const isOfNow = ({ time, record }: RecordAlert): boolean =>
  time.believed && record.receivedAt - time.at <= limits.signalStaleMs
