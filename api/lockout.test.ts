import pino from 'pino'
import { expect, it } from 'vitest'
import { systemClock, virtualClock } from '../domain/clock.ts'
import { limits } from '../domain/limits.ts'
import { memoryJournal } from '../test/memory_journal.ts'
import { buildApp } from './app.ts'
import { openLines } from './lines.ts'
import { createLockout } from './lockout.ts'
import { noTelemetry, openHouse } from './test_house.ts'

it('lets a key go on in its window until it failed too often, and says how long to wait', async () => {
  const clock = virtualClock()
  const lockout = createLockout(clock, 2, 1_000)
  expect(lockout.attempt('a')).toBe(0)
  await clock.advance(400)
  expect(lockout.attempt('a')).toBe(0)
  expect(lockout.attempt('a')).toBe(600)
  expect(lockout.attempt('b')).toBe(0)
  await clock.advance(600)
  expect(lockout.attempt('a')).toBe(0)
})

it('takes an attempt back that succeeded', () => {
  const lockout = createLockout(virtualClock(), 2, 1_000)
  for (let i = 0; i < 5; i++) {
    expect(lockout.attempt('a')).toBe(0)
    lockout.succeeded('a')
  }
})

it('forgets the oldest key rather than grow without end', () => {
  const lockout = createLockout(virtualClock(), 1, 1_000)
  lockout.attempt('first')
  expect(lockout.attempt('first')).toBe(1_000)
  for (let i = 0; i < 10_000; i++) lockout.attempt(`other ${i}`)
  expect(lockout.attempt('other 9999')).toBe(1_000)
  expect(lockout.attempt('first')).toBe(0)
})

it.each<[string, number, () => { url: string; payload: object }]>([
  ['passwords of one name', 10, () => ({ url: '/api/v1/login', payload: { name: 'Anna', password: 'wrong' } })],
  [
    'claim codes',
    limits.claimFailures,
    () => ({ url: '/api/v1/claims', payload: { device: 'w-1', code: '0000-0000-0000' } }),
  ],
])(
  'counts wrong %s by the network, where each guess comes from another IPv6 address of it',
  async (_what, most, guess) => {
    const { store } = await openHouse()
    const away = { openJournal: async () => memoryJournal(), frontDoor: async () => undefined, peers: async () => [] }
    const log = pino({ level: 'silent' })
    const { app } = await buildApp({
      store,
      telemetry: noTelemetry,
      clock: systemClock,
      zone: 'Asia/Shanghai',
      log,
      lines: openLines(),
      ...away,
    })
    const from = async (remoteAddress: string) =>
      (await app.inject({ method: 'POST', remoteAddress, ...guess() })).statusCode
    const statuses = await Promise.all(Array.from({ length: most }, (_, n) => from(`2001:db8::${n.toString(16)}`)))
    expect(new Set(statuses)).toEqual(new Set([401]))
    expect(await from('2001:db8::ffff')).toBe(429)
    expect(await from('2001:db8:0:1::1')).toBe(401)
    await app.close()
  },
)
