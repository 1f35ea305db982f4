import { z } from 'zod'

const Page = z.object({ items: z.array(z.object({ home: z.string().nullable() })), next: z.string().nullable() })

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
  let after: string | null = null
  do {
    const url = new URL('/api/v1/tickets', httpUrl)
    url.searchParams.set('limit', '1000')
    if (after) url.searchParams.set('after', after)
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    if (!answer.ok) throw new Error(`the api refused the list of tickets: HTTP ${answer.status} ${await answer.text()}`)
    const { items, next } = Page.parse(await answer.json())
    for (const { home } of items) if (home !== null && counts.has(home)) counts.set(home, counts.get(home)! + 1)
    after = next
  } while (after)
  const all = [...counts.values()]
  return {
    homes: homes.size,
    tickets: all.reduce((sum, count) => sum + count, 0),
    wrong: all.filter((count) => count !== 1).length,
  }
}
