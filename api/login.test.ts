import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../domain/clock.ts'
import { createOperator } from '../store/operators.ts'
import { until } from '../test/until.ts'
import { adminToken, type House, openHouse } from './test_house.ts'

const password = 'the right password'
const anna = {
  id: 'anna',
  name: 'Anna',
  role: 'dispatcher',
  area: 'north',
  vendor: null,
} as const

/** A clock that stands still until the test moves it. */
function handMoved() {
  let now = systemClock.now()
  const move = (ms: number) => {
    now += ms
  }
  return { clock: { ...systemClock, now: () => now }, move, now: () => now }
}

const login = (house: House, name: string, given: string) =>
  house.call('POST', '/api/v1/login', { body: { name, password: given } })

describe('a session', () => {
  it('begins with name and password, tells who one is, and is over after logging out', async () => {
    const time = handMoved()
    const house = await openHouse({ clock: time.clock })
    await createOperator(house.store, { ...anna, password })
    const begun = await login(house, 'Anna', password)
    expect(begun.status).toBe(200)
    const { token, expires_at, operator, permissions } = begun.body
    expect(operator).toEqual(anna)
    expect(permissions).toEqual(expect.arrayContaining(['read_tickets', 'act_on_tickets']))
    expect(permissions).not.toContain('write_operators')
    expect(expires_at).toBe(new Date(time.now() + 12 * 3_600_000).toISOString())
    const me = await house.call('GET', '/api/v1/me', { token })
    expect(me.body).toEqual({ operator: anna, expires_at, permissions, lock_after_s: 900, locked: false })
    expect((await house.call('POST', '/api/v1/logout', { token })).status).toBe(204)
    expect((await house.call('GET', '/api/v1/me', { token })).body.code).toBe('unauthenticated')
  })

  it('is over after twelve hours', async () => {
    const time = handMoved()
    const house = await openHouse({ clock: time.clock })
    const me = async () => (await house.call('GET', '/api/v1/me', { token: 'token-viewer' })).status
    time.move(12 * 3_600_000 - 1)
    expect(await me()).toBe(200)
    time.move(1)
    expect(await me()).toBe(401)
  })

  it('does not tell a wrong name from a wrong password', async () => {
    const house = await openHouse()
    await createOperator(house.store, { ...anna, password })
    const [name, wrong] = await Promise.all([login(house, 'Nobody', password), login(house, 'Anna', 'wrong')])
    expect([name.status, name.body.code]).toEqual([401, 'login_failed'])
    expect({ ...name.body, request_id: '' }).toEqual({ ...wrong.body, request_id: '' })
  })

  it('is not needed by who has the administrator’s token, which is exact', async () => {
    const house = await openHouse()
    const me = async (token: string) => (await house.call('GET', '/api/v1/me', { token })).body
    expect(await me(adminToken)).toMatchObject({ operator: { role: 'administrator', area: null }, expires_at: null })
    expect((await me(adminToken.slice(0, -1))).code).toBe('unauthenticated')
    expect((await me(`${adminToken}x`)).code).toBe('unauthenticated')
  })

  it('is nobody’s by an empty administrator’s token', async () => {
    const house = await openHouse({ adminToken: '' })
    const answer = await house.call('GET', '/api/v1/me', { headers: { authorization: 'Bearer ' } })
    expect(answer.body.code).toBe('unauthenticated')
  })
})

describe('guessing passwords', () => {
  it('ends after ten wrong ones of a name, even all at once, and goes on after five minutes', async () => {
    const time = handMoved()
    const house = await openHouse({ clock: time.clock })
    await createOperator(house.store, { ...anna, password })
    // A right one does not count.
    expect((await login(house, 'Anna', password)).status).toBe(200)
    const guesses = await Promise.all(Array.from({ length: 12 }, (_, i) => login(house, 'Anna', `guess ${i}`)))
    const codes = Map.groupBy(guesses, ({ body }) => body.code)
    expect(codes.get('login_failed')).toHaveLength(10)
    expect(codes.get('too_many_requests')).toHaveLength(2)
    const locked = await login(house, 'Anna', password)
    expect([locked.status, locked.headers.get('retry-after')]).toEqual([429, '300'])
    expect((await login(house, 'Berta', 'guess')).body.code).toBe('login_failed')
    time.move(5 * 60_000)
    expect((await login(house, 'Anna', password)).status).toBe(200)
  })
})

it('many wrong passwords at once do not hold up what reads a file', async () => {
  const house = await openHouse()
  let answered = 0
  const guesses = Array.from({ length: 24 }, async (_, n) => {
    const { status } = await login(house, `nobody ${n}`, password)
    answered++
    return status
  })
  await until('one is looked at', async () => answered > 0 || undefined)
  const before = answered
  await readFile(import.meta.filename)
  expect(answered - before).toBeLessThan(4)
  expect(new Set(await Promise.all(guesses))).toEqual(new Set([401]))
})
