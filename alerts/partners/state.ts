import { isoTime } from '../../domain/clock.ts'
import type { PartnerAnswer, PartnerState } from '../../domain/partner_messages.ts'
import { type LinkRow, linkOf } from '../../store/partner_links.ts'
import { partnerKey } from '../../store/partners.ts'
import type { Tx } from '../../store/store.ts'
import type { TicketRow } from '../../store/tickets.ts'
import { ticketOf } from '../changes.ts'
import { system } from '../timeline.ts'

/** A ticket as a partner is told of it. */
export async function stateFor(tx: Tx, row: TicketRow, partner: string): Promise<PartnerState> {
  const { pieces } = await tx
    .selectFrom('evidence')
    .select((e) => e.fn.countAll<number>().as('pieces'))
    .where('ticket', '=', row.id)
    .executeTakeFirstOrThrow()
  return {
    state: row.state,
    severity: row.severity,
    evidence: Number(pieces),
    outcome: row.outcome,
    holder: row.holder === null ? null : await holderFor(tx, row, row.holder, partner),
    lease_until: row.lease_until === null ? null : isoTime(row.lease_until),
  }
}

async function holderFor(tx: Tx, row: TicketRow, holder: string, partner: string): Promise<PartnerState['holder']> {
  const at = holder === partnerKey(partner) ? 'yours' : 'mine'
  const operator = await tx.selectFrom('operators').select('name').where('id', '=', holder).executeTakeFirst()
  const name = operator?.name ?? (await lastWorker(tx, row.id)) ?? holder
  return { name: name.slice(0, 200), at }
}

/** Who took the last step: of a ticket that somebody beyond this house holds, his name is only there. */
async function lastWorker(tx: Tx, ticket: string): Promise<string | undefined> {
  const line = await tx
    .selectFrom('timeline')
    .select('who')
    .where('ticket', '=', ticket)
    .where('who', '!=', system)
    .where('what', 'in', ['acknowledged', 'dispatched', 'arrived', 'resolved'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return line?.who
}

/** The answer to a message about a ticket, as the ticket now is. */
export async function answerFor(
  tx: Tx,
  { ticket, partner }: Pick<LinkRow, 'ticket' | 'partner'>,
  result: PartnerAnswer['result'],
): Promise<PartnerAnswer> {
  const state = await stateFor(tx, await ticketOf(tx, ticket), partner)
  return { result, ticket, number: (await linkOf(tx, ticket, partner))?.sent ?? 0, state }
}
