import { limits } from '../domain/limits.ts'
import { type Doubt, isLate } from '../domain/signals.ts'
import type { Tx } from '../store/store.ts'
import { countRepeats, type EvidenceRow, updateTicket } from '../store/ticket_rows.ts'
import type { TicketRow } from '../store/tickets.ts'
import { grown, ticketOf } from './changes.ts'
import { isFresh, isOfOtherTime, saysMore } from './duplicates.ts'
import { openTickets } from './episode_tickets.ts'
import {
  type Decision,
  decideByLateness,
  decideCrowded,
  type EpisodeTicket,
  near,
  withinReach,
  wouldCrowd,
} from './episodes.ts'
import type { RecordAlert, Rules } from './judge.ts'
import type { Place } from './places.ts'

/** What became of an alert that only counts. */
export type Counted =
  | { what: 'join'; reason: 'same_episode' | 'too_many_tickets'; ticket: string }
  | { what: 'repeat'; reason: 'exact_duplicate' | 'same_key' | 'state_unchanged'; ticket: string }

/**
 * Counts, in memory and for the time of one transaction, the signals of a device that says the same again and again, so
 * that thousands of them a second cost nobody else time. It decides nothing of its own: only of signals like one that
 * was looked at closely before it, and was counted and nothing else, and by the same rules.
 */
export type Counting = {
  /** Counts the alert where that is surely all there is to do; undefined where it must be looked at closely. */
  count(alert: RecordAlert, place: Place, doubts: readonly Doubt[], at: number): Counted | undefined
  /** Writes what was counted in an episode; before anything else there is read or changed. */
  settle(episode: string): Promise<void>
  /** Remembers an alert that was looked at closely and counted on this piece of evidence: the next like it need not be. */
  remember(
    alert: RecordAlert,
    place: Place,
    doubts: readonly Doubt[],
    counted: Counted,
    evidence: number,
  ): Promise<void>
  /** Forgets an episode in which more happened than counting. */
  forget(episode: string): void
  /** Writes what was counted and forgets everything: a state ended. */
  forgetAll(): Promise<void>
  /** Writes everything that was counted; gives the newest record of each device and ticket, which is owed a receipt. */
  finish(): Promise<Owed[]>
}

/** A record that was counted. */
export type Owed = { alert: RecordAlert; counted: Counted; doubts: readonly Doubt[] }

/** Signals that are counted on one piece of evidence. `fresh`: counted and not written yet. */
type Tally = {
  like: Pick<RecordAlert, 'severity' | 'kind'>
  doubts: string
  row: EvidenceRow
  fresh: number
  newest: Owed | undefined
}

type Episode = {
  /** Its tickets that are not closed. */
  open: EpisodeTicket[]
  /** Rows of those that something is counted on, as they will be. */
  tickets: Map<string, TicketRow>
  changed: Set<string>
  /** By ticket, device and signal; of repeats by the device's own time too. */
  tallies: Map<string, Tally>
  /** Times that devices gave, of evidence there is: a signal of such a time may be a duplicate. By device and signal. */
  claims: Map<string, Set<number>>
}

const who = ({ device, signal }: RecordAlert): string => `${device} ${signal}`
const joinKey = (alert: RecordAlert, ticket: string): string => `${ticket} ${who(alert)}`
const repeatKey = (alert: RecordAlert): string => `at ${alert.time.deviceAt} ${who(alert)}`
const levelKey = (alert: RecordAlert): string => `level ${who(alert)}`
const keyedKey = (alert: RecordAlert): string => `key ${alert.key?.id} ${who(alert)}`
const written = (doubts: readonly Doubt[]): string => [...doubts].sort().join(' ')

