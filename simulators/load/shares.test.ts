import { expect, it } from 'vitest'
import type { HomePlan } from '../home/home.ts'
import { addressFor } from './addresses.ts'
import { dealOut } from './shares.ts'

/** Homes with so many devices each. */
const homesWith = (...devices: number[]) =>
  devices.map((length, n) => ({ id: `h-${n}`, devices: Array.from({ length }) }) as unknown as HomePlan)

it('deals out every home once, in order, and numbers the devices through', () => {
  const parts = dealOut(homesWith(...Array.from({ length: 3_000 }, (_, n) => 5 + (n % 3))))
  let home = 0
  let device = 0
  for (const part of parts) {
    expect([part.first, part.firstDevice]).toEqual([home, device])
    home += part.count
    device += part.devices
  }
  expect([home, device]).toEqual([3_000, 18_000])
  expect(parts.length).toBe(3)
  for (const { devices } of parts) expect(Math.abs(devices - 6_000)).toBeLessThan(10)
})

it('takes more workers where each may have few files open', () => {
  for (const { devices } of dealOut(homesWith(...Array<number>(100).fill(10)), 300))
    expect(devices).toBeLessThanOrEqual(100 + 10)
})

it('gives few homes to one worker, and none to nobody', () => {
  expect(dealOut(homesWith(3, 4))).toEqual([{ first: 0, count: 2, firstDevice: 0, devices: 7 }])
  expect(dealOut([])).toEqual([])
})

it('50,000 devices come from many addresses, each used by a few', () => {
  const addressOf = addressFor('mqtt://127.0.0.1:1883', 0)!
  const perAddress = new Map<string, number>()
  for (let n = 0; n < 50_000; n++) perAddress.set(addressOf(n), (perAddress.get(addressOf(n)) ?? 0) + 1)
  expect(perAddress.size).toBe(500)
  expect(Math.max(...perAddress.values())).toBe(100)
  for (const address of perAddress.keys()) expect(address).toMatch(/^127\.0\.\d+\.\d+$/)
})

it('workers go on where the one before ended, and another machine is reached from the address there is', () => {
  expect(addressFor('mqtt://localhost:1883', 7_999)?.(1)).toBe(addressFor('mqtt://127.0.0.1:1883', 0)?.(8_000))
  expect(addressFor('mqtt://alarm.example:1883', 0)).toBeUndefined()
})
