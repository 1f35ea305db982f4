import { describe, expect, it } from 'vitest'
import { type VirtualClock, virtualClock } from '../../domain/clock.ts'
import { limits } from '../../domain/limits.ts'
import type { VendorQuota } from '../../domain/registry.ts'
import type { Principal } from '../identity/principal.ts'
import type { Rate } from './meter.ts'
import { Meters } from './meters.ts'
import { openQuotas, type Purse } from './quotas.ts'

const device = (id: string, vendor?: string): Principal => ({
  kind: 'device',
  id,
  partition: 1,
  ...(vendor !== undefined && { vendor }),
})
const gateway: Principal = { kind: 'device', id: 'gateway-1', partition: 1, children: new Map([['child-1', 1]]) }
const vendor: Principal = { kind: 'vendor', id: 'acme', children: new Map() }

const spend = (purse: Purse, [messages, bytes]: readonly [number, number], now: number) =>
  purse.spend(messages, bytes, now)

function open(quotas: Record<string, VendorQuota | null> = {}) {
  const clock = virtualClock()
  return { clock, quotas: openQuotas({ clock, vendorQuota: async (id) => quotas[id] ?? null }) }
}

/** Every quota there is: whose it is, and who it is that may use it up. */
const cases = [
  ['deviceQuota', 'device:watch-1', async () => device('watch-1')],
  ['gatewayQuota', 'device:gateway-1', async () => gateway],
  ['gatewayQuota', 'integration:crm', async (): Promise<Principal> => ({ kind: 'integration', id: 'crm', area: null })],
  ['vendorQuota', 'vendor:acme', async () => vendor],
] as const

describe.each(cases)('%s of %s', (name, key, principalOf) => {
  const quota = limits[name]
  // The address has more than enough where it is not what is tested.
  const far = '10.0.0.7'

  it.each([
    ['messages', (amount: number) => [amount, 0] as const],
    ['bytes', (amount: number) => [0, amount] as const],
  ] as const)('%s: the burst passes, one more waits for as long as it takes', async (what, of) => {
    const { clock, quotas } = open()
    const purse = await quotas.purseOf(await principalOf(), far)
    const { burst, perSecond }: Rate = quota[what]
    purse.spend(limits.modest.burst + 1, 0, clock.now())
    await clock.advance(60_000)
    spend(purse, of(burst), clock.now())
    expect(purse.debtor(clock.now())?.key).toBeUndefined()
    spend(purse, of(perSecond), clock.now())
    expect(purse.debtor(clock.now())).toMatchObject({ key })
    expect(purse.debtor(clock.now())?.debtMs(clock.now())).toBe(1_000)
    await clock.advance(1_000)
    expect(purse.debtor(clock.now())).toBeUndefined()
  })

  it('connects: the burst is let in at once, then they wait, then they are refused', async () => {
    const { clock, quotas } = open()
    const principal = await principalOf()
    const answers = []
    const { burst, perSecond } = quota.connects
    const count = Math.floor(burst + 1 + (perSecond * limits.quotaPatienceMs) / 1_000 + 1)
    for (let n = 0; n < count; n++) {
      const purse = await quotas.purseOf(principal, `10.0.${n % 200}.${Math.floor(n / 200) % 200}`)
      answers.push(purse.connect(clock.now()))
      purse.close()
    }
    expect(answers[burst]).toEqual({ waitMs: 0 })
    expect(answers.at(-2)).toEqual({ waitMs: limits.quotaPatienceMs })
    expect(answers.at(-1)).toBe('too_often')
  })

  it('connections: one too many has to wait for the oldest of its own to go', async () => {
    const { clock, quotas } = open()
    const principal = await principalOf()
    const purses = []
    for (let n = 0; n < quota.connections; n++) {
      if (n % 10 === 0) await clock.leap(60_000)
      const purse = await quotas.purseOf(principal, `10.0.${n % 200}.${Math.floor(n / 200) % 200}`)
      expect(purse.connect(clock.now())).toEqual({ waitMs: 0 })
      purses.push(purse)
    }
    const more = await quotas.purseOf(principal, far)
    expect(more.connect(clock.now())).toBe('own_oldest_first')
    purses[0]!.close()
    expect(more.connect(clock.now())).toEqual({ waitMs: 0 })
  })
})

