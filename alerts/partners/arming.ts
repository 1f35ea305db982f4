import { parseTime } from '../../domain/clock.ts'
import type { PartnerState } from '../../domain/partner_messages.ts'
import { cancelNotices } from '../../store/notices.ts'
import type { Tx } from '../../store/store.ts'
import { clearTimers, setTimer, updateTicket } from '../../store/ticket_rows.ts'
import type { TicketRow } from '../../store/tickets.ts'
import { ticketOf } from '../changes.ts'
import { beginCalling, endCalling } from '../escalation/calling.ts'
import { grantLease } from '../escalation/leases.ts'
import { tellThoseCalled } from '../escalation/telling.ts'

/** A partner's lease runs out there first; only where that is not told, here. */
const graceMs = 60_000

/**
 * Sees to the next step of a ticket that follows a partner's, which was `before`: people are called while nobody has it, and the
 * partner must go on saying that somebody has. `at`: epoch ms.
 */
export async function arm(tx: Tx, before: TicketRow, { lease_until, holder }: PartnerState, at: number): Promise<void> {
  const row = await ticketOf(tx, before.id)
  if (row.state === 'closed') {
    await standDown(tx, row, 'closed', at)
    return clearTimers(tx, row.id)
  }
  if (row.holder === null) {
    if (before.holder === null && before.state === row.state) return
    await updateTicket(tx, row.id, { lease_until: null })
    await clearTimers(tx, row.id, 'lease')
    return beginCalling(tx, row, at)
  }
  if (before.holder === null) await standDown(tx, row, 'answered', at, holder?.name)
  if (row.holder.startsWith('partner:')) await lease(tx, row, lease_until, at)
}

async function standDown(tx: Tx, row: TicketRow, reason: 'answered' | 'closed', at: number, who = ''): Promise<void> {
  await endCalling(tx, row.id)
  await cancelNotices(tx, row.id, at)
  const nonce = `${row.plan_run}.${at}`
  await tellThoseCalled(tx, row, { reason, at, holder: who, nonce, but: row.holder ?? '' })
}

async function lease(tx: Tx, row: TicketRow, iso: string | null | undefined, at: number): Promise<void> {
  const theirs = iso ? parseTime(iso) : undefined
  if (theirs === undefined) return grantLease(tx, row, at)
  const until = Math.max(theirs, at) + graceMs
  await updateTicket(tx, row.id, { lease_until: until })
  await setTimer(tx, row.id, 'lease', until)
}
