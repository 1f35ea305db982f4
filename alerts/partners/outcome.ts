import { limits } from '../../domain/limits.ts'
import { type DueNotice, endNotice, putOff, recordDelivery } from '../../store/notices.ts'
import { linkOf, releaseNext } from '../../store/partner_links.ts'
import type { PartnerRow } from '../../store/partners.ts'
import type { NoticeResult } from '../../store/schema.ts'
import type { Tx } from '../../store/store.ts'
import { addTimeline } from '../../store/ticket_rows.ts'
import { rowOf } from '../../store/tickets.ts'
import { tell } from '../announce.ts'
import { system } from '../timeline.ts'
import { followAnswer } from './mirror.ts'
import type { Sent } from './send.ts'

/** An attempt that was made: from `began` to `at`, epoch ms. */
export type Attempt = { partner: PartnerRow; notice: DueNotice; sent: Sent; began: number; at: number }

/** Keeps what became of an attempt, and lets the next message about the ticket go where this one is over. */
export async function settleAttempt(tx: Tx, attempt: Attempt): Promise<void> {
  const { notice, sent, at } = attempt
  const isTooOld = at - notice.created_at > limits.partnerExpiresMs
  if (sent.result === 'failed' && !isTooOld) {
    if (notice.attempt === 1) await record(tx, attempt)
    return putOff(tx, notice.id, at + pauseAfter(notice.attempt, sent.retryAfterMs))
  }
  await record(tx, attempt)
  const result = ({ told: 'delivered', refused: 'refused', failed: 'expired' } as const)[sent.result]
  if (await endNotice(tx, notice.id, result, at)) await end(tx, attempt, result)
}

async function end(tx: Tx, { partner, notice, sent, at }: Attempt, result: NoticeResult): Promise<void> {
  const ticket = notice.ticket ?? ''
  if (sent.result === 'told') await learn(tx, { ticket, partner, notice, sent, at })
  else await complain(tx, { ticket, at, reason: `partner_${result}: ${partner.name}: ${sent.detail}` })
  await releaseNext(tx, ticket, partner.id, at)
}

type Learning = { ticket: string; partner: PartnerRow; notice: DueNotice; sent: Sent & { result: 'told' }; at: number }

/** Of a ticket that came from the partner, its answer says how it stands. */
async function learn(tx: Tx, { ticket, partner, notice, sent, at }: Learning): Promise<void> {
  const link = await linkOf(tx, ticket, partner.id)
  if (link && link.theirs !== null && sent.answer)
    await followAnswer(tx, link, sent.answer, { message: numberOf(notice), at })
}

const numberOf = ({ body }: DueNotice): number => (body as { number: number }).number

/** Says on the ticket that a partner does not know what it should. */
async function complain(tx: Tx, { ticket, at, reason }: { ticket: string; at: number; reason: string }): Promise<void> {
  const row = await rowOf(tx, ticket)
  if (!row) return
  await addTimeline(tx, { ticket, at, who: system, what: 'partner_not_told', reason })
  await tell(tx, 'ticket.updated', row, at)
}

const pauseAfter = (attempts: number, asked = 0): number => {
  const pauses = limits.partnerPausesMs
  return Math.max(pauses[Math.min(attempts, pauses.length) - 1] ?? 0, Math.min(asked, limits.partnerExpiresMs))
}

function record(tx: Tx, { notice, sent, began, at }: Attempt): Promise<void> {
  const result: 'delivered' | 'refused' | 'failed' = sent.result === 'told' ? 'delivered' : sent.result
  const { stable_id, ticket, target, recipient, attempt } = notice
  const tried = { attempt, at: began, took_ms: at - began, result, detail: sent.detail }
  return recordDelivery(tx, { notice: stable_id, ticket, channel: target, recipient, ...tried })
}