describe('what is shared', () => {
  /** Uses something up by device after device, none of which goes beyond its own quota. */
  async function useUp(
    at: { clock: VirtualClock; quotas: ReturnType<typeof openQuotas> },
    amount: number,
    one: (n: number) => readonly [Principal, string],
  ): Promise<void> {
    for (let n = 0, left = amount; left > 0; n++, left -= 20_000) {
      const [principal, address] = one(n)
      const purse = await at.quotas.purseOf(principal, address)
      purse.spend(Math.min(20_000, left), 0, at.clock.now())
    }
  }

  it.each([
    ['vendorQuota', 'vendor:acme', (n: number) => [device(`d-${n}`, 'acme'), `10.0.1.${n}`] as const],
    ['addressQuota', 'address:10.0.0.1', (n: number) => [device(`d-${n}`), '10.0.0.1'] as const],
  ] as const)('%s: many devices together use it up; one that sends little is not slowed', async (name, key, one) => {
    const opened = open()
    await useUp(opened, limits[name].messages.burst + 20_000, one)
    const now = opened.clock.now()
    const [greedy, at] = one(0)
    expect((await opened.quotas.purseOf(greedy, at)).debtor(now)).toMatchObject({ key })
    const [principal, address] = one(250)
    const honest = await opened.quotas.purseOf(principal, address)
    honest.spend(1, 100, now)
    expect(honest.debtor(now)).toBeUndefined()
    honest.spend(limits.modest.burst, 100, now)
    expect(honest.debtor(now)).toMatchObject({ key })
  })

  it('addressQuota.connections: refused beyond it, unless the same device has another one', async () => {
    const { clock, quotas } = open()
    for (let n = 0; n < limits.addressQuota.connections; n++)
      expect((await quotas.purseOf(device(`d-${n}`), '10.0.0.1')).connect(clock.now())).toEqual({ waitMs: 0 })
    expect((await quotas.purseOf(device('new'), '10.0.0.1')).connect(clock.now())).toBe('too_many')
    expect((await quotas.purseOf(device('d-0'), '10.0.0.1')).connect(clock.now())).toBe('own_oldest_first')
    expect((await quotas.purseOf(device('new'), '10.0.0.2')).connect(clock.now())).toEqual({ waitMs: 0 })
  })

  it('addressQuota.connects: a storm from one address is slowed, a device that comes seldom is not', async () => {
    const { clock, quotas } = open()
    const { burst, perSecond } = limits.addressQuota.connects
    for (let n = 0; n <= burst + perSecond; n++) {
      const purse = await quotas.purseOf(device(`d-${n}`), '10.0.0.1')
      purse.connect(clock.now())
      purse.close()
    }
    const connect = async () => (await quotas.purseOf(device('seldom'), '10.0.0.1')).connect(clock.now())
    for (let n = 0; n < limits.modestConnects.burst + 1; n++) expect(await connect()).toEqual({ waitMs: 0 })
    expect(await connect()).toMatchObject({ waitMs: expect.closeTo(1_000, -2) })
  })
})

