import { expect, test } from 'vitest'
import { limits } from '../domain/limits.ts'
import { onBothEngines } from '../test/engines.ts'
import { announce, changesAfter, lastChange } from './changes.ts'
import { credentialById, credentialOf, issueToken, principalOfToken, revokeTokens } from './credentials.ts'
import { createDevice, deviceByToken, revokeDevice, rotateToken } from './devices.ts'
import type { Store } from './store.ts'

const subjects = async (store: Store, since = 0) =>
  (await changesAfter(store.db, since, 99)).map(({ kind, subject }) => `${kind} ${subject}`)

onBothEngines((engine) => {
  test('a token tells its principal, alone and with its name, and its hash is all that is kept', async () => {
    const store = await engine.open()
    const { token, credential } = await store.write((tx) => issueToken(tx, 'vendor:acme', { now: 5 }))
    const row = { id: credential, principal: 'vendor:acme', expires_at: null }
    expect(await principalOfToken(store.db, token, 5)).toEqual(row)
    expect(await credentialOf(store.db, 'vendor:acme', token, 5)).toEqual(row)
    expect(await credentialOf(store.db, 'vendor:other', token, 5)).toBeUndefined()
    expect(await credentialOf(store.db, 'device:acme', token, 5)).toBeUndefined()
    expect(await principalOfToken(store.db, `${token}x`, 5)).toBeUndefined()
    expect(JSON.stringify(await store.db.selectFrom('credentials').selectAll().execute())).not.toContain(token)
  })

  test('a new token voids the old one at once, where no overlap is asked for', async () => {
    const store = await engine.open()
    const { token: old } = await store.write((tx) => createDevice(tx, { id: 'watch' }, 0))
    const made = await store.write((tx) => rotateToken(tx, 'watch', 1))
    expect(made.oldValidUntil).toBeNull()
    expect(await deviceByToken(store.db, 'watch', old, 1)).toBeUndefined()
    expect(await deviceByToken(store.db, 'watch', made.token, 1)).toMatchObject({ credential: made.credential })
  })

  test('with an overlap the old token goes on working until its time, and says so to who asks again', async () => {
    const store = await engine.open()
    const { token: old } = await store.write((tx) => createDevice(tx, { id: 'watch' }, 0))
    const before = await deviceByToken(store.db, 'watch', old, 0)
    const made = await store.write((tx) => rotateToken(tx, 'watch', 1_000, 500))
    expect(made.oldValidUntil).toBe(1_500)
    expect(await deviceByToken(store.db, 'watch', old, 1_499)).toMatchObject({ expires_at: 1_500 })
    expect(await deviceByToken(store.db, 'watch', made.token, 1_499)).toMatchObject({ expires_at: null })
    expect(await deviceByToken(store.db, 'watch', old, 1_500)).toBeUndefined()
    expect(await deviceByToken(store.db, 'watch', made.token, 1_500)).toBeDefined()
    expect(await credentialById(store.db, before!.credential, 1_499)).toMatchObject({ expires_at: 1_500 })
    expect(await credentialById(store.db, before!.credential, 1_500)).toBeUndefined()
  })

  test('a second rotation never gives an old token more time, and a rotation without overlap ends all', async () => {
    const store = await engine.open()
    const { token: old } = await store.write((tx) => createDevice(tx, { id: 'watch' }, 0))
    await store.write((tx) => rotateToken(tx, 'watch', 0, 100))
    const later = await store.write((tx) => rotateToken(tx, 'watch', 50, 10_000))
    expect(later.oldValidUntil).toBe(10_050)
    expect(await deviceByToken(store.db, 'watch', old, 99)).toBeDefined()
    expect(await deviceByToken(store.db, 'watch', old, 100)).toBeUndefined()
    await store.write((tx) => rotateToken(tx, 'watch', 60))
    expect(await store.db.selectFrom('credentials').select('id').execute()).toHaveLength(1)
  })

  test('tokens of one principal do not pile up, however often it is rotated with an overlap', async () => {
    const store = await engine.open()
    const tokens: string[] = []
    for (let at = 0; at < limits.tokensPerPrincipal + 3; at++)
      tokens.push((await store.write((tx) => issueToken(tx, 'vendor:v', { now: at, overlapMs: 9_999 }))).token)
    const known = await Promise.all(
      tokens.map(async (token) => (await principalOfToken(store.db, token, 20)) !== undefined),
    )
    expect(known).toEqual([false, false, false, true, true, true, true, true])
  })

  test('a revoked device keeps no token and is told to every broker; a new token lets it in again', async () => {
    const store = await engine.open()
    const { token } = await store.write((tx) => createDevice(tx, { id: 'watch' }, 0))
    const since = await lastChange(store.db)
    await store.write((tx) => revokeDevice(tx, 'watch', 9))
    expect(await deviceByToken(store.db, 'watch', token, 9)).toBeUndefined()
    expect(await subjects(store, since)).toEqual(['access device:watch'])
    const { token: newer } = await store.write((tx) => rotateToken(tx, 'watch', 10))
    expect(await deviceByToken(store.db, 'watch', newer, 10)).toBeDefined()
    expect(await store.write((tx) => revokeTokens(tx, 'device:watch', 11))).toBe(1)
    expect(await store.write((tx) => revokeTokens(tx, 'device:watch', 11))).toBe(0)
  })

  test('changes are read from where one is, in order, and none is told of a transaction that failed', async () => {
    const store = await engine.open()
    expect(await lastChange(store.db)).toBe(0)
    const tell = (subject: string) => store.write((tx) => announce(tx, { kind: 'command', subject, at: 1 }))
    await tell('device:a')
    const seen = await lastChange(store.db)
    await tell('device:b')
    const failing = store.write(async (tx) => {
      await announce(tx, { kind: 'access', subject: 'device:x', at: 1 })
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    await tell('device:c')
    expect(await subjects(store, seen)).toEqual(['command device:b', 'command device:c'])
    expect(await changesAfter(store.db, 0, 1)).toMatchObject([{ subject: 'device:a', at: 1 }])
  })
})
