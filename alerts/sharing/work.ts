import { pathOfArea } from '../../store/areas.ts'
import {
  byHand,
  type GrantRow,
  grantsBy,
  overdueGrants,
  strayGrants,
  takeGrant,
  ungranted,
} from '../../store/grants.ts'
import { dropSharing, dueSharings, type SharingRow, settleSharing } from '../../store/sharings.ts'
import type { Tx } from '../../store/store.ts'
import { addTimeline, updateTicket } from '../../store/ticket_rows.ts'
import { tell } from '../announce.ts'
import { ticketOf } from '../changes.ts'
import { system } from '../timeline.ts'
import { shareBy } from './by_rule.ts'

/** Most grants that begin or end in one transaction: an SOS waits for its commit. */
export const grantsPerTurn = 50

/**
 * Works what is due about sharing at `now` (epoch ms): grants by hand that run out, sharings that begin, end, were changed or
 * removed. All of it is rows with a due time, each worked in the transaction of its effect: what fell due while nothing ran is
 * overdue, and of two processes one finds nothing to do. Gives how many grants began or ended and whether more is due.
 */
export async function workSharings(tx: Tx, now: number): Promise<{ worked: number; more: boolean }> {
  const overdue = await overdueGrants(tx, now, grantsPerTurn)
  for (const grant of overdue) await takeBack(tx, grant, 'share_ran_out', now)
  let worked = overdue.length
  while (worked < grantsPerTurn) {
    const [sharing] = await dueSharings(tx, now, 1)
    if (!sharing) return { worked, more: false }
    worked += await settle(tx, sharing, now, grantsPerTurn - worked)
  }
  return { worked, more: true }
}

const isInForce = ({ state, starts_at, ends_at }: SharingRow, now: number): boolean =>
  state !== 'removed' && starts_at <= now && (ends_at === null || now < ends_at)

/** Brings what a sharing gives nearer to what it should, by at most `most` grants; where that is all, it rests. */
async function settle(tx: Tx, sharing: SharingRow, now: number, most: number): Promise<number> {
  const worked = isInForce(sharing, now) ? await spread(tx, sharing, now, most) : await withdraw(tx, sharing, now, most)
  if (worked < most) await rest(tx, sharing, now)
  return worked
}

async function spread(tx: Tx, sharing: SharingRow, now: number, most: number): Promise<number> {
  const from = (await pathOfArea(tx, sharing.from_area)) ?? '/'
  const to = (await pathOfArea(tx, sharing.to_area)) ?? '/'
  await settleSharing(tx, sharing.id, 'running', sharing.due_at)
  const strays = await strayGrants(tx, sharing, from, most)
  for (const grant of strays) await takeBack(tx, grant, 'moved_away', now)
  const tickets = await ungranted(tx, sharing, { from, to }, most - strays.length)
  for (const ticket of tickets) {
    await shareBy(tx, sharing, ticket.id, now)
    await touch(tx, ticket.id, now)
  }
  return strays.length + tickets.length
}

async function withdraw(tx: Tx, sharing: SharingRow, now: number, most: number): Promise<number> {
  // First, or what is told of on the way would be given anew.
  if (sharing.state !== 'removed') await settleSharing(tx, sharing.id, 'over', sharing.due_at)
  const grants = await grantsBy(tx, sharing.id, most)
  const why = sharing.state === 'removed' ? 'sharing_removed' : 'sharing_ended'
  for (const grant of grants) await takeBack(tx, grant, why, now)
  return grants.length
}

async function rest(tx: Tx, { id, state, starts_at, ends_at }: SharingRow, now: number): Promise<void> {
  if (state === 'removed') return dropSharing(tx, id)
  if (now < starts_at) return settleSharing(tx, id, 'waiting', starts_at)
  const isOver = ends_at !== null && ends_at <= now
  return settleSharing(tx, id, isOver ? 'over' : 'running', isOver ? null : ends_at)
}

type Why = 'share_ran_out' | 'sharing_ended' | 'sharing_removed' | 'moved_away'

/** Ends a grant with its reason. Whoever loses sight of the ticket hears of it a last time. What others gave stays. */
async function takeBack(tx: Tx, grant: GrantRow, why: Why, at: number): Promise<void> {
  await takeGrant(tx, grant)
  const reason = grant.sharing === byHand ? `${why}: ${grant.area}` : `${why}: ${grant.area}: ${grant.sharing}`
  await addTimeline(tx, { ticket: grant.ticket, at, who: system, what: 'unshared', reason })
  await touch(tx, grant.ticket, at, grant.area)
}

/** Tells the consoles, and people of the area that lost it too. */
export async function touch(tx: Tx, ticket: string, at: number, lost?: string): Promise<void> {
  const row = await ticketOf(tx, ticket)
  await updateTicket(tx, ticket, { updated_at: Math.max(row.updated_at, at) })
  const path = lost === undefined ? undefined : await pathOfArea(tx, lost)
  await tell(tx, 'ticket.updated', row, at, path === undefined ? [] : [path])
}
