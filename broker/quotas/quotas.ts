import { addressKey } from '../../domain/addresses.ts'
import type { Clock } from '../../domain/clock.ts'
import type { QuotaUse } from '../../domain/front_door.ts'
import { limits } from '../../domain/limits.ts'
import { keyOf, type Principal } from '../identity/principal.ts'
import type { Allowance, Meter } from './meter.ts'
import { Meters } from './meters.ts'
import { Purse } from './purse.ts'
import { openVendorAllowances, usualAllowance, type VendorAllowances } from './vendors.ts'

export type { Purse } from './purse.ts'

/** What devices, vendors and addresses use of what they may. */
export type Quotas = {
  /**
   * What a principal at an address may spend. Its vendor's allowance is asked for where it is not known; while the
   * registry does not answer, the usual one counts.
   */
  purseOf(principal: Principal, address: string): Promise<Purse>
  /** To be called when a vendor changed. Resolves when its allowance counts for all its connections. */
  vendorChanged(id: string): Promise<void>
  /** Undefined where nothing was used of late. Keys: `device:{id}`, `vendor:{id}`, `integration:{id}`, `address:{ip}`. */
  useOf(key: string): QuotaUse | undefined
  /** Who uses the most of what it may, most first; nobody who is at rest. */
  busiest(most: number): QuotaUse[]
}

type Options = { clock: Clock; vendorQuota: VendorAllowances['read'] }

export function openQuotas({ clock, vendorQuota }: Options): Quotas {
  const meters = new Meters()
  const vendors = openVendorAllowances(vendorQuota)

  function ownMeter(principal: Principal, now: number): Meter {
    const meter = meters.of(keyOf(principal), () => allowanceOf(principal), now)
    const [vendor, gateway] = [principal.kind === 'vendor' ? undefined : vendorOf(principal), isGateway(principal)]
    // A device may have been given to a vendor, or a gateway its first child, since it was metered first.
    if (meter.vendor !== vendor || meter.isGateway !== gateway) meter.allow(allowanceOf(principal), now)
    meter.vendor = vendor
    meter.isGateway = gateway
    return meter
  }

  function allowanceOf(principal: Principal): Allowance {
    const vendor = vendorOf(principal)
    const allowances = vendor === undefined ? usualAllowance : vendors.of(vendor)
    if (principal.kind === 'vendor') return allowances.vendor
    return isGateway(principal) ? allowances.gateway : allowances.device
  }

  function sharedMeters(principal: Principal, address: string, now: number): Meter[] {
    const vendor = vendorOf(principal)
    const shared: Meter[] = []
    if (vendor !== undefined && principal.kind !== 'vendor')
      shared.push(meters.of(`vendor:${vendor}`, () => vendors.of(vendor).vendor, now))
    // A vendor with a quota of its own is bounded by that, wherever it comes from.
    if (vendor === undefined || !vendors.of(vendor).isOwn)
      shared.push(meters.of(addressKey(address), () => limits.addressQuota, now))
    return shared
  }

  const use = (meter: Meter): QuotaUse => useIn(meter, clock.now())

  return {
    async purseOf(principal, address) {
      if (principal.kind === 'administrator') return new Purse(undefined, [])
      const vendor = vendorOf(principal)
      if (vendor !== undefined) await vendors.know(vendor)
      const now = clock.now()
      return new Purse(ownMeter(principal, now), sharedMeters(principal, address, now))
    },
    async vendorChanged(id) {
      await vendors.readAgain(id)
      const now = clock.now()
      for (const meter of meters.all()) {
        if (meter.key === `vendor:${id}`) meter.allow(vendors.of(id).vendor, now)
        else if (meter.vendor === id) meter.allow(vendors.of(id)[meter.isGateway ? 'gateway' : 'device'], now)
      }
    },
    useOf(key) {
      const meter = meters.find(key)
      return meter && use(meter)
    },
    busiest(most) {
      const now = clock.now()
      const used = [...meters.all()].filter((meter) => meter.used(now) > 0 || meter.pace(now).messages > 0)
      return used
        .sort((a, b) => b.used(now) - a.used(now))
        .slice(0, most)
        .map(use)
    },
  }
}

function useIn(meter: Meter, now: number): QuotaUse {
  const { messages, bytes } = meter.pace(now)
  return {
    of: meter.key,
    messages_per_s: messages,
    bytes_per_s: bytes,
    used: meter.used(now),
    slowed: meter.debtMs(now) > 0,
    refused: meter.refused,
  }
}

const isGateway = (principal: Principal): boolean =>
  principal.kind === 'integration' || (principal.kind === 'device' && principal.children !== undefined)

/** A vendor's account and its devices are bounded together. */
function vendorOf(principal: Principal): string | undefined {
  if (principal.kind === 'vendor') return principal.id
  return principal.kind === 'device' ? principal.vendor : undefined
}