describe('whose quota is what', () => {
  it('an administrator has none', async () => {
    const { clock, quotas } = open()
    const purse = await quotas.purseOf({ kind: 'administrator' }, '10.0.0.1')
    purse.spend(1e9, 1e12, clock.now())
    expect(purse.debtor(clock.now())).toBeUndefined()
    expect(purse.connect(clock.now())).toEqual({ waitMs: 0 })
    expect(quotas.useOf('address:10.0.0.1')).toBeUndefined()
  })

  it('a quota of the registry counts for the vendor and its devices, wherever they come from, and a change of it at once', async () => {
    const registry: Record<string, VendorQuota | null> = { acme: { messages_per_s: 10 } }
    const { clock, quotas } = open(registry)
    const purse = await quotas.purseOf(device('watch-1', 'acme'), '10.0.0.1')
    purse.spend(10 * 30 + 10, 0, clock.now())
    expect(purse.debtor(clock.now())).toMatchObject({ key: 'vendor:acme' })
    expect(quotas.useOf('address:10.0.0.1')).toBeUndefined()
    registry.acme = { messages_per_s: 200_000 }
    await quotas.vendorChanged('acme')
    expect(purse.debtor(clock.now())).toBeUndefined()
    // Ten times everybody's, so each of its devices has that too.
    purse.spend(limits.deviceQuota.messages.burst * 10, 0, clock.now())
    expect(purse.debtor(clock.now())).toBeUndefined()
    purse.spend(1, 0, clock.now())
    expect(purse.debtor(clock.now())).toMatchObject({ key: 'device:watch-1' })
  })

  it('is as usual while the registry does not answer', async () => {
    const clock = virtualClock()
    const quotas = openQuotas({ clock, vendorQuota: () => Promise.reject(new Error('away')) })
    const purse = await quotas.purseOf(device('watch-1', 'acme'), '10.0.0.1')
    purse.spend(limits.deviceQuota.messages.burst, 0, clock.now())
    expect(purse.debtor(clock.now())).toBeUndefined()
  })

  it('survives a new connection: the debt is the device’s', async () => {
    const { clock, quotas } = open()
    const first = await quotas.purseOf(device('watch-1'), '10.0.0.1')
    first.connect(clock.now())
    first.spend(limits.deviceQuota.messages.burst + 1_000, 0, clock.now())
    first.close()
    for (let n = 0; n < 100; n++) await quotas.purseOf(device(`other-${n}`), '10.0.0.2')
    expect((await quotas.purseOf(device('watch-1'), '10.0.0.3')).debtor(clock.now())).toMatchObject({
      key: 'device:watch-1',
    })
  })

  it('tells what is used, and by whom most', async () => {
    const { clock, quotas } = open()
    const { burst } = limits.deviceQuota.messages
    ;(await quotas.purseOf(device('watch-1'), '10.0.0.1')).spend(burst / 2, 10, clock.now())
    ;(await quotas.purseOf(device('watch-2'), '10.0.0.2')).spend(burst + 1, 10, clock.now())
    expect(quotas.useOf('device:watch-1')).toMatchObject({
      messages_per_s: burst / 2,
      bytes_per_s: 10,
      used: 0.5,
      slowed: false,
    })
    expect(quotas.busiest(2).map(({ of, slowed }) => [of, slowed])).toEqual([
      ['device:watch-2', true],
      ['device:watch-1', false],
    ])
    expect(quotas.useOf('device:nobody')).toBeUndefined()
    await clock.leap(5_000)
    expect(quotas.useOf('device:watch-1')).toMatchObject({ messages_per_s: 0 })
  })
})

describe('a clock that is set back', () => {
  it('neither pays debts nor adds to them', async () => {
    const { clock, quotas } = open()
    const purse = await quotas.purseOf(device('watch-1'), '10.0.0.1')
    const now = clock.now()
    const { burst, perSecond } = limits.deviceQuota.messages
    purse.spend(burst + perSecond, 0, now)
    expect(purse.debtor(now - 3_600_000)?.debtMs(now - 3_600_000)).toBe(1_000)
    expect(purse.debtor(now - 3_600_000 + 1_000)).toBeUndefined()
  })
})

describe('meters', () => {
  it('are forgotten when they are at rest, and kept while they are used', () => {
    const meters = new Meters()
    const allowance = () => limits.deviceQuota
    const connected = meters.of('connected', allowance, 0)
    connected.connections++
    const indebted = meters.of('indebted', allowance, 0)
    indebted.take(limits.deviceQuota.messages.burst * 100, 0, 0)
    for (let n = 0; n < 100; n++) meters.of(`once-${n}`, allowance, 0)
    for (let n = 0; n < 100; n++) meters.of(`later-${n}`, allowance, 3_600_000)
    expect(meters.find('connected')).toBe(connected)
    expect(meters.find('indebted')).toBe(undefined)
    expect(meters.size).toBeLessThan(150)
  })

  it('are no more than so many, whatever is owed', () => {
    const meters = new Meters()
    for (let n = 0; n < limits.metersKept * 1.5; n++) meters.of(`m-${n}`, () => limits.deviceQuota, n).take(1e9, 0, n)
    expect(meters.size).toBeLessThanOrEqual(limits.metersKept + 10_000)
  })
})
