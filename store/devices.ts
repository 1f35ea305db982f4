import { type Selectable, sql } from 'kysely'
import type { z } from 'zod'
import { isoTime } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import { administratorName, principalKey } from '../domain/principals.ts'
import type { Device, DeviceInput } from '../domain/registry.ts'
import { announce } from './changes.ts'
import { voidClaimCode } from './claims.ts'
import { type IssuedToken, issueToken, revokeTokens } from './credentials.ts'
import { mustSuitGateway } from './gateways.ts'
import {
  freeId,
  homeWithin,
  type Listed,
  mustBeFree,
  mustExist,
  mustRefer,
  namedFields,
  type Page,
  pageOf,
} from './registry.ts'
import type { Database } from './schema.ts'
import { holdsWords } from './search.ts'
import type { Db, Tx } from './store.ts'
import { tokenHash } from './tokens.ts'

type Input = z.infer<typeof DeviceInput>
type Told = 'last_seen_at' | 'online' | 'firmware' | 'battery' | 'battery_at'
type State = { [K in Told]: Selectable<Database['device_states']>[K] | null }
type Row = Omit<Selectable<Database['devices']>, 'created_at'> & State
/** A device as the front door looks at it: whose home and account, and since when older certificates are void. */
export type DeviceAccess = Pick<
  Selectable<Database['devices']>,
  'id' | 'home' | 'vendor' | 'gateway' | 'revoked_at' | 'created_at'
> & {
  /** Whether it is the gateway of others, or registered as one. */
  is_gateway: boolean
}
/** A device that gave its token; `expires_at` (epoch ms) is the token's. */
export type KnownDevice = Omit<DeviceAccess, 'revoked_at'> & { credential: string; expires_at: number | null }

/** The key of a device. */
export const deviceKey = (id: string): string => principalKey({ kind: 'device', id })

/** Registers a device and gives it its token, here once; only the hash is kept. `now` in epoch ms.
 *  Throws as `registerDevice` does. */
export async function createDevice(tx: Tx, input: Input, now: number): Promise<{ device: Device; token: string }> {
  const device = await registerDevice(tx, input, now)
  const { token } = await issueToken(tx, deviceKey(device.id), { now })
  return { device, token }
}

/** Registers a device that has no token yet; it gets it by a claim code, or shows a client certificate.
 *  Throws `id_taken`, `reference_unknown`, `gateway_invalid`, `request_invalid` (a name that is the administrator's). */
export async function registerDevice(tx: Tx, input: Input, now: number): Promise<Device> {
  if (input.id === administratorName)
    throw new VigilError('request_invalid', `a device cannot be called ${administratorName}, the administrator's name`)
  const id = await freeId(tx, 'devices', input.id)
  await mustRefer(tx, 'homes', input.home)
  await mustRefer(tx, 'vendors', input.vendor)
  const { home = null, model = null, category = null, place = null, vendor = null, gateway = null } = input
  const { sos_press = null } = input
  await mustSuitGateway(tx, { id, vendor, gateway })
  const row = { id, home, model, category, place, vendor, gateway, sos_press, created_at: now }
  await tx.insertInto('devices').values(row).execute()
  await announce(tx, { kind: 'access', subject: deviceKey(id), at: now })
  return deviceOrThrow(tx, id)
}

/** Gives the device a new token; the old one is void at once, or after `overlapMs`. An open claim code is void.
 *  Throws `not_found`. */
export async function rotateToken(tx: Tx, id: string, now: number, overlapMs = 0): Promise<IssuedToken> {
  await mustExist(tx, 'devices', id)
  await voidClaimCode(tx, id)
  return issueToken(tx, deviceKey(id), { now, overlapMs })
}

/**
 * Shuts a device out: its tokens and its claim code are void, and client certificates that were issued up to now. A new
 * token, a new code or a newer certificate lets it in again. Throws `not_found`.
 */
export async function revokeDevice(tx: Tx, id: string, now: number): Promise<void> {
  await mustExist(tx, 'devices', id)
  await tx.updateTable('devices').set({ revoked_at: now }).where('id', '=', id).execute()
  await voidClaimCode(tx, id)
  await revokeTokens(tx, deviceKey(id), now)
}

/**
 * The device whose id and token these are, or undefined. One query over two unique indexes, written as SQL: it is asked
 * in the storm of connects after an outage, and to have it built anew for each costs more than to run it.
 */
