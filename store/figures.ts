import { type Expression, type SqlBool, sql } from 'kysely'
import { turn } from '../domain/clock.ts'
import type { Severity, TicketKind } from '../domain/signals.ts'
import type { Outcome, TicketState } from '../domain/ticket.ts'
import { pathEnd } from './area_paths.ts'
import type { Db } from './store.ts'

/** What is counted of tickets that opened within a span of time. None of it names a person. */

/** One ticket as reports see it; instants are epoch ms. */
export type FigureRow = {
  id: string
  opened_at: number
  kind: TicketKind
  severity: Severity
  state: TicketState
  outcome: Outcome | null
  late: number
  area_path: string | null
  device: string | null
  model: string | null
  /** The first signal at the front door; null of a ticket without evidence. */
  received_at: number | null
  acknowledged_at: number | null
  contacted_at: number | null
  dispatched_at: number | null
  on_scene_at: number | null
  closed_at: number | null
  plan_step: number
  plan_round: number
  /** How many lines tell that the consoles alarmed again because nobody answered. */
  unanswered: number
  /** And that a holder went silent, so that it was taken from him. */
  lapsed: number
}

/** Which tickets: opened from `from` until before `to`, epoch ms; of this area (its path) and all below, absent: all. */
export type FigureSpan = { from: number; to: number; areaPath?: string | undefined }

/** Rows of one query: few milliseconds, because SQLite reads on the thread on which an SOS may be waiting. */
const rowsAtOnce = 500

/** The tickets of a span, oldest first, in pieces; between two of them whoever waits has his turn. */
export async function* figureRows(db: Db, span: FigureSpan): AsyncIterable<FigureRow[]> {
  let after = { opened_at: span.from, id: '' }
  for (;;) {
    const rows = await someRows(db, span, after)
    if (rows.length > 0) yield rows
    const last = rows.at(-1)
    if (rows.length < rowsAtOnce || !last) return
    after = last
    await turn()
  }
}

/** Counted rather than asked whether there is one: for that PostgreSQL would read the whole timeline first. */
const linesOf = (what: string) =>
  sql<number>`(select count(*) from timeline where timeline.ticket = tickets.id and what = ${what})`

/** Those after `after` in the order of their opening. */
function someRows(
  db: Db,
  { to, areaPath }: FigureSpan,
  after: { opened_at: number; id: string },
): Promise<FigureRow[]> {
  return db
    .selectFrom('tickets')
    .leftJoin('devices', 'devices.id', 'tickets.device')
    .select([
      ...(['tickets.id', 'opened_at', 'kind', 'severity', 'state', 'outcome', 'late', 'area_path', 'device'] as const),
      ...(['model', 'acknowledged_at', 'contacted_at', 'dispatched_at', 'on_scene_at', 'closed_at'] as const),
      ...(['plan_step', 'plan_round'] as const),
      sql<number | null>`(select min(received_at) from evidence where evidence.ticket = tickets.id)`.as('received_at'),
      linesOf('unanswered').as('unanswered'),
      linesOf('lapsed').as('lapsed'),
    ])
    .where('opened_at', '>=', after.opened_at)
    .where('opened_at', '<', to)
    .where((e) => e.or([e('opened_at', '>', after.opened_at), e('tickets.id', '>', after.id)]))
    .$if(areaPath !== undefined, (query) => query.where(isWithin(sql.ref('area_path'), areaPath ?? '/')))
    .orderBy('opened_at')
    .orderBy('tickets.id')
    .limit(rowsAtOnce)
    .execute()
}

/** Said in a way that no index answers: the tickets are read in the order of their opening. */
const isWithin = (path: Expression<string>, within: string) =>
  sql<SqlBool>`(${path} || '') >= ${within} and (${path} || '') < ${pathEnd(within)}`
