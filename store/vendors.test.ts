import { expect, test } from 'vitest'
import type { ErrorCode } from '../domain/errors.ts'
import { onBothEngines } from '../test/engines.ts'
import { createArea, deleteArea, updateArea } from './areas.ts'
import { changesAfter, lastChange } from './changes.ts'
import { issueToken, principalOfToken } from './credentials.ts'
import {
  accessOfDevice,
  childrenOf,
  createDevice,
  deleteDevice,
  listDevices,
  registerDevice,
  updateDevice,
} from './devices.ts'
import {
  boundOfIntegration,
  createIntegration,
  deleteIntegration,
  getIntegration,
  integrationKey,
  listIntegrations,
  updateIntegration,
} from './integrations.ts'
import { createOperator, updateOperator } from './operators.ts'
import type { Store, Tx } from './store.ts'
import { insertTicket, updateTicket } from './ticket_rows.ts'
import { createVendor, deleteVendor, getVendor, listVendors, revokeVendor, updateVendor } from './vendors.ts'

const refusedWith = (code: ErrorCode) => expect.objectContaining({ code })
const told = async (store: Store, since: number) =>
  (await changesAfter(store.db, since, 99)).map(({ subject }) => subject)
const ids = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id)

/** Two vendors; `acme` has a gateway with two children and a watch beside. */
async function fleet(store: Store): Promise<void> {
  await store.write(async (tx) => {
    for (const id of ['acme', 'other']) await createVendor(tx, { id, name: id }, 0)
    await registerDevice(tx, { id: 'hub', vendor: 'acme' }, 0)
    for (const id of ['mat-1', 'mat-2']) await registerDevice(tx, { id, vendor: 'acme', gateway: 'hub' }, 0)
    await registerDevice(tx, { id: 'watch', vendor: 'acme' }, 0)
    await registerDevice(tx, { id: 'foreign', vendor: 'other' }, 0)
    await registerDevice(tx, { id: 'free' }, 0)
  })
}
async function children(store: Store, of: Parameters<typeof childrenOf>[1]): Promise<string[]> {
  const found: string[] = []
  for await (const page of childrenOf(store.db, of)) found.push(...page.map(({ id }) => id))
  return found
}

