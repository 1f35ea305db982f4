import { z } from 'zod'
import { slotSizes, slotsBetween, wallClock } from '../../domain/calendar.ts'
import { isoTime } from '../../domain/clock.ts'
import { VigilError } from '../../domain/errors.ts'
import { Id } from '../../domain/ids.ts'
import { instantOf, isZone } from '../../domain/zones.ts'
import { figureRows } from '../../store/figures.ts'
import { callerOf } from '../auth.ts'
import type { Api, ApiDeps } from '../context.ts'
import { answers, orAs, withToken } from '../openapi.ts'
import { type AreaScope, areaScope } from './areas.ts'
import { Report } from './report.ts'
import { reportCsv, reportTables } from './report_csv.ts'
import { shiftSpan } from './shift.ts'
import { tally } from './tally.ts'

const dayMs = 86_400_000
/** A year and a day of leap, and as many columns as a picture may have. */
const longestMs = 400 * dayMs
const slotsMost = 800
/** What is told where nobody says from when. */
const usualMs = 7 * dayMs

const Instant = z.union([z.iso.datetime({ offset: true }), z.iso.date()])

const Query = z.object({
  from: Instant.optional().describe('first moment, or a day by the clock of `tz`; absent: seven days before `to`'),
  to: Instant.optional().describe('first moment that is no longer in it, or a day that still is; absent: now'),
  shift: z.enum(['now']).optional().describe('instead of `from` and `to`: the shift that is on, as /overview has it'),
  area: Id.optional().describe('this area and all below; absent: the caller’s own'),
  by: z.enum(slotSizes).default('day').describe('into what the time is divided'),
  tz: z
    .string()
    .max(64)
    .refine(isZone, 'must be a time zone like Asia/Shanghai or Europe/Berlin')
    .optional()
    .describe('by whose clock days and hours go (IANA name); absent: the house’s, VIGIL_ZONE'),
  format: z.enum(['json', 'csv']).optional().describe('absent: as the header Accept says, `text/csv` or JSON'),
  table: z.enum(reportTables).default('slots').describe('of CSV: which table'),
})
type Query = z.output<typeof Query>

const response = orAs(
  answers({ 200: Report }, ...withToken, 'not_found'),
  'text/csv',
  z.string().describe('one table, with a line of names'),
)

/** `GET /reports`: figures of a span of time, and each table of them as CSV. */
export function reportRoute(app: Api, deps: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/reports',
    config: { may: 'read_tickets' },
    schema: {
      summary: 'Figures of the tickets that opened in a span of time',
      description:
        'Each ticket is counted once, when it opened and in its own area. Answer times are of tickets that rang: neither late nor about Vigil itself. At most 400 days.',
      tags: ['tickets'],
      querystring: Query,
      response,
    },
    handler: async (request, reply) => {
      const { query } = request
      const { db } = deps.store
      const scope = await areaScope(db, callerOf(request), query.area)
      const report = await reportOf(deps, scope, query)
      if (!wantsCsv(query, request.headers.accept)) return reply.send(report)
      const name = `vigil-${query.table}-${report.from.slice(0, 10)}.csv`
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(reportCsv(report, query.table) as never)
    },
  })
}

const wantsCsv = ({ format }: Query, accept: string | undefined): boolean =>
  format === undefined ? (accept?.startsWith('text/csv') ?? false) : format === 'csv'

/** Reads the tickets of the span and counts them. Throws `request_invalid` where that would be no span, or too long a one. */
async function reportOf(deps: ApiDeps, scope: AreaScope, query: Query): Promise<Report> {
  const { store, clock } = deps
  const [now, tz] = [clock.now(), query.tz ?? deps.zone]
  const { from, to } = query.shift ? await shiftNow(deps, scope, now) : spanOf(query, now, tz)
  if (to <= from)
    throw new VigilError('request_invalid', 'The report ends before it begins: `to` must be after `from`.')
  if (to - from > longestMs) throw new VigilError('request_invalid', 'A report is of at most 400 days.')
  const wall = wallClock(tz)
  const slots = slotsBetween(wall(from), wall(to), query.by, slotsMost + 1)
  if (slots.length > slotsMost)
    throw new VigilError(
      'request_invalid',
      `That is more than ${slotsMost} times one ${query.by}; choose a longer \`by\`.`,
    )
  const counted = tally({ scope, wall, by: query.by, slots, now })
  for await (const rows of figureRows(store.db, { from, to, areaPath: scope.path })) rows.forEach(counted.take)
  const about = { from: isoTime(from), to: isoTime(to), tz, by: query.by, area: scope.area }
  return { ...about, ...counted.told() }
}

type Span = { from: number; to: number }

async function shiftNow({ store, zone }: ApiDeps, scope: AreaScope, now: number): Promise<Span> {
  const { from } = await shiftSpan({ db: store.db, scope, now, zone })
  return { from, to: now + 1 }
}

function spanOf({ from, to }: Query, now: number, tz: string): Span {
  const end = to === undefined ? now + 1 : isDay(to) ? instantOf(tz, Date.parse(to) + dayMs) : Date.parse(to)
  if (from === undefined) return { from: end - usualMs, to: end }
  return { from: isDay(from) ? instantOf(tz, Date.parse(from)) : Date.parse(from), to: end }
}

const isDay = (text: string): boolean => text.length === 'YYYY-MM-DD'.length
