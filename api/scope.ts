import { VigilError } from '../domain/errors.ts'
import { pathOfArea } from '../store/areas.ts'
import { listDevices, placeOfDevice } from '../store/devices.ts'
import { pathOfHome } from '../store/homes.ts'
import { getResident } from '../store/people.ts'
import type { Db } from '../store/store.ts'
import type { Principal } from './auth.ts'

/** What a caller may see of the registry: what lies in its area, and is of its vendor. The rest is, to it, not there. */

/** Whether something in the area of this path (null: in none) lies in the caller's area. */
export const isWithin = ({ areaPath }: Principal, path: string | null | undefined): boolean =>
  areaPath === null || (path?.startsWith(areaPath) ?? false)

/** Throws `not_found` unless the thing is there (its path is not undefined) and lies in the caller's area. */
export function mustSee(caller: Principal, path: string | null | undefined): void {
  if (path === undefined || !isWithin(caller, path)) throw new VigilError('not_found')
}

/** Whether what is of this vendor (null: of none) may be seen by the caller. */
export const isOfVendor = ({ vendor }: Principal, of: string | null | undefined): boolean =>
  vendor === null || of === vendor

/** Throws `not_found` unless the device is there, in the caller's area and of its vendor. */
export async function mustSeeDevice(db: Db, caller: Principal, id: string): Promise<void> {
  const place = await placeOfDevice(db, id)
  mustSee(caller, isOfVendor(caller, place?.vendor) ? place?.area_path : undefined)
}

/** Throws `not_found` unless the caller may see this vendor: its own, or any. Vendors lie in no area, so whoever is
 *  bounded by one sees none; else an administrator of a district could make himself an operator of any vendor. */
export function mustSeeVendor(caller: Principal, vendor: string): void {
  if (caller.areaPath !== null || !isOfVendor(caller, vendor)) throw new VigilError('not_found')
}

/** Throws `forbidden` for who has the role of a vendor and names none: it may look, and do nothing. */
export function mustNameVendor({ role, vendor }: Principal): void {
  if (role === 'vendor' && vendor === null)
    throw new VigilError('forbidden', 'Your account names no vendor; an administrator sets it.')
}

/** Throws `forbidden` unless the caller is bounded by nothing. */
export function mustSeeAll({ areaPath, vendor }: Principal): void {
  if (areaPath !== null || vendor !== null)
    throw new VigilError('forbidden', 'This is not divided by areas; only who sees all of them may.')
}

/** The path of an area that the caller may see. Throws `not_found`. */
export async function areaPathSeen(db: Db, caller: Principal, area: string): Promise<string> {
  const path = await pathOfArea(db, area)
  mustSee(caller, path)
  return path ?? ''
}

export type Bound = { areaPath?: string; vendor?: string }

/**
 * The bound of a list: the area asked for, else the caller's own; and its vendor. Throws `not_found` for an area of
 * elsewhere.
 */
export async function boundOf(db: Db, caller: Principal, area?: string): Promise<Bound> {
  const areaPath = area === undefined ? caller.areaPath : await areaPathSeen(db, caller, area)
  return { ...(areaPath !== null && { areaPath }), ...(caller.vendor !== null && { vendor: caller.vendor }) }
}

export type Place = { table: 'areas' | 'homes' | 'residents' | 'none'; id: string | null | undefined }

const nounOf = { areas: 'area', homes: 'home', residents: 'resident' } as const
const pathIn = {
  areas: pathOfArea,
  homes: pathOfHome,
  residents: async (db: Db, id: string) => {
    const resident = await getResident(db, id)
    return resident && pathOfHome(db, resident.home)
  },
} as const

/**
 * Throws unless the caller may put something there. A place of elsewhere is answered like one that does not exist;
 * nowhere is only for who is bounded by no area, because anybody else would lose sight of what he made.
 */
export async function mustPlace(db: Db, caller: Principal, { table, id }: Place): Promise<void> {
  if (caller.areaPath === null) return
  if (table === 'none') throw new VigilError('forbidden', 'It would lie in no area; only who sees all of them may.')
  const noun = nounOf[table]
  if (id === null || id === undefined)
    throw new VigilError('forbidden', `It would lie outside your area; name ${noun === 'area' ? 'an area' : 'a home'}.`)
  const path = await pathIn[table](db, id)
  if (!isWithin(caller, path)) throw new VigilError('reference_unknown', `there is no ${noun} ${id}`)
}

/** Ids of all devices of a home that the caller may see. Throws `not_found`. */
export async function devicesOfHome(db: Db, caller: Principal, home: string): Promise<string[]> {
  mustSee(caller, await pathOfHome(db, home))
  const devices: string[] = []
  let after: string | undefined
  do {
    const page = await listDevices(db, { home, most: 1_000, after })
    devices.push(...page.items.map(({ id }) => id))
    after = page.next ?? undefined
  } while (after !== undefined)
  return devices
}
