import { X509Certificate } from 'node:crypto'
import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { makeAuthority } from '../domain/certificates.ts'
import { systemClock } from '../domain/clock.ts'
import { type Role, roles } from '../domain/registry.ts'
import { type ScopePermission, scopePermissions, viewersScope } from '../domain/scope.ts'
import { createAbsence } from '../store/absences.ts'
import { recordAudit } from '../store/audit.ts'
import { addAuthority } from '../store/authorities.ts'
import { queueCommand } from '../store/commands.ts'
import { revokeTokens } from '../store/credentials.ts'
import { rotateToken } from '../store/devices.ts'
import { updateIntegration } from '../store/integrations.ts'
import { createPartner } from '../store/partners.ts'
import { createSharing } from '../store/sharings.ts'
import { tokenHash } from '../store/tokens.ts'
import { memoryJournal } from '../test/memory_journal.ts'
import { buildApp } from './app.ts'
import { type Access, permissions, type RouteAccess } from './auth.ts'
import { openLines } from './lines.ts'
import { openTestBroker } from './test_broker.ts'
import { districts, type House, noTelemetry, openHouse } from './test_house.ts'

/** What each permission is meant to be for, written out once more: the table in auth.ts must not drift unseen. */
const meant: Record<keyof typeof permissions, string> = {
  be_signed_in: 'administrator supervisor dispatcher viewer vendor integrator',
  read_rules: 'administrator supervisor dispatcher viewer vendor integrator',
  read_tickets: 'administrator supervisor dispatcher viewer integrator',
  act_on_tickets: 'administrator supervisor dispatcher',
  read_registry: 'administrator supervisor dispatcher viewer integrator',
  read_devices: 'administrator supervisor dispatcher viewer vendor integrator',
  write_plans: 'administrator supervisor',
  write_channels: 'administrator',
  write_registry: 'administrator integrator',
  write_absences: 'administrator supervisor dispatcher integrator',
  write_operators: 'administrator',
  read_vendors: 'administrator vendor integrator',
  write_vendors: 'administrator',
  revoke_certificates: 'administrator vendor',
  enrol_devices: 'administrator vendor integrator',
  manage_integrations: 'administrator',
  write_sharings: 'administrator supervisor',
  read_partners: 'administrator supervisor dispatcher',
  write_partners: 'administrator',
  read_audit: 'administrator',
  read_refusals: 'administrator supervisor vendor integrator',
  read_front_door: 'administrator supervisor integrator',
  read_telemetry: 'administrator supervisor dispatcher viewer integrator',
  read_dead_letters: 'administrator supervisor vendor integrator',
  read_messages: 'administrator supervisor vendor integrator',
  replay_dead_letters: 'administrator integrator',
  command_devices: 'administrator supervisor dispatcher integrator vendor',
}
const mayRole = (role: Role, may: keyof typeof permissions) => meant[may].split(' ').includes(role)

/** Certificates of authorities by what they are for. */
const authorities: Record<string, string> = {}
for (const name of ['north', 'south', 'new-north', 'new-south'])
  authorities[name] = (await makeAuthority(name, { at: systemClock.now(), kind: 'ec' })).cert
const fingerprintOf = (pem = ''): string => new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase()

