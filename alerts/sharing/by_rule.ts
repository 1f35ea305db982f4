import { giveGrant } from '../../store/grants.ts'
import { runningSharings, type SharingRow } from '../../store/sharings.ts'
import type { Tx } from '../../store/store.ts'
import { addTimeline } from '../../store/ticket_rows.ts'
import type { TicketRow } from '../../store/tickets.ts'
import { system } from '../timeline.ts'

/**
 * Gives a ticket that is not closed to the areas that the running sharings name. Called whenever a ticket is told of, so that one
 * that grows into a rule is shared as soon as it does; what was given stays until the sharing ends.
 */
export async function shareByRule(tx: Tx, ticket: TicketRow, at: number): Promise<void> {
  if (ticket.area_path === null || ticket.state === 'closed') return
  for (const sharing of await runningSharings(tx, ticket.area_path))
    if (isMeant(sharing, ticket)) await shareBy(tx, sharing, ticket.id, at)
}

/** An area that the ticket lies in sees it anyway. */
const isMeant = ({ to_area, kinds, severities }: SharingRow, { area_path, kind, severity }: TicketRow): boolean =>
  !area_path?.includes(`/${to_area}/`) && holds(kinds, kind) && holds(severities, severity)

/** Whether a JSON array holds the word; null holds all. */
export const holds = (list: string | null, word: string): boolean =>
  list === null || (JSON.parse(list) as string[]).includes(word)

/** Gives one ticket by a sharing, once. `at`: epoch ms. */
export async function shareBy(tx: Tx, sharing: SharingRow, ticket: string, at: number): Promise<void> {
  const grant = { ticket, area: sharing.to_area, sharing: sharing.id, at, until: null }
  if (!(await giveGrant(tx, grant))) return
  const why = sharing.ends_at === null ? 'standing_rule' : 'relationship'
  const reason = `${why}: ${sharing.to_area}: ${sharing.reason}`
  await addTimeline(tx, { ticket, at, who: system, what: 'shared', reason })
}
