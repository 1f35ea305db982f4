import { type Selectable, sql } from 'kysely'
import { limits } from '../domain/limits.ts'
import { newId, newSecret } from '../domain/random.ts'
import { announce } from './changes.ts'
import { deleteOldest } from './oldest.ts'
import type { Database } from './schema.ts'
import type { Db, Tx } from './store.ts'
import { tokenHash } from './tokens.ts'

/** A token as others may know it; `principal` is its key, `expires_at` epoch ms. */
export type CredentialRow = Pick<Selectable<Database['credentials']>, 'id' | 'principal' | 'expires_at'>
/** `token` is given here once; `oldValidUntil` (epoch ms) is null where no older one goes on working. */
export type IssuedToken = { token: string; credential: string; oldValidUntil: number | null }

/**
 * Gives a principal a new token. The older ones are void at once, or go on working for `overlapMs`, so that a fleet can
 * change over one by one.
 */
export async function issueToken(
  tx: Tx,
  principal: string,
  { now, overlapMs = 0 }: { now: number; overlapMs?: number },
): Promise<IssuedToken> {
  const older = await endOlder(tx, principal, now, overlapMs)
  const token = newSecret()
  const credential = newId('token')
  await tx
    .insertInto('credentials')
    .values({ id: credential, principal, token_hash: tokenHash(token), created_at: now })
    .execute()
  await announce(tx, { kind: 'access', subject: principal, at: now })
  return { token, credential, oldValidUntil: older ? now + overlapMs : null }
}

/** Ends the tokens of a principal after `overlapMs`, all but the newest at once. Gives whether one goes on working. */
async function endOlder(tx: Tx, principal: string, now: number, overlapMs: number): Promise<boolean> {
  if (overlapMs <= 0) {
    await tx.deleteFrom('credentials').where('principal', '=', principal).execute()
    return false
  }
  const keep = await tx
    .selectFrom('credentials')
    .select('id')
    .where('principal', '=', principal)
    .where(notExpired(now))
    .orderBy('created_at', 'desc')
    .limit(limits.tokensPerPrincipal - 1)
    .execute()
  const ids = keep.map(({ id }) => id)
  await tx
    .deleteFrom('credentials')
    .where('principal', '=', principal)
    .$if(ids.length > 0, (query) => query.where('id', 'not in', ids))
    .execute()
  await tx
    .updateTable('credentials')
    .set({ expires_at: now + overlapMs })
    .where('principal', '=', principal)
    .where((e) => e.or([e('expires_at', 'is', null), e('expires_at', '>', now + overlapMs)]))
    .execute()
  return ids.length > 0
}

/** Voids all tokens of a principal. Gives how many there were. */
export async function revokeTokens(tx: Tx, principal: string, now: number): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('credentials')
    .where('principal', '=', principal)
    .executeTakeFirstOrThrow()
  await announce(tx, { kind: 'access', subject: principal, at: now })
  return Number(numDeletedRows)
}

/** The credential of a principal with this token, or undefined. */
export async function credentialOf(
  db: Db,
  principal: string,
  token: string,
  now: number,
): Promise<CredentialRow | undefined> {
  const found = await principalOfToken(db, token, now)
  return found?.principal === principal ? found : undefined
}

/**
 * Whose token this is, or undefined. Found by its hash: what an index compares early or late is a digest of what was
 * given, so its time tells nothing of the token.
 */
export function principalOfToken(db: Db, token: string, now: number): Promise<CredentialRow | undefined> {
  return credentials(db, now).where('token_hash', '=', tokenHash(token)).executeTakeFirst()
}

/** A credential as it is now, for whoever is connected by it: its end may have been set since. Undefined where void. */
export function credentialById(db: Db, id: string, now: number): Promise<CredentialRow | undefined> {
  return credentials(db, now).where('id', '=', id).executeTakeFirst()
}

/** Removes at most `most` credentials that ran out before `before` (epoch ms). Gives how many. */
export const trimCredentials = (tx: Tx, before: number, most: number): Promise<number> =>
  deleteOldest(tx, { table: 'credentials', key: 'id', time: 'expires_at' }, before, most)

const credentials = (db: Db, now: number) =>
  db.selectFrom('credentials').select(['id', 'principal', 'expires_at']).where(notExpired(now))

const notExpired = (now: number) => sql<boolean>`(credentials.expires_at is null or credentials.expires_at > ${now})`
