import { sql } from 'kysely'
import { limits } from '../../domain/limits.ts'
import type { Db, Tx } from '../../store/store.ts'
import { setTimer } from '../../store/ticket_rows.ts'
import { planOf } from '../escalation/calling.ts'
import { isWorthALine, note } from '../timeline.ts'
import { type Finding, type FindingCode, listed } from './finding.ts'

type Open = {
  id: string
  number: number
  opened_at: number
  holder: string | null
  lease_until: number | null
  plan: string | null
  plan_step: number
  answer: number | null
  escalate: number | null
  lease: number | null
}

/** Every ticket that is not closed, with the due times of its timers (epoch ms); one query, so that all is of one instant. */
async function openTickets(db: Db): Promise<Open[]> {
  const dueOf = (what: string) =>
    sql<number | null>`(select due_at from timers where timers.ticket = tickets.id and timers.what = ${what})`
  return db
    .selectFrom('tickets')
    .select(['id', 'number', 'opened_at', 'holder', 'lease_until', 'plan', 'plan_step'])
    .select([dueOf('answer').as('answer'), dueOf('escalate').as('escalate'), dueOf('lease').as('lease')])
    .where('state', 'in', ['open', 'acknowledged', 'dispatched', 'on_scene', 'resolved'])
    .execute()
}

/** What a ticket must have and has not: the timer `what`. Who holds it must have a lease, nobody else may call people to it. */
function lacking({ holder, answer, escalate, lease, plan, plan_step }: Open): { code: FindingCode; what: string }[] {
  if (holder !== null) return lease === null ? [{ code: 'lease_missing', what: 'lease' }] : []
  const steps = planOf({ plan })?.steps.length ?? 0
  return [
    ...(answer === null ? [{ code: 'no_next_step', what: 'answer' } as const] : []),
    ...(escalate === null && plan_step < steps ? [{ code: 'step_missing', what: 'escalate' } as const] : []),
  ]
}

/** What is wrong with one open ticket at `now`, the worst of it; undefined where its next step is alive. */
function faultOf(ticket: Open, now: number): FindingCode | undefined {
  const { holder, answer, escalate, lease } = ticket
  const [first] = lacking(ticket)
  if (first) return first.code
  const due = holder === null ? [answer, escalate] : [lease]
  return due.some((at) => at !== null && at < now - limits.auditGraceMs) ? 'timer_overdue' : undefined
}

/** Re-reads every open ticket and proves that its next step is alive: a timer due in the future, or a holder whose lease is. */
export async function auditTickets(db: Db, now: number): Promise<Finding[]> {
  const faults = (await openTickets(db)).flatMap((ticket) => {
    const code = faultOf(ticket, now)
    return code ? [{ code, ticket }] : []
  })
  return [...Map.groupBy(faults, ({ code }) => code)].map(([code, of]) => ({
    code,
    detail: listed(
      of.map(({ ticket }) => `#${ticket.number}`),
      ', ',
    ),
    tickets: of.map(({ ticket }) => ticket.id),
  }))
}

/**
 * Gives these tickets back the timers that they lack, due at once. Those that are well meanwhile stay as they are. What is
 * overdue has its timer: that nobody works it is not mended by another one.
 */
export async function mendTickets(tx: Tx, ids: readonly string[], now: number): Promise<void> {
  if (ids.length === 0) return
  const broken = new Set(ids)
  // All are read, since a list of ids may be longer than a statement can have parameters.
  for (const ticket of (await openTickets(tx)).filter(({ id }) => broken.has(id)))
    for (const { code, what } of lacking(ticket)) {
      // Whoever works a ticket keeps it for as long as it was granted.
      await setTimer(tx, ticket.id, what, what === 'lease' ? Math.max(now, ticket.lease_until ?? now) : now)
      // What takes timers away again and again is told of sparingly.
      const line = { what: 'mended', reason: code, at: now }
      if (await isWorthALine(tx, ticket, line)) await note(tx, ticket.id, line)
    }
}
