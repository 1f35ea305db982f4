import { pino } from 'pino'
import { beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import { createDevice, rotateToken } from '../store/devices.ts'
import type { Db, Store } from '../store/store.ts'
import { onBothEngines } from '../test/engines.ts'
import { type Authenticate, openAuthentication } from './principal.ts'

const adminToken = 'administrators-token'

onBothEngines((engine) => {
  describe('who a name and a token belong to', () => {
    let store: Store
    let token: string
    let authenticate: Authenticate
    let away = false

    beforeEach(async () => {
      away = false
      store = await engine.open()
      token = (await store.write((tx) => createDevice(tx, { id: 'watch-1' }, 0))).token
      const reads = (table: 'devices') => {
        if (away) throw new Error('the database is away')
        return store.db.selectFrom(table)
      }
      const db = { selectFrom: reads } as unknown as Db
      authenticate = openAuthentication({ db, clock: systemClock, adminToken, log: pino({ level: 'silent' }) })
    })

    it('tells devices and the administrator, and nobody else', async () => {
      expect(await authenticate('watch-1', token)).toMatchObject({ kind: 'device', id: 'watch-1' })
      expect(await authenticate('admin', adminToken)).toEqual({ kind: 'administrator' })
      for (const [name, given] of [
        ['watch-1', 'wrong'],
        ['watch-2', token],
        ['admin', token],
        ['no id', token],
        [undefined, token],
        ['watch-1', undefined],
      ] as const) {
        expect(await authenticate(name, given)).toBeUndefined()
      }
    })

    it('knows a device by memory while the registry is away, and only with its token', async () => {
      await authenticate('watch-1', token)
      away = true
      expect(await authenticate('watch-1', token)).toMatchObject({ kind: 'device', id: 'watch-1' })
      expect(await authenticate('watch-1', 'wrong')).toBeUndefined()
      expect(await authenticate('admin', adminToken)).toEqual({ kind: 'administrator' })
      await expect(authenticate('watch-2', token)).rejects.toThrow('away')
    })

    it('forgets a token that was changed, but no device because somebody guessed', async () => {
      await authenticate('watch-1', token)
      await authenticate('watch-1', 'guessed')
      away = true
      expect(await authenticate('watch-1', token)).toBeDefined()
      away = false
      await store.write((tx) => rotateToken(tx, 'watch-1', 1))
      expect(await authenticate('watch-1', token)).toBeUndefined()
      away = true
      await expect(authenticate('watch-1', token)).rejects.toThrow('away')
    })
  })
})
