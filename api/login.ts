import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { passOn } from '../alerts/escalation/sessions.ts'
import { isoTime } from '../domain/clock.ts'
import { limits } from '../domain/limits.ts'
import { Operator } from '../domain/registry.ts'
import { type BegunSession, login, logout, sessionOf } from '../store/operators.ts'
import type { Tx } from '../store/store.ts'
import { callerOf, type Permission, permissions, permissionsOf, tokenOf } from './auth.ts'
import type { Api, ApiDeps } from './context.ts'
import { answers, withToken } from './openapi.ts'
import { createPasswordGate, failuresOfName, type PasswordGate } from './password_gate.ts'
import { keepSession, keptSession, mustBeOwnPage } from './session_cookie.ts'
import { lockRoutes } from './session_lock.ts'

/** What a console needs to know of its own operator; where he is told of tickets is for those who plan. */
const Who = Operator.omit({ ways: true, language: true })
const Permissions = z
  .array(z.enum(Object.keys(permissions) as [Permission, ...Permission[]]))
  .describe('what this caller may do; within its area, where it has one')
const LockAfter = z.number().describe('seconds without a hand on it after which a console locks itself; 0: never')
/** How the session is kept: by whoever asked, who gets its token, or by the browser in a cookie that no script can read. */
export const Keeping = z
  .enum(['token', 'cookie'])
  .default('token')
  .describe('`cookie`: for pages of this house alone; it needs the header `vigil-console: 1`')
const Login = z.object({
  name: z.string().trim().min(1).max(100),
  password: z.string().min(1).max(200),
  session: Keeping,
})
export const Session = z.object({
  token: z
    .string()
    .optional()
    .describe('the bearer token of this session; given once, and not where a cookie keeps it'),
  expires_at: z.string(),
  operator: Who,
  permissions: Permissions,
  lock_after_s: LockAfter,
})
const Me = z.object({
  operator: Operator.omit({ ways: true, language: true }).extend({
    id: z.string().describe('for a token of an account its key, such as `vendor:{id}`'),
  }),
  expires_at: z.string().nullable().describe('null for what does not expire: tokens that are not being replaced'),
  permissions: Permissions,
  lock_after_s: LockAfter,
  locked: z.boolean().describe('nobody sits before its console; POST /session/unlock'),
})

/** `POST /login`, `POST /logout`, `GET /me`, and the lock. */
export function sessionRoutes(app: Api, deps: ApiDeps): void {
  const gate = createPasswordGate(deps.clock)
  loginRoute(app, deps, gate)
  logoutRoute(app, deps)
  meRoute(app, deps)
  lockRoutes(app, deps, gate)
}

function logoutRoute(app: Api, { store, clock }: ApiDeps): void {
  app.route({
    method: 'POST',
    url: '/api/v1/logout',
    config: { may: 'be_signed_in', whileLocked: true },
    schema: {
      summary: 'End the session of this token',
      tags: ['session'],
      response: answers({ 204: z.undefined().describe('The token is void') }, ...withToken),
    },
    handler: async (request, reply) => {
      const token = tokenOf(request) ?? ''
      await store.write((tx) => leave(tx, token, clock.now()))
      if (token === keptSession(request)) keepSession(request, reply, '')
      return reply.code(204).send()
    },
  })
}

/** Ends a session, and passes on what its operator held who has no other. */
async function leave(tx: Tx, token: string, now: number): Promise<void> {
  const session = await sessionOf(tx, token, now)
  if (!session) return
  await logout(tx, token)
  await passOn(tx, session.operator.id, now)
}

function meRoute(app: Api, deps: ApiDeps): void {
  app.route({
    method: 'GET',
    url: '/api/v1/me',
    config: { may: 'be_signed_in', whileLocked: true },
    schema: { summary: 'Who you are', tags: ['session'], response: answers({ 200: Me }, ...withToken) },
    handler: async (request) => {
      const { id, name, role, area, vendor, scope, expiresAt, locked } = callerOf(request)
      return {
        permissions: permissionsOf({ scope, role }),
        operator: { id, name, role, area, vendor },
        expires_at: expiresAt === undefined ? null : isoTime(expiresAt),
        lock_after_s: lockAfterS(deps),
        locked,
      }
    },
  })
}

function loginRoute(app: Api, deps: ApiDeps, gate: PasswordGate): void {
  const { store, clock } = deps
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
      response: answers({ 200: Session }, 'login_failed', 'csrf_refused'),
    },
    handler: async (request, reply) => {
      const { name, session } = request.body
      // Else a page of somebody else could log its visitor in, as somebody else.
      if (session === 'cookie') mustBeOwnPage(request)
      const begun = await gate(request, reply, { name, look: () => login(store, request.body, clock.now()) })
      return giveSession(deps, { request, reply, keeping: session }, begun)
    },
  })
}

type Asked = { request: FastifyRequest; reply: FastifyReply; keeping: z.output<typeof Keeping> }

/** Gives a session to whoever began it, however he proved who he is. One browser keeps one: that from before ends. */
export async function giveSession(
  deps: ApiDeps,
  { request, reply, keeping }: Asked,
  begun: BegunSession,
): Promise<z.output<typeof Session>> {
  const { token, ...answer } = sessionAnswer(deps, begun)
  if (keeping === 'token') return { token, ...answer }
  const before = keptSession(request)
  if (before !== undefined) await deps.store.write((tx) => leave(tx, before, deps.clock.now()))
  keepSession(request, reply, token)
  return answer
}

const lockAfterS = ({ lockAfterMs = limits.lockAfterMs }: ApiDeps): number => lockAfterMs / 1_000

const sessionAnswer = (deps: ApiDeps, { token, expires_at, operator }: BegunSession) => ({
  token,
  expires_at: isoTime(expires_at),
  operator,
  permissions: permissionsOf({ scope: null, role: operator.role }),
  lock_after_s: lockAfterS(deps),
})
