import type { FastifyReply, FastifyRequest } from 'fastify'
import { VigilError } from '../domain/errors.ts'
import { cookieOf, setCookie } from './cookies.ts'

/**
 * The cookie by which a browser keeps its session, where no script can read it. A browser does not keep cookies apart by
 * port, so its name has the port: two houses on one machine must not log each other's people out.
 */

const isSafe = ({ protocol, headers }: FastifyRequest): boolean =>
  protocol === 'https' || String(headers['x-forwarded-proto'] ?? '').split(',', 1)[0] === 'https'

/** `__Host-`: taken from nobody but this very host over TLS, so that a page without TLS cannot put its own there. */
function nameFor(request: FastifyRequest): string {
  const port = /:(\d{1,5})$/.exec(request.headers.host ?? '')?.[1]
  return `${isSafe(request) ? '__Host-' : ''}vigil_session${port ? `_${port}` : ''}`
}

/** The session that the browser keeps, or undefined. */
export const keptSession = (request: FastifyRequest): string | undefined =>
  cookieOf(request.headers.cookie, nameFor(request))

/** Lets the browser keep the session for as long as it runs; when it is over is the server's to say. `''` takes it away. */
export function keepSession(request: FastifyRequest, reply: FastifyReply, token: string): void {
  const cookie = {
    name: nameFor(request),
    value: token,
    path: '/',
    sameSite: 'Strict',
    secure: isSafe(request),
  } as const
  // Beside one that is set already: the way through an identity provider has cookies of its own.
  reply.header('set-cookie', setCookie({ ...cookie, maxAgeS: token === '' ? 0 : undefined }))
  reply.header('cache-control', 'no-store')
}

/** What no form and no link can send, and no script of another origin without asking first, to which nobody here says yes. */
const ownHeader = 'vigil-console'

/** Throws `csrf_refused` unless the request comes from the console's own page, as far as browser and header tell. */
export function mustBeOwnPage({ headers }: FastifyRequest): void {
  if (headers[ownHeader] !== '1') throw new VigilError('csrf_refused', `the header ${ownHeader}: 1 is missing`)
  const site = headers['sec-fetch-site']
  // A browser tells the site only over TLS and on its own machine; the origin of a change it tells always.
  const isOwn = site === undefined ? isSameOrigin(headers.origin, headers.host) : site === 'same-origin'
  if (!isOwn) throw new VigilError('csrf_refused', 'the request comes from the page of another origin')
}

const isSameOrigin = (origin: string | undefined, host: string | undefined): boolean =>
  origin === undefined || (URL.canParse(origin) && new URL(origin).host === host?.toLowerCase())
