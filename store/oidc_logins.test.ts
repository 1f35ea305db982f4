import { expect, test } from 'vitest'
import { virtualClock } from '../domain/clock.ts'
import type { ErrorCode } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { onBothEngines } from '../test/engines.ts'
import { listAudit } from './audit.ts'
import { admitIdentity, beginLogin, type Identity, takeLogin, takeSession } from './oidc_logins.ts'
import { createOperator, deleteOperator, getOperator, sessionOf, updateOperator } from './operators.ts'
import type { Store } from './store.ts'
import { trimStore } from './trim.ts'

const refusedWith = (code: ErrorCode) => expect.objectContaining({ code })
const subject = 'https://id.example/realms/city#4711'
const email = 'li.na@city.example'
const admit = (store: Store, identity: Identity, now = 0) => store.write((tx) => admitIdentity(tx, identity, now))
const take = (store: Store, secret: string, now = 0) => store.write((tx) => takeSession(tx, secret, now))

async function withLi(store: Store, known: { email?: string; oidc_subject?: string } = {}): Promise<void> {
  await createOperator(store, { id: 'li', name: 'Li Na', password: 'long enough 1', role: 'viewer', ...known })
}

onBothEngines((engine) => {
  test('a log-in that was begun is taken once, within its time', async () => {
    const store = await engine.open()
    const begin = () => store.write((tx) => beginLogin(tx, 1_000))
    const takes = (secret: string, now: number) => store.write((tx) => takeLogin(tx, secret, now))
    const [first, second] = [await begin(), await begin()]
    await takes(first, 1_000 + limits.oidcLoginMs - 1)
    await expect(takes(first, 1_001)).rejects.toEqual(refusedWith('oidc_over'))
    await expect(takes(second, 1_000 + limits.oidcLoginMs)).rejects.toEqual(refusedWith('oidc_over'))
    await expect(takes('made up', 1_001)).rejects.toEqual(refusedWith('oidc_over'))
    await expect(take(store, second, 1_001)).rejects.toEqual(refusedWith('oidc_over'))
    const rows = await store.db.selectFrom('oidc_logins').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(second)
  })

  test('of two who take it at once, one does', async () => {
    const store = await engine.open()
    const secret = await store.write((tx) => beginLogin(tx, 0))
    const takes = () => store.write((tx) => takeLogin(tx, secret, 1))
    const ended = await Promise.allSettled([takes(), takes(), takes()])
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('a verified e-mail address binds its operator at the first login, and never again', async () => {
    const store = await engine.open()
    await withLi(store, { email })
    const secret = await admit(store, { subject, email: 'Li.Na@City.Example' }, 5)
    expect((await getOperator(store.db, 'li'))?.oidc_subject).toBe(subject)
    const { token, operator, expires_at } = await take(store, secret, 6)
    expect([operator.id, expires_at]).toEqual(['li', 6 + limits.sessionMs])
    expect((await sessionOf(store.db, token, 7))?.operator.id).toBe('li')
    await expect(take(store, secret, 7)).rejects.toEqual(refusedWith('oidc_over'))
    const { items } = await listAudit(store.db, { most: 9 })
    expect(items).toMatchObject([{ who: 'operator:li', what: 'changed', subject: 'operator:li' }])
    await admit(store, { subject, email: undefined })
    const other = { subject: 'https://id.example/realms/city#12', email }
    await expect(admit(store, other)).rejects.toEqual(refusedWith('oidc_unknown_operator'))
    expect((await listAudit(store.db, { most: 9 })).items).toHaveLength(1)
  })

  test('who is not known, or has no verified address, becomes nobody', async () => {
    const store = await engine.open()
    await withLi(store, { email })
    for (const address of [undefined, '', 'somebody@city.example'])
      await expect(admit(store, { subject, email: address })).rejects.toEqual(refusedWith('oidc_unknown_operator'))
    expect((await getOperator(store.db, 'li'))?.oidc_subject).toBeNull()
    expect(await store.db.selectFrom('oidc_logins').selectAll().execute()).toEqual([])
  })

  test('the session is for whom the identity is of when it is fetched', async () => {
    const store = await engine.open()
    await withLi(store, { oidc_subject: subject })
    const unbound = await admit(store, { subject, email: undefined })
    await updateOperator(store, 'li', { oidc_subject: null })
    await expect(take(store, unbound)).rejects.toEqual(refusedWith('oidc_unknown_operator'))
    await updateOperator(store, 'li', { oidc_subject: subject })
    const removed = await admit(store, { subject, email: undefined })
    await store.write((tx) => deleteOperator(tx, 'li'))
    await expect(take(store, removed)).rejects.toEqual(refusedWith('oidc_unknown_operator'))
  })

  test('an address and an identity are of one operator, and to change the identity ends the sessions', async () => {
    const store = await engine.open()
    await withLi(store, { email, oidc_subject: subject })
    const wang = { id: 'wang', name: 'Wang', password: 'long enough 1', role: 'viewer' } as const
    await expect(createOperator(store, { ...wang, email })).rejects.toEqual(refusedWith('id_taken'))
    await createOperator(store, wang)
    const rebind = updateOperator(store, 'wang', { oidc_subject: subject })
    await expect(rebind).rejects.toEqual(refusedWith('id_taken'))
    expect(await updateOperator(store, 'li', { email })).toMatchObject({ email, oidc_subject: subject })
    const { token } = await take(store, await admit(store, { subject, email: undefined }))
    await updateOperator(store, 'li', { name: 'Li' })
    expect(await sessionOf(store.db, token, 1)).toBeDefined()
    await updateOperator(store, 'li', { oidc_subject: null })
    expect(await sessionOf(store.db, token, 1)).toBeUndefined()
  })

  test('what is over is cleared away', async () => {
    const store = await engine.open()
    await store.write((tx) => beginLogin(tx, 0))
    expect((await trimStore(store, virtualClock(limits.oidcLoginMs))).logins).toBe(0)
    expect((await trimStore(store, virtualClock(limits.oidcLoginMs + 1))).logins).toBe(1)
  })
})
