import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../domain/clock.ts'
import type { PrincipalName } from '../../domain/principals.ts'
import { createArea, updateArea } from '../../store/areas.ts'
import { registerDevice, updateDevice } from '../../store/devices.ts'
import { createIntegration, updateIntegration } from '../../store/integrations.ts'
import { openStore } from '../../store/open.ts'
import type { Store } from '../../store/store.ts'
import { createVendor } from '../../store/vendors.ts'
import { admit } from '../admission.ts'
import { type Identity, openIdentity } from './identity.ts'
import { keyOf, type Principal } from './principal.ts'

/** Who may speak for whom, told apart from how the house finds it out. */
const family: Record<string, string[]> = {
  'device:watch-1': ['watch-1'],
  'device:alone': ['alone'],
  'device:gateway-1': ['gateway-1', 'mat-1', 'mat-2'],
  'device:gateway-2': ['gateway-2', 'bolt-mat'],
  'device:mat-1': ['mat-1'],
  'vendor:acme': ['watch-1', 'gateway-1', 'mat-1', 'mat-2'],
  'vendor:bolt': ['gateway-2', 'bolt-mat'],
  'vendor:empty': [],
}
const areas: Record<string, string[]> = { '': ['city', 'north', 'old-town', 'south'], north: ['north', 'old-town'] }
const withFamily = ['device:gateway-1', 'device:gateway-2', 'vendor:acme', 'vendor:bolt', 'vendor:empty']
const names: PrincipalName[] = [
  ...['watch-1', 'alone', 'gateway-1', 'gateway-2', 'mat-1'].map((id) => ({ kind: 'device' as const, id })),
  ...['acme', 'bolt', 'empty'].map((id) => ({ kind: 'vendor' as const, id })),
  ...['everywhere', 'north', 'old-town', 'deaf'].map((id) => ({ kind: 'integration' as const, id })),
  { kind: 'administrator' },
]
const devices = [
  'watch-1',
  'alone',
  'gateway-1',
  'gateway-2',
  'mat-1',
  'mat-2',
  'bolt-mat',
  'nobody',
  'vendors',
  'areas',
]
const up = ['readings', 'signals', 'motion', 'status', 'answers']
const down = ['commands', 'receipts']

let data: string
let store: Store
let identity: Identity
let principals: Principal[]

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'vigil-permission-'))
  store = await openStore({ data, clock: systemClock })
  await store.write(async (tx) => {
    await createArea(tx, { id: 'city', name: 'city' })
    await createArea(tx, { id: 'north', name: 'north', parent: 'city' })
    await createArea(tx, { id: 'south', name: 'south', parent: 'city' })
    await createArea(tx, { id: 'old-town', name: 'old town', parent: 'north' })
    for (const id of ['acme', 'bolt', 'empty']) await createVendor(tx, { id, name: id }, 0)
    await registerDevice(tx, { id: 'watch-1', vendor: 'acme' }, 0)
    await registerDevice(tx, { id: 'alone' }, 0)
    await registerDevice(tx, { id: 'gateway-1', vendor: 'acme' }, 0)
    await registerDevice(tx, { id: 'gateway-2', vendor: 'bolt' }, 0)
    for (const id of ['mat-1', 'mat-2']) await registerDevice(tx, { id, vendor: 'acme', gateway: 'gateway-1' }, 0)
    await registerDevice(tx, { id: 'bolt-mat', vendor: 'bolt', gateway: 'gateway-2' }, 0)
    await createIntegration(tx, { id: 'everywhere', name: 'all' }, 0)
    await createIntegration(tx, { id: 'north', name: 'north', area: 'north' }, 0)
    await createIntegration(tx, { id: 'old-town', name: 'old town', area: 'old-town' }, 0)
    await createIntegration(tx, { id: 'deaf', name: 'reads devices', scope: ['read_devices', 'act_on_tickets'] }, 0)
  })
  identity = openIdentity({ store, clock: systemClock, adminToken: undefined, log: pino({ level: 'silent' }) })
  principals = (await Promise.all(names.map(identity.registry.principalOf))).filter((one) => one !== undefined)
})
afterAll(async () => {
  await store.close()
  await rm(data, { recursive: true })
})

/** A topic, and what it is for as whoever made it knows. */
type Topic = { text: string; device?: string; kind?: string; vendor?: string; area?: string; family?: boolean }

