import { VigilError } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { newSecret } from '../domain/random.ts'
import { recordAudit } from './audit.ts'
import { deleteOldest } from './oldest.ts'
import { type BegunSession, beginSession } from './operators.ts'
import type { Db, Tx } from './store.ts'
import { tokenHash } from './tokens.ts'

/**
 * Log-ins by an identity provider on their way. A browser keeps a secret, here lies its hash: first while its person is
 * at the provider, then, a new one, until the console has fetched the session. Each is taken once. `now`: epoch ms.
 */

/** Notes that a browser leaves for the provider; gives the secret that it keeps. */
export async function beginLogin(tx: Tx, now: number): Promise<string> {
  return keep(tx, null, now + limits.oidcLoginMs)
}

/** Takes what was begun: it counts once. Throws `oidc_over` where it was taken before, or is too old. */
export async function takeLogin(tx: Tx, secret: string, now: number): Promise<void> {
  const { numDeletedRows } = await tx
    .deleteFrom('oidc_logins')
    .where('secret_hash', '=', tokenHash(secret))
    .where('subject', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow()
  if (numDeletedRows === 0n) throw new VigilError('oidc_over')
}

/** Whom an identity provider has proved. `subject`: `{issuer}#{subject}`; `email`: only one that it has verified. */
export type Identity = { subject: string; email: string | undefined }

/**
 * Finds whom an identity is of, and binds it to the operator who has its e-mail address and no identity yet. Gives the
 * secret with which the browser fetches the session. Throws `oidc_unknown_operator`: nobody becomes an operator here.
 */
export async function admitIdentity(tx: Tx, { subject, email }: Identity, now: number): Promise<string> {
  const known = await operatorOfSubject(tx, subject)
  if (!known) await bindByEmail(tx, subject, email, now)
  return keep(tx, subject, now + limits.oidcHandoverMs)
}

async function bindByEmail(tx: Tx, oidc_subject: string, email: string | undefined, now: number): Promise<void> {
  const operator =
    email &&
    (await tx
      .selectFrom('operators')
      .select('id')
      .where('email', '=', email.toLowerCase())
      .where('oidc_subject', 'is', null)
      .executeTakeFirst())
  if (!operator) throw new VigilError('oidc_unknown_operator')
  await tx.updateTable('operators').set({ oidc_subject }).where('id', '=', operator.id).execute()
  const key = `operator:${operator.id}`
  await recordAudit(tx, { at: now, who: key, what: 'changed', subject: key, detail: 'oidc_subject, by first login' })
}

/**
 * Takes what `admitIdentity` gave and begins the session. Throws `oidc_over`; `oidc_unknown_operator` where the operator was
 * removed meanwhile, or is no longer known by this identity.
 */
export async function takeSession(tx: Tx, secret: string, now: number): Promise<BegunSession> {
  const row = await tx
    .deleteFrom('oidc_logins')
    .where('secret_hash', '=', tokenHash(secret))
    .where('subject', 'is not', null)
    .where('expires_at', '>', now)
    .returning('subject')
    .executeTakeFirst()
  if (!row?.subject) throw new VigilError('oidc_over')
  const operator = await operatorOfSubject(tx, row.subject)
  if (!operator) throw new VigilError('oidc_unknown_operator')
  return beginSession(tx, operator, now)
}

/** Removes at most `most` log-ins that ran out before `before` (epoch ms). Gives how many. */
export const trimLogins = (tx: Tx, before: number, most: number): Promise<number> =>
  deleteOldest(tx, { table: 'oidc_logins', key: 'secret_hash', time: 'expires_at' }, before, most)

async function keep(tx: Tx, subject: string | null, expires_at: number): Promise<string> {
  const secret = newSecret()
  await tx
    .insertInto('oidc_logins')
    .values({ secret_hash: tokenHash(secret), subject, expires_at })
    .execute()
  return secret
}

async function operatorOfSubject(db: Db, subject: string): Promise<string | undefined> {
  const row = await db.selectFrom('operators').select('id').where('oidc_subject', '=', subject).executeTakeFirst()
  return row?.id
}
