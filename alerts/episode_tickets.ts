import { limits } from '../domain/limits.ts'
import type { TicketState } from '../domain/ticket.ts'
import type { Tx } from '../store/store.ts'
import type { EpisodeTicket } from './episodes.ts'

const waiting: TicketState[] = ['open', 'acknowledged', 'dispatched', 'on_scene', 'resolved']

/** The tickets of an episode key that are not closed. */
export async function openTickets(tx: Tx, episode: string): Promise<EpisodeTicket[]> {
  return (await ticketsOf(tx, episode).execute()).map(asEpisodeTicket)
}

/** Those of them that are within the gap of `at` (epoch ms). */
export async function ticketsNear(tx: Tx, episode: string, at: number): Promise<EpisodeTicket[]> {
  const rows = await ticketsOf(tx, episode)
    .where('last_at', '>=', at - limits.episodeGapMs)
    .where('first_at', '<=', at + limits.episodeGapMs)
    .execute()
  return rows.map(asEpisodeTicket)
}

const ticketsOf = (tx: Tx, episode: string) =>
  tx
    .selectFrom('tickets')
    .select(['id', 'number', 'state', 'first_at', 'last_at', 'late'])
    .where('episode', '=', episode)
    .where('state', 'in', waiting)

type Row = { id: string; number: number; state: TicketState; first_at: number; last_at: number; late: number }
const asEpisodeTicket = ({ first_at, last_at, late, ...row }: Row): EpisodeTicket => ({
  ...row,
  firstAt: first_at,
  lastAt: last_at,
  late: late !== 0,
})
