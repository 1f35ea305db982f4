import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { VigilError } from '../domain/errors.ts'
import { type PrincipalName, parsePrincipalKey, principalKey } from '../domain/principals.ts'
import type { Role } from '../domain/registry.ts'
import type { ScopePermission } from '../domain/scope.ts'
import { principalOfToken } from '../store/credentials.ts'
import { boundOfIntegration } from '../store/integrations.ts'
import { type Session, sessionOf } from '../store/operators.ts'
import type { Db } from '../store/store.ts'
import { getVendor } from '../store/vendors.ts'
import type { Api, ApiDeps } from './context.ts'
import { keptSession, mustBeOwnPage } from './session_cookie.ts'

/**
 * Who calls. `key` is how the audit names him: `operator:{id}`, or the principal's key for tokens. `areaPath` null: bounded
 * by no area; `vendor` null: by no vendor. `scope`: exactly what a program may do, whatever its role; null: what the role
 * may. `expiresAt` epoch ms, undefined for what does not expire. `locked`: a session before whose console nobody sits.
 */
export type Principal = {
  id: string
  key: string
  name: string
  role: Role
  area: string | null
  areaPath: string | null
  vendor: string | null
  scope: readonly ScopePermission[] | null
  expiresAt: number | undefined
  locked: boolean
}

const everybody: readonly Role[] = ['administrator', 'supervisor', 'dispatcher', 'viewer', 'vendor', 'integrator']
const people: readonly Role[] = ['administrator', 'supervisor', 'dispatcher', 'viewer', 'integrator']

/**
 * Who may do what; every route names one of these. A vendor sees its devices and what was refused of them, nothing of
 * the people who wear them, and lets its devices in and out. An integration's token has the role of a viewer, or a scope. Operators,
 * accounts and certificate authorities are the administrator's alone: who may write them may become anybody.
 */
export const permissions = {
  be_signed_in: everybody,
  read_rules: everybody,
  read_tickets: people,
  act_on_tickets: ['administrator', 'supervisor', 'dispatcher'],
  read_registry: people,
  read_devices: everybody,
  /** Also rotas and teams: who runs a street decides who is called there. */
  write_plans: ['administrator', 'supervisor'],
  /** Where what is said of people goes, and with which passwords. */
  write_channels: ['administrator'],
  write_registry: ['administrator', 'integrator'],
  /** Told by telephone as often as not. */
  write_absences: ['administrator', 'supervisor', 'dispatcher', 'integrator'],
  write_operators: ['administrator'],
  read_vendors: ['administrator', 'integrator', 'vendor'],
  write_vendors: ['administrator'],
  revoke_certificates: ['administrator', 'vendor'],
  enrol_devices: ['administrator', 'integrator', 'vendor'],
  manage_integrations: ['administrator'],
  /** Giving is the right of whom it belongs to: within the caller's own area. */
  write_sharings: ['administrator', 'supervisor'],
  read_partners: ['administrator', 'supervisor', 'dispatcher'],
  write_partners: ['administrator'],
  read_audit: ['administrator'],
  read_front_door: ['administrator', 'supervisor', 'integrator'],
  read_refusals: ['administrator', 'supervisor', 'integrator', 'vendor'],
  read_telemetry: people,
  read_dead_letters: ['administrator', 'supervisor', 'integrator', 'vendor'],
  /** Live, as they came: of devices at homes this is what people's bodies say. A vendor sees those of its own devices, and of
   *  one at a home only what sort of things it sent (api/monitor.ts). */
  read_messages: ['administrator', 'supervisor', 'integrator', 'vendor'],
  replay_dead_letters: ['administrator', 'integrator'],
  /** Of a vendor: only to try its devices out. */
  command_devices: ['administrator', 'supervisor', 'dispatcher', 'integrator', 'vendor'],
} as const satisfies Record<string, readonly Role[]>
export type Permission = keyof typeof permissions

/**
 * What a route asks of its caller: a permission; `anyone`; `device`, whose token the front door checks; or `loopback`,
 * anyone from this machine and anyone signed in from elsewhere.
 */
export type Access = Permission | 'anyone' | 'device' | 'loopback'

