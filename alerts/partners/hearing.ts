import { VigilError } from '../../domain/errors.ts'
import type { ChangedMessage, PartnerAnswer, PartnerMessage } from '../../domain/partner_messages.ts'
import { changeLink, type LinkRow, linkOf, linkOfTheirs } from '../../store/partner_links.ts'
import { type PartnerRow, partnerKey } from '../../store/partners.ts'
import type { Tx } from '../../store/store.ts'
import { act } from '../actions.ts'
import { tell } from '../announce.ts'
import { ticketOf } from '../changes.ts'
import { grantLease } from '../escalation/leases.ts'
import { addNotes, follow, nameAt, openMirror, quietly } from './mirror.ts'
import { answerFor } from './state.ts'

/**
 * Takes in one message of a partner, whose signature is right. A message that was taken in before changes nothing and is
 * answered with the state of now. `refused`: the ticket is ours and its state does not allow the step. `now`: epoch ms. Throws
 * `partner_ticket_unknown`.
 */
export async function hear(tx: Tx, partner: PartnerRow, message: PartnerMessage, now: number): Promise<PartnerAnswer> {
  const known = await linkFor(tx, partner, message)
  if (known && message.number <= known.heard) return answerFor(tx, known, 'repeated')
  if (message.type === 'ticket.shared') {
    const link = known ?? (await openMirror(tx, partner, message, now))
    await changeLink(tx, link, { heard: message.number })
    return answerFor(tx, link, known ? 'repeated' : 'taken')
  }
  if (!known) throw new VigilError('partner_ticket_unknown', `there is no ticket ${message.ticket} between us`)
  await changeLink(tx, known, { heard: message.number })
  const hearing: Hearing = { partner, link: known, message, at: now }
  let isTaken = true
  await quietly(tx, known, async () => {
    const noted = await addNotes(tx, known.ticket, partner, message.notes, now)
    if (known.theirs !== null) return follow(tx, hearing)
    isTaken = await takeSteps(tx, hearing)
    await keepLease(tx, hearing)
    if (noted) await tell(tx, 'ticket.updated', await ticketOf(tx, known.ticket), now)
  })
  return answerFor(tx, known, isTaken ? 'taken' : 'refused')
}

async function linkFor(tx: Tx, { id }: PartnerRow, message: PartnerMessage): Promise<LinkRow | undefined> {
  if (message.type === 'ticket.shared' || message.whose === 'mine') return linkOfTheirs(tx, id, message.ticket)
  const link = await linkOf(tx, message.ticket, id)
  return link?.theirs === null ? link : undefined
}

type Hearing = { partner: PartnerRow; link: LinkRow; message: ChangedMessage; at: number }
type Step = NonNullable<ChangedMessage['steps']>[number]

/** Takes the steps of a partner's people on a ticket of ours. Gives false where one is not allowed; those before it are taken. */
async function takeSteps(tx: Tx, { partner, link, message, at }: Hearing): Promise<boolean> {
  for (const step of message.steps ?? []) {
    if (await isHeldHere(tx, partner, link.ticket, step)) return false
    try {
      await takeStep(tx, partner, { step, ticket: link.ticket, at })
    } catch (error) {
      if (error instanceof VigilError) return false
      throw error
    }
  }
  return true
}

/** Whoever there holds a ticket of ours and says something of it is still at it. */
async function keepLease(tx: Tx, { partner, link, message, at }: Hearing): Promise<void> {
  const row = await ticketOf(tx, link.ticket)
  const isAtIt = (message.steps ?? []).length === 0 && message.state?.holder?.at === 'mine'
  if (isAtIt && row.holder === partnerKey(partner.id)) await grantLease(tx, row, at)
}

/** Who answers first has it; later steps are taken for whoever holds it, because two houses see one case. */
async function isHeldHere(tx: Tx, partner: PartnerRow, ticket: string, { step }: Step): Promise<boolean> {
  const { holder } = await ticketOf(tx, ticket)
  return step === 'acknowledge' && holder !== null && holder !== partnerKey(partner.id)
}

async function takeStep(
  tx: Tx,
  partner: PartnerRow,
  { step, ticket, at }: { step: Step; ticket: string; at: number },
): Promise<void> {
  await act(tx, {
    ticket,
    action: step.step,
    operator: { id: partnerKey(partner.id), name: nameAt(step.by, partner), role: 'administrator' },
    at,
    confirm: true,
    ...(step.reason !== undefined && { reason: step.reason }),
    ...(step.outcome !== undefined && { outcome: step.outcome }),
  })
}
