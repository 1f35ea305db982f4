import { expect, it } from 'vitest'
import { virtualClock } from '../domain/clock.ts'
import { createLockout } from './lockout.ts'

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
