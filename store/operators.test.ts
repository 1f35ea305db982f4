import { expect, test } from 'vitest'
import type { ErrorCode } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { onBothEngines } from '../test/engines.ts'
import { createArea, updateArea } from './areas.ts'
import {
  createOperator,
  deleteOperator,
  getOperator,
  listOperators,
  login,
  logout,
  sessionOf,
  updateOperator,
} from './operators.ts'
import type { Store } from './store.ts'
import { insertTicket, updateTicket } from './ticket_rows.ts'
import { passwordHash } from './tokens.ts'

const refusedWith = (code: ErrorCode) => expect.objectContaining({ code })
const zhang = { id: 'op-1', name: 'zhang', password: 'correct horse', role: 'dispatcher', area: 'east' } as const
const given = { name: 'zhang', password: 'correct horse' }

async function withZhang(store: Store): Promise<void> {
  await store.write(async (tx) => {
    await createArea(tx, { id: 'city', name: 'city' })
    await createArea(tx, { id: 'east', name: 'east', parent: 'city' })
  })
  await addOperator(store, {})
}
/** Hashing is slow on purpose, so these share one password and its hash. */
const password_hash = await passwordHash(zhang.password)
function addOperator(store: Store, other: { id?: string; name?: string; area?: string | null }) {
  const { password: _, ...row } = zhang
  return store.write((tx) =>
    tx
      .insertInto('operators')
      .values({ ...row, password_hash, ...other })
      .execute(),
  )
}

onBothEngines((engine) => {
  test('name and password begin a session, whose token is known until it is over', async () => {
    const store = await engine.open()
    await withZhang(store)
    const { token, ...session } = await login(store, given, 1_000)
    expect(session).toEqual({
      operator: { id: 'op-1', name: 'zhang', role: 'dispatcher', area: 'east', vendor: null, ways: [], language: null },
      area_path: '/city/east/',
      expires_at: 1_000 + limits.sessionMs,
      locked: false,
    })
    expect(await sessionOf(store.db, token, session.expires_at - 1)).toEqual(session)
    expect(await sessionOf(store.db, token, session.expires_at)).toBeUndefined()
    expect(await sessionOf(store.db, `${token}x`, 1_000)).toBeUndefined()
  })

  test('a wrong password and an unknown name get the same answer', async () => {
    const store = await engine.open()
    await withZhang(store)
    const answers = [
      { ...given, password: 'Correct horse' },
      { ...given, name: 'wang' },
      { ...given, password: '' },
    ]
    for (const answer of answers)
      await expect(login(store, answer, 0)).rejects.toMatchObject({ code: 'login_failed', detail: undefined })
  })

  test('neither passwords nor session tokens can be read from the database', async () => {
    const store = await engine.open()
    await withZhang(store)
    await createOperator(store, { ...zhang, id: 'op-2', name: 'li' })
    const { token } = await login(store, given, 0)
    const operators = await store.db.selectFrom('operators').selectAll().execute()
    const sessions = await store.db.selectFrom('sessions').selectAll().execute()
    expect(JSON.stringify([operators, sessions])).not.toMatch(new RegExp(`${zhang.password}|${token}`))
    expect(operators[0]?.password_hash).not.toBe(operators[1]?.password_hash)
  })

  test('a session ends by logging out, or by its time', async () => {
    const store = await engine.open()
    await withZhang(store)
    const first = await login(store, given, 0)
    const second = await login(store, given, 1)
    await store.write((tx) => logout(tx, first.token))
    expect(await sessionOf(store.db, first.token, 2)).toBeUndefined()
    expect(await sessionOf(store.db, second.token, 2)).toBeDefined()
    expect(await sessionOf(store.db, second.token, limits.sessionMs)).toBeDefined()
    expect(await sessionOf(store.db, second.token, 1 + limits.sessionMs)).toBeUndefined()
  })

  test('a changed role or area holds in running sessions, a new password ends them', async () => {
    const store = await engine.open()
    await withZhang(store)
    const { token } = await login(store, given, 0)
    await updateOperator(store, 'op-1', { role: 'viewer' })
    await store.write((tx) => updateArea(tx, 'east', { parent: null }, 0))
    const now = await sessionOf(store.db, token, 1)
    expect([now?.operator.role, now?.area_path]).toEqual(['viewer', '/east/'])
    await updateOperator(store, 'op-1', { area: null })
    expect((await sessionOf(store.db, token, 1))?.area_path).toBeNull()
    await updateOperator(store, 'op-1', { password: 'a new one, long' })
    expect(await sessionOf(store.db, token, 1)).toBeUndefined()
    await expect(login(store, given, 1)).rejects.toEqual(refusedWith('login_failed'))
    expect(await login(store, { ...given, password: 'a new one, long' }, 1)).toBeDefined()
  })

  test('login names and ids are taken once, and references must exist', async () => {
    const store = await engine.open()
    await withZhang(store)
    const li = await createOperator(store, { ...zhang, id: undefined, name: 'li', area: undefined })
    expect(li).toMatchObject({ name: 'li', area: null })
    await expect(createOperator(store, { ...zhang, id: 'op-3' })).rejects.toEqual(refusedWith('id_taken'))
    await expect(createOperator(store, { ...zhang, name: 'x' })).rejects.toEqual(refusedWith('id_taken'))
    await expect(updateOperator(store, li.id, { name: 'zhang' })).rejects.toEqual(refusedWith('id_taken'))
    await expect(updateOperator(store, 'op-1', { name: 'zhang' })).resolves.toMatchObject({ name: 'zhang' })
    await expect(updateOperator(store, 'op-1', { area: 'no' })).rejects.toEqual(refusedWith('reference_unknown'))
    await expect(updateOperator(store, 'no', {})).rejects.toEqual(refusedWith('not_found'))
  })

  test('an operator who holds an open ticket cannot be removed; after that his sessions go with him', async () => {
    const store = await engine.open()
    await withZhang(store)
    const { token } = await login(store, given, 0)
    await store.write(async (tx) => {
      const times = { opened_at: 1, updated_at: 1, first_at: 1, last_at: 1 }
      const what = { state: 'open', kind: 'sos', severity: 'critical', doubts: [] } as const
      await insertTicket(tx, { id: 't-1', ...what, doubts: [], episode: 'device:x', ...times, holder: 'op-1' })
    })
    const removing = store.write((tx) => deleteOperator(tx, 'op-1'))
    await expect(removing).rejects.toEqual(refusedWith('still_referenced'))
    await store.write(async (tx) => {
      await updateTicket(tx, 't-1', { state: 'closed' })
      await deleteOperator(tx, 'op-1')
    })
    expect([await getOperator(store.db, 'op-1'), await sessionOf(store.db, token, 1)]).toEqual([undefined, undefined])
  })

  test('operators are listed by the area that they belong to', async () => {
    const store = await engine.open()
    await withZhang(store)
    await addOperator(store, { id: 'op-2', name: 'li', area: 'city' })
    await addOperator(store, { id: 'op-3', name: 'wang', area: null })
    const ids = async (areaPath?: string) =>
      (await listOperators(store.db, { most: 9, areaPath })).items.map(({ id }) => id)
    expect(await ids()).toEqual(['op-1', 'op-2', 'op-3'])
    expect(await ids('/city/')).toEqual(['op-1', 'op-2'])
    expect(await ids('/city/east/')).toEqual(['op-1'])
  })
})
