import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { validatorCompiler } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { VigilError } from '../domain/errors.ts'
import { Id } from '../domain/ids.ts'
import { limits } from '../domain/limits.ts'
import type { Api, ApiDeps } from './context.ts'
import { Answers, Motions, Readings, Signals } from './device_payloads.ts'
import { forwarded } from './metrics.ts'
import { answers } from './openapi.ts'

/** The broker answers once the message is on disk; longer than this and something is badly wrong with that disk. */
const answerMs = 10_000

const kinds = {
  readings: { body: Readings, summary: 'Publish readings' },
  signals: { body: Signals, summary: 'Publish safety signals' },
  answers: { body: Answers, summary: 'Publish answers to commands' },
  motion: { body: Motions, summary: 'Publish accelerometer windows' },
} as const

const Params = z.object({ id: Id })

const upKinds = ['readings', 'signals', 'motion', 'answers'] as const

const Accepted = z.object({
  accepted: z.literal(true),
  refusals: z
    .array(z.object({ code: z.string(), detail: z.string() }))
    .optional()
    .describe('parts of the message that were refused while the rest counts'),
})

/**
 * `POST /api/v1/devices/{id}/{readings|signals|motion|answers}` and `/api/v1/push/{codec}`: bytes in, bytes on to the broker,
 * its answer back. Nothing here reads, limits or delays them, because a safety signal may be among them.
 */
export function frontDoorRoutes(app: Api, deps: ApiDeps): void {
  const agent = new Agent({ keepAlive: true })
  app.addHook('onClose', async () => agent.destroy())
  void app.register((scope: Api, _options, done) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body))
    // The bodies' schemas are for the document; what is readable is the broker's to say.
    scope.setValidatorCompiler<z.ZodType>((part) =>
      part.httpPart === 'body' ? (value: unknown) => ({ value }) : validatorCompiler(part),
    )
    for (const kind of upKinds) forwardRoute(scope, { deps, agent }, kind)
    for (const method of ['POST', 'PUT'] as const)
      for (const url of ['/api/v1/push/:codec', '/api/v1/push/:codec/*'])
        pushRoute(scope, { deps, agent }, { method, url })
    done()
  })
}

type Way = { deps: ApiDeps; agent: Agent }

function forwardRoute(scope: Api, way: Way, kind: keyof typeof kinds): void {
  const { body, summary } = kinds[kind]
  scope.route({
    method: 'POST',
    url: `/api/v1/devices/:id/${kind}`,
    bodyLimit: limits.packetBytes,
    config: { may: 'device', rateLimit: false },
    schema: {
      summary,
      description: 'The same payloads as over MQTT; 202 once the message is durable. The bearer token is the device’s.',
      tags: ['devices'],
      params: Params,
      body,
      response: answers(
        { 202: Accepted },
        ...(['unauthenticated', 'topic_foreign', 'payload_not_json', 'payload_too_large'] as const),
        ...(['quota_exceeded', 'idempotency_key_invalid', 'idempotency_key_reused'] as const),
        ...(['journal_full', 'journal_unwritable', 'front_door_unreachable'] as const),
      ),
    },
    handler: async (request, reply) => {
      await pass(way, { request, reply, path: `/api/v1/devices/${encodeURIComponent(request.params.id)}/${kind}` })
      return reply
    },
  })
}

const PushParams = z.object({ codec: z.string() })
const DeepPushParams = PushParams.extend({ '*': z.string() })
const PushQuery = z.object({
  event: z.string().optional().describe('the last level of the topic, where a cloud names its events in the query'),
  token: z.string().optional().describe('the token, for clouds that can be given an address and no header'),
})

const pushHelp =
  'What a cloud pushes, in its own format, kept byte for byte under `push/{codec}[/{rest}][/{event}]`; PUT and `/push/{codec}/{rest}` are taken alike. 202 once it is durable, also where its content is refused (it is a dead letter then); 200 with the words that the cloud waits for, where it waits for some. The token of a vendor, gateway or device comes as bearer token, as the password of Basic, or as `token`.'