declare module 'fastify' {
  interface FastifyContextConfig {
    may?: Access
    /** The token may come as `?access_token=`, because an EventSource cannot send headers. */
    tokenInQuery?: boolean
    /** A locked session may this too; the answer then has nothing of who is cared for. */
    whileLocked?: boolean
  }
  interface FastifyRequest {
    principal: Principal | null
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest()

/** Says who holds the token, or undefined. Asked on every request, so a session that ended counts no more at once. */
export type Identify = (token: string | undefined) => Promise<Principal | undefined>

export function createIdentify({
  store,
  clock,
  adminToken,
}: Pick<ApiDeps, 'store' | 'clock' | 'adminToken'>): Identify {
  const admin = adminToken ? digest(adminToken) : undefined
  return async (token) => {
    if (!token) return undefined
    // Digests are of one length, so the comparison tells neither the token's length nor its beginning by its time.
    if (admin && timingSafeEqual(digest(token), admin)) return administrator
    const session = await sessionOf(store.db, token, clock.now())
    return session ? personOf(session) : accountOf(store.db, token, clock.now())
  }
}

const personOf = ({ operator, area_path, expires_at, locked }: Session): Principal => ({
  ...operator,
  key: `operator:${operator.id}`,
  areaPath: area_path,
  scope: null,
  expiresAt: expires_at,
  locked,
})

/** The vendor or integration whose token this is. Devices' tokens are for the front door. */
async function accountOf(db: Db, token: string, now: number): Promise<Principal | undefined> {
  const credential = await principalOfToken(db, token, now)
  const principal = credential && parsePrincipalKey(credential.principal)
  const shared = { expiresAt: credential?.expires_at ?? undefined, locked: false }
  if (principal?.kind === 'vendor') {
    const found = await getVendor(db, principal.id)
    const bound = { area: null, areaPath: null, vendor: principal.id, scope: null }
    return found && { ...accountNamed(principal, found.name), role: 'vendor', ...bound, ...shared }
  }
  if (principal?.kind === 'integration') {
    const found = await boundOfIntegration(db, principal.id)
    const bound = found && { area: found.area, areaPath: found.area_path, vendor: null, scope: found.scope }
    return bound && { ...accountNamed(principal, found.name), role: 'viewer', ...bound, ...shared }
  }
  return undefined
}

const accountNamed = (principal: PrincipalName, name: string) => {
  const key = principalKey(principal)
  return { id: key, key, name }
}

const administrator: Principal = {
  id: 'administrator',
  key: 'administrator',
  name: 'administrator',
  role: 'administrator',
  area: null,
  areaPath: null,
  vendor: null,
  scope: null,
  expiresAt: undefined,
  locked: false,
}

/** The token of an `Authorization: Bearer …` header, or undefined. */
export const bearerOf = (header: string | undefined): string | undefined =>
  header === undefined ? undefined : /^Bearer +(\S+) *$/i.exec(header)?.[1]

/** The caller of a route that asks for a permission. */
export function callerOf(request: FastifyRequest): Principal {
  if (!request.principal) throw new VigilError('unauthenticated')
  return request.principal
}

/** Whether the principal has the permission: by its scope where it has one, else by its role. */
export function isAllowed({ scope, role }: Pick<Principal, 'scope' | 'role'>, permission: Permission): boolean {
  if (permission === 'be_signed_in') return true
  const named: readonly string[] | null = scope
  const roles: readonly Role[] = permissions[permission]
  return named === null ? roles.includes(role) : named.includes(permission)
}

/** All that the principal may, in the order of the table. */
export const permissionsOf = (principal: Pick<Principal, 'scope' | 'role'>): Permission[] =>
  (Object.keys(permissions) as Permission[]).filter((permission) => isAllowed(principal, permission))

/** Throws `unauthenticated` or `forbidden` unless the principal has the permission. */
export function demand(principal: Principal | undefined, permission: Permission): Principal {
  if (!principal) throw new VigilError('unauthenticated')
  if (isAllowed(principal, permission)) return principal
  const who = principal.scope === null ? `The role ${principal.role}` : 'The scope of this token'
  throw new VigilError('forbidden', `${who} does not have the permission ${permission}.`)
}

const loopback = /^(127\.|::1$|::ffff:127\.)/

/** From this machine and not passed on by a proxy on it, which would make the whole world look local. */
export const isLocal = (request: Pick<FastifyRequest, 'ip' | 'headers'>): boolean =>
  loopback.test(request.ip) && !request.headers['x-forwarded-for'] && !request.headers.forwarded

/** The token of a request, from its header or, where the route takes it there, from its query; else from the browser's cookie. */
export const tokenOf = (request: FastifyRequest): string | undefined => tokenSaid(request) ?? keptSession(request)

function tokenSaid(request: FastifyRequest): string | undefined {
  const bearer = bearerOf(request.headers.authorization)
  if (bearer || !request.routeOptions.config.tokenInQuery) return bearer
  const { access_token } = request.query as { access_token?: unknown }
  return typeof access_token === 'string' ? access_token : undefined
}

/** A browser sends its cookie whoever made it ask. */
const isSentByItself = (request: FastifyRequest): boolean =>
  tokenSaid(request) === undefined && keptSession(request) !== undefined
const readingMethods: readonly string[] = ['GET', 'HEAD']

export type RouteAccess = { method: string; url: string; may: Access }

/**
 * Checks every request before anything of it is read. A route under /api/v1 that names no access cannot be registered.
 * Gives the list of routes, which fills as they are registered.
 */
export function guard(app: Api, identify: Identify): RouteAccess[] {
  const routes: RouteAccess[] = []
  app.decorateRequest('principal', null)
  app.addHook('onRoute', ({ url, method, config }) => {
    if (url.startsWith('/api/v1') && !config?.may) throw new Error(`route ${String(method)} ${url} names no access`)
    routes.push({ method: String(method), url, may: config?.may ?? 'anyone' })
  })
  app.addHook('onRequest', async (request) => {
    const may = request.routeOptions.config.may ?? 'anyone'
    if (may === 'anyone' || may === 'device' || (may === 'loopback' && isLocal(request))) return
    if (!readingMethods.includes(request.method) && isSentByItself(request)) mustBeOwnPage(request)
    const principal = demand(await identify(tokenOf(request)), may === 'loopback' ? 'be_signed_in' : may)
    if (principal.locked && !request.routeOptions.config.whileLocked) throw new VigilError('session_locked')
    request.principal = principal
  })
  return routes
}