const wellFormed: Topic[] = [
  ...devices.flatMap((device) =>
    [...up, ...down].map((kind) => ({ text: `vigil/v1/${device}/${kind}`, device, kind })),
  ),
  ...['acme', 'bolt', 'empty', 'nobody'].map((vendor) => ({ text: `vigil/v1/vendors/${vendor}/receipts`, vendor })),
  ...['city', 'north', 'old-town', 'south', 'nowhere'].map((area) => ({
    text: `vigil/v1/areas/${area}/tickets`,
    area,
  })),
  { text: 'vigil/v1/tickets', area: '' },
]
const wildcards: Topic[] = [
  { text: 'vigil/v1/+/commands', family: true },
  { text: 'vigil/v1/+/receipts', family: true },
  ...['#', '+', '/#', '+/#', 'vigil/#', 'vigil/+/+/+', 'vigil/v1/#', 'vigil/v1/+', 'vigil/v1/+/+'].map((text) => ({
    text,
  })),
  ...['vigil/+/watch-1/commands', '+/v1/watch-1/receipts', 'vigil/v1/watch-1/#', 'vigil/v1/watch-1/+'].map((text) => ({
    text,
  })),
  ...['vigil/v1/+/readings', 'vigil/v1/+/status', 'vigil/v1/+/receipts/#', 'vigil/v1/areas/+/tickets'].map((text) => ({
    text,
  })),
  ...['vigil/v1/areas/#', 'vigil/v1/vendors/+/receipts', 'vigil/v1/vendors/#', 'vigil/v1/tickets/#'].map((text) => ({
    text,
  })),
]
/** What looks like a topic of watch-1 or of north and is none. */
const tricks: string[] = [
  ...['', '/', ' ', 'vigil', 'vigil/v1', 'vigil/v1/', '$SYS', '$SYS/#', '$SYS/+/new/clients', 'vigil/nowhere'],
  ...[...wellFormed.filter(({ device }) => device === 'watch-1'), { text: 'vigil/v1/areas/north/tickets' }].flatMap(
    ({ text }) => [
      ...[`${text}/`, `/${text}`, `${text} `, ` ${text}`, `${text}\0`, `${text}\n`, text.replace('/v1/', '//v1/')],
      ...[text.replace('vigil', 'Vigil'), text.replace('v1', 'v2'), text.toUpperCase(), text.replace('/', '\\')],
      ...[text.replace('i', 'і'), text.replace('/', '∕'), text.normalize('NFKD').replace('t', 't\u0301')],
      ...[
        text.replaceAll('/', '%2F'),
        `$share/g/${text}`,
        `$queue/${text}`,
        `$SYS/${text}`,
        `./${text}`,
        `vigil/v1/../${text}`,
      ],
      text.replace(/watch-1|north/, (id) => id + 'x'.repeat(600)),
      text.replace(/watch-1|north/, (id) => `${id}\u200b`),
    ],
  ),
]

const reachOf = (principal: Principal): string[] => family[keyOf(principal)] ?? []
const areasOf = ({ id }: { id: string }): string[] =>
  id === 'everywhere' ? areas['']! : id === 'north' ? areas.north! : [id]

/** What the page says of subscribing, in docs/Mqtt.md. */
function mayHave(principal: Principal, topic: Topic): boolean {
  if (principal.kind === 'administrator') return !topic.text.startsWith('$share/')
  if (principal.kind === 'integration') {
    if (principal.id === 'deaf') return false
    if (topic.area === '') return principal.id === 'everywhere'
    return topic.area !== undefined && areasOf(principal).includes(topic.area)
  }
  if (topic.family) return withFamily.includes(keyOf(principal))
  if (topic.vendor !== undefined) return principal.kind === 'vendor' && principal.id === topic.vendor
  return down.includes(topic.kind ?? '') && reachOf(principal).includes(topic.device ?? '')
}

const everyFilter = (): Topic[] => [...wellFormed, ...wildcards, ...tricks.map((text) => ({ text }))]

