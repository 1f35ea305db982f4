import type { Selectable } from 'kysely'
import { isoTime } from '../domain/clock.ts'
import type { TicketPlan } from '../domain/dispatch.ts'
import type { Position } from '../domain/message.ts'
import type { Severity } from '../domain/signals.ts'
import type { Evidence, NextStep, Origin, Ticket, TicketState, TimelineEntry, ToDo } from '../domain/ticket.ts'
import { visibleFrom } from './area_paths.ts'
import type { Database } from './schema.ts'
import { snapshot } from './snapshot.ts'
import type { Db } from './store.ts'

export type TicketRow = Selectable<Database['tickets']>
type EvidenceRow = Selectable<Database['evidence']>
type TimelineRow = Selectable<Database['timeline']>
type TimerRow = Selectable<Database['timers']>

/** What of a signal is kept as JSON beside the columns that are searched. */
export type EvidenceDetail = { position?: Position; confidence?: number }

/** A device clock further off than this is worth a note; below it is the way through the network. Milliseconds. */
const skewNotedMs = 60_000

/** The ticket as the API gives it, or undefined. All parts are of one instant. */
export async function readTicket(db: Db, id: string): Promise<Ticket | undefined> {
  return snapshot(db, async (at) => {
    const row = await rowOf(at, id)
    return row && (await assemble(at, [row]))[0]
  })
}

/** The ticket's own row, or undefined. */
export function rowOf(db: Db, id: string): Promise<TicketRow | undefined> {
  return db.selectFrom('tickets').selectAll().where('id', '=', id).executeTakeFirst()
}

export type TicketFilter = {
  /** An empty list is no filter. */
  states?: TicketState[]
  severities?: Severity[]
  home?: string
  /** Path of an area: tickets of it, of all areas below, and those that were shared with one of them. */
  areaPath?: string
  /** `next` of the page before. */
  after?: string
  most: number
}

/** Tickets, newest first. `next` is null on the last page; an `after` that is no cursor of ours begins at the start. */
export async function listTickets(db: Db, filter: TicketFilter): Promise<{ items: Ticket[]; next: string | null }> {
  return snapshot(db, async (at) => {
    const rows = await rowsOf(at, filter)
    const page = rows.slice(0, filter.most)
    const next = rows.length > page.length ? String(page.at(-1)?.number) : null
    return { items: await assemble(at, page), next }
  })
}

/** One row more than asked for, so that the caller knows whether another page follows. */
function rowsOf(db: Db, filter: TicketFilter): Promise<TicketRow[]> {
  const { states = [], severities = [], home, areaPath } = filter
  const after = Number(filter.after ?? Number.NaN)
  return db
    .selectFrom('tickets')
    .selectAll()
    .$if(states.length > 0, (query) => query.where('state', 'in', states))
    .$if(severities.length > 0, (query) => query.where('severity', 'in', severities))
    .$if(home !== undefined, (query) => query.where('home', '=', home ?? null))
    .$if(areaPath !== undefined, (query) => query.where(visibleFrom(areaPath ?? '/')))
    .$if(Number.isSafeInteger(after), (query) => query.where('number', '<', after))
    .orderBy('number', 'desc')
    .limit(filter.most + 1)
    .execute()
}

/** The tickets of these rows, in their order, with all parts; three queries however many tickets. */
async function assemble(db: Db, rows: TicketRow[]): Promise<Ticket[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const evidence = await db.selectFrom('evidence').selectAll().where('ticket', 'in', ids).orderBy('id').execute()
  const timeline = await db.selectFrom('timeline').selectAll().where('ticket', 'in', ids).orderBy('id').execute()
  const timers = await db.selectFrom('timers').selectAll().where('ticket', 'in', ids).orderBy('due_at').execute()
  const parts = {
    evidence: Map.groupBy(evidence, (part) => part.ticket),
    timeline: Map.groupBy(timeline, (part) => part.ticket),
    timers: Map.groupBy(timers, (part) => part.ticket),
  }
  return rows.map((row) =>
    ticketOf(row, {
      evidence: parts.evidence.get(row.id) ?? [],
      timeline: parts.timeline.get(row.id) ?? [],
      timers: parts.timers.get(row.id) ?? [],
    }),
  )
}

