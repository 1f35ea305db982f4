import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { onTestFinished } from 'vitest'
import { type Clock, systemClock } from '../domain/clock.ts'
import { type Role, roles } from '../domain/registry.ts'
import type { Telemetry } from '../ingest/telemetry.ts'
import { createArea } from '../store/areas.ts'
import { keepDeadLetter } from '../store/dead_letters.ts'
import { createDevice } from '../store/devices.ts'
import { channels, rotas, teams } from '../store/dispatch.ts'
import { appendEvent } from '../store/events.ts'
import { createHome } from '../store/homes.ts'
import { createIntegration } from '../store/integrations.ts'
import { openStore } from '../store/open.ts'
import { createContact, createResident } from '../store/people.ts'
import { createPlan } from '../store/plans.ts'
import type { Store, Tx } from '../store/store.ts'
import { addEvidence, insertTicket, setTimer } from '../store/ticket_rows.ts'
import { readTicket } from '../store/tickets.ts'
import { tokenHash } from '../store/tokens.ts'
import { createVendor } from '../store/vendors.ts'
import { memoryJournal } from '../test/memory_journal.ts'
import { type ApiOptions, startApi } from './start.ts'

/**
 * A small house for the api's tests, over real HTTP and the real embedded store: a city with the districts `north` and
 * `south`, in each a street, a home, a resident, a device, a contact, an open ticket and a dead letter, named after
 * the district. `{role}-{district}` and `{role}` are operators, and `token-{operator}` their tokens; those with the role
 * vendor are bounded by the vendor `maker-{district}`, of which the district's devices are, and not by the area. The
 * integration `centre-{district}` reads the district. Their tokens are `token-maker-{district}`, `token-centre-{district}`.
 */
