import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { passOn } from '../alerts/escalation/sessions.ts'
import { inTurn } from '../broker/gate/in_turn.ts'
import { addressKey } from '../domain/addresses.ts'
import { isoTime } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import { Operator } from '../domain/registry.ts'
import { type BegunSession, login, logout } from '../store/operators.ts'
import { bearerOf, callerOf, type Permission, permissions, permissionsOf } from './auth.ts'
import type { Api, ApiDeps } from './context.ts'
import { createLockout } from './lockout.ts'
import { answers, withToken } from './openapi.ts'

/** Wrong passwords of one name from one address. By both, so that nobody can lock a dispatcher out from elsewhere. */
const failuresOfName = 10
/** Wrong passwords from one address, whatever the names: a whole centre may sit behind one. */
const failuresOfAddress = 100
const windowMs = 5 * 60_000
/** Passwords that are looked at at one time, in turn over addresses. Each takes one of the four threads by which this
 *  process reads files, and an SOS by HTTP would wait for them. */
const passwordsAtOnce = 1

/** What a console needs to know of its own operator; where he is told of tickets is for those who plan. */
const Who = Operator.omit({ ways: true, language: true })
const Permissions = z
  .array(z.enum(Object.keys(permissions) as [Permission, ...Permission[]]))
  .describe('what this caller may do; within its area, where it has one')
const Login = z.object({ name: z.string().trim().min(1).max(100), password: z.string().min(1).max(200) })
export const Session = z.object({
  token: z.string().describe('the bearer token of this session; given once'),
  expires_at: z.string(),
  operator: Who,
  permissions: Permissions,
})
const Me = z.object({
  operator: Operator.omit({ ways: true, language: true }).extend({
    id: z.string().describe('for a token of an account its key, such as `vendor:{id}`'),
  }),
  expires_at: z.string().nullable().describe('null for what does not expire: tokens that are not being replaced'),
  permissions: Permissions,
})

/** `POST /login`, `POST /logout`, `GET /me`. */
export function sessionRoutes(app: Api, deps: ApiDeps): void {
  loginRoute(app, deps)
  app.route({
    method: 'POST',
    url: '/api/v1/logout',
    config: { may: 'be_signed_in' },
    schema: {
      summary: 'End the session of this token',
      tags: ['session'],
      response: answers({ 204: z.undefined().describe('The token is void') }, ...withToken),
    },
    handler: async (request, reply) => {
      const { id } = callerOf(request)
      await deps.store.write(async (tx) => {
        await logout(tx, bearerOf(request.headers.authorization) ?? '')
        await passOn(tx, id, deps.clock.now())
      })
      return reply.code(204).send()
    },
  })
  app.route({
    method: 'GET',
    url: '/api/v1/me',
    config: { may: 'be_signed_in' },
    schema: { summary: 'Who you are', tags: ['session'], response: answers({ 200: Me }, ...withToken) },
    handler: async (request) => {
      const { id, name, role, area, vendor, scope, expiresAt } = callerOf(request)
      return {
        permissions: permissionsOf({ scope, role }),
        operator: { id, name, role, area, vendor },
        expires_at: expiresAt === undefined ? null : isoTime(expiresAt),
      }
    },
  })
}

function loginRoute(app: Api, { store, clock }: ApiDeps): void {
  const byAddress = createLockout(clock, failuresOfAddress, windowMs)
  const byName = createLockout(clock, failuresOfName, windowMs)
  const turn = inTurn(passwordsAtOnce)
  app.route({
    method: 'POST',
    url: '/api/v1/login',
    config: { may: 'anyone' },
    schema: {
      summary: 'Begin a session with name and password',
      description: `After ${failuresOfName} wrong passwords within five minutes an address must wait; see \`retry-after\` (seconds).`,
      tags: ['session'],
      security: [],
      body: Login,
      response: answers({ 200: Session }, 'login_failed'),
    },
    handler: async (request, reply) => {
      const { name } = request.body
      const keys = keysOf(request, name)
      const wait = byAddress.attempt(keys.address) || byName.attempt(keys.name)
      if (wait > 0) {
        reply.header('retry-after', Math.ceil(wait / 1_000))
        throw new VigilError('too_many_requests', 'Too many wrong passwords; wait and try again.')
      }
      const begun = await turn(keys.address, () => login(store, request.body, clock.now()))
      byAddress.succeeded(keys.address)
      byName.succeeded(keys.name)
      return sessionAnswer(begun)
    },
  })
}

/** A session as whoever begins it is told, however he proved who he is. */
export const sessionAnswer = ({ token, expires_at, operator }: BegunSession): z.output<typeof Session> => ({
  token,
  expires_at: isoTime(expires_at),
  operator,
  permissions: permissionsOf({ scope: null, role: operator.role }),
})

function keysOf({ ip }: FastifyRequest, name: string): { address: string; name: string } {
  const address = addressKey(ip)
  return { address, name: `${address} ${name}` }
}
