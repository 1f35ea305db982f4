import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import { VigilError } from '../domain/errors.ts'
import { LiveEvent } from '../domain/ticket.ts'
import { bearerOf, callerOf, demand, type Identify, tokenOf } from './auth.ts'
import type { Api, ApiDeps } from './context.ts'
import { createEventHub, type EventHub } from './event_hub.ts'
import { feed, socketOutlet, sseOutlet } from './event_stream.ts'
import { answers, withToken } from './openapi.ts'

export const eventsPath = '/api/v1/events'

/** A subscriber has nothing to say; what it says is read only to be dropped. */
const socketMessageBytes = 1_024

const Query = z.object({
  last_event_id: z.string().optional().describe('as the header Last-Event-ID, for programs that cannot set it'),
  access_token: z.string().optional().describe('the bearer token, for an EventSource, which cannot send headers'),
})

const Headers = z.object({
  'last-event-id': z.string().optional().describe('the last event that you have; the stream goes on with the next'),
})

const description = `Server-sent events, without an end; the same over a WebSocket at this path. Every event has the next
number, also as \`id:\`, so a subscriber can prove that it missed none. An event of another area comes as
\`{"seq","type":"elsewhere"}\` without the ticket. After a break, send the last number that you have and nothing is lost; where
that is not kept any more, \`event: reset\` says to load the tickets anew and go on after its \`seq\`. A comment
line (a ping on a WebSocket) comes at least every 5 s.`

export type Events = {
  /** Takes over a WebSocket upgrade to the path of events. Rejects with VigilError where it is refused. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>
}

type Parts = ApiDeps & { identify: Identify; hub: EventHub }

/**
 * Registers `GET /events` and gives the WebSocket's way in. When the instance closes it cuts their lines, and with its line
 * a stream ends.
 */
export function eventRoutes(app: Api, deps: ApiDeps & { identify: Identify }): Events {
  const hub = createEventHub({ db: deps.store.db, clock: deps.clock, log: deps.log })
  app.addHook('preClose', async () => hub.close())
  sseRoute(app, { ...deps, hub })
  return { upgrade: socketUpgrade({ ...deps, hub }) }
}

function sseRoute(app: Api, parts: Parts): void {
  app.route({
    method: 'GET',
    url: eventsPath,
    config: { may: 'read_tickets', tokenInQuery: true, whileLocked: true },
    schema: {
      summary: 'Live events, from now or from where you were',
      description,
      tags: ['events'],
      querystring: Query,
      headers: Headers,
      response: answers({ 200: ['text/event-stream', LiveEvent] }, ...withToken),
    },
    handler: async (request, reply) => {
      const asked = request.headers['last-event-id'] ?? request.query.last_event_id
      const cursor = numberOf(asked) ?? (await parts.hub.head())
      reply.hijack()
      const { raw } = reply
      // Writing to a line that just broke is no failure of ours; `close` says that it is gone.
      raw.on('error', () => {})
      raw.writeHead(200, { ...(reply.getHeaders() as OutgoingHttpHeaders), ...streamHeaders })
      const gone = new AbortController()
      raw.once('close', () => gone.abort())
      if (raw.destroyed) gone.abort()
      const outlet = sseOutlet(raw, cursor)
      await feed(callerOf(request), { ...parts, token: tokenOf(request), cursor, outlet, gone })
    },
  })
}

/** No cache and no proxy may hold events back. */
export const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
}
/** The number that a subscriber names as its last, or undefined where it names none. */
function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  if (!/^\d{1,15}$/.test(text)) throw new VigilError('request_invalid', 'Last-Event-ID must be the number of an event.')
  return Number(text)
}

function socketUpgrade(parts: Parts): Events['upgrade'] {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: socketMessageBytes, perMessageDeflate: false })
  return async (request, socket, head) => {
    const query = new URL(request.url ?? '', 'http://localhost').searchParams
    const token = bearerOf(request.headers.authorization) ?? query.get('access_token') ?? undefined
    const principal = demand(await parts.identify(token), 'read_tickets')
    const header = request.headers['last-event-id']
    const asked = numberOf(typeof header === 'string' ? header : (query.get('last_event_id') ?? undefined))
    const cursor = asked ?? (await parts.hub.head())
    sockets.handleUpgrade(request, socket, head, (ws: WebSocket) => {
      const gone = new AbortController()
      // ws closes the line after an error by itself.
      ws.on('error', () => {})
      ws.once('close', () => gone.abort())
      const outlet = socketOutlet(ws, asked === undefined ? cursor : undefined)
      void feed(principal, { ...parts, token, cursor, outlet, gone })
    })
  }
}