function pushRoute(scope: Api, way: Way, { method, url }: { method: 'POST' | 'PUT'; url: string }): void {
  scope.route({
    method,
    url,
    bodyLimit: limits.packetBytes,
    config: { may: 'device', rateLimit: false },
    schema: {
      // The document has one way of all; PUT, and more levels behind the codec, are taken alike.
      hide: method === 'PUT' || url.endsWith('*'),
      summary: 'Push in another format',
      description: pushHelp,
      tags: ['devices'],
      params: url.endsWith('*') ? DeepPushParams : PushParams,
      querystring: PushQuery,
      body: z.unknown(),
      response: answers(
        { 202: Accepted },
        ...(['unauthenticated', 'topic_foreign', 'codec_unknown', 'payload_too_large'] as const),
        ...(['quota_exceeded', 'idempotency_key_invalid', 'idempotency_key_reused'] as const),
        ...(['journal_full', 'journal_unwritable', 'front_door_unreachable'] as const),
      ),
    },
    handler: async (request, reply) => {
      const { codec, '*': rest = '' } = request.params as { codec: string; '*'?: string }
      const levels = [codec, ...rest.split('/')].map(encodeURIComponent)
      const { event, token } = request.query
      const path = `/api/v1/push/${levels.join('/')}${event === undefined ? '' : `?event=${encodeURIComponent(event)}`}`
      await pass(way, { request, reply, path, method, token })
      return reply
    },
  })
}

type Answer = { status: number; type: string; retryAfter: string | undefined; body: Buffer }

/** A request to be passed on. `path` is made anew: that of the request may name another host. `token`: of its query. */
type Passing = {
  request: FastifyRequest
  reply: FastifyReply
  path: string
  method?: 'POST' | 'PUT'
  token?: string | undefined
}

async function pass(way: Way, passing: Passing): Promise<void> {
  const { status, type, retryAfter, body } = await answered(way, passing)
  if (retryAfter) passing.reply.header('retry-after', retryAfter)
  void passing.reply.code(status).type(type).send(body)
}

async function answered({ deps, agent }: Way, passing: Passing): Promise<Answer> {
  const { request, path, method = 'POST', token } = passing
  const base = await deps.frontDoor()
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  try {
    if (!base) throw new Error('the broker is not running')
    const authorization = request.headers.authorization ?? (token === undefined ? undefined : `Bearer ${token}`)
    const headers = { ...passedOn(request, body), ...(authorization && { authorization }) }
    const answer = await send({ deps, agent }, { base, method, path, headers, body })
    forwarded.inc({ status: String(answer.status) })
    return answer
  } catch (err) {
    forwarded.inc({ status: 'unreachable' })
    request.log.warn({ err }, 'front door unreachable')
    throw new VigilError('front_door_unreachable')
  }
}

type Exchange = { base: URL; method: string; path: string; headers: Record<string, string | number>; body: Buffer }

/** One request to the broker. A kept connection that it closed in the same moment is tried once more on a new one. */
function send(way: Way, message: Exchange): Promise<Answer> {
  return exchange(way, message).catch((err: unknown) => {
    if (err instanceof StaleConnection) return exchange(way, message)
    throw err
  })
}

class StaleConnection extends Error {}

function exchange({ deps: { clock }, agent }: Way, { base, method, path, headers, body }: Exchange): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(base, { method, path, agent, headers }, (response) => {
      collect(response).then(
        (bytes) => done(() => resolve(answerOf(response, bytes))),
        (err: unknown) => done(() => reject(err)),
      )
    })
    const cancel = clock.after(answerMs, () => request.destroy(new Error('no answer in time')))
    const done = (settle: () => void) => {
      cancel()
      settle()
    }
    request.on('error', (err: NodeJS.ErrnoException) => {
      const stale = request.reusedSocket && (err.code === 'ECONNRESET' || err.code === 'EPIPE')
      done(() => reject(stale ? new StaleConnection(err.message) : err))
    })
    request.end(body)
  })
}

async function collect(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const answerOf = ({ statusCode = 502, headers }: IncomingMessage, body: Buffer): Answer => ({
  status: statusCode,
  type: headers['content-type'] ?? 'application/json; charset=utf-8',
  retryAfter: headers['retry-after'],
  body,
})

/** What it is, and from where; besides who it is, nothing else of a request is the broker's business. */
function passedOn(request: FastifyRequest, body: Buffer): Record<string, string | number> {
  const { 'content-type': type, 'content-encoding': encoding } = request.headers
  const key = request.headers['idempotency-key']
  return {
    ...(type && { 'content-type': type }),
    ...(encoding && { 'content-encoding': encoding }),
    ...(key !== undefined && { 'idempotency-key': String(key) }),
    'content-length': body.length,
    'x-forwarded-for': request.ip,
    'x-request-id': request.id,
  }
}
