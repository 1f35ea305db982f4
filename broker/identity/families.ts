import type { Clock } from '../../domain/clock.ts'
import { partitionOf } from '../../domain/ids.ts'
import { limits } from '../../domain/limits.ts'
import { parsePrincipalKey, principalKey } from '../../domain/principals.ts'
import { childrenOf, type DeviceAccess, type FamilyName } from '../../store/devices.ts'
import type { Db } from '../../store/store.ts'
import type { Children } from './principal.ts'

/** A family that nobody uses is kept at least this long: who was just let in may not be among the connections yet. */
const settleMs = 60_000

type Family = {
  children: Map<string, number>
  usedAt: number
  /** It was read, and once more after the last time that changes may have been missed. */
  isRead: boolean
  isFresh: boolean
  /** While it is read: what changed meanwhile, which the pages that come in may not know yet. */
  loading?: { done: Promise<void>; changed: Set<string> } | undefined
}

/**
 * The devices of each gateway and vendor account that is connected, so that a message can be admitted without asking.
 * They are read once and then kept up by changes, also after the account has gone, as long as there is room: so an
 * account that lost its line gets in with its devices' SOS while the registry is away.
 */
export type Families = {
  /** The children of a gateway (`device:{id}`) or of a vendor. The map goes on being kept up. Rejects where the registry
   *  cannot be read and the family is not known. */
  of(key: string): Promise<Children>
  /** Notes where a device belongs now; undefined: it is not registered any more. */
  changed(device: string, access: Pick<DeviceAccess, 'home' | 'vendor' | 'gateway'> | undefined): void
  /** The keys of those whose families are known and hold the device. */
  ownersOf(device: string): ReadonlySet<string>
  /** Reads each anew at the next asking, since changes may have been missed. */
  forgetAll(): void
}

/** The accounts that may speak for a device, beside itself. */
export function ownersOf({ vendor, gateway }: Pick<DeviceAccess, 'vendor' | 'gateway'>): string[] {
  const owners: string[] = []
  if (gateway !== null) owners.push(principalKey({ kind: 'device', id: gateway }))
  if (vendor !== null) owners.push(principalKey({ kind: 'vendor', id: vendor }))
  return owners
}

/** Whose filters of a family may be for a device: its own, those of its gateway and its vendor, and an administrator's. */
export function hearersOf(device: string, owners: Iterable<string>): string[] {
  return [principalKey({ kind: 'device', id: device }), ...owners, principalKey({ kind: 'administrator' })]
}

type Options = { db: Db; clock: Clock; isLive(key: string): boolean }

export function openFamilies({ db, clock, isLive }: Options): Families {
  /** The one that was not asked for for longest comes first. */
  const families = new Map<string, Family>()
  const owners = new Map<string, Set<string>>()
  let held = 0

  function add(key: string, family: Family, device: string, partition: number): void {
    if (!family.children.has(device)) held++
    family.children.set(device, partition)
    owners.set(device, (owners.get(device) ?? new Set()).add(key))
  }

  function remove(key: string, family: Family, device: string): void {
    if (family.children.delete(device)) held--
    const left = owners.get(device)
    left?.delete(key)
    if (left?.size === 0) owners.delete(device)
  }

  /** Reads it in place: whoever holds the map goes on speaking for his devices meanwhile. */
  async function load(key: string, family: Family, changed: Set<string>): Promise<void> {
    const found = new Set<string>()
    for await (const page of childrenOf(db, familyOf(key))) {
      for (const { id, home } of page) {
        found.add(id)
        if (!changed.has(id)) add(key, family, id, partitionOf(home ?? id))
      }
    }
    for (const device of [...family.children.keys()])
      if (!found.has(device) && !changed.has(device)) remove(key, family, device)
  }

  function read(key: string, family: Family): void {
    const changed = new Set<string>()
    family.isFresh = true
    const done = load(key, family, changed).then(
      () => {
        Object.assign(family, { isRead: true, loading: undefined })
        makeRoom()
      },
      (err) => {
        Object.assign(family, { isFresh: false, loading: undefined })
        if (family.isRead) return
        drop(key, family)
        throw err
      },
    )
    family.loading = { done, changed }
  }

  function drop(key: string, family: Family): void {
    families.delete(key)
    for (const device of [...family.children.keys()]) remove(key, family, device)
  }

  function makeRoom(): void {
    if (held <= limits.rememberedDevices) return
    for (const [key, family] of families) {
      if (held <= limits.rememberedDevices) return
      if (!family.loading && family.usedAt < clock.now() - settleMs && !isLive(key)) drop(key, family)
    }
  }

  return {
    async of(key) {
      const known = families.get(key)
      const family: Family = known ?? { children: new Map(), usedAt: 0, isRead: false, isFresh: false }
      families.delete(key)
      families.set(key, family)
      family.usedAt = clock.now()
      if (!family.isFresh) read(key, family)
      await family.loading?.done
      return family.children
    },
    ownersOf: (device) => owners.get(device) ?? nobody,
    changed(device, access) {
      const now = new Set(access ? ownersOf(access) : [])
      for (const { loading } of families.values()) loading?.changed.add(device)
      for (const key of [...(owners.get(device) ?? [])]) {
        const family = families.get(key)
        if (family && !now.has(key)) remove(key, family, device)
      }
      for (const key of now) {
        const family = families.get(key)
        if (family) add(key, family, device, partitionOf(access?.home ?? device))
      }
    },
    forgetAll() {
      for (const family of families.values()) family.isFresh = false
    },
  }
}

const nobody: ReadonlySet<string> = new Set()

function familyOf(key: string): FamilyName {
  const name = parsePrincipalKey(key)
  if (name?.kind === 'vendor') return { vendor: name.id }
  if (name?.kind === 'device') return { gateway: name.id }
  throw new Error(`${key} has no children`)
}
