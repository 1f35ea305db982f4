import { ticketStates } from '../../domain/ticket.ts'
import { listTickets } from '../api/ticket_list.ts'
import { countDevices, type HomePlan } from '../home/home.ts'
import { count } from './account.ts'
import type { Share } from './messages.ts'
import type { LoadOptions } from './options.ts'
import { paceFor, rateOf } from './rate.ts'
import type { Part } from './shares.ts'
import type { TicketWatch } from './tickets.ts'

/** Tells the rate that the homes have by themselves, and the pace that brings them to the one that is wanted. */
export function choosePace(plans: readonly HomePlan[], { seed, rate, clock, screen }: LoadOptions): number {
  const life = { seed, startAt: clock.now() }
  const rateAt = (pace: number) => rateOf(plans, pace, life)
  screen.note(
    `${count(plans.length)} homes with ${count(countDevices(plans))} devices (seed ${seed}) send about ${count(rateAt(1))} messages a second by themselves at this hour`,
  )
  if (rate === undefined) return 1
  const paced = paceFor(rate, rateAt)
  screen.note(`with every regular interval times ${paced.pace.toFixed(2)} it is about ${count(paced.rate)} a second`)
  return paced.pace
}

/** Homes with a ticket from before are left alone: a new emergency there would join it. */
export async function homesWithoutTicket(plans: readonly HomePlan[], { httpUrl, adminToken, screen }: LoadOptions) {
  const open = ticketStates.filter((state) => state !== 'closed')
  const tickets = await listTickets({ httpUrl, token: adminToken }, open)
  const busy = new Set(tickets.map(({ home }) => home))
  const free = plans.filter(({ id }) => !busy.has(id))
  if (free.length < plans.length)
    screen.note(`${count(plans.length - free.length)} homes have an open ticket from before and get no emergency`)
  return { free, known: new Set(tickets.map(({ id }) => id)) }
}

/** After events were missed. Where this fails too, what was missed is missing in the account. */
export async function listAgain(watch: TicketWatch, { httpUrl, adminToken }: LoadOptions): Promise<void> {
  const tickets = await listTickets({ httpUrl, token: adminToken }).catch(() => [])
  for (const ticket of tickets) watch.listed(ticket)
}

/** What every worker needs beside its homes. */
export type Given = { pace: number; tokens: Record<string, string> }

/** The order for the worker of a part of the homes. */
export function shareOf(part: Part, plans: readonly HomePlan[], options: LoadOptions, { pace, tokens }: Given): Share {
  const { first, count, firstDevice } = part
  const ids = plans.slice(first, first + count).flatMap(({ devices }) => devices.map(({ id }) => id))
  const own = Object.fromEntries(ids.map((id) => [id, tokens[id] ?? '']))
  const { mqttUrl, httpUrl, seed, rampMs } = options
  return { mqttUrl, httpUrl, seed, first, count, firstDevice, tokens: own, pace, rampMs }
}
