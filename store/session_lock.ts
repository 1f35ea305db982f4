import { VigilError } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { type Session, sessionOf } from './operators.ts'
import type { Store, Tx } from './store.ts'
import { passwordMatches, tokenHash } from './tokens.ts'

/** Locks a session that is not locked yet. Gives whether there is a session of this token at all. */
export async function lockSession(tx: Tx, token: string, now: number): Promise<boolean> {
  if (!(await sessionOf(tx, token, now))) return false
  await tx
    .updateTable('sessions')
    .set({ locked_at: now })
    .where('token_hash', '=', tokenHash(token))
    .where('locked_at', 'is', null)
    .execute()
  return true
}

/**
 * Unlocks a session with its operator's password; whoever proves anew who he is has `limits.sessionMs` anew. Throws
 * `login_failed`; `unauthenticated` where the session is over.
 */
export async function unlockSession(
  store: Store,
  given: { token: string; password: string },
  now: number,
): Promise<Session> {
  const token_hash = tokenHash(given.token)
  const row = await store.db
    .selectFrom('sessions')
    .innerJoin('operators', 'operators.id', 'sessions.operator')
    .select('operators.password_hash')
    .where('sessions.token_hash', '=', token_hash)
    .executeTakeFirst()
  if (!(await passwordMatches(given.password, row?.password_hash))) throw new VigilError('login_failed')
  return store.write(async (tx) => {
    // A password that was changed since then has ended the session.
    await tx
      .updateTable('sessions')
      .set({ locked_at: null, expires_at: now + limits.sessionMs })
      .where('token_hash', '=', token_hash)
      .where('expires_at', '>', now)
      .execute()
    const session = await sessionOf(tx, given.token, now)
    if (!session) throw new VigilError('unauthenticated')
    return session
  })
}
