import { z } from 'zod'
import { Ticket } from '../../domain/ticket.ts'

const Page = z.object({ items: z.array(Ticket), next: z.string().nullable() })

export type TicketListOptions = { httpUrl: string; token: string }

/** All tickets, or those in some states. Rejects with a sentence where the api refuses. */
export async function listTickets(
  { httpUrl, token }: TicketListOptions,
  states?: readonly string[],
): Promise<Ticket[]> {
  const tickets: Ticket[] = []
  const url = new URL('/api/v1/tickets', httpUrl)
  url.searchParams.set('limit', '1000')
  if (states) url.searchParams.set('state', states.join(','))
  for (;;) {
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    if (!answer.ok) throw new Error(`the api refused the list of tickets: HTTP ${answer.status}`)
    const { items, next } = Page.parse(await answer.json())
    tickets.push(...items)
    if (next === null) return tickets
    url.searchParams.set('after', next)
  }
}
