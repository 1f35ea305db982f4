import { z } from 'zod'
import { act } from '../alerts/actions.ts'
import { unshare } from '../alerts/sharing/by_hand.ts'
import { VigilError } from '../domain/errors.ts'
import { Id } from '../domain/ids.ts'
import type { Role } from '../domain/registry.ts'
import { severities } from '../domain/signals.ts'
import { type Outcome, outcomes, Ticket, type TicketAction, ticketActions, ticketStates } from '../domain/ticket.ts'
import { isVisibleFrom } from '../store/area_paths.ts'
import { pathOfArea } from '../store/areas.ts'
import { getOperator } from '../store/operators.ts'
import type { Db } from '../store/store.ts'
import { listTickets, readTicket, rowOf, type TicketRow } from '../store/tickets.ts'
import { callerOf, type Principal, permissions } from './auth.ts'
import type { Api, ApiDeps } from './context.ts'
import { answers, withToken } from './openapi.ts'
import { listOf, PageQuery, pageOf } from './paging.ts'
import { boundOf, isWithin } from './scope.ts'
import { behindLock } from './session_lock.ts'

const Query = PageQuery.extend({
  state: listOf(z.enum(ticketStates)).describe('one or more, separated by commas'),
  severity: listOf(z.enum(severities)).describe('one or more, separated by commas'),
  area: Id.optional().describe('this area and all below'),
  home: Id.optional(),
})

const words = z.string().trim().min(1).max(4_000)

const Step = z.object({
  reason: words.optional().describe('why; goes to the timeline'),
  text: words.optional().describe('the words of a note; the same field as `reason`'),
  outcome: z
    .enum(Object.keys(outcomes) as [Outcome, ...Outcome[]])
    .optional()
    .describe('how it ended; close needs it'),
  assignee: Id.optional().describe('the operator who is to have it; assign needs it'),
  contact: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('whom you called: a contact of the home, `resident`, or a number of `to_do`; contact needs it'),
  area: Id.optional().describe('the area that may see it too; share needs it, or a partner'),
  until: z.iso.datetime({ offset: true }).optional().describe('share: until when the area may; absent: for good'),
  partner: Id.optional().describe('share: the partner who is to work it too, instead of an area'),
  reached: z.boolean().optional().describe('whether somebody was reached; contact needs it'),
  confirm: z
    .boolean()
    .optional()
    .describe('send help though nothing says that it is needed now; dispatch of a late ticket needs it'),
})
type Step = z.infer<typeof Step>

const summaries: Record<TicketAction, string> = {
  acknowledge: 'Take a ticket: a person answers',
  assign: 'Hand a ticket to an operator',
  dispatch: 'Tell that somebody is on the way',
  arrive: 'Tell that somebody is there',
  resolve: 'Tell that the emergency is over',
  close: 'Close a ticket with its outcome',
  contact: 'Tell that the resident or a contact was called, and reached or not',
  note: 'Write into the timeline',
  reopen: 'Open a ticket again',
  share: 'Let another area, or a partner, see and work a ticket',
}

/** `/tickets`: list, read, and the steps that people take. */
export function ticketRoutes(app: Api, deps: ApiDeps): void {
  listRoute(app, deps)
  readRoute(app, deps)
  for (const action of ticketActions) stepRoute(app, deps, action)
  unshareRoute(app, deps)
}

function listRoute(app: Api, { store }: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/tickets',
    config: { may: 'read_tickets', whileLocked: true },
    schema: {
      summary: 'Tickets, newest first',
      tags: ['tickets'],
      querystring: Query,
      response: answers({ 200: pageOf(Ticket) }, ...withToken, 'not_found'),
    },
    handler: async (request) => {
      const { state, severity, area, home, after, limit } = request.query
      const { locked } = callerOf(request)
      // Whoever may ask for the tickets of one home learns of whom a ticket is.
      if (locked && (area !== undefined || home !== undefined)) throw new VigilError('session_locked')
      const bound = await boundOf(store.db, callerOf(request), area)
      const listed = await listTickets(store.db, {
        ...(state && { states: state }),
        ...(severity && { severities: severity }),
        ...bound,
        ...(home && { home }),
        ...(after && { after }),
        most: limit,
      })
      return locked ? { ...listed, items: listed.items.map(behindLock) } : listed
    },
  })
}

function readRoute(app: Api, { store }: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/tickets/:id',
    config: { may: 'read_tickets' },
    schema: {
      summary: 'A ticket with its evidence, timeline and next step',
      tags: ['tickets'],
      params: z.object({ id: Id }),
      response: answers({ 200: Ticket }, ...withToken, 'not_found'),
    },
    handler: async (request) => {
      const { id } = await ticketSeen(store.db, callerOf(request), request.params.id)
      const ticket = await readTicket(store.db, id)
      if (!ticket) throw new VigilError('not_found')
      return ticket
    },
  })
}

