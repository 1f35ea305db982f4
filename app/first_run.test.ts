import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock, virtualClock } from '../domain/clock.ts'
import { openStore } from '../store/open.ts'
import { createOperator, listOperators, login, updateOperator } from '../store/operators.ts'
import type { Store } from '../store/store.ts'
import { readConfig } from './config.ts'
import { prepare } from './first_run.ts'

describe('the first start', () => {
  let data: string
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'vigil-first-'))
  })
  afterEach(() => rm(data, { recursive: true }))

  const start = (env: Record<string, string> = {}) => prepare(readConfig({ VIGIL_DATA: data, ...env }), systemClock)
  async function inStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
    const store = await openStore({ data, clock: systemClock })
    try {
      return await work(store)
    } finally {
      await store.close()
    }
  }

  it('makes a dispatcher and an administrator for a demo, and tells how to log in', async () => {
    const { demo, logins } = await start()
    expect(demo).toBe(true)
    const roles = await inStore((store) => Promise.all(logins.map((one) => login(store, one, 0))))
    expect(roles.map(({ operator }) => [operator.name, operator.role])).toEqual([
      ['dispatcher', 'dispatcher'],
      ['admin', 'administrator'],
    ])
  })

  it('makes nobody but an administrator where there is to be no demo, and the folder stays without', async () => {
    expect(await start({ VIGIL_DEMO: '0' })).toMatchObject({ demo: false, logins: [{ name: 'admin' }] })
    expect(await start()).toMatchObject({ demo: false, logins: [{ name: 'admin' }] })
  })

  it('is the same at the second start', async () => {
    const first = await start()
    expect(await start()).toEqual(first)
    expect((await inStore(({ db }) => listOperators(db, { most: 10 }))).items).toHaveLength(2)
  })

  it('tells no password that somebody has changed', async () => {
    await start()
    await inStore((store) => updateOperator(store, 'admin', { password: 'a better password' }))
    expect((await start()).logins.map(({ name }) => name)).toEqual(['dispatcher'])
  })

  it('adds nobody to a database that has operators, and makes no demo of it', async () => {
    const own = { name: 'lin', password: 'a good password', role: 'administrator' } as const
    await inStore((store) => createOperator(store, own))
    expect(await start()).toMatchObject({ demo: false, logins: [] })
  })

  it('takes the token of the environment before its own', async () => {
    const own = (await start()).adminToken
    expect(own.length).toBeGreaterThanOrEqual(32)
    expect((await start({ VIGIL_ADMIN_TOKEN: 'chosen-by-the-operator' })).adminToken).toBe('chosen-by-the-operator')
    expect((await start()).adminToken).toBe(own)
  })

  it('says in one sentence that the database is away, and not its password', async () => {
    const clock = virtualClock()
    const config = readConfig({ VIGIL_DATA: data, DATABASE_URL: 'postgres://vigil:hunter2@127.0.0.1:1/vigil' })
    let refusal: Error | undefined
    prepare(config, clock).catch((error: Error) => (refusal = error))
    while (!refusal) await clock.advance(1_000)
    expect(refusal.message).toMatch(/^The database in DATABASE_URL cannot be used \(.*ECONNREFUSED.*\): mend that, or /)
    expect(refusal.message).not.toContain('hunter2')
  })
})
