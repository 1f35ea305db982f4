import { act } from '../../alerts/actions.ts'
import { MINUTE, SECOND } from '../../simulators/life/calendar.ts'
import type { Store } from '../../store/store.ts'

/**
 * A dispatcher who answers every ticket, with one hand on the telephone: takes it `answersAfter` it opened, before it
 * alarms again, and closes it when it has had no news for `closesAfter`. Whatever happens after that is a new ticket.
 */
export const policy = { answersAfter: 30 * SECOND, closesAfter: 10 * MINUTE }

const operator = { id: 'dispatcher', name: 'Dispatcher', role: 'dispatcher' } as const

/** The dispatcher's next step. `at`: epoch ms. */
export type Work = { at: number; ticket: string; action: 'acknowledge' | 'close' }

/** What is to be done next, and when; undefined while every ticket is closed. */
export async function nextWork({ db }: Store): Promise<Work | undefined> {
  const rows = await db
    .selectFrom('tickets')
    .select(['id', 'state', 'opened_at', 'updated_at'])
    .where('state', '!=', 'closed')
    .orderBy('number')
    .execute()
  const works = rows.map(
    ({ id, state, opened_at, updated_at }): Work =>
      state === 'open'
        ? { at: opened_at + policy.answersAfter, ticket: id, action: 'acknowledge' }
        : { at: updated_at + policy.closesAfter, ticket: id, action: 'close' },
  )
  return works.sort((a, b) => a.at - b.at)[0]
}

/** Takes a step, as over the API. The outcome is always the same: the dispatcher of a bench sees nobody. */
export async function work(store: Store, { at, ticket, action }: Work): Promise<void> {
  await store.write((tx) =>
    act(tx, { ticket, action, at, operator, ...(action === 'close' && { outcome: 'assistance' as const }) }),
  )
}