/** A body that each writing route takes, for things of `district`; `me` is the operator who asks. */
const bodies: Record<string, (district: string, me: string) => object> = {
  'POST /api/v1/areas': (district) => ({ name: 'a street', parent: district }),
  'POST /api/v1/homes': (district) => ({ area: `street-${district}`, address: '2' }),
  'POST /api/v1/residents': (district) => ({ home: `home-${district}`, name: 'somebody' }),
  'POST /api/v1/devices': (district) => ({ home: `home-${district}` }),
  'POST /api/v1/contacts': (district) => ({ home: `home-${district}`, name: 'son', phone: '1', position: 2 }),
  'POST /api/v1/operators': (district) => ({ name: 'new', password: 'long enough 1', role: 'viewer', area: district }),
  'POST /api/v1/vendors': () => ({ name: 'a new vendor' }),
  'POST /api/v1/integrations': (district) => ({ name: 'a new centre', area: district }),
  'POST /api/v1/plans': (district) => ({
    name: 'p',
    area: `street-${district}`,
    steps: [{ after_s: 0, tell: [{ to: 'team', team: `team-${district}` }] }],
  }),
  'POST /api/v1/rotas': (district) => ({
    name: 'r',
    area: `street-${district}`,
    shifts: [{ from: '08:00', to: '20:00', days: ['mon'], operators: [`dispatcher-${district}`] }],
  }),
  'POST /api/v1/teams': (district) => ({
    name: 't',
    area: `street-${district}`,
    members: [{ name: 'm', ways: [{ channel: `channel-${district}`, to: 'somebody' }] }],
  }),
  'POST /api/v1/channels': (district) => ({
    name: 'c',
    area: `street-${district}`,
    kind: 'webhook',
    settings: { url: 'http://127.0.0.1:9/', secret: 'a secret of some length' },
  }),
  'PATCH /api/v1/plans/:id': () => ({ name: 'renamed' }),
  'PATCH /api/v1/rotas/:id': () => ({ name: 'renamed' }),
  'PATCH /api/v1/teams/:id': () => ({ name: 'renamed' }),
  'PATCH /api/v1/channels/:id': () => ({ name: 'renamed' }),
  'POST /api/v1/plans/preview': (district) => ({ home: `home-${district}`, kind: 'sos' }),
  'POST /api/v1/channels/:id/test': () => ({ to: '' }),
  'POST /api/v1/tickets/:id/contact': () => ({ contact: 'resident', reached: true }),
  'POST /api/v1/devices/import': (district) => ({ devices: [{ id: `device-${district}` }] }),
  'POST /api/v1/vendors/:id/authorities': (district) => ({ pem: authorities[`new-${district}`] }),
  'POST /api/v1/vendors/:id/revocations': () => ({ serial: '0A' }),
  'PATCH /api/v1/vendors/:id': () => ({ name: 'renamed' }),
  'PATCH /api/v1/integrations/:id': () => ({ name: 'renamed' }),
  'PATCH /api/v1/areas/:id': () => ({ name: 'renamed' }),
  'PATCH /api/v1/homes/:id': () => ({ notes: 'the key is under the mat' }),
  'PATCH /api/v1/residents/:id': () => ({ phone: '110' }),
  'PATCH /api/v1/devices/:id': () => ({ place: 'kitchen' }),
  'PATCH /api/v1/contacts/:id': () => ({ position: 3 }),
  ...Object.fromEntries(
    ['homes', 'residents', 'contacts', 'devices'].map((of) => [`POST /api/v1/${of}/search`, () => ({ q: 'o' })]),
  ),
  'POST /api/v1/absences': (district) => ({ home: `home-${district}`, reason: 'holiday' }),
  'PATCH /api/v1/absences/:id': () => ({ reason: 'hospital' }),
  'PATCH /api/v1/operators/:id': () => ({ role: 'viewer' }),
  'POST /api/v1/session/unlock': () => ({ password: 'not his' }),
  'POST /api/v1/tickets/:id/assign': (_, me) => ({ assignee: me }),
  'POST /api/v1/tickets/:id/close': () => ({ outcome: 'test' }),
  'POST /api/v1/tickets/:id/note': () => ({ text: 'rang twice' }),
  'POST /api/v1/tickets/:id/reopen': () => ({ reason: 'rang again' }),
  'POST /api/v1/tickets/:id/share': () => ({ area: 'city' }),
  'POST /api/v1/tickets/:id/unshare': () => ({ area: 'city' }),
  'POST /api/v1/sharings': (district) => ({ from: district, to: 'city', reason: 'flood' }),
  'PATCH /api/v1/sharings/:id': () => ({ reason: 'a worse flood' }),
  'POST /api/v1/partners': (district) => ({ name: 'police', area: district, url: 'https://p.invalid/', mode: 'all' }),
  'PATCH /api/v1/partners/:id': () => ({ mode: 'by_hand' }),
  'POST /api/v1/devices/:id/commands': () => ({ kind: 'test' }),
  'POST /api/v1/dead-letters/replay': (district) => ({ ids: [`letter-${district}`] }),
}

