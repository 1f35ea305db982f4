import { z } from 'zod'
import { markShown } from '../alerts/shown.ts'
import { isoTime } from '../domain/clock.ts'
import { Id } from '../domain/ids.ts'
import { deliveriesOf } from '../store/notices.ts'
import { callerOf } from './auth.ts'
import type { Api, ApiDeps } from './context.ts'
import { answers, withToken } from './openapi.ts'
import { ticketSeen } from './tickets.ts'

const Params = z.object({ id: Id })

export const Delivery = z.object({
  notice: z.string().describe('stable over all attempts at it; receivers get it too'),
  channel: z.string().describe('the id of the channel; `console`: by live event'),
  recipient: z.string().describe('`operator:…`, `contact:…`, `team:…/…` or `channel:…`'),
  attempt: z.number().int(),
  at: z.string(),
  took_ms: z.number().int(),
  result: z.enum(['delivered', 'refused', 'failed']),
  detail: z.string(),
})

/** What is recorded of a ticket beside its steps: that it stood on a screen, and who was told how. */
export function ticketFactRoutes(app: Api, deps: ApiDeps): void {
  shownRoute(app, deps)
  deliveriesRoute(app, deps)
}

function shownRoute(app: Api, { store, clock }: ApiDeps): void {
  app.route({
    method: 'POST',
    url: '/api/v1/tickets/:id/shown',
    config: { may: 'act_on_tickets' },
    schema: {
      summary: 'Tell that the ticket stands on your screen',
      description: 'A console says so once; the first one counts. It does not answer the ticket.',
      tags: ['tickets'],
      params: Params,
      response: answers({ 204: z.undefined().describe('It is noted') }, ...withToken, 'not_found'),
    },
    handler: async (request, reply) => {
      const caller = callerOf(request)
      const { shown_at } = await ticketSeen(store.db, caller, request.params.id)
      if (shown_at === null)
        await store.write(async (tx) =>
          markShown(tx, await ticketSeen(tx, caller, request.params.id), caller.name, clock.now()),
        )
      return reply.code(204).send()
    },
  })
}

function deliveriesRoute(app: Api, { store }: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/tickets/:id/deliveries',
    config: { may: 'read_tickets' },
    schema: {
      summary: 'Who was told of the ticket, by which channel, and whether it arrived',
      tags: ['tickets'],
      params: Params,
      response: answers({ 200: z.object({ items: z.array(Delivery) }) }, ...withToken, 'not_found'),
    },
    handler: async (request) => {
      const { id } = await ticketSeen(store.db, callerOf(request), request.params.id)
      const rows = await deliveriesOf(store.db, id)
      return { items: rows.map(({ id: _, ticket: __, at, ...row }) => ({ ...row, at: isoTime(at) })) }
    },
  })
}
