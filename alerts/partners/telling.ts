import { VigilError } from '../../domain/errors.ts'
import { limits } from '../../domain/limits.ts'
import type { PartnerState } from '../../domain/partner_messages.ts'
import type { EventType, Origin } from '../../domain/ticket.ts'
import { getHome } from '../../store/homes.ts'
import { addLink, changeLink, enqueueInOrder, type LinkRow, linkOf, linksOf } from '../../store/partner_links.ts'
import { type PartnerRow, partnerRow, partnersOf } from '../../store/partners.ts'
import type { Tx } from '../../store/store.ts'
import { addTimeline } from '../../store/ticket_rows.ts'
import type { TicketRow } from '../../store/tickets.ts'
import { holds } from '../sharing/by_rule.ts'
import { system } from '../timeline.ts'
import { changedMessage, type Line, newsOf, sharedMessage } from './messages.ts'
import { stateFor } from './state.ts'

/**
 * Puts what is new of a ticket into the outbox for every partner that takes part in it, in the transaction of the change; a new
 * ticket goes to those that get all like it. What came from a partner is not told to it again.
 */
export async function tellPartners(tx: Tx, type: EventType, row: TicketRow, at: number): Promise<void> {
  if (type === 'ticket.opened' && row.area_path !== null && row.origin === null)
    for (const partner of await partnersOf(tx, row.area_path))
      if (isMeant(partner, row)) await begin(tx, row, partner, at)
  for (const link of await linksOf(tx, row.id)) await tellOne(tx, link, row, at)
}

const isMeant = ({ mode, kinds, severities }: PartnerRow, { kind, severity }: TicketRow): boolean =>
  mode === 'all' && holds(kinds, kind) && holds(severities, severity)

/**
 * Shares a ticket with a partner by hand; where it takes part already nothing changes. Throws `reference_unknown` for a partner
 * that may not get it, `request_invalid` for the one it came from.
 */
export async function shareWithPartner(tx: Tx, row: TicketRow, id: string, at: number): Promise<void> {
  const partner = await partnerRow(tx, id)
  if (!partner || !row.area_path?.includes(`/${partner.area}/`))
    throw new VigilError('reference_unknown', `there is no partner ${id} that may get this ticket`)
  if (row.origin !== null && (JSON.parse(row.origin) as Origin).partner === id)
    throw new VigilError('request_invalid', `this ticket came from ${id}`)
  if (!(await linkOf(tx, row.id, id))) await begin(tx, row, partner, at)
}

async function begin(tx: Tx, row: TicketRow, partner: PartnerRow, at: number): Promise<void> {
  const link = await addLink(tx, { ticket: row.id, partner: partner.id, theirs: null })
  const lines = await linesAfter(tx, link)
  const state = await stateFor(tx, row, partner.id)
  const home = row.home === null ? undefined : await getHome(tx, row.home)
  const { notes } = newsOf(lines, row, false)
  const body = sharedMessage({ row, link, state, at }, notes, home?.address)
  await enqueueInOrder(tx, { ticket: row.id, partner: partner.id, number: 1, body, at })
  if (partner.mode === 'all')
    await addTimeline(tx, { ticket: row.id, at, who: system, what: 'shared', reason: `partner_rule: ${partner.name}` })
  await changeLink(tx, link, { sent: 1, told_line: lines.at(-1)?.id ?? 0, told: JSON.stringify(state) })
}

async function tellOne(tx: Tx, link: LinkRow, row: TicketRow, at: number): Promise<void> {
  const lines = await linesAfter(tx, link)
  const state = await stateFor(tx, row, link.partner)
  const told = JSON.parse(link.told) as Partial<PartnerState>
  const news = newsOf(lines, row, told.state === 'open')
  const isOurs = link.theirs === null
  const isState = isOurs ? JSON.stringify(state) !== link.told : isRenewed(state, told)
  const isNews = news.steps.length + news.notes.length > 0 || isState
  const seen = {
    told_line: lines.at(-1)?.id ?? link.told_line,
    // Of a ticket of theirs this is what they last said of it.
    ...(isOurs && { told: JSON.stringify(state) }),
  }
  if (link.quiet !== 0 || !isNews) return changeLink(tx, link, seen)
  const number = link.sent + 1
  const body = changedMessage({ row, link, state, at }, news)
  await enqueueInOrder(tx, { ticket: row.id, partner: link.partner, number, body, at })
  const last_step = news.steps.length > 0 ? number : link.last_step
  await changeLink(tx, link, { ...seen, sent: number, last_step })
}

/** Of a ticket of theirs that one of us holds: he said that he is still at it, which the partner cannot know otherwise. */
const isRenewed = ({ holder, lease_until }: PartnerState, told: Partial<PartnerState>): boolean =>
  holder?.at === 'mine' &&
  told.holder?.at === 'yours' &&
  Date.parse(lease_until ?? '') - Date.parse(told.lease_until ?? '') > renewalWorthMs
const renewalWorthMs = 30_000

function linesAfter(tx: Tx, { ticket, told_line }: LinkRow): Promise<Line[]> {
  return tx
    .selectFrom('timeline')
    .select(['id', 'at', 'who', 'what', 'reason'])
    .where('ticket', '=', ticket)
    .where('id', '>', told_line)
    .orderBy('id')
    .limit(limits.partnerLines)
    .execute()
}
