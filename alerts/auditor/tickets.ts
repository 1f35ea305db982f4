import { sql } from 'kysely'
import { limits } from '../../domain/limits.ts'
import type { Db, Tx } from '../../store/store.ts'
import { setTimer } from '../../store/ticket_rows.ts'
import { planOf } from '../escalation/calling.ts'
import { note } from '../timeline.ts'
import type { Finding, FindingCode } from './finding.ts'

type Open = {
  id: string
  number: number
  holder: string | null
  plan: string | null
  plan_step: number
  answer: number | null
  escalate: number | null
  lease: number | null
}

/** Every ticket that is not closed, with the due times of its timers (epoch ms); one query, so that all is of one instant. */
async function openTickets(db: Db, only?: readonly string[]): Promise<Open[]> {
  const dueOf = (what: string) =>
    sql<number | null>`(select due_at from timers where timers.ticket = tickets.id and timers.what = ${what})`
  return db
    .selectFrom('tickets')
    .select(['id', 'number', 'holder', 'plan', 'plan_step'])
    .select([dueOf('answer').as('answer'), dueOf('escalate').as('escalate'), dueOf('lease').as('lease')])
    .where('state', 'in', ['open', 'acknowledged', 'dispatched', 'on_scene', 'resolved'])
    .$if(only !== undefined, (query) => query.where('id', 'in', only ?? []))
    .execute()
}

/** What is wrong with one open ticket at `now`; undefined where its next step is alive. */
function faultOf(ticket: Open, now: number): FindingCode | undefined {
  const { holder, answer, escalate, lease } = ticket
  const isOverdue = (due: number | null) => due !== null && due < now - limits.auditGraceMs
  if (holder !== null) {
    if (lease === null) return 'lease_missing'
    return isOverdue(lease) ? 'timer_overdue' : undefined
  }
  if (answer === null) return 'no_next_step'
  if (isOverdue(answer) || isOverdue(escalate)) return 'timer_overdue'
  const steps = planOf(ticket)?.steps.length ?? 0
  return escalate === null && ticket.plan_step < steps ? 'step_missing' : undefined
}

/** Tickets named in a finding; the others are counted. */
const namedMost = 10

/** Re-reads every open ticket and proves that its next step is alive: a timer due in the future, or a holder whose lease is. */
export async function auditTickets(db: Db, now: number): Promise<Finding[]> {
  const faults = (await openTickets(db)).flatMap((ticket) => {
    const code = faultOf(ticket, now)
    return code ? [{ code, ticket }] : []
  })
  return [...Map.groupBy(faults, ({ code }) => code)].map(([code, of]) => ({
    code,
    detail: namesOf(of.map(({ ticket }) => ticket.number)),
    tickets: of.map(({ ticket }) => ticket.id),
  }))
}

function namesOf(numbers: number[]): string {
  const named = numbers
    .slice(0, namedMost)
    .map((number) => `#${number}`)
    .join(', ')
  const more = numbers.length - namedMost
  return more > 0 ? `${named} and ${more} more` : named
}

/** Gives these tickets back the timer that they lack, due at once. Those that are well meanwhile stay as they are. */
export async function mendTickets(tx: Tx, ids: readonly string[], now: number): Promise<void> {
  for (const ticket of await openTickets(tx, ids)) {
    const code = faultOf(ticket, now)
    const what = code && missing[code]
    if (!what) continue
    await setTimer(tx, ticket.id, what, now)
    await note(tx, ticket.id, { what: 'mended', reason: code, at: now })
  }
}

/** What is overdue has its timer: that nobody works it is not mended by another one. */
const missing: Partial<Record<FindingCode, string>> = {
  no_next_step: 'answer',
  step_missing: 'escalate',
  lease_missing: 'lease',
}
