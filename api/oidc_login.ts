import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { VigilError } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { admitIdentity, beginLogin, takeLogin, takeSession } from '../store/oidc_logins.ts'
import type { Api, ApiDeps } from './context.ts'
import { cookieOf, setCookie } from './cookies.ts'
import { giveSession, Keeping, Session } from './login.ts'
import { callbackPath, type OidcOptions, oidcPath, openProvider, type Provider } from './oidc_provider.ts'
import { answers } from './openapi.ts'
import { mustBeOwnPage } from './session_cookie.ts'

/** What the browser keeps while its person is at the provider, and what it changes for a session afterwards. */
const leaving = { name: 'vigil_oidc', path: oidcPath, sameSite: 'Lax' } as const
const sessionPath = `${oidcPath}/session`
const coming = { name: 'vigil_oidc_session', path: sessionPath, sameSite: 'Strict' } as const

const Options = z.object({
  password: z.literal(true).describe('by name and password, always'),
  oidc: z
    .object({
      name: z.string().describe('of the identity provider, for the button'),
      url: z.string().describe('where the button leads'),
    })
    .nullable()
    .describe('by OpenID Connect; null where it is not set up'),
})

/** As the provider sends it, right or wrong; the library looks at it, and `error` comes in place of `code`. */
const Callback = z.looseObject({ state: z.unknown().optional(), code: z.unknown().optional() })

type Oidc = { provider: Provider; options: OidcOptions }
type Deps = Pick<ApiDeps, 'store' | 'clock' | 'log'>
/** Of people by their addresses, since each log-in that is begun is a write. */
const rateLimit = { max: limits.oidcLoginsPerMinute, timeWindow: 60_000 }
const moved = z.undefined().describe('Go there')

/** `GET /login/options`, and the log-in by OpenID Connect: away to the provider, back from it, and the session. */
export function oidcRoutes(app: Api, deps: ApiDeps): void {
  const oidc = deps.oidc && { provider: openProvider(deps.oidc, deps.clock), options: deps.oidc }
  optionsRoute(app, deps.oidc)
  beginRoute(app, deps, oidc)
  callbackRoute(app, deps, oidc)
  sessionRoute(app, deps, oidc)
}

function optionsRoute(app: Api, oidc: OidcOptions | undefined): void {
  app.route({
    method: 'GET',
    url: '/api/v1/login/options',
    config: { may: 'anyone' },
    schema: {
      summary: 'How one may log in here',
      tags: ['session'],
      security: [],
      response: answers({ 200: Options }),
    },
    handler: async () => ({
      password: true as const,
      oidc: oidc ? { name: oidc.name, url: `${oidc.publicUrl}${oidcPath}` } : null,
    }),
  })
}

function beginRoute(app: Api, deps: Deps, oidc: Oidc | undefined): void {
  app.route({
    method: 'GET',
    url: oidcPath,
    config: { may: 'anyone', rateLimit },
    schema: {
      summary: 'Log in by the identity provider: where a browser goes',
      description: `Leads to the provider, which leads back within ${limits.oidcLoginMs / 60_000} minutes. ${toBrowsers}`,
      tags: ['session'],
      security: [],
      response: answers({ 302: moved }, 'oidc_off', 'oidc_unreachable', 'oidc_misconfigured'),
    },
    handler: async (request, reply) =>
      tellingBrowsers(request, reply, deps, async () => {
        const { provider, options } = mustBeOn(oidc)
        const secret = await deps.store.write((tx) => beginLogin(tx, deps.clock.now()))
        const address = await provider.addressFor(secret)
        reply.header('set-cookie', cookie(options, leaving, secret, limits.oidcLoginMs))
        return go(reply, 302, address.href)
      }),
  })
}

