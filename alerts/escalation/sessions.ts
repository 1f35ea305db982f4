import type { Db, Tx } from '../../store/store.ts'
import { tell } from '../announce.ts'
import { lapse } from './leases.ts'

/** Whether a session has ended that nobody has worked yet; so that the place of a writer is taken only for something. */
export async function isSessionOver(db: Db, now: number): Promise<boolean> {
  const row = await db
    .selectFrom('sessions')
    .select('operator')
    .where('expires_at', '<=', now)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Removes sessions that ended by `now` (epoch ms), and passes on what their operators held, who have no other. Gives how many. */
export async function endSessions(tx: Tx, now: number): Promise<number> {
  const over = await tx
    .selectFrom('sessions')
    .select(['token_hash', 'operator'])
    .where('expires_at', '<=', now)
    .execute()
  if (over.length === 0) return 0
  await tx.deleteFrom('sessions').where('expires_at', '<=', now).execute()
  for (const operator of new Set(over.map((session) => session.operator))) await passOn(tx, operator, now)
  return over.length
}

/** What an operator holds who has no session any more is everybody's again, at once. Gives the tickets' ids. */
export async function passOn(tx: Tx, operator: string, now: number): Promise<string[]> {
  const left = await tx
    .selectFrom('sessions')
    .select('operator')
    .where('operator', '=', operator)
    .where('expires_at', '>', now)
    .limit(1)
    .executeTakeFirst()
  if (left) return []
  const held = await tx
    .selectFrom('tickets')
    .selectAll()
    .where('holder', '=', operator)
    .where('state', '!=', 'closed')
    .orderBy('number')
    .execute()
  for (const ticket of held) await tell(tx, 'ticket.lapsed', await lapse(tx, ticket, now, 'session_ended'), now)
  return held.map(({ id }) => id)
}
