import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { systemClock, virtualClock } from '../../domain/clock.ts'
import { partitionOf } from '../../domain/ids.ts'
import { issueToken } from '../../store/credentials.ts'
import { accessOfDevice, registerDevice, revokeDevice, updateDevice } from '../../store/devices.ts'
import { openStore } from '../../store/open.ts'
import type { Db, Store } from '../../store/store.ts'
import { createVendor } from '../../store/vendors.ts'
import { openAccess } from './access.ts'
import { openChanges } from './changes.ts'
import { type Families, openFamilies } from './families.ts'
import { openIdentity } from './identity.ts'

let data: string
let store: Store
let families: Families
let away = false
const awayable = (real: Db): Db =>
  new Proxy(real, {
    get(target, name) {
      if (away) throw new Error('the database is away')
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })

beforeEach(async () => {
  away = false
  data = await mkdtemp(join(tmpdir(), 'vigil-families-'))
  store = await openStore({ data, clock: systemClock })
  await store.write(async (tx) => {
    await createVendor(tx, { id: 'acme', name: 'acme' }, 0)
    await registerDevice(tx, { id: 'gateway-1', vendor: 'acme' }, 0)
    for (let n = 0; n < 1_500; n++)
      await registerDevice(tx, { id: `mat-${n}`, vendor: 'acme', ...(n < 2 && { gateway: 'gateway-1' }) }, 0)
  })
  families = openFamilies({ db: awayable(store.db), clock: systemClock, isLive: () => true })
})
afterEach(async () => {
  await store.close()
  await rm(data, { recursive: true })
})

it('a family is all pages of it, known without asking again, and told by its devices', async () => {
  expect((await families.of('vendor:acme')).size).toBe(1_501)
  expect(await families.of('device:gateway-1')).toEqual(
    new Map([0, 1].map((n) => [`mat-${n}`, partitionOf(`mat-${n}`)])),
  )
  expect([...families.ownersOf('mat-1')].sort()).toEqual(['device:gateway-1', 'vendor:acme'])
  expect([...families.ownersOf('mat-9')]).toEqual(['vendor:acme'])
  away = true
  expect((await families.of('vendor:acme')).size).toBe(1_501)
})

it('one that was never read is not known while the registry is away, and read when it is back', async () => {
  away = true
  await expect(families.of('vendor:acme')).rejects.toThrow('away')
  away = false
  expect((await families.of('vendor:acme')).size).toBe(1_501)
})

it('what changes while a family is read is not undone by an older page', async () => {
  const reading = families.of('vendor:acme')
  families.changed('mat-1400', undefined)
  families.changed('mat-7', { home: 'home-1', vendor: 'acme', gateway: null })
  const children = await reading
  expect([children.has('mat-1400'), children.get('mat-7')]).toEqual([false, partitionOf('home-1')])
})

it('after changes were missed it is read anew, in the map that others hold, and as it was while nobody can be asked', async () => {
  const held = await families.of('device:gateway-1')
  await store.write((tx) => updateDevice(tx, 'mat-0', { gateway: null }, 1))
  await store.write((tx) => updateDevice(tx, 'mat-5', { gateway: 'gateway-1' }, 1))
  families.forgetAll()
  away = true
  expect([...(await families.of('device:gateway-1')).keys()]).toEqual(['mat-0', 'mat-1'])
  away = false
  expect(await families.of('device:gateway-1')).toBe(held)
  expect([...held.keys()].sort()).toEqual(['mat-1', 'mat-5'])
  expect([...families.ownersOf('mat-0')]).not.toContain('device:gateway-1')
})

it('while the registry is away connections stay, and what changed meanwhile counts when it is back', async () => {
  const clock = virtualClock()
  const log = pino({ level: 'silent' })
  const db = awayable(store.db)
  const { token } = await store.write((tx) => issueToken(tx, 'device:mat-1', { now: 0 }))
  const identity = openIdentity({ store: { ...store, db }, clock, adminToken: undefined, log })
  const offered: string[] = []
  const changes = await openChanges({
    ...{ db, identity, access: openAccess({ db, identity, clock, log }), clock, log },
    sessions: { owners: () => new Set(), forgetBefore: async () => {} },
    offer: (key) => void offered.push(key),
    vendorChanged: async () => {},
  })
  const stopping = new AbortController()
  const following = changes.follow(stopping.signal)
  const closed: string[] = []
  const conn = { destroyed: false, once: () => {} }
  const client = { conn, closed: false, close: () => void closed.push('mat-1') }
  const verdict = await identity.login({ name: 'mat-1', password: token })
  if (!verdict.principal) throw new Error(verdict.detail)
  identity.connections.authenticated(client as never, verdict, clock.now())
  away = true
  await store.write((tx) => revokeDevice(tx, 'mat-1', 5))
  for (let n = 0; n < 5; n++) await clock.advance(1_000)
  expect([closed, offered]).toEqual([[], []])
  away = false
  await expect
    .poll(async () => {
      await clock.advance(1_000)
      return closed
    })
    .toEqual(['mat-1'])
  // An hour without changes being read: everything is looked at, since they may not be kept for longer.
  closed.length = 0
  away = true
  await clock.advance(2_000)
  await clock.leap(11 * 60_000)
  away = false
  await expect
    .poll(async () => {
      await clock.advance(1_000)
      return closed.length
    })
    .toBeGreaterThan(0)
  stopping.abort()
  await following
  expect(await accessOfDevice(store.db, 'mat-1')).toMatchObject({ revoked_at: 5 })
})