/** The thing of `district` that `:id` of a route stands for. What is removed must be needed by nothing else. */
function idFor({ method, url }: RouteAccess, district: string): string {
  const plural = url.split('/')[3] ?? ''
  if (plural === 'dead-letters') return `letter-${district}`
  if (plural === 'operators') return `viewer-${district}`
  if (plural === 'vendors')
    return url === '/api/v1/vendors/:id' && method === 'DELETE' ? `empty-maker-${district}` : `maker-${district}`
  if (plural === 'integrations') return `centre-${district}`
  if (plural === 'areas') return method === 'DELETE' ? `empty-${district}` : `street-${district}`
  if (plural === 'homes' && method === 'DELETE') return `empty-home-${district}`
  if (plural === 'devices' && method === 'DELETE') return `spare-${district}`
  if (['teams', 'channels'].includes(plural) && method === 'DELETE') return `spare-${plural.slice(0, -1)}-${district}`
  return `${plural.slice(0, -1)}-${district}`
}

/** Every route of the api as it registered itself. */
async function allRoutes(house: House): Promise<RouteAccess[]> {
  const deps = {
    store: house.store,
    telemetry: noTelemetry,
    clock: systemClock,
    zone: 'Asia/Shanghai',
    log: pino({ level: 'silent' }),
    openJournal: async () => memoryJournal(),
    frontDoor: async () => undefined,
    peers: async () => [],
  }
  const { app, routes } = await buildApp({ ...deps, lines: openLines() })
  await app.close()
  return routes
}

const asks = (may: Access): may is keyof typeof permissions => may in permissions

