import { isoTime } from '../../domain/clock.ts'
import type { ChangedMessage, PartnerState, PartnerStep, SharedMessage } from '../../domain/partner_messages.ts'
import { type LinkRow, messageId } from '../../store/partner_links.ts'
import type { TicketRow } from '../../store/tickets.ts'
import { system } from '../timeline.ts'

/** A line of a ticket's timeline as the store has it; `at` in epoch ms. */
export type Line = { id: number; at: number; who: string; what: string; reason: string | null }

/** How the timeline words the steps that partners are told. */
export const wording: Record<PartnerStep, string> = {
  acknowledge: 'acknowledged',
  dispatch: 'dispatched',
  arrive: 'arrived',
  resolve: 'resolved',
  close: 'closed',
  reopen: 'reopened',
}
const stepOf = new Map(Object.entries(wording).map(([step, what]) => [what, step as PartnerStep]))

type News = Required<Pick<ChangedMessage, 'steps' | 'notes'>>

/** What people did, of these lines. `outcome`: of the ticket; `wasOpen`: whether the partner has it as open. */
export function newsOf(lines: Line[], { outcome }: TicketRow, wasOpen: boolean): News {
  const byPeople = lines.filter(({ who }) => who !== system)
  return {
    steps: byPeople.flatMap((line) => {
      const step = stepOf.get(line.what) ?? (line.what === 'assigned' && wasOpen ? 'acknowledge' : undefined)
      if (!step) return []
      const closed = step === 'close' && outcome !== null ? { outcome } : {}
      const reason = step === 'close' ? withoutOutcome(line.reason) : line.reason
      return [{ step, at: isoTime(line.at), by: nameOf(line), ...closed, ...(reason && { reason }) }]
    }),
    notes: byPeople.flatMap((line) =>
      line.what === 'noted' && line.reason ? [{ at: isoTime(line.at), by: nameOf(line), text: line.reason }] : [],
    ),
  }
}

const nameOf = ({ who }: Line): string => who.slice(0, 200)

/** `false_alarm: the cat` -> `the cat`. */
const withoutOutcome = (reason: string | null): string | undefined =>
  reason?.split(': ').slice(1).join(': ') || undefined

type About = { row: TicketRow; link: LinkRow; state: PartnerState; at: number }

export function sharedMessage({ row, link, state, at }: About, notes: News['notes'], address?: string): SharedMessage {
  return {
    id: messageId(row.id, link.partner, 1),
    number: 1,
    type: 'ticket.shared',
    ticket: row.id,
    ticket_number: row.number,
    at: isoTime(at),
    kind: row.kind,
    severity: row.severity,
    opened_at: isoTime(row.opened_at),
    late: row.late !== 0,
    ...(address && { address }),
    state,
    notes,
  }
}

export function changedMessage({ row, link, state, at }: About, news: News): ChangedMessage {
  const number = link.sent + 1
  return {
    id: messageId(row.id, link.partner, number),
    number,
    type: 'ticket.changed',
    ticket: link.theirs ?? row.id,
    whose: link.theirs === null ? 'mine' : 'yours',
    heard: link.heard,
    at: isoTime(at),
    ...news,
    state,
  }
}
