import { expect, test } from 'vitest'
import { virtualClock } from '../domain/clock.ts'
import { limits } from '../domain/limits.ts'
import { onBothEngines } from '../test/engines.ts'
import { type AuditEntry, auditEdge, listAudit, recordAudit } from './audit.ts'
import { registerDevice, updateDevice } from './devices.ts'
import type { Store } from './store.ts'
import { trimStore } from './trim.ts'
import { createVendor } from './vendors.ts'

const refusal: AuditEntry = { at: 1_000, who: 'device:watch', what: 'refused:topic_foreign', subject: 'device:watch' }
const record = (store: Store, ...entries: AuditEntry[]) =>
  store.write(async (tx) => {
    for (const entry of entries) await recordAudit(tx, entry)
  })
const listed = async (store: Store, filter: Partial<Parameters<typeof listAudit>[1]> = {}) =>
  (await listAudit(store.db, { most: 99, ...filter })).items

onBothEngines((engine) => {
  test('equal refusals close in time are one entry with a count and its last time', async () => {
    const store = await engine.open()
    const last = 1_000 + limits.auditMergeMs
    await record(store, refusal, { ...refusal, at: 2_000, count: 5 }, { ...refusal, at: last })
    expect(await listed(store)).toMatchObject([{ at: 1_000, last_at: last, count: 7, address: null, detail: '' }])
    await record(store, { ...refusal, at: last + limits.auditMergeMs + 1 })
    expect((await listed(store)).map(({ count }) => count)).toEqual([1, 7])
  })

  test.each<Partial<AuditEntry>>([
    { who: 'vendor:acme' },
    { detail: 'vigil/v1/other/signals' },
    { address: '10.0.0.1' },
    { what: 'refused:subscription_refused' },
    { subject: 'device:other' },
  ])('a refusal that differs by %o is another entry', async (other) => {
    const store = await engine.open()
    await record(store, refusal, { ...refusal, ...other })
    expect(await listed(store)).toHaveLength(2)
  })

  test('what people did is never counted together', async () => {
    const store = await engine.open()
    const issued = { at: 1, who: 'operator:anna', what: 'token_issued', subject: 'device:watch' } as const
    await record(store, issued, issued)
    expect(await listed(store)).toHaveLength(2)
  })

  test('is read newest first, page by page, by subject, kind and vendor', async () => {
    const store = await engine.open()
    await store.write(async (tx) => {
      await createVendor(tx, { id: 'acme', name: 'Acme' }, 0)
      await registerDevice(tx, { id: 'watch', vendor: 'acme' }, 0)
      await registerDevice(tx, { id: 'mat' }, 0)
      await recordAudit(tx, { at: 1, who: 'administrator', what: 'created', subject: 'vendor:acme' })
      for (const id of ['watch', 'mat', 'gone']) await recordAudit(tx, { ...refusal, subject: `device:${id}` })
    })
    const subjects = async (filter: Parameters<typeof listed>[1]) =>
      (await listed(store, filter)).map((row) => row.subject)
    expect(await subjects({})).toEqual(['device:gone', 'device:mat', 'device:watch', 'vendor:acme'])
    expect(await subjects({ subject: 'device:mat' })).toEqual(['device:mat'])
    expect(await subjects({ what: 'created' })).toEqual(['vendor:acme'])
    expect(await subjects({ refused: true })).toEqual(['device:gone', 'device:mat', 'device:watch'])
    expect(await subjects({ vendor: 'acme' })).toEqual(['device:watch', 'vendor:acme'])
    await store.write((tx) => updateDevice(tx, 'watch', { vendor: null }, 0))
    expect(await subjects({ vendor: 'acme' })).toEqual(['device:watch', 'vendor:acme'])
    const first = await listAudit(store.db, { most: 3 })
    const second = await listAudit(store.db, { most: 3, after: first.next! })
    expect([first.items.length, second.items.map((row) => row.subject), second.next]).toEqual([
      3,
      ['vendor:acme'],
      null,
    ])
  })

  test('is bounded by its rows as well: the oldest go', async () => {
    const store = await engine.open()
    for (const at of [1, 2, 3, 4]) await record(store, { ...refusal, at, subject: `device:${at}` })
    expect(await auditEdge(store.db, { keepFrom: 0, mostRows: 4 })).toBe(0)
    expect(await auditEdge(store.db, { keepFrom: 0, mostRows: 3 })).toBe(2)
    expect(await auditEdge(store.db, { keepFrom: 4, mostRows: 3 })).toBe(4)
    await trimStore(store, virtualClock(limits.auditKeepMs + 3))
    expect((await listed(store)).map(({ at }) => at)).toEqual([4, 3])
  })
})
