import { partitionOf } from '../../domain/ids.ts'
import type { PrincipalName } from '../../domain/principals.ts'
import { principalKey } from '../../domain/principals.ts'
import { accessOfDevice, type DeviceAccess } from '../../store/devices.ts'
import { getIntegration, mayReadTickets } from '../../store/integrations.ts'
import type { Db } from '../../store/store.ts'
import { getVendor } from '../../store/vendors.ts'
import type { Families } from './families.ts'
import type { DevicePrincipal, Principal } from './principal.ts'

/** Makes principals of what the registry knows. */
export type Registry = {
  /** Undefined where there is nobody of this name. */
  principalOf(name: PrincipalName): Promise<Principal | undefined>
  deviceOf(device: Pick<DeviceAccess, 'id' | 'home' | 'vendor' | 'created_at' | 'is_gateway'>): Promise<DevicePrincipal>
}

export function openRegistry(db: Db, families: Families): Registry {
  const registry: Registry = {
    async principalOf(name) {
      if (name.kind === 'administrator') return { kind: 'administrator' }
      if (name.kind === 'device') {
        const device = await accessOfDevice(db, name.id)
        return device && registry.deviceOf(device)
      }
      if (name.kind === 'integration') {
        const integration = await getIntegration(db, name.id)
        if (!integration) return undefined
        const { area, created_at } = integration
        const deaf = mayReadTickets(integration) ? {} : { withoutTickets: true as const }
        return { kind: 'integration', id: name.id, area, ...deaf, createdAt: Date.parse(created_at) }
      }
      const vendor = await getVendor(db, name.id)
      if (!vendor) return undefined
      const children = await families.of(principalKey(name))
      return { kind: 'vendor', id: name.id, children, createdAt: Date.parse(vendor.created_at) }
    },
    async deviceOf({ id, home, vendor, created_at, is_gateway }) {
      const partition = partitionOf(home ?? id)
      const registered = { kind: 'device', id, partition, createdAt: created_at } as const
      const principal: DevicePrincipal = { ...registered, ...(vendor !== null && { vendor }) }
      if (!is_gateway) return principal
      return { ...principal, children: await families.of(principalKey(principal)) }
    },
  }
  return registry
}
