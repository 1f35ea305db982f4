import type { Selectable } from 'kysely'
import type { z } from 'zod'
import { isoTime } from '../domain/clock.ts'
import { VigilError } from '../domain/errors.ts'
import { principalKey } from '../domain/principals.ts'
import { type Vendor, type VendorInput, VendorQuota } from '../domain/registry.ts'
import { announce } from './changes.ts'
import { revokeTokens } from './credentials.ts'
import { freeId, type Listed, mustBeFree, mustExist, namedFields, type Page, pageOf } from './registry.ts'
import type { Database } from './schema.ts'
import type { Db, Tx } from './store.ts'

type Input = z.infer<typeof VendorInput>

/** The key of a vendor's account. */
export const vendorKey = (id: string): string => principalKey({ kind: 'vendor', id })

/** Adds a vendor, whose account has no token yet (`issueToken`). Throws `id_taken`. */
export async function createVendor(tx: Tx, input: Input, now: number): Promise<Vendor> {
  const id = await freeId(tx, 'vendors', input.id)
  const quota = input.quota ? JSON.stringify(input.quota) : null
  await tx.insertInto('vendors').values({ id, name: input.name, created_at: now, quota }).execute()
  return vendorOrThrow(tx, id)
}

export async function getVendor(db: Db, id: string): Promise<Vendor | undefined> {
  const row = await db.selectFrom('vendors').selectAll().where('id', '=', id).executeTakeFirst()
  return row && vendorOf(row)
}

/** Vendors by id; `vendor`: this one only. They belong to no area, so a bound by one leaves none. */
export async function listVendors(
  db: Db,
  { after, most, areaPath, vendor }: Page & { vendor?: string },
): Promise<Listed<Vendor>> {
  const rows = await db
    .selectFrom('vendors')
    .selectAll()
    .$if(areaPath !== undefined, (query) => query.where('id', '=', ''))
    .$if(vendor !== undefined, (query) => query.where('id', '=', vendor ?? ''))
    .$if(after !== undefined, (query) => query.where('id', '>', after ?? ''))
    .orderBy('id')
    .limit(most + 1)
    .execute()
  return pageOf(rows, most, (row) => row.id, vendorOf)
}

/** Changes a vendor's name or quota; a quota of null gives it the usual one. Throws `not_found`. */
export async function updateVendor(
  tx: Tx,
  id: string,
  change: Partial<Omit<Input, 'id'>>,
  now: number,
): Promise<Vendor> {
  await mustExist(tx, 'vendors', id)
  const quota = change.quota && JSON.stringify(change.quota)
  const named = namedFields({ name: change.name, quota })
  if (named) await tx.updateTable('vendors').set(named).where('id', '=', id).execute()
  await announce(tx, { kind: 'access', subject: vendorKey(id), at: now })
  return vendorOrThrow(tx, id)
}

/** Removes a vendor, its token and its authorities. Throws `not_found`; `still_referenced` while a device or an
 *  operator belongs to it. */
export async function deleteVendor(tx: Tx, id: string, now: number): Promise<void> {
  await mustExist(tx, 'vendors', id)
  await mustBeFree(
    tx,
    'vendor',
    [
      ['devices', 'vendor'],
      ['operators', 'vendor'],
    ],
    id,
  )
  await revokeTokens(tx, vendorKey(id), now)
  await tx.deleteFrom('authorities').where('vendor', '=', id).execute()
  await tx.deleteFrom('revoked_certificates').where('vendor', '=', id).execute()
  await tx.deleteFrom('vendors').where('id', '=', id).execute()
}

/**
 * Shuts a vendor's account out: its tokens are void, and client certificates of the account that were issued up to now.
 * Its devices are not touched. A new token, or a newer certificate, works again. Throws `not_found`.
 */
export async function revokeVendor(tx: Tx, id: string, now: number): Promise<void> {
  await mustExist(tx, 'vendors', id)
  await tx.updateTable('vendors').set({ revoked_at: now }).where('id', '=', id).execute()
  await revokeTokens(tx, vendorKey(id), now)
}

async function vendorOrThrow(tx: Tx, id: string): Promise<Vendor> {
  const vendor = await getVendor(tx, id)
  if (!vendor) throw new VigilError('not_found', `there is no vendor ${id}`)
  return vendor
}

const vendorOf = (row: Selectable<Database['vendors']>): Vendor => ({
  id: row.id,
  name: row.name,
  created_at: isoTime(row.created_at),
  revoked_at: row.revoked_at === null ? null : isoTime(row.revoked_at),
  quota: row.quota === null ? null : VendorQuota.parse(JSON.parse(row.quota)),
})