describe('who may subscribe', () => {
  it('is as the page says, for everybody and every filter', async () => {
    const cases = principals.flatMap((who) => everyFilter().map((topic) => ({ who, topic })))
    expect(cases.length).toBeGreaterThan(2_000)
    for (const { who, topic } of cases) {
      const allowed = await identity.permission.maySubscribe(who, topic.text)
      expect([keyOf(who), topic.text, allowed]).toEqual([keyOf(who), topic.text, mayHave(who, topic)])
    }
    const granted = cases.filter(({ who, topic }) => who.kind !== 'administrator' && mayHave(who, topic))
    expect(granted.length).toBeGreaterThan(40)
  })

  it('is asked again of every message, of whoever is connected and of whoever is away', async () => {
    for (const who of principals) {
      for (const topic of wellFormed.filter(({ area }) => area !== 'nowhere')) {
        const told = [keyOf(who), topic.text, mayHave(who, topic)]
        expect([keyOf(who), topic.text, identity.permission.mayHear(who, topic.text)]).toEqual(told)
        const away = await identity.permission.mayReceive(`${keyOf(who)}/client`, topic.text)
        expect([keyOf(who), topic.text, away]).toEqual(told)
      }
      for (const text of tricks.filter((one) => !one.startsWith('$share/') && who.kind !== 'administrator'))
        expect([text, identity.permission.mayHear(who, text)]).toEqual([text, false])
    }
    expect(await identity.permission.mayReceive('nobody/client', 'vigil/v1/watch-1/receipts')).toBe(false)
  })
})

describe('who may publish', () => {
  /** What the page says of publishing: the refusal, or none. */
  function refusalOf(principal: Principal, topic: Topic): string | undefined {
    if (principal.kind === 'integration') return 'topic_foreign'
    if (topic.device === undefined) return 'topic_unknown'
    const isOwn = principal.kind === 'administrator' || reachOf(principal).includes(topic.device)
    if (!isOwn) return 'topic_foreign'
    return up.includes(topic.kind ?? '') ? undefined : 'topic_unknown'
  }

  it('is as the page says, for everybody and every topic', () => {
    const isPublishable = ({ text }: Topic) => text !== '' && !/[+#]/.test(text)
    const cases = principals.flatMap((who) =>
      everyFilter()
        .filter(isPublishable)
        .map((topic) => ({ who, topic })),
    )
    expect(cases.length).toBeGreaterThan(2_000)
    for (const { who, topic } of cases) {
      const arrival = { topic: topic.text, payload: Buffer.from('{"readings":{}}'), retained: true, receivedAt: 0 }
      const { record, passOn } = admit(who, arrival)
      const expected = refusalOf(who, topic)
      expect([keyOf(who), topic.text, record.refused]).toEqual([keyOf(who), topic.text, expected])
      if (expected) expect(passOn).toBe('nobody')
      else expect(passOn).toBe(topic.kind === 'status' ? 'retained' : 'subscribers')
    }
  })
})

describe('what changes in the registry', () => {
  it('counts for an integration whose scope changes, connected or away', async () => {
    const may = async () => {
      const who = await identity.registry.principalOf({ kind: 'integration', id: 'everywhere' })
      const away = await identity.permission.mayReceive('integration:everywhere/client', 'vigil/v1/tickets')
      return [await identity.permission.maySubscribe(who!, 'vigil/v1/tickets'), away]
    }
    const rescope = async (scope: 'read_tickets'[] | null) => {
      await store.write((tx) => updateIntegration(tx, 'everywhere', { scope }, 1))
      identity.changed('integration:everywhere')
    }
    expect(await may()).toEqual([true, true])
    await rescope([])
    expect(await may()).toEqual([false, false])
    await rescope(['read_tickets'])
    expect(await may()).toEqual([true, true])
    await rescope(null)
  })

  it('counts for a family that is known, for whoever is away, and for areas', async () => {
    const { families, permission } = identity
    const gateway = (await families.of('device:gateway-1')) as Map<string, number>
    const receives = (key: string) => permission.mayReceive(`${key}/client`, 'vigil/v1/mat-2/receipts')
    expect([await receives('device:gateway-1'), await receives('vendor:acme')]).toEqual([true, true])
    await store.write((tx) => updateDevice(tx, 'mat-2', { gateway: null, vendor: null }, 1))
    families.changed('mat-2', { home: null, vendor: null, gateway: null })
    identity.changed('device:mat-2')
    expect([...gateway.keys()]).toEqual(['mat-1'])
    expect([await receives('device:gateway-1'), await receives('vendor:acme')]).toEqual([false, false])
    const north: Principal = { kind: 'integration', id: 'north', area: 'north' }
    expect(permission.mayHear(north, 'vigil/v1/areas/old-town/tickets')).toBe(true)
    await store.write((tx) => updateArea(tx, 'old-town', { parent: 'south' }, 1))
    permission.areas.learn('/city/south/old-town/')
    expect(permission.mayHear(north, 'vigil/v1/areas/old-town/tickets')).toBe(false)
    expect(await permission.maySubscribe(north, 'vigil/v1/areas/old-town/tickets')).toBe(false)
  })
})
