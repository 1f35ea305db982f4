import { z } from 'zod'
import { answerByLink } from '../alerts/answering.ts'
import { ticketKinds } from '../domain/signals.ts'
import { linkKey } from '../store/links.ts'
import type { Api, ApiDeps } from './context.ts'
import { answers } from './openapi.ts'

const Answer = z.object({ token: z.string().min(1).max(1_000) })
const Answered = z.object({
  result: z.enum(['yours', 'answered_before', 'closed']),
  number: z.number().int(),
  kind: z.enum(ticketKinds),
})
/** A page that somebody taps at three in the morning may be asked a few times over. */
const perMinute = 60

/**
 * `/a/{token}`, the page behind a link in a message, and what it asks: `POST /answers` acknowledges. Fetching the page alone
 * changes nothing, because mail filters and chat programs open every link that passes them.
 */
export function answerRoutes(app: Api, { store, clock }: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/a/:token',
    schema: { hide: true },
    handler: (_, reply) =>
      reply
        .header('cache-control', 'no-store')
        .header('referrer-policy', 'no-referrer')
        .sendFile('answer.html', { cacheControl: false }),
  })
  app.route({
    method: 'POST',
    url: '/api/v1/answers',
    config: { may: 'anyone', rateLimit: { max: perMinute, timeWindow: 60_000 } },
    schema: {
      summary: 'Answer a ticket by the link that you were sent',
      tags: ['tickets'],
      security: [],
      body: Answer,
      response: answers({ 200: Answered }, 'link_invalid'),
    },
    handler: async (request) => {
      const secret = await linkKey(store)
      return store.write((tx) => answerByLink(tx, request.body.token, { secret, at: clock.now() }))
    },
  })
}
