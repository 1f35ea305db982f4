import { Migrator } from 'kysely/migration'
import { expect, test } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import { type Engine, onBothEngines, type Place } from '../test/engines.ts'
import { deviceByToken, listDevices, rotateToken } from './devices.ts'
import { first } from './migrations/0001_first.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'
import { tokenHash } from './tokens.ts'

/** A database as the first version left it, with devices that have their tokens. */
async function oldDatabase(engine: Engine, place: Place, devices: { id: string; token: string }[]): Promise<void> {
  const clock = systemClock
  const url = place.url
  const store = url
    ? await openPostgres({ url, clock })
    : await openSqlite({ path: `${place.data}/store.sqlite`, clock })
  await store.write(async (tx) => {
    const migrations = { '0001_first': first(engine.name) }
    const { error } = await new Migrator({
      db: tx,
      provider: { getMigrations: async () => migrations },
    }).migrateToLatest()
    expect(error).toBeUndefined()
    for (const { id, token } of devices) {
      const row = { id, home: null, model: 'M1', category: null, place: null, token_hash: tokenHash(token) }
      await tx
        .insertInto('devices')
        .values({ ...row, created_at: 4711 } as never)
        .execute()
    }
    const operator = { id: 'anna', name: 'Anna', password_hash: 'x', role: 'viewer', area: null }
    await tx
      .insertInto('operators')
      .values(operator as never)
      .execute()
  })
  await store.close()
}

onBothEngines((engine) => {
  test('devices of a database of the first version come in with the tokens that they have, and get new ones', async () => {
    const place = await engine.place()
    const devices = [
      { id: 'watch-1', token: 'token-one' },
      { id: 'a:b.c_d-e', token: 'token-two' },
    ]
    await oldDatabase(engine, place, devices)
    const store = await engine.open(place)
    for (const { id, token } of devices) {
      const known = { id, home: null, vendor: null, gateway: null, expires_at: null }
      expect(await deviceByToken(store.db, id, token, 5_000)).toMatchObject(known)
      expect(await deviceByToken(store.db, id, 'another', 5_000)).toBeUndefined()
    }
    const { items } = await listDevices(store.db, { most: 9 })
    expect(items).toMatchObject([
      { id: 'a:b.c_d-e', model: 'M1', vendor: null, revoked_at: null },
      { id: 'watch-1', model: 'M1' },
    ])
    const { token } = await store.write((tx) => rotateToken(tx, 'watch-1', 5_000, 100))
    expect(await deviceByToken(store.db, 'watch-1', 'token-one', 5_099)).toBeDefined()
    expect(await deviceByToken(store.db, 'watch-1', 'token-one', 5_100)).toBeUndefined()
    expect(await deviceByToken(store.db, 'watch-1', token, 5_100)).toBeDefined()
    expect(await store.db.selectFrom('operators').select(['id', 'vendor']).execute()).toEqual([
      { id: 'anna', vendor: null },
    ])
  })

  test('the token hashes are moved, not copied: the old column is gone', async () => {
    const place = await engine.place()
    await oldDatabase(engine, place, [{ id: 'watch-1', token: 'token-one' }])
    const store = await engine.open(place)
    const row = await store.db.selectFrom('devices').selectAll().executeTakeFirstOrThrow()
    expect(Object.keys(row)).not.toContain('token_hash')
    await store.close()
    const again = await engine.open(place)
    expect(await deviceByToken(again.db, 'watch-1', 'token-one', 5_000)).toBeDefined()
  })
})
