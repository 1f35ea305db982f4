import { canonicalClaimCode, newClaimCode } from '../domain/claim_code.ts'
import { VigilError } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { principalKey } from '../domain/principals.ts'
import { issueToken } from './credentials.ts'
import { deleteOldest } from './oldest.ts'
import { mustExist } from './registry.ts'
import type { Db, Tx } from './store.ts'
import { tokenHash, tokenMatches } from './tokens.ts'

/** Makes the code by which a device fetches its first token until `expiresAt` (epoch ms); one made before is void.
 *  Given here once; only the hash is kept. Throws `not_found`. */
export async function makeClaimCode(tx: Tx, device: string, expiresAt: number): Promise<string> {
  await mustExist(tx, 'devices', device)
  const code = newClaimCode()
  const made = { code_hash: codeHash(device, code), expires_at: expiresAt, claimed_at: null }
  await tx
    .insertInto('claims')
    .values({ device, ...made })
    .onConflict((conflict) => conflict.column('device').doUpdateSet(made))
    .execute()
  return code
}

/**
 * A device's first token for its claim code; older tokens are void. The answer may be lost on its way, so the same code
 * gives a new token for `limits.claimRepeatMs` more. Throws `claim_refused`, whatever was wrong, so that nobody learns
 * by it which devices there are.
 */
export async function claim(tx: Tx, device: string, code: string, now: number): Promise<{ token: string }> {
  if (!(await mayClaim(tx, device, code, now))) throw new VigilError('claim_refused')
  await tx
    .updateTable('claims')
    .set({ claimed_at: now })
    .where('device', '=', device)
    .where('claimed_at', 'is', null)
    .execute()
  const { token } = await issueToken(tx, principalKey({ kind: 'device', id: device }), { now })
  return { token }
}

/** Whether this code would be taken. Asked before the write, so that whoever guesses makes nobody wait. */
export async function mayClaim(db: Db, device: string, code: string, now: number): Promise<boolean> {
  const row = await db.selectFrom('claims').selectAll().where('device', '=', device).executeTakeFirst()
  if (!tokenMatches(saltedBy(device, code), row?.code_hash ?? '') || !row) return false
  return now < (row.claimed_at === null ? row.expires_at : row.claimed_at + limits.claimRepeatMs)
}

/** Voids the claim code of a device; nothing happens where there is none. */
export async function voidClaimCode(tx: Tx, device: string): Promise<void> {
  await tx.deleteFrom('claims').where('device', '=', device).execute()
}

/** Removes at most `most` codes that ran out before `before` (epoch ms), claimed or not. Gives how many. */
export const trimClaims = (tx: Tx, before: number, most: number): Promise<number> =>
  deleteOldest(tx, { table: 'claims', key: 'device', time: 'expires_at' }, before, most)

/** A code is shorter than a token, so each is hashed with its device: who steals the table must guess one by one. */
const saltedBy = (device: string, code: string): string => `${device} ${canonicalClaimCode(code)}`
const codeHash = (device: string, code: string): string => tokenHash(saltedBy(device, code))
