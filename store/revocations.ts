import { isoTime } from '../domain/clock.ts'
import { announce } from './changes.ts'
import { type Listed, mustExist, type Page, pageOf } from './registry.ts'
import type { Db, Tx } from './store.ts'
import { vendorKey } from './vendors.ts'

/** Rows of one insert; PostgreSQL and SQLite take some ten thousand parameters at most. */
const rowsPerInsert = 1_000

/** A certificate's serial number as it is kept: hex, capitals, no colons, no leading zeros. */
export const serialOf = (hex: string): string =>
  hex
    .replaceAll(':', '')
    .toUpperCase()
    .replace(/^0+(?=.)/, '')

/** Voids certificates of a vendor by their serial numbers (hex). Gives how many were not revoked before.
 *  Throws `not_found` (vendor). */
export async function revokeCertificates(tx: Tx, vendor: string, serials: string[], now: number): Promise<number> {
  await mustExist(tx, 'vendors', vendor)
  const rows = [...new Set(serials.map(serialOf))].map((serial) => ({ vendor, serial, revoked_at: now }))
  let revoked = 0n
  for (let i = 0; i < rows.length; i += rowsPerInsert) {
    const { numInsertedOrUpdatedRows } = await tx
      .insertInto('revoked_certificates')
      .values(rows.slice(i, i + rowsPerInsert))
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow()
    revoked += numInsertedOrUpdatedRows ?? 0n
  }
  if (revoked > 0n) await announce(tx, { kind: 'access', subject: vendorKey(vendor), at: now })
  return Number(revoked)
}

/** Whether a certificate of a vendor was revoked. `serial`: hex, as Node's TLS tells it. */
export async function isCertificateRevoked(db: Db, vendor: string, serial: string): Promise<boolean> {
  const row = await db
    .selectFrom('revoked_certificates')
    .select('serial')
    .where('vendor', '=', vendor)
    .where('serial', '=', serialOf(serial))
    .executeTakeFirst()
  return row !== undefined
}

/** How many certificates of a vendor were revoked; they are never taken back. */
export async function countRevocations(db: Db, vendor: string): Promise<number> {
  const row = await db
    .selectFrom('revoked_certificates')
    .select((e) => e.fn.countAll<number | string>().as('count'))
    .where('vendor', '=', vendor)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** A vendor's revoked certificates, by serial number. */
export async function listRevocations(
  db: Db,
  vendor: string,
  { after = '', most }: Pick<Page, 'after' | 'most'>,
): Promise<Listed<{ serial: string; revoked_at: string }>> {
  const rows = await db
    .selectFrom('revoked_certificates')
    .select(['serial', 'revoked_at'])
    .where('vendor', '=', vendor)
    .where('serial', '>', after)
    .orderBy('serial')
    .limit(most + 1)
    .execute()
  return pageOf(
    rows,
    most,
    (row) => row.serial,
    (row) => ({ ...row, revoked_at: isoTime(row.revoked_at) }),
  )
}