export type House = {
  port: number
  /** Where TLS was asked for. */
  httpsPort: number | undefined
  /** Close the one or the other before its time. */
  closeApi(): Promise<void>
  closeStore(): Promise<void>
  store: Store
  base: string
  /** JSON in, JSON out. `body` undefined sends none. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>
}
export type CallOptions = { token?: string | undefined; body?: unknown; headers?: Record<string, string> }
export type Answer = { status: number; body: Body; headers: Headers; text: string }
type Fields = Record<string, unknown>
/** A JSON answer as a test looks at it: what the answers of the api have in common, and whatever else. */
export type Body = Fields & {
  code: string
  id: string
  token: string
  next: string | null
  items: (Fields & { id: string })[]
}

export const adminToken = 'the-administrators-token'
export const districts = ['north', 'south'] as const
const start = Date.UTC(2026, 10, 22, 8)

export const noTelemetry: Telemetry = {
  write: async () => [],
  read: async () => [],
  trim: async () => {},
  close: async () => {},
}

/** Opens the house for the test that asks, and closes it and removes its data when that has finished. */
export async function openHouse(options: Partial<ApiOptions> = {}): Promise<House> {
  const data = await mkdtemp(join(tmpdir(), 'vigil-api-'))
  const clock: Clock = options.clock ?? systemClock
  const store = await openStore({ data, clock })
  await store.write((tx) => furnish(tx, clock.now()))
  const api = await startApi({
    store,
    telemetry: noTelemetry,
    clock,
    zone: 'Asia/Shanghai',
    log: pino({ level: 'silent' }),
    adminToken,
    openJournal: async () => memoryJournal(),
    frontDoor: async () => undefined,
    peers: async () => [],
    ...options,
    host: '127.0.0.1',
    port: 0,
  })
  const base = `http://127.0.0.1:${api.port}`
  let closing: Promise<void> | undefined
  const closeStore = () => {
    closing ??= store.close()
    return closing
  }
  onTestFinished(async () => {
    await api.close()
    await closeStore()
    await rm(data, { recursive: true })
  })
  const call: House['call'] = (method, path, more) => callJson(`${base}${path}`, method, more)
  return { port: api.port, httpsPort: api.httpsPort, store, base, call, closeApi: () => api.close(), closeStore }
}

async function callJson(url: string, method: string, { token, body, headers }: CallOptions = {}): Promise<Answer> {
  const answer = await fetch(url, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, body: parsed(text), headers: answer.headers, text }
}

function parsed(text: string): Body {
  try {
    return JSON.parse(text) as Body
  } catch {
    return {} as Body
  }
}

async function furnish(tx: Tx, now: number): Promise<void> {
  await createArea(tx, { id: 'city', name: 'city' })
  for (const district of districts) await furnishDistrict(tx, district, now)
  await createDevice(tx, { id: 'device-loose' }, now)
  for (const role of roles) await addOperator(tx, { id: role, role }, now)
}

async function furnishDistrict(tx: Tx, district: (typeof districts)[number], now: number): Promise<void> {
  await createArea(tx, { id: district, name: district, parent: 'city' })
  await createArea(tx, { id: `street-${district}`, name: 'street', parent: district })
  const home = `home-${district}`
  await createHome(tx, { id: home, area: `street-${district}`, address: `1 ${district}` })
  await createResident(tx, { id: `resident-${district}`, home, name: `somebody ${district}` })
  await createContact(tx, { id: `contact-${district}`, home, name: 'daughter', phone: '123', position: 1 })
  const vendor = `maker-${district}`
  await createVendor(tx, { id: vendor, name: vendor }, now)
  await createVendor(tx, { id: `empty-${vendor}`, name: vendor }, now)
  await createIntegration(tx, { id: `centre-${district}`, name: `centre ${district}`, area: district }, now)
  await addToken(tx, `vendor:${vendor}`, `token-${vendor}`)
  await addToken(tx, `integration:centre-${district}`, `token-centre-${district}`)
  await createDevice(tx, { id: `device-${district}`, home, vendor }, now)
  await createDevice(tx, { id: `spare-${district}`, home, vendor }, now)
  for (const role of roles) {
    const bound = role === 'vendor' ? { vendor } : { area: district }
    await addOperator(tx, { id: `${role}-${district}`, role, ...bound }, now)
  }
  await openTicket(tx, `ticket-${district}`, district)
  await furnishDispatch(tx, district)
  await keepDeadLetter(tx, {
    id: `letter-${district}`,
    receivedAt: start,
    topic: `vigil/v1/device-${district}/readings`,
    device: `device-${district}`,
    code: 'payload_not_json',
    detail: 'it ends too early',
    payload: Buffer.from('{"readings":'),
    retained: false,
  })
}

/** A plan, a rota, a team and a channel; and of what must be needed by nothing to be removed a spare one. */
async function furnishDispatch(tx: Tx, district: string): Promise<void> {
  const area = `street-${district}`
  const settings = { url: 'http://127.0.0.1:9/', secret: `the secret of ${district}` }
  for (const spare of ['', 'spare-']) {
    const channel = `${spare}channel-${district}`
    await channels.create(tx, {
      id: channel,
      name: 'channel',
      area,
      ...{ kind: 'webhook', language: 'en', detail: 'brief', settings },
    })
    const member = { name: 'responder', ways: [{ channel: `channel-${district}`, to: '' }] }
    await teams.create(tx, { id: `${spare}team-${district}`, name: 'team', area, ...{ members: [member] } })
  }
  const shift = { from: '08:00', to: '20:00', days: ['mon'], operators: [`dispatcher-${district}`] }
  await rotas.create(tx, {
    id: `rota-${district}`,
    name: 'rota',
    area,
    ...{ role: 'dispatcher', shifts: [shift], overrides: [], holidays: [] },
  })
  const steps = [
    { after_s: 0, tell: [{ to: 'team' as const, team: `team-${district}`, order: 'parallel' as const, each_s: 60 }] },
  ]
  await createPlan(tx, { id: `plan-${district}`, name: 'plan', area, steps, area_above: false })
}

/** The password of none of them is known; they have their tokens. */
type Bounded = { id: string; role: Role; area?: string | null; vendor?: string | null }
async function addOperator(tx: Tx, { id, role, area = null, vendor = null }: Bounded, now: number): Promise<void> {
  await tx.insertInto('operators').values({ id, name: id, password_hash: ':', role, area, vendor }).execute()
  const session = { token_hash: tokenHash(`token-${id}`), operator: id, expires_at: now + 12 * 3_600_000 }
  await tx.insertInto('sessions').values(session).execute()
}

async function addToken(tx: Tx, principal: string, token: string): Promise<void> {
  const credential = { id: `credential-of-${token}`, principal, token_hash: tokenHash(token), created_at: start }
  await tx.insertInto('credentials').values(credential).execute()
}

let records = 0

/** An open SOS ticket of the home in `district`, and its live event. Gives the event's number. */
export async function openTicket(tx: Tx, id: string, district: string, at = start): Promise<number> {
  const areaPath = `/city/${district}/street-${district}/`
  const device = `device-${district}`
  await insertTicket(tx, {
    id,
    state: 'open',
    kind: 'sos',
    severity: 'critical',
    home: `home-${district}`,
    area: `street-${district}`,
    area_path: areaPath,
    device,
    episode: `home:home-${district}`,
    opened_at: at,
    updated_at: at,
    acknowledged_at: null,
    closed_at: null,
    first_at: at,
    last_at: at,
    outcome: null,
    holder: null,
    doubts: [],
  })
  records += 1
  await addEvidence(tx, {
    ticket: id,
    lane: 'urgent',
    seq: records,
    n: 0,
    device,
    signal: 'sos',
    at,
    device_at: at,
    received_at: at,
    topic: `vigil/v1/${device}/signals`,
    reason: 'sos_pressed',
    doubts: [],
    detail: {},
  })
  await setTimer(tx, id, 'answer', at + 60_000)
  const ticket = await readTicket(tx, id)
  if (!ticket) throw new Error(`${id} is not there`)
  return appendEvent(tx, { type: 'ticket.opened', at, ticket, areaPath, sharedWith: [] })
}
