import { expect, test } from 'vitest'
import { canonicalClaimCode } from '../domain/claim_code.ts'
import { limits } from '../domain/limits.ts'
import { onBothEngines } from '../test/engines.ts'
import { claim, makeClaimCode, mayClaim } from './claims.ts'
import { createDevice, deviceByToken, registerDevice, revokeDevice, rotateToken } from './devices.ts'
import type { Store } from './store.ts'
import { tokenHash } from './tokens.ts'

const refused = expect.objectContaining({ code: 'claim_refused', detail: undefined })
async function withCode(store: Store): Promise<string> {
  return store.write(async (tx) => {
    await registerDevice(tx, { id: 'watch' }, 0)
    return makeClaimCode(tx, 'watch', 1_000)
  })
}

onBothEngines((engine) => {
  test('a claim code is a first token, once, however it is typed', async () => {
    const store = await engine.open()
    const code = await withCode(store)
    const typed = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')
    const { token } = await store.write((tx) => claim(tx, 'watch', typed, 999))
    expect(await deviceByToken(store.db, 'watch', token, 999)).toBeDefined()
    const later = 999 + limits.claimRepeatMs
    await expect(store.write((tx) => claim(tx, 'watch', code, later))).rejects.toEqual(refused)
    expect(await deviceByToken(store.db, 'watch', token, later)).toBeDefined()
  })

  test('an answer that was lost can be asked for again for a while; the token before is void', async () => {
    const store = await engine.open()
    const code = await withCode(store)
    const first = await store.write((tx) => claim(tx, 'watch', code, 999))
    const again = 999 + limits.claimRepeatMs - 1
    const second = await store.write((tx) => claim(tx, 'watch', code, again))
    expect(await deviceByToken(store.db, 'watch', first.token, again)).toBeUndefined()
    expect(await deviceByToken(store.db, 'watch', second.token, again)).toBeDefined()
    await expect(store.write((tx) => claim(tx, 'watch', code, again + 1))).rejects.toEqual(refused)
  })

  test('wrong, late, of another device or of none: the same answer, and nothing has changed', async () => {
    const store = await engine.open()
    const code = await withCode(store)
    const other = await store.write(async (tx) => {
      await registerDevice(tx, { id: 'pendant' }, 0)
      return makeClaimCode(tx, 'pendant', 1_000)
    })
    const attempts: [string, string, number][] = [
      ['watch', other, 1],
      ['watch', '0000-0000-0000', 1],
      ['watch', '', 1],
      ['nobody', code, 1],
      ['watch', code, 1_000],
    ]
    for (const [device, given, at] of attempts) {
      await expect(
        store.write((tx) => claim(tx, device, given, at)),
        device,
      ).rejects.toEqual(refused)
      expect(await mayClaim(store.db, device, given, at)).toBe(false)
    }
    expect(await store.db.selectFrom('credentials').selectAll().execute()).toEqual([])
    expect(await mayClaim(store.db, 'watch', code, 999)).toBe(true)
  })

  test('a new code voids the one before; so does a token that is given by hand, and a revocation', async () => {
    const store = await engine.open()
    const first = await withCode(store)
    const second = await store.write((tx) => makeClaimCode(tx, 'watch', 1_000))
    expect([await mayClaim(store.db, 'watch', first, 1), await mayClaim(store.db, 'watch', second, 1)]).toEqual([
      false,
      true,
    ])
    await store.write((tx) => rotateToken(tx, 'watch', 1))
    expect(await mayClaim(store.db, 'watch', second, 1)).toBe(false)
    const third = await store.write((tx) => makeClaimCode(tx, 'watch', 1_000))
    await store.write((tx) => revokeDevice(tx, 'watch', 1))
    expect(await mayClaim(store.db, 'watch', third, 1)).toBe(false)
    const unknown = store.write((tx) => makeClaimCode(tx, 'nobody', 1))
    await expect(unknown).rejects.toMatchObject({ code: 'not_found' })
  })

  test('a code lets the older token work until it is used, and cannot be read from the database', async () => {
    const store = await engine.open()
    const { token } = await store.write((tx) => createDevice(tx, { id: 'watch' }, 0))
    const code = await store.write((tx) => makeClaimCode(tx, 'watch', 1_000))
    expect(await deviceByToken(store.db, 'watch', token, 1)).toBeDefined()
    const kept = JSON.stringify(await store.db.selectFrom('claims').selectAll().execute())
    expect(kept).not.toContain(code.replaceAll('-', ''))
    expect(kept).not.toContain(code)
    // With its device, so that one guess is not a guess at every device's code.
    expect(kept).not.toContain(tokenHash(canonicalClaimCode(code)))
    await store.write((tx) => claim(tx, 'watch', code, 1))
    expect(await deviceByToken(store.db, 'watch', token, 1)).toBeUndefined()
  })
})
