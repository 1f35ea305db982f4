import { z } from 'zod'
import { channels as kinds } from '../alerts/channels/list.ts'
import type { NoticeBody } from '../alerts/escalation/telling.ts'
import { isoTime } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import { Id } from '../domain/ids.ts'
import { newId } from '../domain/random.ts'
import { channels } from '../store/dispatch.ts'
import { deliveriesBy } from '../store/notices.ts'
import { enqueue } from '../store/outbox.ts'
import { callerOf } from './auth.ts'
import type { Api, ApiDeps } from './context.ts'
import { channel } from './dispatch_resources.ts'
import { answers, withToken } from './openapi.ts'
import { seenPath } from './resource.ts'
import { Delivery } from './ticket_facts.ts'

const Params = z.object({ id: Id })
const Trial = z.object({ to: z.string().max(300).default('').describe('as a way of a person has it') })

/** Trying a channel out, and what became of what went over it last. */
export function channelTrialRoutes(app: Api, deps: ApiDeps): void {
  trialRoute(app, deps)
  recordRoute(app, deps)
}

function trialRoute(app: Api, { store, clock }: ApiDeps): void {
  app.route({
    method: 'POST',
    url: '/api/v1/channels/:id/test',
    config: { may: 'write_channels' },
    schema: {
      summary: 'Send a message by this channel, to see whether it arrives',
      description: 'It goes the way of every other; `GET /channels/{id}/deliveries` tells what became of it.',
      tags: ['registry'],
      params: Params,
      body: Trial.nullish(),
      response: answers({ 202: z.object({ notice: z.string() }) }, ...withToken, 'not_found'),
    },
    handler: async (request, reply) => {
      const { id } = request.params
      const { to } = request.body ?? { to: '' }
      const caller = callerOf(request)
      const notice = newId('test')
      await store.write(async (tx) => {
        await seenPath(tx, caller, channel, id)
        const found = await channels.get(tx, id)
        const wrong = found && kinds[found.kind].checkAddress(to)
        if (wrong) throw new VigilError('request_invalid', wrong)
        const body: NoticeBody = {
          reason: 'test',
          to,
          name: caller.name,
          language: null,
          ticket: null,
          holder: null,
          answers: null,
        }
        const at = clock.now()
        await enqueue(tx, { stableId: notice, channel: 'notice', target: id, body, at, recipient: caller.key })
      })
      return reply.code(202).send({ notice })
    },
  })
}

/** Enough to see what goes wrong. */
const recordsMost = 100

function recordRoute(app: Api, { store }: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/channels/:id/deliveries',
    config: { may: 'write_channels' },
    schema: {
      summary: `The last ${recordsMost} attempts by this channel, newest first`,
      tags: ['registry'],
      params: Params,
      response: answers({ 200: z.object({ items: z.array(Delivery) }) }, ...withToken, 'not_found'),
    },
    handler: async (request) => {
      const { id } = request.params
      await seenPath(store.db, callerOf(request), channel, id)
      const rows = await deliveriesBy(store.db, id, recordsMost)
      return { items: rows.map(({ id: _, ticket: __, at, ...row }) => ({ ...row, at: isoTime(at) })) }
    },
  })
}