onBothEngines((engine) => {
  test('a vendor is made, changed and listed, with its quota', async () => {
    const store = await engine.open()
    const quota = { connections: 100, messages_per_s: 0.5 }
    const made = await store.write((tx) => createVendor(tx, { id: 'acme', name: 'Acme', quota }, 0))
    expect(made).toEqual({ id: 'acme', name: 'Acme', created_at: '1970-01-01T00:00:00.000Z', revoked_at: null, quota })
    await store.write((tx) => createVendor(tx, { id: 'b', name: 'B' }, 0))
    expect(ids(await listVendors(store.db, { most: 9 }))).toEqual(['acme', 'b'])
    expect(ids(await listVendors(store.db, { most: 9, vendor: 'b' }))).toEqual(['b'])
    expect(ids(await listVendors(store.db, { most: 9, areaPath: '/city/' }))).toEqual([])
    const since = await lastChange(store.db)
    const renamed = await store.write((tx) => updateVendor(tx, 'acme', { name: 'Acme 2' }, 1))
    expect(renamed).toMatchObject({ name: 'Acme 2', quota })
    expect(await store.write((tx) => updateVendor(tx, 'acme', { quota: null }, 1))).toMatchObject({ quota: null })
    expect(await told(store, since)).toEqual(['vendor:acme', 'vendor:acme'])
    await expect(store.write((tx) => createVendor(tx, { id: 'b', name: 'x' }, 0))).rejects.toEqual(
      refusedWith('id_taken'),
    )
    await expect(store.write((tx) => updateVendor(tx, 'no', {}, 0))).rejects.toEqual(refusedWith('not_found'))
  })

  test('a vendor goes only when no device and no operator is of it; its token goes with it', async () => {
    const store = await engine.open()
    await fleet(store)
    const { token } = await store.write((tx) => issueToken(tx, 'vendor:other', { now: 0 }))
    const op = await createOperator(store, { name: 'o', password: 'long enough', role: 'vendor', vendor: 'other' })
    const removing = () => store.write((tx) => deleteVendor(tx, 'other', 1))
    await expect(removing()).rejects.toEqual(refusedWith('still_referenced'))
    await store.write((tx) => updateDevice(tx, 'foreign', { vendor: null }, 1))
    await expect(removing()).rejects.toEqual(refusedWith('still_referenced'))
    await updateOperator(store, op.id, { vendor: null })
    await removing()
    expect([await getVendor(store.db, 'other'), await principalOfToken(store.db, token, 1)]).toEqual([
      undefined,
      undefined,
    ])
  })

  test('a revoked vendor has no token any more, and says since when older certificates are void', async () => {
    const store = await engine.open()
    await fleet(store)
    const { token } = await store.write((tx) => issueToken(tx, 'vendor:acme', { now: 0 }))
    await store.write((tx) => revokeVendor(tx, 'acme', 7))
    expect(await principalOfToken(store.db, token, 7)).toBeUndefined()
    expect(await getVendor(store.db, 'acme')).toMatchObject({ revoked_at: '1970-01-01T00:00:00.007Z' })
    await expect(store.write((tx) => revokeVendor(tx, 'no', 7))).rejects.toEqual(refusedWith('not_found'))
  })

  test('only an operator with the role of a vendor is bounded by one', async () => {
    const store = await engine.open()
    await fleet(store)
    const input = { name: 'x', password: 'long enough', vendor: 'acme' }
    const wrong = createOperator(store, { ...input, role: 'viewer' })
    await expect(wrong).rejects.toEqual(refusedWith('request_invalid'))
    const unknown = createOperator(store, { ...input, role: 'vendor', vendor: 'no' })
    await expect(unknown).rejects.toEqual(refusedWith('reference_unknown'))
    const made = await createOperator(store, { ...input, role: 'vendor' })
    await expect(updateOperator(store, made.id, { role: 'viewer' })).rejects.toEqual(refusedWith('request_invalid'))
  })

  test('an account’s children are all of its devices, page by page', async () => {
    const store = await engine.open()
    await fleet(store)
    expect(await children(store, { vendor: 'acme' })).toEqual(['hub', 'mat-1', 'mat-2', 'watch'])
    expect(await children(store, { gateway: 'hub' })).toEqual(['mat-1', 'mat-2'])
    expect(await children(store, { gateway: 'watch' })).toEqual([])
    const many = Array.from({ length: 1_000 }, (_, i) => ({ id: `n-${i}`, vendor: 'other', created_at: 0 }))
    await store.write((tx) => tx.insertInto('devices').values(many).execute())
    expect(await children(store, { vendor: 'other' })).toHaveLength(1_001)
    expect(ids(await listDevices(store.db, { most: 9, gateway: 'hub' }))).toEqual(['mat-1', 'mat-2'])
    expect(ids(await listDevices(store.db, { most: 9, vendor: 'acme' }))).toEqual(['hub', 'mat-1', 'mat-2', 'watch'])
  })

  test.each<[string, (tx: Tx) => Promise<unknown>, RegExp]>([
    ['its own gateway', (tx) => updateDevice(tx, 'watch', { gateway: 'watch' }, 0), /own gateway/],
    ['its own gateway when it is made', (tx) => registerDevice(tx, { id: 'x', gateway: 'x' }, 0), /own gateway/],
    ['behind one that is behind another', (tx) => updateDevice(tx, 'watch', { gateway: 'mat-1' }, 0), /itself behind/],
    [
      'behind one while others are behind it',
      (tx) => updateDevice(tx, 'hub', { gateway: 'watch' }, 0),
      /itself the gateway/,
    ],
    ['behind one of another vendor', (tx) => updateDevice(tx, 'foreign', { gateway: 'hub' }, 0), /of another vendor/],
    [
      'of another vendor than its gateway',
      (tx) => updateDevice(tx, 'mat-1', { vendor: 'other' }, 0),
      /of another vendor/,
    ],
    ['of another vendor than its children', (tx) => updateDevice(tx, 'hub', { vendor: 'other' }, 0), /is behind hub/],
  ])('a device cannot be %s', async (_, change, says) => {
    const store = await engine.open()
    await fleet(store)
    const refused = store.write(change)
    await expect(refused).rejects.toEqual(refusedWith('gateway_invalid'))
    await expect(refused).rejects.toThrow(says)
  })

  test('a device of no vendor may stand behind any gateway, and one that does not exist is none', async () => {
    const store = await engine.open()
    await fleet(store)
    const moved = await store.write((tx) => updateDevice(tx, 'free', { gateway: 'hub' }, 0))
    expect(moved).toMatchObject({ gateway: 'hub', vendor: null })
    for (const change of [{ gateway: 'no' }, { vendor: 'no' }])
      await expect(store.write((tx) => updateDevice(tx, 'watch', change, 0))).rejects.toEqual(
        refusedWith('reference_unknown'),
      )
  })

  test('a gateway goes only when nothing is behind it', async () => {
    const store = await engine.open()
    await fleet(store)
    await expect(store.write((tx) => deleteDevice(tx, 'hub', 1))).rejects.toEqual(refusedWith('still_referenced'))
    await store.write(async (tx) => {
      await updateDevice(tx, 'mat-1', { gateway: null }, 1)
      await deleteDevice(tx, 'mat-2', 1)
      await deleteDevice(tx, 'hub', 1)
    })
    expect(await accessOfDevice(store.db, 'hub')).toBeUndefined()
  })

  test('every change of whom a device belongs to is told of all whom it concerns; its place is nobody’s business', async () => {
    const store = await engine.open()
    await fleet(store)
    const after = async (work: (tx: Tx) => Promise<unknown>) => {
      const since = await lastChange(store.db)
      await store.write(work)
      return (await told(store, since)).sort()
    }
    expect(await after((tx) => updateDevice(tx, 'mat-1', { place: 'bed' }, 1))).toEqual([])
    const left = ['device:hub', 'device:mat-1', 'vendor:acme']
    expect(await after((tx) => updateDevice(tx, 'mat-1', { gateway: null }, 1))).toEqual(left)
    const sold = ['device:watch', 'vendor:acme', 'vendor:other']
    expect(await after((tx) => updateDevice(tx, 'watch', { vendor: 'other' }, 1))).toEqual(sold)
    expect(await after((tx) => deleteDevice(tx, 'free', 1))).toEqual(['device:free'])
    expect(await after((tx) => registerDevice(tx, { id: 'new' }, 1))).toEqual(['device:new'])
  })

  test('no device is called as the administrator is', async () => {
    const store = await engine.open()
    const named = store.write((tx) => createDevice(tx, { id: 'admin' }, 0))
    await expect(named).rejects.toEqual(refusedWith('request_invalid'))
  })

  test('an integration has an area, which stays while it does, and whose path follows', async () => {
    const store = await engine.open()
    await store.write(async (tx) => {
      await createArea(tx, { id: 'city', name: 'c' })
      await createArea(tx, { id: 'east', name: 'e', parent: 'city' })
      await createIntegration(tx, { id: '110', name: 'police', area: 'east' }, 0)
      await createIntegration(tx, { id: '120', name: 'ambulance' }, 0)
    })
    expect(await boundOfIntegration(store.db, '110')).toEqual({
      name: 'police',
      area: 'east',
      area_path: '/city/east/',
      scope: null,
    })
    expect(await boundOfIntegration(store.db, '120')).toMatchObject({ area: null, area_path: null })
    expect(await boundOfIntegration(store.db, 'no')).toBeUndefined()
    expect(ids(await listIntegrations(store.db, { most: 9 }))).toEqual(['110', '120'])
    expect(ids(await listIntegrations(store.db, { most: 9, areaPath: '/city/' }))).toEqual(['110'])
    await expect(store.write((tx) => deleteArea(tx, 'east'))).rejects.toEqual(refusedWith('still_referenced'))
    const since = await lastChange(store.db)
    await store.write((tx) => updateArea(tx, 'east', { parent: null }, 0))
    expect(await boundOfIntegration(store.db, '110')).toMatchObject({ area_path: '/east/' })
    const moved = await store.write((tx) => updateIntegration(tx, '110', { area: 'city' }, 1))
    expect(moved).toMatchObject({ area: 'city', name: 'police' })
    await store.write((tx) => deleteIntegration(tx, '110', 1))
    expect(await getIntegration(store.db, '110')).toBeUndefined()
    expect(await told(store, since)).toEqual(['integration:110', 'integration:110', 'integration:110'])
  })

  test('an integration has a scope, or none and then that of a viewer; a change of it is told', async () => {
    const store = await engine.open()
    const scope = ['read_tickets', 'act_on_tickets'] as const
    const made = await store.write((tx) => createIntegration(tx, { id: 'desk', name: 'desk', scope: [...scope] }, 0))
    expect(made.scope).toEqual(scope)
    expect((await boundOfIntegration(store.db, 'desk'))?.scope).toEqual(scope)
    const since = await lastChange(store.db)
    const change = (given: Parameters<typeof updateIntegration>[2]) =>
      store.write((tx) => updateIntegration(tx, 'desk', given, 1))
    expect((await change({ name: 'the desk' })).scope).toEqual(scope)
    expect((await change({ scope: [] })).scope).toEqual([])
    expect((await change({ scope: null })).scope).toBeNull()
    expect((await boundOfIntegration(store.db, 'desk'))?.scope).toBeNull()
    expect(await told(store, since)).toEqual(Array(3).fill('integration:desk'))
  })

  test('an integration that holds an open ticket cannot be removed', async () => {
    const store = await engine.open()
    await store.write(async (tx) => {
      await createIntegration(tx, { id: 'desk', name: 'desk' }, 0)
      const times = { opened_at: 1, updated_at: 1, first_at: 1, last_at: 1 }
      const what = { state: 'acknowledged', kind: 'sos', severity: 'critical', doubts: [] } as const
      const holder = integrationKey('desk')
      await insertTicket(tx, { id: 't-1', ...what, doubts: [], episode: 'device:x', ...times, holder })
    })
    const removing = store.write((tx) => deleteIntegration(tx, 'desk', 1))
    await expect(removing).rejects.toEqual(refusedWith('still_referenced'))
    await store.write((tx) => updateTicket(tx, 't-1', { state: 'closed' }))
    await store.write((tx) => deleteIntegration(tx, 'desk', 1))
    expect(await getIntegration(store.db, 'desk')).toBeUndefined()
  })
})