type Parts = { evidence: EvidenceRow[]; timeline: TimelineRow[]; timers: TimerRow[] }

function ticketOf(row: TicketRow, parts: Parts): Ticket {
  const evidence = parts.evidence.map(evidenceOf)
  const unverified = evidence.length > 0 && evidence.every(({ doubts }) => doubts.length > 0)
  return {
    id: row.id,
    number: row.number,
    state: row.state,
    kind: row.kind,
    severity: row.severity,
    home: row.home,
    area: row.area,
    device: row.device,
    opened_at: isoTime(row.opened_at),
    updated_at: isoTime(row.updated_at),
    acknowledged_at: isoOrNull(row.acknowledged_at),
    closed_at: isoOrNull(row.closed_at),
    unverified,
    late: row.late !== 0,
    unverified_reasons: unverified ? [...new Set(evidence.flatMap(({ doubts }) => doubts))] : [],
    outcome: row.outcome,
    holder: row.holder,
    lease_until: isoOrNull(row.lease_until),
    plan: row.plan === null ? null : (JSON.parse(row.plan) as TicketPlan),
    plan_at: row.plan === null ? null : { round: row.plan_round, step: row.plan_step + 1, part: row.plan_part },
    to_do: (JSON.parse(row.to_do) as StoredToDo[]).map(({ at, ...todo }) => ({ ...todo, at: isoTime(at) })),
    times: timesOf(row, parts.evidence),
    shared_with: areasOf(row.shared_with),
    origin: row.origin === null ? null : (JSON.parse(row.origin) as Origin),
    evidence,
    next_step: nextStepOf(row, parts.timers[0]),
    timeline: parts.timeline.map(entryOf),
  }
}

type StoredToDo = Omit<ToDo, 'at'> & { at: number }

const timesOf = (row: TicketRow, evidence: EvidenceRow[]): Ticket['times'] => ({
  received: isoTime(evidence.reduce((first, { received_at }) => Math.min(first, received_at), row.opened_at)),
  shown: isoOrNull(row.shown_at),
  answered: isoOrNull(row.acknowledged_at),
  contact_made: isoOrNull(row.contacted_at),
  dispatched: isoOrNull(row.dispatched_at),
  on_scene: isoOrNull(row.on_scene_at),
  resolved: isoOrNull(row.resolved_at),
  closed: isoOrNull(row.closed_at),
})

function evidenceOf(row: EvidenceRow): Evidence {
  const detail = JSON.parse(row.detail) as EvidenceDetail
  const skew = row.device_at === null ? 0 : row.device_at - row.received_at
  return {
    device: row.device,
    signal: row.signal,
    at: isoTime(row.at),
    device_at: isoOrNull(row.device_at),
    received_at: isoTime(row.received_at),
    skew_ms: Math.abs(skew) > skewNotedMs ? skew : null,
    topic: row.topic,
    reason: row.reason,
    doubts: JSON.parse(row.doubts) as string[],
    repeats: row.repeats,
    position: detail.position ?? null,
    confidence: detail.confidence ?? null,
  }
}

const entryOf = ({ at, who, what, reason }: TimelineRow): TimelineEntry => ({ at: isoTime(at), who, what, reason })

/** The person who holds the ticket, until the lease lapses; else the earliest timer. Null for a ticket that is not closed
 *  is a fault. */
function nextStepOf(row: TicketRow, timer: TimerRow | undefined): NextStep | null {
  if (row.state === 'closed') return null
  if (row.holder !== null) return { what: 'held', at: isoOrNull(row.lease_until), holder: row.holder }
  return timer ? { what: timer.what, at: isoTime(timer.due_at), holder: null } : null
}

/** The ids of the areas whose paths (`/city/district/`) are kept. */
const areasOf = (paths: string): string[] =>
  (JSON.parse(paths) as string[]).map((path) => path.split('/').at(-2) ?? path)

/** Ranges of JavaScript's Date; a device may claim any instant, and one beyond must not make the ticket unreadable. */
const lastInstant = 8.64e15
const isoOrNull = (at: number | null): string | null => (at === null || Math.abs(at) > lastInstant ? null : isoTime(at))
