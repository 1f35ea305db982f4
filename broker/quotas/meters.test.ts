import { expect, it } from 'vitest'
import { limits } from '../../domain/limits.ts'
import { Meters } from './meters.ts'

const allowance = () => ({ ...limits.addressQuota })

it('gives everybody who asks for one key the same meter, however many others are asked for meanwhile', () => {
  const meters = new Meters()
  const first = meters.of('device:watch-1', allowance, 0)
  for (let n = 0; n < 1_000; n++) meters.of(`address:192.0.2.${n}`, allowance, n)
  expect(meters.of('device:watch-1', allowance, 1_000)).toBe(first)
})

it('forgets those that nobody uses any more', () => {
  const meters = new Meters()
  for (let n = 0; n < 1_000; n++) meters.of(`address:192.0.2.${n}`, allowance, 0)
  for (let n = 0; n < 1_000; n++) meters.of(`device:watch-${n}`, allowance, 120_000)
  expect(meters.find('address:192.0.2.7')).toBeUndefined()
  expect(meters.size).toBeLessThanOrEqual(1_000)
})