function stepRoute(app: Api, { store, clock }: ApiDeps, action: TicketAction): void {
  app.route({
    method: 'POST',
    url: `/api/v1/tickets/:id/${action}`,
    config: { may: 'act_on_tickets' },
    schema: {
      summary: summaries[action],
      tags: ['tickets'],
      params: z.object({ id: Id }),
      body: Step.nullish(),
      response: answers(
        { 200: Ticket },
        ...withToken,
        ...([
          'not_found',
          'transition_not_allowed',
          'held_by_other',
          'late_only',
          'outcome_required',
          'reference_unknown',
        ] as const),
      ),
    },
    handler: async (request) => {
      const caller = callerOf(request)
      const at = clock.now()
      return store.write(async (tx) => {
        const row = await ticketSeen(tx, caller, request.params.id)
        return act(tx, {
          ticket: row.id,
          action,
          operator: caller,
          at,
          ...(await meaningOf(tx, row, request.body ?? {})),
        })
      })
    },
  })
}

const Unshare = z.object({ area: Id, reason: words.optional() })

function unshareRoute(app: Api, { store, clock }: ApiDeps): void {
  app.route({
    method: 'POST',
    url: '/api/v1/tickets/:id/unshare',
    config: { may: 'act_on_tickets' },
    schema: {
      summary: 'Take back what was shared by hand with an area',
      description:
        'For those who see the ticket by its own area. What a sharing gives to the same area ends with that.',
      tags: ['tickets'],
      params: z.object({ id: Id }),
      body: Unshare,
      response: answers({ 200: Ticket }, ...withToken, 'not_found', 'not_shared'),
    },
    handler: async (request) => {
      const caller = callerOf(request)
      const { area, reason } = request.body
      return store.write(async (tx) => {
        const row = await ticketSeen(tx, caller, request.params.id)
        if (!isWithin(caller, row.area_path))
          throw new VigilError('forbidden', 'You see this ticket only because it was shared with you.')
        const why = reason === undefined ? {} : { reason }
        return unshare(tx, { ticket: row.id, area, who: caller.name, at: clock.now(), ...why })
      })
    },
  })
}

type Meaning = {
  reason?: string
  outcome?: Outcome
  assignee?: string
  areaPath?: string
  until?: number
  partner?: string
  contact?: string
  reached?: boolean
  confirm?: boolean
}

/** The step as `act` takes it, with what it names looked up. */
async function meaningOf(
  db: Db,
  row: TicketRow,
  { reason, text, outcome, assignee, area, until, partner, contact, reached, confirm }: Step,
): Promise<Meaning> {
  const words = text ?? reason
  if (assignee !== undefined) await mustBeAbleToWork(db, row, assignee)
  return {
    ...(words !== undefined && { reason: words }),
    ...(outcome && { outcome }),
    ...(assignee !== undefined && { assignee }),
    ...(area !== undefined && { areaPath: await pathToShare(db, area) }),
    ...(until !== undefined && { until: Date.parse(until) }),
    ...(partner !== undefined && { partner }),
    ...(contact !== undefined && { contact }),
    ...(reached !== undefined && { reached }),
    ...(confirm !== undefined && { confirm }),
  }
}

/** A ticket in the hands of somebody who cannot see it, or may not act, would be a ticket in nobody's hands. */
async function mustBeAbleToWork(db: Db, row: TicketRow, assignee: string): Promise<void> {
  const operator = await getOperator(db, assignee)
  const areaPath = operator?.area ? ((await pathOfArea(db, operator.area)) ?? null) : null
  const workers: readonly Role[] = permissions.act_on_tickets
  if (!operator || !workers.includes(operator.role) || !isVisibleFrom(areaPath, placeOf(row)))
    throw new VigilError('reference_unknown', `there is no operator ${assignee} who may work on this ticket`)
}

/** Any area there is: sharing goes sideways, beyond what the caller sees. */
async function pathToShare(db: Db, area: string): Promise<string> {
  const path = await pathOfArea(db, area)
  if (path === undefined) throw new VigilError('reference_unknown', `there is no area ${area}`)
  return path
}

const placeOf = ({ area_path, shared_with }: TicketRow) => ({
  areaPath: area_path,
  sharedWith: JSON.parse(shared_with) as string[],
})

/** `not_found` for a ticket of elsewhere: whether it exists is not the caller's to know. */
export async function ticketSeen(db: Db, caller: Principal, id: string): Promise<TicketRow> {
  const row = await rowOf(db, id)
  if (!row || !isVisibleFrom(caller.areaPath, placeOf(row))) throw new VigilError('not_found')
  return row
}
