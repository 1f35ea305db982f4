import { limits } from '../../domain/limits.ts'
import type { VendorQuota } from '../../domain/registry.ts'
import type { Allowance, Rate } from './meter.ts'

/** What a vendor may use in all, and each of its devices and gateways. `isOwn`: the registry sets it for this vendor. */
export type VendorAllowance = { vendor: Allowance; device: Allowance; gateway: Allowance; isOwn: boolean }

export const usualAllowance: VendorAllowance = {
  vendor: limits.vendorQuota,
  device: limits.deviceQuota,
  gateway: limits.gatewayQuota,
  isOwn: false,
}

/** What vendors may use, as far as it is known here. */
export type VendorAllowances = {
  /** The quota that the registry has for a vendor; null or undefined where it has none. */
  read(id: string): Promise<VendorQuota | null | undefined>
  of(id: string): VendorAllowance
  /** Reads it where it is not known yet. Never rejects: while the registry does not answer, the usual one counts. */
  know(id: string): Promise<void>
  readAgain(id: string): Promise<void>
}

export function openVendorAllowances(read: VendorAllowances['read']): VendorAllowances {
  const known = new Map<string, VendorAllowance>()

  async function readAgain(id: string): Promise<void> {
    const quota = await read(id).catch(() => undefined)
    if (quota !== undefined || !known.has(id)) remember(id, quota ? allowanceFrom(quota) : usualAllowance)
  }

  function remember(id: string, allowance: VendorAllowance): void {
    known.set(id, allowance)
    const [oldest] = known.keys()
    if (known.size > limits.metersKept && oldest !== undefined) known.delete(oldest)
  }

  return {
    read,
    of: (id) => known.get(id) ?? usualAllowance,
    know: async (id) => (known.has(id) ? undefined : readAgain(id)),
    readAgain,
  }
}

/**
 * A quota that the registry sets. Each device may use as much of its vendor's quota as everybody's may, and never less
 * than everybody's.
 */
export function allowanceFrom(quota: VendorQuota): VendorAllowance {
  const usual = usualAllowance.vendor
  const vendor: Allowance = {
    messages: scaled(usual.messages, quota.messages_per_s),
    bytes: scaled(usual.bytes, quota.bytes_per_s),
    connects: scaled(usual.connects, quota.connects_per_s),
    connections: quota.connections ?? usual.connections,
  }
  const share = (own: Allowance): Allowance => ({
    messages: atLeast(own.messages, vendor.messages, usual.messages),
    bytes: atLeast(own.bytes, vendor.bytes, usual.bytes),
    connects: own.connects,
    connections: own.connections,
  })
  return { vendor, device: share(limits.deviceQuota), gateway: share(limits.gatewayQuota), isOwn: true }
}

/** The same length of a burst at another rate; at least one message. */
function scaled(usual: Rate, perSecond: number | undefined): Rate {
  if (perSecond === undefined) return usual
  return { perSecond, burst: Math.max(1, (usual.burst / usual.perSecond) * perSecond) }
}

function atLeast(own: Rate, vendor: Rate, usual: Rate): Rate {
  return scaled(own, Math.max(own.perSecond, (vendor.perSecond / usual.perSecond) * own.perSecond))
}
