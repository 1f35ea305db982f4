import type { LiveEvent, Receipt, Ticket } from '../../../domain/ticket.ts'
import type { Scenario } from '../reading/scenario.ts'
import type { Naming } from './naming.ts'

/**
 * A ticket as this run saw it, with the names of the file. `number` counts from 1 in the order in which the run saw
 * them; `openedAt` is when it did (epoch ms of the scenario). `explained`: some sentence speaks of it.
 */
export type SeenTicket = { number: number; ticket: Ticket; openedAt: number; alarms: number[]; explained: boolean }

export type SeenReceipt = { at: number; device: string; receipt: Receipt }

/** What Vigil was seen to do. Only what concerns the homes of this run is kept. */
export type Seen = {
  tickets: readonly SeenTicket[]
  receipts: readonly SeenReceipt[]
  /** Takes a live event that came at an instant. Gives the ticket that it is about, and whether it is new. */
  event(event: LiveEvent, at: number): { seen: SeenTicket; isNew: boolean } | undefined
  receipt(receipt: SeenReceipt): void
}

export function createSeen({ homes }: Scenario, naming: Naming): Seen {
  const tickets: SeenTicket[] = []
  const receipts: SeenReceipt[] = []
  const devices = new Set([...homes.values()].flatMap((home) => home.devices.map(({ id }) => id)))
  const isOurs = ({ home, device }: Ticket) => homes.has(home ?? '') || devices.has(device ?? '')
  return {
    tickets,
    receipts,
    receipt: (receipt) => void receipts.push(receipt),
    event({ type, ticket: told }, at) {
      const ticket = told ? naming.ticketBack(told) : undefined
      if (!ticket || !isOurs(ticket)) return undefined
      const known = tickets.find((candidate) => candidate.ticket.id === ticket.id)
      const seen = known ?? { number: tickets.length + 1, ticket, openedAt: at, alarms: [], explained: false }
      if (!known) tickets.push(seen)
      seen.ticket = ticket
      if (type === 'ticket.unanswered') seen.alarms.push(at)
      return { seen, isNew: !known }
    },
  }
}
