import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import { deviceByToken, getDevice } from '../store/devices.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { readConfig } from './config.ts'
import { prepare } from './first_run.ts'
import { gsmAccount } from './gsm_account.ts'

describe("the GSM gateway's account", () => {
  let data: string
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'vigil-gsm-'))
  })
  afterEach(() => rm(data, { recursive: true }))

  const start = (env: Record<string, string> = {}) =>
    prepare(readConfig({ VIGIL_DATA: data, VIGIL_DEMO: '0', ...env }), systemClock)
  async function inStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
    const store = await openStore({ data, clock: systemClock })
    try {
      return await work(store)
    } finally {
      await store.close()
    }
  }
  const isTaken = ({ user, token }: { user: string; token: string }) =>
    inStore(async ({ db }) => (await deviceByToken(db, user, token, systemClock.now())) !== undefined)

  it('is a gateway that is registered at the first start with a port, and kept', async () => {
    await start({ GSM_WATCH_PORT: '0' })
    const made = (await gsmAccount(data))!
    expect(await inStore(({ db }) => getDevice(db, made.user))).toMatchObject({
      id: 'gsm-gateway',
      category: 'gateway',
    })
    expect(await isTaken(made)).toBe(true)
    expect((await stat(join(data, 'gsm_gateway.json'))).mode & 0o777).toBe(0o600)
    await start({ GSM_WATCH_PORT: '0' })
    expect(await gsmAccount(data)).toEqual(made)
  })

  it('gets a new token where only its file is gone', async () => {
    await start({ GSM_TRV_PORT: '0' })
    await rm(join(data, 'gsm_gateway.json'))
    await start({ GSM_TRV_PORT: '0' })
    expect(await isTaken((await gsmAccount(data))!)).toBe(true)
  })

  it('is not made where no port is set, or where there is another', async () => {
    await start()
    await start({ GSM_WATCH_PORT: '0', GSM_USER: 'building-7', GSM_TOKEN: 'secret' })
    expect(await gsmAccount(data)).toBeUndefined()
    expect(await inStore(({ db }) => getDevice(db, 'gsm-gateway'))).toBeUndefined()
  })
})
