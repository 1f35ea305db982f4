import type { Tx } from '../store/store.ts'
import { addTimeline } from '../store/ticket_rows.ts'
import type { TicketRow } from '../store/tickets.ts'

/** Who did it, in the timeline, where no person did. */
export const system = 'vigil'

export type Line = { what: string; reason: string; at: number }

/** Writes into a ticket's timeline what Vigil did by itself. */
export const note = (tx: Tx, ticket: string, { what, reason, at }: Line): Promise<void> =>
  addTimeline(tx, { ticket, at, who: system, what, reason })

/** The same for what may come again and again, the same reason being the same sort: see `isWorthALine`. */
export async function noteSparingly(tx: Tx, ticket: TicketRow, line: Line): Promise<void> {
  if (await isWorthALine(tx, ticket, line)) await note(tx, ticket.id, line)
}

/**
 * Whether one more line of the same sort is worth telling. The timeline keeps every one of the first ten minutes, then ever
 * fewer: some hundred lines for a year of waiting, or of a sensor that comes and goes. It travels with every live event of the
 * ticket and must not grow without bound.
 */
export async function isWorthALine(
  tx: Tx,
  ticket: Pick<TicketRow, 'id' | 'opened_at'>,
  { what, at, reason }: { what: string; at: number; reason?: string },
): Promise<boolean> {
  const { last, lines } = await tx
    .selectFrom('timeline')
    .select((e) => [e.fn.max('at').as('last'), e.fn.countAll<number>().as('lines')] as const)
    .where('ticket', '=', ticket.id)
    .where('what', '=', what)
    .$if(reason !== undefined, (query) => query.where('reason', '=', reason ?? ''))
    .executeTakeFirstOrThrow()
  return last === null || (at - last >= (at - ticket.opened_at) / 10 && lines < linesMost)
}
/** Of one sort, however often it happens within the first minutes. */
const linesMost = 200
