import type { Logger } from 'pino'
import type { Clock } from '../../domain/clock.ts'
import type { Store } from '../../store/store.ts'
import { openAuthentication } from './authentication.ts'
import { type Connections, openConnections } from './connections.ts'
import { type Families, openFamilies } from './families.ts'
import { openPermission, type Permission } from './permission.ts'
import type { Authentication } from './principal.ts'
import { openRefusals, type Refusals } from './refusals.ts'
import { openRegistry, type Registry } from './registry.ts'

/** Who is who at the front door, who may what, and who was told no. */
export type Identity = Authentication & {
  readonly connections: Connections
  readonly families: Families
  readonly registry: Registry
  readonly permission: Permission
  readonly refusals: Refusals
  /** Counts up with each change; who is let in must be looked at again where it did since the registry was asked. */
  readonly seen: number
  /** Something about a principal changed, so that nothing that was remembered of it counts. */
  changed(key: string): void
  changedAll(): void
}

type Options = { store: Store; clock: Clock; adminToken: string | undefined; log: Logger }

export function openIdentity({ store, clock, adminToken, log }: Options): Identity {
  const { db } = store
  const connections = openConnections()
  const families = openFamilies({ db, clock, isLive: (key) => connections.byKey(key).length > 0 })
  const registry = openRegistry(db, families)
  const permission = openPermission(db)
  const refusals = openRefusals({ store, clock, log })
  const authentication = openAuthentication({ db, registry, clock, adminToken, log })
  return {
    connections,
    families,
    registry,
    permission,
    refusals,
    isRemembered: authentication.isRemembered,
    login: authentication.login,
    bearer: authentication.bearer,
    again: authentication.again,
    get seen() {
      return authentication.seen
    },
    changed(key) {
      authentication.changed(key)
      permission.changed(key)
    },
    changedAll() {
      authentication.changedAll()
      permission.changedAll()
      families.forgetAll()
    },
  }
}
