import { type Selectable, sql } from 'kysely'
import type { z } from 'zod'
import { isoTime } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import { newSecret } from '../domain/random.ts'
import type { Device, DeviceInput } from '../domain/registry.ts'
import { freeId, homeWithin, type Listed, mustExist, mustRefer, namedFields, type Page, pageOf } from './registry.ts'
import type { Database } from './schema.ts'
import type { Db, Tx } from './store.ts'
import { tokenHash, tokenMatches } from './tokens.ts'

type Input = z.infer<typeof DeviceInput>
type State = { [K in 'last_seen_at' | 'online' | 'firmware']: Selectable<Database['device_states']>[K] | null }
type Row = Pick<Selectable<Database['devices']>, 'id' | 'home' | 'model' | 'category' | 'place'> & State

/** Registers a device. Its token is given here once; only the hash is kept. `now` in epoch ms.
 *  Throws `id_taken`, `reference_unknown`. */
export async function createDevice(tx: Tx, input: Input, now: number): Promise<{ device: Device; token: string }> {
  const id = await freeId(tx, 'devices', input.id)
  await mustRefer(tx, 'homes', input.home)
  const token = newSecret()
  const { home = null, model = null, category = null, place = null } = input
  const row = { id, home, model, category, place }
  await tx
    .insertInto('devices')
    .values({ ...row, token_hash: tokenHash(token), created_at: now })
    .execute()
  return { device: await deviceOrThrow(tx, id), token }
}

/** Gives the device a new token; the old one is void at once. Throws `not_found`. */
export async function rotateToken(tx: Tx, id: string): Promise<string> {
  await mustExist(tx, 'devices', id)
  const token = newSecret()
  await tx
    .updateTable('devices')
    .set({ token_hash: tokenHash(token) })
    .where('id', '=', id)
    .execute()
  return token
}

/** The device whose id and token these are, or undefined. */
export async function deviceByToken(
  db: Db,
  id: string,
  token: string,
): Promise<{ id: string; home: string | null } | undefined> {
  const row = await db
    .selectFrom('devices')
    .select(['id', 'home', 'token_hash'])
    .where('id', '=', id)
    .executeTakeFirst()
  return row && tokenMatches(token, row.token_hash) ? { id: row.id, home: row.home } : undefined
}

/** Where a device is: its home, the home's area and that area's path; undefined where it is not registered. */
export function placeOfDevice(
  db: Db,
  id: string,
): Promise<{ home: string | null; area: string | null; area_path: string | null } | undefined> {
  return db
    .selectFrom('devices')
    .leftJoin('homes', 'homes.id', 'devices.home')
    .leftJoin('areas', 'areas.id', 'homes.area')
    .select(['devices.home', 'homes.area', 'areas.path as area_path'])
    .where('devices.id', '=', id)
    .executeTakeFirst()
}

export async function getDevice(db: Db, id: string): Promise<Device | undefined> {
  const row = await withStates(db).where('devices.id', '=', id).executeTakeFirst()
  return row && deviceOf(row)
}

/** Devices by id. One without a home is seen only without a bound. */
export async function listDevices(db: Db, page: Page & { home?: string | undefined }): Promise<Listed<Device>> {
  const rows = await withStates(db)
    .$if(page.home !== undefined, (query) => query.where('devices.home', '=', page.home ?? ''))
    .$if(page.areaPath !== undefined, (query) =>
      query.where(homeWithin(sql.ref<string | null>('devices.home'), page.areaPath ?? '/')),
    )
    .$if(page.after !== undefined, (query) => query.where('devices.id', '>', page.after ?? ''))
    .orderBy('devices.id')
    .limit(page.most + 1)
    .execute()
  return pageOf(rows, page.most, (row) => row.id, deviceOf)
}

/** Changes a device; moving it to another home is one of the changes. Throws `not_found`, `reference_unknown`. */
export async function updateDevice(tx: Tx, id: string, change: Partial<Omit<Input, 'id'>>): Promise<Device> {
  await mustExist(tx, 'devices', id)
  await mustRefer(tx, 'homes', change.home)
  const { home, model, category, place } = change
  const named = namedFields({ home, model, category, place })
  if (named) await tx.updateTable('devices').set(named).where('id', '=', id).execute()
  return deviceOrThrow(tx, id)
}

/** Removes a device and what was last known of it; its tickets stay. Throws `not_found`. */
export async function deleteDevice(tx: Tx, id: string): Promise<void> {
  await mustExist(tx, 'devices', id)
  await tx.deleteFrom('device_states').where('device', '=', id).execute()
  await tx.deleteFrom('devices').where('id', '=', id).execute()
}

const withStates = (db: Db) =>
  db
    .selectFrom('devices')
    .leftJoin('device_states', 'device_states.device', 'devices.id')
    .select(['devices.id', 'devices.home', 'devices.model', 'devices.category', 'devices.place'])
    .select(['device_states.last_seen_at', 'device_states.online', 'device_states.firmware'])

async function deviceOrThrow(tx: Tx, id: string): Promise<Device> {
  const device = await getDevice(tx, id)
  if (!device) throw new VigilError('not_found', `there is no device ${id}`)
  return device
}

const deviceOf = ({ last_seen_at, online, ...row }: Row): Device => ({
  ...row,
  last_seen_at: last_seen_at === null ? null : isoTime(last_seen_at),
  online: online === null ? null : online !== 0,
})