export function openCounting(tx: Tx, rules: Rules): Counting {
  const episodes = new Map<string, Episode>()
  const owed: Owed[] = []

  function tallied(tally: Tally | undefined, alert: RecordAlert, doubts: readonly Doubt[], counted: Counted) {
    if (!tally || !isAlike(tally, alert, doubts)) return undefined
    tally.fresh += 1 + alert.copies
    tally.newest = { alert, counted, doubts }
    return counted
  }

  function countRepeat(episode: Episode, alert: RecordAlert, doubts: readonly Doubt[]): Counted | undefined {
    const tally = episode.tallies.get(repeatKey(alert))
    if (!tally || saysMore(alert, tally.row) || !isFresh(alert, tally.row)) return undefined
    return tallied(tally, alert, doubts, { what: 'repeat', reason: 'exact_duplicate', ticket: tally.row.ticket })
  }

  /** Of a state that goes on, or of the same claim by its key. */
  function countSame(
    episode: Episode,
    key: string,
    alert: RecordAlert,
    doubts: readonly Doubt[],
    reason: 'same_key' | 'state_unchanged',
  ): Counted | undefined {
    const tally = episode.tallies.get(key)
    if (!tally || saysMore(alert, tally.row)) return undefined
    if (reason === 'same_key' && isOfOtherTime(alert, tally.row)) return undefined
    const withinMs = reason === 'same_key' ? (alert.key?.withinMs ?? 0) : limits.levelHeldMs
    if (Math.abs(alert.record.receivedAt - tally.row.received_at) > withinMs) return undefined
    return tallied(tally, alert, doubts, { what: 'repeat', reason, ticket: tally.row.ticket })
  }

  function countJoin(
    episode: Episode,
    alert: RecordAlert,
    place: Place,
    doubts: readonly Doubt[],
    at: number,
  ): Counted | undefined {
    const decision = decisionOn(alert, episode.open, isLate(doubts))
    if (decision?.what !== 'join') return undefined
    const { ticket, reason } = decision
    const row = episode.tickets.get(ticket)
    const counted =
      row && tallied(episode.tallies.get(joinKey(alert, ticket)), alert, doubts, { what: 'join', reason, ticket })
    if (!counted) return undefined
    grow(episode, { ...row, ...grown(row, { alert, doubts: [...doubts], place, at }, reason) })
    return counted
  }

  /** Undefined where the rules break: then it is for the close look to say so. */
  function decisionOn({ time }: RecordAlert, open: EpisodeTicket[], late: boolean): Decision | undefined {
    try {
      const reach = withinReach(near(time.at, open), late)
      const decision = decideByLateness(rules.decide(time.at, undefined, reach), late, reach)
      return (wouldCrowd(decision, time) && decideCrowded(time.at, late, open)) || decision
    } catch {
      return undefined
    }
  }

  async function settle(name: string): Promise<void> {
    const episode = episodes.get(name)
    if (!episode) return
    for (const tally of episode.tallies.values()) {
      if (tally.fresh > 0) await countRepeats(tx, tally.row.id, tally.fresh)
      tally.fresh = 0
      if (tally.newest) owed.push(tally.newest)
      tally.newest = undefined
    }
    for (const id of episode.changed) await updateTicket(tx, id, changedColumns(episode.tickets.get(id)!))
    episode.changed.clear()
  }

  return {
    count(alert, place, doubts, at) {
      const episode = episodes.get(place.episode)
      if (!episode || alert.record.replayOf !== undefined) return undefined
      if (alert.level) return countSame(episode, levelKey(alert), alert, doubts, 'state_unchanged')
      if (alert.key) {
        const same = countSame(episode, keyedKey(alert), alert, doubts, 'same_key')
        if (same) return same
      }
      const { deviceAt } = alert.time
      if (deviceAt === null) return countJoin(episode, alert, place, doubts, at)
      const claims = episode.claims.get(who(alert))
      if (!claims) return undefined
      return claims.has(deviceAt) ? countRepeat(episode, alert, doubts) : countJoin(episode, alert, place, doubts, at)
    },
    settle,
    async remember(alert, place, doubts, counted, evidence) {
      const episode = episodes.get(place.episode) ?? newEpisode()
      episodes.set(place.episode, episode)
      episode.open = await openTickets(tx, place.episode)
      for (const id of [...episode.tickets.keys(), counted.ticket]) episode.tickets.set(id, await ticketOf(tx, id))
      if (!episode.claims.has(who(alert))) episode.claims.set(who(alert), await claimsOf(tx, alert))
      const row = await evidenceRow(tx, evidence)
      episode.tallies.set(tallyKey(alert, counted), {
        like: alert,
        doubts: written(doubts),
        row,
        fresh: 0,
        newest: undefined,
      })
    },
    forget: (name) => void episodes.delete(name),
    async forgetAll() {
      for (const name of [...episodes.keys()]) await settle(name)
      episodes.clear()
    },
    async finish() {
      for (const name of episodes.keys()) await settle(name)
      return owed
    },
  }
}

function tallyKey(alert: RecordAlert, counted: Counted): string {
  if (counted.what === 'join') return joinKey(alert, counted.ticket)
  if (counted.reason === 'state_unchanged') return levelKey(alert)
  return counted.reason === 'same_key' ? keyedKey(alert) : repeatKey(alert)
}

const newEpisode = (): Episode => ({
  open: [],
  tickets: new Map(),
  changed: new Set(),
  tallies: new Map(),
  claims: new Map(),
})

/** Whether nothing but its time tells an alert from those of a tally, so that it changes nothing that they did not. */
const isAlike = ({ like, doubts }: Tally, alert: RecordAlert, its: readonly Doubt[]): boolean =>
  like.severity === alert.severity && like.kind === alert.kind && doubts === written(its)

function grow(episode: Episode, row: TicketRow): void {
  episode.tickets.set(row.id, row)
  episode.changed.add(row.id)
  const open = episode.open.find(({ id }) => id === row.id)
  if (open) Object.assign(open, { firstAt: row.first_at, lastAt: row.last_at })
}

const changedColumns = ({ severity, kind, first_at, last_at, doubts, updated_at }: TicketRow) => ({
  severity,
  kind,
  first_at,
  last_at,
  doubts,
  updated_at,
})

async function claimsOf(tx: Tx, { device, signal }: RecordAlert): Promise<Set<number>> {
  const rows = await tx
    .selectFrom('evidence')
    .select('device_at')
    .where('device', '=', device)
    .where('signal', '=', signal)
    .where('device_at', 'is not', null)
    .execute()
  return new Set(rows.map(({ device_at }) => Number(device_at)))
}

function evidenceRow(tx: Tx, id: number): Promise<EvidenceRow> {
  return tx.selectFrom('evidence').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}