export async function deviceByToken(db: Db, id: string, token: string, now: number): Promise<KnownDevice | undefined> {
  const { rows } = await sql<KnownDevice>`
    select devices.id, home, vendor, gateway, devices.created_at, credentials.id as credential, expires_at,
      (category = 'gateway' or exists (select 1 from devices as child where child.gateway = devices.id)) as is_gateway
    from credentials inner join devices on devices.id = ${id}
    where token_hash = ${tokenHash(token)} and principal = ${deviceKey(id)}
      and (expires_at is null or expires_at > ${now})`.execute(db)
  const row = rows[0]
  return row && { ...row, is_gateway: Boolean(row.is_gateway) }
}

const isGateway =
  sql<unknown>`(category = 'gateway' or exists (select 1 from devices as child where child.gateway = devices.id))`.as(
    'is_gateway',
  )

/** What the front door must know of a device, whatever it showed; undefined where it is not registered. */
export async function accessOfDevice(db: Db, id: string): Promise<DeviceAccess | undefined> {
  const row = await db
    .selectFrom('devices')
    .select(['id', 'home', 'vendor', 'gateway', 'revoked_at', 'created_at', isGateway])
    .where('id', '=', id)
    .executeTakeFirst()
  return row && { ...row, is_gateway: Boolean(row.is_gateway) }
}

/** Rows of a page of children. */
const childrenAtOnce = 1_000

/** All devices of a vendor, or all behind a gateway. */
export type FamilyName = { vendor: string } | { gateway: string }

/** The devices of a family, in pages by id. */
export async function* childrenOf(db: Db, family: FamilyName): AsyncIterable<{ id: string; home: string | null }[]> {
  const [column, owner] = Object.entries(family)[0] as ['vendor' | 'gateway', string]
  let after = ''
  for (;;) {
    const page = await db
      .selectFrom('devices')
      .select(['id', 'home'])
      .where(column, '=', owner)
      .where('id', '>', after)
      .orderBy('id')
      .limit(childrenAtOnce)
      .execute()
    if (page.length > 0) yield page
    if (page.length < childrenAtOnce) return
    after = page.at(-1)!.id
  }
}

export type DevicePlace = Pick<Selectable<Database['devices']>, 'home' | 'vendor' | 'sos_press'> & {
  area: string | null
  area_path: string | null
}

/** Where a device is: its home, the home's area and that area's path; undefined where it is not registered. */
export function placeOfDevice(db: Db, id: string): Promise<DevicePlace | undefined> {
  return db
    .selectFrom('devices')
    .leftJoin('homes', 'homes.id', 'devices.home')
    .leftJoin('areas', 'areas.id', 'homes.area')
    .select(['devices.home', 'homes.area', 'areas.path as area_path', 'devices.vendor', 'devices.sos_press'])
    .where('devices.id', '=', id)
    .executeTakeFirst()
}

export async function getDevice(db: Db, id: string): Promise<Device | undefined> {
  const row = await withStates(db).where('devices.id', '=', id).executeTakeFirst()
  return row && deviceOf(row)
}

/** `home`, `vendor`, `gateway`: only the devices of these. `q`: with these words in id, model or place. `online`: only such as said so of
 *  themselves, or only those that did not. `battery_below`: in percent. `placed`: only with a home, or without. */
export type DevicePage = Page & {
  home?: string | undefined
  vendor?: string | undefined
  gateway?: string | undefined
  q?: string | undefined
  online?: boolean | undefined
  battery_below?: number | undefined
  placed?: boolean | undefined
}

/** Devices by id. One without a home is seen only without a bound. */
export async function listDevices(db: Db, page: DevicePage): Promise<Listed<Device>> {
  const rows = await withStates(db)
    .$if(page.home !== undefined, (query) => query.where('devices.home', '=', page.home ?? ''))
    .$if(page.vendor !== undefined, (query) => query.where('devices.vendor', '=', page.vendor ?? ''))
    .$if(page.gateway !== undefined, (query) => query.where('devices.gateway', '=', page.gateway ?? ''))
    .$if(page.areaPath !== undefined, (query) =>
      query.where(homeWithin(sql.ref<string | null>('devices.home'), page.areaPath ?? '/')),
    )
    .$if(page.q !== undefined, (query) =>
      query.where((e) => holdsWords([e.ref('devices.id'), e.ref('model'), e.ref('place')], page.q ?? '')),
    )
    .$if(page.online === true, (query) => query.where('device_states.online', '=', 1))
    .$if(page.online === false, (query) =>
      query.where((e) => e.or([e('device_states.online', 'is', null), e('device_states.online', '=', 0)])),
    )
    .$if(page.battery_below !== undefined, (query) =>
      query.where('device_states.battery', '<', page.battery_below ?? 0),
    )
    .$if(page.placed !== undefined, (query) =>
      query.where('devices.home', page.placed === true ? 'is not' : 'is', null),
    )
    .$if(page.after !== undefined, (query) => query.where('devices.id', '>', page.after ?? ''))
    .orderBy('devices.id')
    .limit(page.most + 1)
    .execute()
  return pageOf(rows, page.most, (row) => row.id, deviceOf)
}

