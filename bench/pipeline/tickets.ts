import { listTickets } from '../../simulators/api/ticket_list.ts'

export type TicketCount = {
  /** Homes from which an SOS was acknowledged. */
  homes: number
  /** Tickets of these homes. */
  tickets: number
  /** Homes without a ticket, or with more than one: must be 0. */
  wrong: number
}

/** Counts the tickets of homes that each had one episode: there must be exactly one each. */
export async function countTickets(httpUrl: string, token: string, homes: ReadonlySet<string>): Promise<TicketCount> {
  const counts = new Map([...homes].map((home) => [home, 0]))
  for (const { home } of await listTickets({ httpUrl, token }))
    if (home !== null && counts.has(home)) counts.set(home, counts.get(home)! + 1)
  const all = [...counts.values()]
  return {
    homes: homes.size,
    tickets: all.reduce((sum, count) => sum + count, 0),
    wrong: all.filter((count) => count !== 1).length,
  }
}
