import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { validatorCompiler } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { verifyWebhook } from '../alerts/channels/signature.ts'
import { storable } from '../alerts/judge.ts'
import { hear } from '../alerts/partners/hearing.ts'
import { type ErrorCode, VigilError } from '../domain/errors.ts'
import { Id } from '../domain/ids.ts'
import { limits } from '../domain/limits.ts'
import { PartnerAnswer, PartnerMessage } from '../domain/partner_messages.ts'
import { recordAudit } from '../store/audit.ts'
import { heardMessage, type PartnerRow, partnerKey, partnerRow, rememberMessage } from '../store/partners.ts'
import type { Api, ApiDeps } from './context.ts'
import { createLockout, type Lockout } from './lockout.ts'
import { problems } from './metrics.ts'
import { answers } from './openapi.ts'
import { problemOf, problemType } from './problem.ts'

const Params = z.object({ id: Id })
const auditWindowMs = 5 * 60_000

/** `POST /partners/{id}/events`: what another house tells of a ticket that both work. The signature is the permission. */
export function partnerRoutes(app: Api, deps: ApiDeps): void {
  const noted = createLockout(deps.clock, limits.partnerRefusalsNoted, auditWindowMs)
  void app.register((scope: Api, _options, done) => {
    // What is signed are the bytes as they came.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body))
    scope.setValidatorCompiler<z.ZodType>((part) =>
      part.httpPart === 'body' ? (value: unknown) => ({ value }) : validatorCompiler(part),
    )
    eventsRoute(scope, deps, noted)
    done()
  })
}

function eventsRoute(scope: Api, deps: ApiDeps, noted: Lockout): void {
  scope.route({
    method: 'POST',
    url: '/api/v1/partners/:id/events',
    config: { may: 'anyone', rateLimit: { max: limits.partnerEventsPerMinute, timeWindow: 60_000 } },
    schema: {
      summary: 'Take in what a partner tells of a ticket',
      description:
        'Signed by `vigil-id`, `vigil-timestamp` and `vigil-signature`; see docs/Partners.md. 409 `transition_not_allowed` holds the state of the ticket beside the problem.',
      tags: ['partners'],
      security: [],
      params: Params,
      body: PartnerMessage,
      response: answers(
        { 200: PartnerAnswer },
        ...(['signature_invalid', 'signature_stale', 'payload_not_json', 'partner_ticket_unknown'] as const),
        'transition_not_allowed',
      ),
    },
    handler: async (request, reply) => {
      const { id } = request.params
      const partner = await partnerRow(deps.store.db, id)
      try {
        return await answered(deps, request, reply, partner)
      } catch (error) {
        if (error instanceof VigilError && partner) await noteRefused(deps, noted, request, partner, error.code)
        throw error
      }
    },
  })
}

async function answered(
  { store, clock }: ApiDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  partner: PartnerRow | undefined,
): Promise<PartnerAnswer | FastifyReply> {
  const now = clock.now()
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const signed = checked(partner, request.headers, body, now)
  const message = readMessage(body)
  if (message.id !== signed.id) throw new VigilError('request_invalid', 'the id of the body is not that of vigil-id')
  const since = now - 2 * limits.partnerWindowMs
  const answer = await store.write(async (tx) => {
    const before = await heardMessage(tx, signed.partner.id, message.id, since)
    if (before !== undefined) return JSON.parse(before) as PartnerAnswer
    const made = await hear(tx, signed.partner, message, now)
    const memory = { partner: signed.partner.id, id: message.id, at: now, answer: JSON.stringify(made) }
    await rememberMessage(tx, memory, since)
    return made
  })
  return answer.result === 'refused' ? refused(request, reply, answer) : answer
}

/**
 * Who sent it, by his signature. Throws `signature_stale` for an old time, which whoever sends may mend, and `signature_invalid`,
 * the same where there is no such partner.
 */
function checked(
  partner: PartnerRow | undefined,
  headers: IncomingHttpHeaders,
  body: Buffer,
  now: number,
): { partner: PartnerRow; id: string } {
  const header = (name: string): string => `${headers[name] ?? ''}`
  const [id, timestamp, signature] = [header('vigil-id'), header('vigil-timestamp'), header('vigil-signature')]
  if (!partner) throw new VigilError('signature_invalid')
  const windowS = limits.partnerWindowMs / 1_000
  const verdict = verifyWebhook({ secret: partner.secret, body, timestamp, signature, now, windowS })
  if (!verdict.ok && verdict.reason === 'timestamp_outside_window') throw new VigilError('signature_stale')
  if (!verdict.ok || id === '') throw new VigilError('signature_invalid')
  return { partner, id }
}

/** Throws `payload_not_json`, `request_invalid`. */
function readMessage(body: Buffer): PartnerMessage {
  const read = PartnerMessage.safeParse(jsonOf(body))
  if (read.success) return read.data
  const [first] = read.error.issues
  throw new VigilError('request_invalid', `body/${first?.path.join('/') ?? ''}: ${first?.message ?? 'invalid'}`)
}

function jsonOf(body: Buffer): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
    return JSON.parse(text, (_key, value: unknown) => (typeof value === 'string' ? storable(value) : value))
  } catch {
    throw new VigilError('payload_not_json')
  }
}

/** A problem with the state of the ticket in it, which the sender takes as its own. */
function refused(request: FastifyRequest, reply: FastifyReply, answer: PartnerAnswer): FastifyReply {
  const problem = problemOf('transition_not_allowed', request.id, 'the ticket has moved on; its state is in `state`')
  problems.inc({ code: problem.code })
  return reply
    .code(409)
    .type(problemType)
    .send(JSON.stringify({ ...problem, ...answer }))
}

/** Only of partners that there are, and no more than so many: whoever knocks must not fill the table. */
async function noteRefused(
  { store, clock }: ApiDeps,
  noted: Lockout,
  { ip }: FastifyRequest,
  { id }: PartnerRow,
  code: ErrorCode,
): Promise<void> {
  if (noted.attempt(id) > 0) return
  const entry = {
    at: clock.now(),
    who: 'anyone',
    what: `refused:${code}` as const,
    subject: partnerKey(id),
    address: ip,
  }
  await store.write((tx) => recordAudit(tx, entry))
}
