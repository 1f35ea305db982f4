import { isoTime } from '../../domain/clock.ts'
import { VigilError } from '../../domain/errors.ts'
import type { Ticket } from '../../domain/ticket.ts'
import { byHand, giveGrant, takeGrant } from '../../store/grants.ts'
import type { Tx } from '../../store/store.ts'
import { addTimeline } from '../../store/ticket_rows.ts'
import { readTicket, type TicketRow } from '../../store/tickets.ts'
import { shareWithPartner } from '../partners/telling.ts'
import { touch } from './work.ts'

/** With whom somebody shares a ticket: an area, until an instant (epoch ms; absent: for good), or a partner, by their ids. */
export type Share = { area?: string; until?: number; partner?: string; at: number }

/** Shares a ticket by hand; the step itself is noted by `act`. Throws VigilError: request_invalid, reference_unknown. */
export async function shareByHand(tx: Tx, row: TicketRow, { area, until, partner, at }: Share): Promise<void> {
  if (partner !== undefined) return shareWithPartner(tx, row, partner, at)
  if (area === undefined) throw new VigilError('request_invalid', 'sharing needs an area or a partner')
  if (until !== undefined && until <= at) throw new VigilError('request_invalid', '`until` is over already')
  await giveGrant(tx, { ticket: row.id, area, sharing: byHand, at, until: until ?? null })
}

/** How the timeline tells with whom, and how long: `lake`, `lake until 2026-03-02T13:00:00.000Z`, `partner:b`. */
export const sharedText = ({ area, until, partner }: Omit<Share, 'at'>): string =>
  partner === undefined ? `${area}${until === undefined ? '' : ` until ${isoTime(until)}`}` : `partner:${partner}`

/** Takes back what was shared by hand with an area. What a sharing gave as well stays. Throws `not_shared`. */
export async function unshare(
  tx: Tx,
  { ticket, area, who, at, reason }: { ticket: string; area: string; who: string; at: number; reason?: string },
): Promise<Ticket> {
  if (!(await takeGrant(tx, { ticket, area, sharing: byHand })))
    throw new VigilError('not_shared', `nobody shared it with ${area}`)
  const why = reason === undefined ? area : `${area}: ${reason}`
  await addTimeline(tx, { ticket, at, who, what: 'unshared', reason: why })
  await touch(tx, ticket, at, area)
  const told = await readTicket(tx, ticket)
  if (!told) throw new VigilError('not_found')
  return told
}
