import { pino } from 'pino'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../../domain/clock.ts'
import { createDevice, rotateToken } from '../../store/devices.ts'
import type { Store } from '../../store/store.ts'
import { onBothEngines } from '../../test/engines.ts'
import { type Identity, openIdentity } from './identity.ts'

const adminToken = 'administrators-token'

onBothEngines((engine) => {
  describe('who a name and a token belong to', () => {
    let store: Store
    let token: string
    let identity: Identity
    let away = false
    /** How far the time is ahead. */
    let aheadMs = 0
    const clock: Clock = { ...systemClock, now: () => systemClock.now() + aheadMs }

    beforeEach(async () => {
      away = false
      store = await engine.open()
      token = (await store.write((tx) => createDevice(tx, { id: 'watch-1' }, 0))).token
      const db = new Proxy(store.db, {
        get(real, name) {
          if (away) throw new Error('the database is away')
          const value: unknown = Reflect.get(real, name)
          return typeof value === 'function' ? value.bind(real) : value
        },
      })
      const log = pino({ level: 'silent' })
      identity = openIdentity({ store: { ...store, db }, clock, adminToken, log })
    })

    const login = (name?: string, password?: string) => identity.login({ name, password })

    it('tells devices and the administrator, and nobody else', async () => {
      expect((await login('watch-1', token)).principal).toMatchObject({ kind: 'device', id: 'watch-1' })
      expect((await login('admin', adminToken)).principal).toEqual({ kind: 'administrator' })
      for (const [name, given] of [
        ['watch-1', 'wrong'],
        ['watch-2', token],
        ['admin', token],
        ['no id', token],
        ['vendor/watch-1', token],
        [undefined, token],
        ['watch-1', undefined],
      ] as const) {
        expect(await login(name, given)).toMatchObject({ code: 'unauthenticated' })
      }
    })

    it('knows a device by memory while the registry is away, and only with its token', async () => {
      await login('watch-1', token)
      away = true
      expect((await login('watch-1', token)).principal).toMatchObject({ kind: 'device', id: 'watch-1' })
      expect((await identity.bearer(token)).principal).toMatchObject({ kind: 'device', id: 'watch-1' })
      await expect(login('watch-1', 'wrong')).rejects.toThrow('away')
      await expect(login('watch-2', token)).rejects.toThrow('away')
      expect((await login('admin', adminToken)).principal).toEqual({ kind: 'administrator' })
    })

    it('forgets a token that was changed, but no device because somebody guessed', async () => {
      await login('watch-1', token)
      await login('watch-1', 'guessed')
      away = true
      expect((await login('watch-1', token)).principal).toBeDefined()
      away = false
      aheadMs += 1_000
      await store.write((tx) => rotateToken(tx, 'watch-1', 1))
      expect(await login('watch-1', token)).toMatchObject({ code: 'unauthenticated' })
      away = true
      await expect(login('watch-1', token)).rejects.toThrow('away')
    })

    it('forgets with the first change that it hears of', async () => {
      await login('watch-1', token)
      identity.changed('device:watch-1')
      away = true
      await expect(login('watch-1', token)).rejects.toThrow('away')
    })

    it('tells of a token that has run out, and of one that will', async () => {
      const now = systemClock.now()
      await store.write((tx) => rotateToken(tx, 'watch-1', now, 60_000))
      const soon = await login('watch-1', token)
      expect(soon).toMatchObject({ credential: { kind: 'token', expiresAt: now + 60_000 } })
      const runOut = { expires_at: now - 1 }
      await store.write((tx) => tx.updateTable('credentials').set(runOut).where('expires_at', 'is not', null).execute())
      expect(await login('watch-1', token)).toMatchObject({ code: 'credential_expired' })
      expect(await identity.bearer(token)).toMatchObject({ code: 'credential_expired' })
    })
  })
})