/** Which of these devices lie in the area with this path. */
export async function devicesWithin(db: Db, ids: readonly string[], areaPath: string): Promise<string[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('devices')
    .select('id')
    .where('id', 'in', ids)
    .where(homeWithin(sql.ref<string | null>('devices.home'), areaPath))
    .execute()
  return rows.map(({ id }) => id)
}

/** Changes a device; moving it to another home is one of the changes. Throws `not_found`, `reference_unknown`,
 *  `gateway_invalid`. */
export async function updateDevice(
  tx: Tx,
  id: string,
  change: Partial<Omit<Input, 'id'>>,
  now: number,
): Promise<Device> {
  const before = await accessOfDevice(tx, id)
  if (!before) throw new VigilError('not_found', `there is no device ${id}`)
  await mustRefer(tx, 'homes', change.home)
  await mustRefer(tx, 'vendors', change.vendor)
  const { home, model, category, place, vendor, gateway, sos_press } = change
  const named = namedFields({ home, model, category, place, vendor, gateway, sos_press })
  const after = { ...before, ...namedFields({ home, vendor, gateway }) }
  if (after.vendor !== before.vendor || after.gateway !== before.gateway) await mustSuitGateway(tx, after)
  if (named) await tx.updateTable('devices').set(named).where('id', '=', id).execute()
  if (['home', 'vendor', 'gateway'].some((key) => named && key in named)) await announceMove(tx, before, after, now)
  return deviceOrThrow(tx, id)
}

/** Tells of the device, and of the gateway that it left and that it came to, because they spoke or may speak for it. */
async function announceMove(tx: Tx, before: DeviceAccess, after: DeviceAccess, now: number): Promise<void> {
  const devices = [before.id, before.gateway, after.gateway].filter((id) => id !== null)
  const vendors = [before.vendor, after.vendor].filter((id) => id !== null)
  const subjects = [...devices.map(deviceKey), ...vendors.map((id) => principalKey({ kind: 'vendor', id }))]
  for (const subject of new Set(subjects)) await announce(tx, { kind: 'access', subject, at: now })
}

/** Removes a device, its credentials, its commands and what was last known of it; its tickets stay. Throws `not_found`;
 *  `still_referenced` while it is the gateway of another. */
export async function deleteDevice(tx: Tx, id: string, now: number): Promise<void> {
  await mustExist(tx, 'devices', id)
  await mustBeFree(tx, 'device', [['devices', 'gateway']], id)
  await revokeTokens(tx, deviceKey(id), now)
  await tx.deleteFrom('commands').where('device', '=', id).execute()
  await tx.deleteFrom('device_states').where('device', '=', id).execute()
  await tx.deleteFrom('devices').where('id', '=', id).execute()
}

const withStates = (db: Db) =>
  db
    .selectFrom('devices')
    .leftJoin('device_states', 'device_states.device', 'devices.id')
    .select(['devices.id', 'devices.home', 'devices.model', 'devices.category', 'devices.place'])
    .select(['devices.vendor', 'devices.gateway', 'devices.revoked_at', 'devices.sos_press'])
    .select(['device_states.last_seen_at', 'device_states.online', 'device_states.firmware'])
    .select(['device_states.battery', 'device_states.battery_at'])

async function deviceOrThrow(tx: Tx, id: string): Promise<Device> {
  const device = await getDevice(tx, id)
  if (!device) throw new VigilError('not_found', `there is no device ${id}`)
  return device
}

const deviceOf = ({ last_seen_at, online, revoked_at, battery_at, ...row }: Row): Device => ({
  ...row,
  revoked_at: revoked_at === null ? null : isoTime(revoked_at),
  last_seen_at: last_seen_at === null ? null : isoTime(last_seen_at),
  online: online === null ? null : online !== 0,
  battery_at: battery_at === null ? null : isoTime(battery_at),
})