/** The answer as `status code`; the head only, because live events have no end. */
async function ask(
  house: House,
  route: RouteAccess,
  district: string,
  token: string | undefined,
  me = '',
): Promise<string> {
  const { method, url } = route
  const body = bodies[`${method} ${url}`]?.(district, me)
  const path = url
    .replace(':id', idFor(route, district))
    .replace(':command', 'command-1')
    .replace(':fingerprint', fingerprintOf(authorities[district]))
  const answer = await fetch(house.base + path, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (answer.headers.get('content-type')?.startsWith('text/event-stream')) {
    await answer.body?.cancel()
    return `${answer.status}`
  }
  const text = await answer.text()
  return answer.ok ? `${answer.status}` : `${answer.status} ${JSON.parse(text).code}`
}

/** Things that may be removed, what was refused, and sessions to end and to lock. */
async function furnishMore(house: House, me?: string): Promise<void> {
  const now = systemClock.now()
  await house.store.write(async (tx) => {
    for (const district of ['north', 'south']) {
      const path = `/city/${district}/empty-${district}/`
      await tx
        .insertInto('areas')
        .values({ id: `empty-${district}`, name: 'e', parent: district, path })
        .execute()
      const home = { id: `empty-home-${district}`, area: `street-${district}`, address: 'e' }
      await tx
        .insertInto('homes')
        .values({ ...home, lat: null, lon: null, notes: null })
        .execute()
      const absence = { id: `absence-${district}`, home: `home-${district}`, reason: 'hospital' } as const
      await createAbsence(tx, absence, now)
      const device = `device-${district}`
      await queueCommand(tx, { device, input: { id: 'command-1', kind: 'ring' }, by: 'somebody', now })
      await addAuthority(tx, `maker-${district}`, authorities[district] ?? '', now)
      await recordAudit(tx, { at: now, who: 'x', what: 'refused:topic_foreign', subject: `device:${device}` })
      await createSharing(tx, { id: `sharing-${district}`, from: district, to: 'city', reason: 'flood' }, now)
      const partner = { name: 'p', area: district, url: 'https://p.invalid/', mode: 'all' } as const
      await createPartner(tx, { id: `partner-${district}`, ...partner })
    }
    if (me === undefined) return
    for (const token of ['leaving', 'locking']) {
      const session = { token_hash: tokenHash(token), operator: me, expires_at: now + 60_000 }
      await tx.insertInto('sessions').values(session).execute()
    }
  })
}

const goodStatus: Record<string, string> = {
  'POST /api/v1/logout': '204',
  'POST /api/v1/session/lock': '204',
  'POST /api/v1/session/unlock': '401 login_failed',
  'POST /api/v1/devices/import': '200',
  'POST /api/v1/tickets/:id/shown': '204',
  'POST /api/v1/channels/:id/test': '202',
  'POST /api/v1/plans/preview': '200',
  'POST /api/v1/vendors/:id/authorities': '201',
  'POST /api/v1/devices/:id/commands': '202',
  'POST /api/v1/dead-letters/replay': '202',
}

function goodAnswer({ method, url }: RouteAccess): string {
  const told = goodStatus[`${method} ${url}`]
  if (told) return told
  if (method === 'DELETE') return '204'
  return method === 'POST' && !url.includes(':id') && !url.endsWith('/search') ? '201' : '200'
}

/** Who calls: an operator of each role in one district, an administrator of all, and accounts by their tokens. */
type Caller = { name: string; role: Role; bound: 'area' | 'vendor' | 'nothing'; scope?: readonly ScopePermission[] }
const callers: Caller[] = [
  ...roles.map((role) => ({
    name: `${role}-north`,
    role,
    bound: role === 'vendor' ? ('vendor' as const) : ('area' as const),
  })),
  { name: 'administrator', role: 'administrator', bound: 'nothing' },
  { name: 'maker-north', role: 'vendor', bound: 'vendor' },
  { name: 'centre-north', role: 'viewer', bound: 'area' },
]

const mayScope = (scope: readonly string[], may: string) => may === 'be_signed_in' || scope.includes(may)

/** A program of one district with each permission alone, with none, and with all that there are. */
const programs: (Caller & { of: string })[] = [
  ...scopePermissions.map((may) => ({ of: may, scope: [may] })),
  { of: 'nothing', scope: [] },
  { of: 'everything', scope: scopePermissions },
].map((given) => ({ name: 'centre-north', role: 'viewer', bound: 'area', ...given }))

/** What a caller is answered about a thing of its own district, `north`, or of the other. Vendors lie in no area. */
function expectedAnswer({ name, role, bound, scope }: Caller, route: RouteAccess, district: 'north' | 'south'): string {
  const { method, url, may } = route
  if (url.startsWith('/api/v1/session/') && !name.startsWith(role)) return '403 forbidden'
  if (!asks(may) || !(scope ? mayScope(scope, may) : mayRole(role, may))) return '403 forbidden'
  if (bound === 'nothing') return goodAnswer(route)
  if (bound === 'area' && url === '/api/v1/refusals') return '403 forbidden'
  const unbounded = ['GET /api/v1/audit', 'GET /api/v1/front-door', 'POST /api/v1/vendors']
  if (unbounded.includes(`${method} ${url}`)) return '403 forbidden'
  const outside = district === 'south' || (bound === 'area' && url.startsWith('/api/v1/vendors/'))
  return outside ? '404 not_found' : goodAnswer(route)
}

const rescope = (house: House, scope: readonly ScopePermission[] | null) =>
  house.store.write((tx) => updateIntegration(tx, 'centre-north', { scope: scope && [...scope] }, 0))

/** The sessions for what would take the caller's own away. */
const sessionsFor: Record<string, string> = {
  '/api/v1/logout': 'leaving',
  '/api/v1/session/lock': 'locking',
  '/api/v1/session/unlock': 'locking',
}

/** Asks every route about a thing of each district; by `{district} {method} {url}` what came, and what should have come. */
async function tryEverything(house: House, caller: Caller) {
  const isPerson = caller.name.startsWith(caller.role)
  await furnishMore(house, isPerson ? caller.name : undefined)
  const routes = (await allRoutes(house)).filter(({ may }) => asks(may))
  // Removing comes last, and homes before the streets they stand in. A program cannot hand a ticket to itself.
  const isLast = ({ method, url }: RouteAccess) => method === 'DELETE' || (!isPerson && url.endsWith('/assign'))
  const expected: Record<string, string> = {}
  const seen: Record<string, string> = {}
  for (const route of routes.toSorted((a, b) => Number(isLast(a)) - Number(isLast(b)))) {
    const { method, url } = route
    const token = (isPerson && sessionsFor[url]) || `token-${caller.name}`
    const me = isPerson ? caller.name : 'dispatcher-north'
    for (const district of url.includes(':id') ? districts : (['north'] as const)) {
      expected[`${district} ${method} ${url}`] = expectedAnswer(caller, route, district)
      seen[`${district} ${method} ${url}`] = await ask(house, route, district, token, me)
    }
  }
  return { seen, expected }
}

describe('who may do what', () => {
  it('is as it was meant', () => {
    const table = Object.fromEntries(Object.entries(permissions).map(([may, of]) => [may, [...of].sort()]))
    expect(table).toEqual(Object.fromEntries(Object.entries(meant).map(([may, of]) => [may, of.split(' ').sort()])))
  })

  it('asks for a token on every route that is not open', async () => {
    const house = await openHouse()
    const closed = (await allRoutes(house)).filter(({ may }) => asks(may))
    expect(closed.length).toBeGreaterThan(45)
    const answers = await Promise.all(closed.map((route) => ask(house, route, 'north', undefined)))
    expect([...new Set(answers)]).toEqual(['401 unauthenticated'])
    const wrong = await Promise.all(closed.map((route) => ask(house, route, 'north', 'no-such-token')))
    expect([...new Set(wrong)]).toEqual(['401 unauthenticated'])
  })

  it('leaves open only what must be', async () => {
    const house = await openHouse()
    const open = (await allRoutes(house)).filter(({ may, url }) => !asks(may) && !url.startsWith('/api/docs'))
    expect(open.map(({ method, url, may }) => `${method} ${url} ${may}`).sort()).toEqual([
      'GET /a/:token anyone',
      'GET /api/v1/login/oidc anyone',
      'GET /api/v1/login/oidc/callback anyone',
      'GET /api/v1/login/options anyone',
      'GET /healthz loopback',
      'GET /metrics loopback',
      'GET /readyz loopback',
      'HEAD /healthz loopback',
      'HEAD /readyz loopback',
      'HEAD,GET /* anyone',
      'HEAD,GET /lib/gcoord/* anyone',
      'HEAD,GET /lib/leaflet/* anyone',
      'POST /api/v1/answers anyone',
      'POST /api/v1/claims anyone',
      'POST /api/v1/devices/:id/answers device',
      'POST /api/v1/devices/:id/motion device',
      'POST /api/v1/devices/:id/readings device',
      'POST /api/v1/devices/:id/signals device',
      'POST /api/v1/login anyone',
      'POST /api/v1/login/oidc/session anyone',
      'POST /api/v1/partners/:id/events anyone',
      'POST /api/v1/push/:codec device',
      'POST /api/v1/push/:codec/* device',
      'PUT /api/v1/push/:codec device',
      'PUT /api/v1/push/:codec/* device',
    ])
  })

  it.each(callers)(
    'lets $name do on every route what its role may, and finds nothing outside of its bounds',
    async (caller) => {
      const broker = await openTestBroker()
      const house = await openHouse({ peers: async () => [broker] })
      const { seen, expected } = await tryEverything(house, caller)
      expect(seen).toEqual(expected)
    },
  )

  it.each(programs)(
    'lets a program with the scope of $of do exactly that on every route, and finds nothing outside of its area',
    async (program) => {
      const broker = await openTestBroker()
      const house = await openHouse({ peers: async () => [broker] })
      await rescope(house, program.scope ?? null)
      const { seen, expected } = await tryEverything(house, program)
      expect(seen).toEqual(expected)
    },
  )

  it('gives a program without a scope what a viewer may', () => {
    const viewers = scopePermissions.filter((may) => mayRole('viewer', may))
    expect(viewersScope).toEqual(viewers)
    const kept = Object.keys(permissions).filter((may) => !(scopePermissions as readonly string[]).includes(may))
    expect(kept.sort()).toEqual([
      'be_signed_in',
      'manage_integrations',
      'read_partners',
      'write_channels',
      'write_operators',
      'write_partners',
      'write_sharings',
      'write_vendors',
    ])
  })

  it.each([...callers.filter(({ bound }) => bound !== 'nothing'), ...programs.slice(-1)])(
    'shows $name nothing of the other district in any list',
    async ({ name, role, scope }) => {
      const broker = await openTestBroker()
      const house = await openHouse({ peers: async () => [broker] })
      await furnishMore(house)
      if (scope) await rescope(house, scope)
      const routes = (await allRoutes(house)).filter(
        ({ may }) => asks(may) && (scope ? mayScope(scope, may) : mayRole(role, may)),
      )
      const lists = routes.filter(
        ({ method, url }) => method === 'GET' && !url.includes(':id') && !url.endsWith('/events'),
      )
      const token = `token-${name}`
      for (const { url } of lists) expect((await house.call('GET', url, { token })).text, url).not.toContain('south')
      const unbounded = await house.call('GET', '/api/v1/devices', { token: `token-${role}` })
      expect(unbounded.body.items?.map(({ id }) => id)).toContain('device-south')
    },
  )

  it('lets nobody write who has the role of a vendor and names none', async () => {
    const house = await openHouse()
    for (const path of ['import', 'device-north/claim-code', 'device-north/token', 'device-north/revoke']) {
      const body = path === 'import' ? { devices: [{}] } : undefined
      const answer = await house.call('POST', `/api/v1/devices/${path}`, { token: 'token-vendor', body })
      expect([answer.status, answer.body.code], path).toEqual([403, 'forbidden'])
    }
  })

  it('gives an operator of a vendor who is bounded by a district no more than what is both', async () => {
    const house = await openHouse()
    await furnishMore(house)
    await house.store.write(async (tx) => {
      await tx.updateTable('devices').set({ vendor: 'maker-north' }).execute()
      await tx.updateTable('operators').set({ area: 'north' }).where('id', '=', 'vendor-north').execute()
    })
    const token = 'token-vendor-north'
    const devices = await house.call('GET', '/api/v1/devices', { token })
    expect(devices.body.items.map(({ id }) => id)).toEqual(['device-north', 'spare-north'])
    expect((await house.call('GET', '/api/v1/vendors', { token })).body.items).toEqual([])
    const refused = async (method: string, path: string, body?: object) =>
      (await house.call(method, `/api/v1/${path}`, { token, body })).body.code
    expect(await refused('GET', 'vendors/maker-north')).toBe('not_found')
    expect(await refused('POST', 'vendors/maker-north/revocations', { serial: '01' })).toBe('not_found')
    expect(await refused('GET', 'refusals')).toBe('forbidden')
    expect(await refused('GET', 'refusals?vendor=maker-north')).toBe('not_found')
    expect(await refused('POST', 'devices/device-south/revoke')).toBe('not_found')
    const imported = await house.call('POST', '/api/v1/devices/import', { token, body: { devices: [{ id: 'x' }] } })
    expect(imported.body.items).toMatchObject([{ result: 'refused', code: 'forbidden' }])
  })

  it('takes no device’s token, and an account’s only as long as it is valid', async () => {
    const house = await openHouse()
    const { token: device } = await house.store.write((tx) => rotateToken(tx, 'device-north', 0))
    const me = async (token: string) => (await house.call('GET', '/api/v1/me', { token })).status
    expect([await me(device), await me('token-maker-north'), await me('token-centre-north')]).toEqual([401, 200, 200])
    await house.store.write(async (tx) => {
      await revokeTokens(tx, 'vendor:maker-north', 0)
      await tx.updateTable('credentials').set({ expires_at: systemClock.now() }).execute()
    })
    expect([await me('token-maker-north'), await me('token-centre-north')]).toEqual([401, 401])
  })

  it.each([
    ['POST /api/v1/areas', { name: 'x', parent: 'PLACE' }],
    ['POST /api/v1/homes', { area: 'PLACE', address: 'x' }],
    ['POST /api/v1/residents', { home: 'home-PLACE', name: 'x' }],
    ['POST /api/v1/devices', { home: 'home-PLACE' }],
    ['POST /api/v1/contacts', { home: 'home-PLACE', name: 'x', phone: '1', position: 1 }],
    ['POST /api/v1/operators', { name: 'x', password: 'long enough 1', role: 'viewer', area: 'PLACE' }],
    ['POST /api/v1/sharings', { from: 'PLACE', to: 'city', reason: 'x' }],
    ['POST /api/v1/partners', { name: 'x', area: 'PLACE', url: 'https://p.invalid/', mode: 'all' }],
    ['PATCH /api/v1/sharings/sharing-north', { from: 'PLACE' }],
    ['PATCH /api/v1/partners/partner-north', { area: 'PLACE' }],
    ['PATCH /api/v1/areas/street-north', { parent: 'PLACE' }],
    ['PATCH /api/v1/homes/home-north', { area: 'PLACE' }],
    ['PATCH /api/v1/residents/resident-north', { home: 'home-PLACE' }],
    ['PATCH /api/v1/devices/device-north', { home: 'home-PLACE' }],
    ['PATCH /api/v1/contacts/contact-north', { home: 'home-PLACE' }],
    ['PATCH /api/v1/operators/viewer-north', { area: 'PLACE' }],
  ])('answers %s into another district as into one that is not there', async (route, body) => {
    const house = await openHouse()
    await furnishMore(house)
    const [method = '', path = ''] = route.split(' ')
    const into = async (place: string) => {
      const text = JSON.stringify(body).replace('PLACE', place)
      const answer = await house.call(method, path, { token: 'token-administrator-north', body: text })
      const { request_id: _, ...problem } = answer.body
      return JSON.parse(JSON.stringify(problem).replaceAll(place, 'PLACE'))
    }
    const foreign = await into('south')
    expect(foreign).toMatchObject({ status: 409, code: 'reference_unknown' })
    expect(foreign).toEqual(await into('atlantis'))
  })

  it.each([
    ['POST', '/api/v1/areas', { name: 'another root' }],
    ['POST', '/api/v1/devices', { model: 'homeless' }],
    ['POST', '/api/v1/operators', { name: 'all-seeing', password: 'long enough 1', role: 'administrator' }],
    ['PATCH', '/api/v1/operators/administrator-north', { area: null }],
    ['PATCH', '/api/v1/devices/device-north', { home: null }],
    ['PATCH', '/api/v1/areas/street-north', { parent: null }],
    ['PATCH', '/api/v1/areas/north', { name: 'my own bound' }],
    ['DELETE', '/api/v1/areas/north', undefined],
  ])('keeps an administrator of a district within it: %s %s %o', async (method, path, body) => {
    const house = await openHouse()
    const bounded = await house.call(method, path, { token: 'token-administrator-north', body })
    expect([bounded.status, bounded.body.code]).toEqual([403, 'forbidden'])
  })

  it('lets operations be asked from this machine, and from elsewhere only with a token', async () => {
    const house = await openHouse()
    const statuses = async (options: Parameters<House['call']>[2]) =>
      Promise.all(['/healthz', '/metrics'].map(async (path) => (await house.call('GET', path, options)).status))
    expect(await statuses({})).toEqual([200, 200])
    expect(await statuses({ headers: { 'x-forwarded-for': '203.0.113.9' } })).toEqual([401, 401])
    expect(await statuses({ headers: { 'x-forwarded-for': '203.0.113.9' }, token: 'token-viewer' })).toEqual([200, 200])
  })
})
