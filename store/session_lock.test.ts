import { expect, test } from 'vitest'
import { limits } from '../domain/limits.ts'
import { onBothEngines } from '../test/engines.ts'
import { createOperator, login, sessionOf } from './operators.ts'
import { lockSession, unlockSession } from './session_lock.ts'

const password = 'long enough 1'

onBothEngines((engine) => {
  test('a session is locked until its password is given, and ends when it would have', async () => {
    const store = await engine.open()
    await createOperator(store, { id: 'li', name: 'Li Na', password, role: 'dispatcher' })
    const [{ token }, other] = [
      await login(store, { name: 'Li Na', password }, 0),
      await login(store, { name: 'Li Na', password }, 0),
    ]
    const lock = (of: string, now: number) => store.write((tx) => lockSession(tx, of, now))
    const isLocked = async (of: string, now: number) => (await sessionOf(store.db, of, now))?.locked
    expect(await isLocked(token, 1)).toBe(false)
    expect(await lock(token, 1)).toBe(true)
    expect(await lock('made up', 1)).toBe(false)
    expect([await isLocked(token, 2), await isLocked(other.token, 2)]).toEqual([true, false])

    const wrong = unlockSession(store, { token, password: 'another one' }, 3)
    await expect(wrong).rejects.toMatchObject({ code: 'login_failed' })
    expect(await isLocked(token, 3)).toBe(true)
    const { expires_at } = await unlockSession(store, { token, password }, 4)
    expect([await isLocked(token, 5), expires_at]).toEqual([false, 4 + limits.sessionMs])

    await lock(token, 6)
    const late = unlockSession(store, { token, password }, expires_at)
    await expect(late).rejects.toMatchObject({ code: 'unauthenticated' })
  })
})