function callbackRoute(app: Api, deps: Deps, oidc: Oidc | undefined): void {
  const { store, clock } = deps
  app.route({
    method: 'GET',
    url: callbackPath,
    config: { may: 'anyone', rateLimit },
    schema: {
      summary: 'Where the identity provider sends a browser back to',
      description: `Leads to the console, which fetches the session with a cookie. ${toBrowsers}`,
      tags: ['session'],
      security: [],
      querystring: Callback,
      response: answers({ 303: moved }, ...refusals, 'oidc_over', 'oidc_unknown_operator'),
    },
    handler: async (request, reply) =>
      tellingBrowsers(request, reply, deps, async () => {
        const { provider, options } = mustBeOn(oidc)
        const secret = cookieOf(request.headers.cookie, leaving.name)
        if (!secret || !provider.isStateOf(secret, request.query.state)) throw new VigilError('oidc_state_wrong')
        await store.write((tx) => takeLogin(tx, secret, clock.now()))
        const identity = await provider.identityOf(secret, request.url.split('?').slice(1).join('?'))
        const handover = await store.write((tx) => admitIdentity(tx, identity, clock.now()))
        reply.header('set-cookie', [
          cookie(options, leaving, '', 0),
          cookie(options, coming, handover, limits.oidcHandoverMs),
        ])
        return go(reply, 303, '/?login=oidc')
      }),
  })
}

const refusals = [
  'oidc_off',
  'oidc_unreachable',
  'oidc_misconfigured',
  'oidc_state_wrong',
  'oidc_denied',
  'oidc_code_refused',
  'oidc_nonce_wrong',
  'oidc_clock_off',
  'oidc_proof_invalid',
] as const

function sessionRoute(app: Api, deps: ApiDeps, oidc: Oidc | undefined): void {
  const { store, clock } = deps
  app.route({
    method: 'POST',
    url: sessionPath,
    config: { may: 'anyone', rateLimit },
    schema: {
      summary: 'Fetch the session after coming back from the identity provider',
      description: `With the cookie that the callback set, once and within ${limits.oidcHandoverMs / 1_000} seconds.`,
      tags: ['session'],
      security: [],
      body: z.object({ session: Keeping }).nullish(),
      response: answers({ 200: Session }, 'oidc_off', 'oidc_over', 'oidc_unknown_operator', 'csrf_refused'),
    },
    handler: async (request, reply) => {
      const { options } = mustBeOn(oidc)
      const keeping = request.body?.session ?? 'token'
      if (keeping === 'cookie') mustBeOwnPage(request)
      const secret = cookieOf(request.headers.cookie, coming.name)
      if (!secret) throw new VigilError('oidc_over')
      reply.header('set-cookie', cookie(options, coming, '', 0)).header('cache-control', 'no-store')
      const begun = await store.write((tx) => takeSession(tx, secret, clock.now()))
      return giveSession(deps, { request, reply, keeping }, begun)
    },
  })
}

function mustBeOn(oidc: Oidc | undefined): Oidc {
  if (!oidc) throw new VigilError('oidc_off')
  return oidc
}

/** `forMs` 0 takes it away. */
const cookie = (
  { publicUrl }: OidcOptions,
  kind: typeof leaving | typeof coming,
  value: string,
  forMs: number,
): string => setCookie({ ...kind, value, maxAgeS: forMs / 1_000, secure: publicUrl.startsWith('https:') })

const go = (reply: FastifyReply, status: 302 | 303, where: string): FastifyReply =>
  reply.code(status).header('cache-control', 'no-store').header('location', where).send()

const toBrowsers =
  'A browser that is refused is led to the console, whose address then has the code as `?refused=`; programs get the problem.'

/** A person who is refused stands before the page of the console that says it in his language, not before JSON. */
async function tellingBrowsers(
  request: FastifyRequest,
  reply: FastifyReply,
  { log }: Deps,
  answer: () => Promise<FastifyReply>,
): Promise<FastifyReply> {
  try {
    return await answer()
  } catch (error) {
    if (!(error instanceof VigilError)) throw error
    log.warn({ id: request.id, code: error.code, why: reasonOf(error) }, 'log-in by the identity provider refused')
    if (!request.headers.accept?.includes('text/html')) throw error
    return go(reply, 303, `/?refused=${error.code}`)
  }
}

/** The message of what the library threw, for whoever set this up; never what it was thrown over. */
const reasonOf = ({ cause, detail }: VigilError): string | undefined =>
  cause instanceof Error ? cause.message : detail
