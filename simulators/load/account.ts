import { isoTime } from '../../domain/clock.ts'
import { Latencies } from './latencies.ts'
import type { Tally } from './messages.ts'
import type { Expected, Seen, TicketAccount } from './tickets.ts'

/** The end of a run, as it is told and judged. */
export type LoadAccount = {
  homes: number
  tally: Tally
  /** The most devices that were connected at one time. */
  connectedMost: number
  tickets: TicketAccount
  /** What went wrong with the load itself, a sentence each. */
  troubles: readonly string[]
  seconds: number
}

/** Missing or surplus tickets named one by one; of more there is only the number. */
const NAMED_MOST = 20

export const emptyTally = (): Tally => ({
  devices: 0,
  connected: 0,
  sent: 0,
  acknowledged: 0,
  redelivered: 0,
  refused: 0,
  dropped: 0,
  waiting: 0,
  connects: 0,
  lost: 0,
  failed: 0,
  reconnects: new Latencies().toCounts(),
})

/** All workers together. */
export function sumOf(tallies: readonly Tally[]): Tally {
  const sum = emptyTally()
  const reconnects = new Latencies()
  for (const tally of tallies) {
    for (const key of counted) sum[key] += tally[key]
    reconnects.merge(tally.reconnects)
  }
  return { ...sum, reconnects: reconnects.toCounts() }
}
type Counted = Exclude<keyof Tally, 'reconnects'>
const counted = Object.keys(emptyTally()).filter((key): key is Counted => key !== 'reconnects')

export const count = (n: number): string => Math.round(n).toLocaleString('en-US')
export const duration = (ms: number): string => (ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`)
const many = (n: number, one: string, more = `${one}s`): string => `${count(n)} ${n === 1 ? one : more}`

/** `p50 3 ms, p95 9 ms, longest 12 ms`, or undefined where nothing was measured. */
export function quantiles(latencies: Latencies, ...shares: number[]): string | undefined {
  if (latencies.count === 0) return undefined
  const parts = shares.map((share) => `p${share} ${duration(latencies.quantile(share / 100) ?? 0)}`)
  return [...parts, `longest ${duration(latencies.max)}`].join(', ')
}

/** Why the run failed, a sentence each; none where nothing is lost and the tickets agree. */
export function faultsOf({ tally, tickets, troubles }: LoadAccount): string[] {
  const { devices, connected, waiting, refused, dropped } = tally
  const faults: [number, string][] = [
    [devices - connected, `${many(devices - connected, 'device')} of ${count(devices)} ended without a connection`],
    [waiting, `${many(waiting, 'message')} not acknowledged`],
    [refused, `${many(refused, 'message')} refused`],
    [dropped, `${many(dropped, 'message')} given up because the memory of a device was full`],
    [tickets.missing.length, `${many(tickets.missing.length, 'ticket')} missing`],
    [tickets.surplus.length, `${many(tickets.surplus.length, 'ticket')} too many`],
  ]
  return [...troubles, ...faults.filter(([n]) => n > 0).map(([, sentence]) => sentence)]
}

const missingLine = ({ home, at, device, toldAt }: Expected): string =>
  device === undefined || toldAt === undefined
    ? `  missing: home ${home}, emergency at ${isoTime(at)}; no device told of it`
    : `  missing: home ${home}, told by ${device} at ${isoTime(toldAt)}`
const surplusLine = ({ home, kind, number, openedAt }: Seen): string =>
  `  too many: home ${home}, ticket ${number} (${kind}) opened at ${openedAt}`

function named<T>(items: readonly T[], line: (item: T) => string): string[] {
  const rest = items.length - NAMED_MOST
  return [...items.slice(0, NAMED_MOST).map(line), ...(rest > 0 ? [`  and ${count(rest)} more`] : [])]
}

function connectionLine({ lost, failed, reconnects }: Tally): string {
  const times = new Latencies()
  times.merge(reconnects)
  const back = quantiles(times, 50, 95)
  const came = back ? `, ${count(times.count)} back after ${back}` : ''
  return `connections: ${count(lost)} lost${came}; ${many(failed, 'attempt')} failed`
}

function ticketLines({ expected, seen, falseAlarms, missing, surplus, times }: TicketAccount): string[] {
  const why =
    falseAlarms > 0
      ? ` (${count(expected - falseAlarms)} emergencies, ${count(falseAlarms)} false alarms of devices)`
      : ''
  const took = quantiles(times, 50, 95, 99)
  return [
    `tickets: ${count(expected)} expected${why}, ${count(seen)} seen, ${count(missing.length)} missing, ${count(surplus.length)} too many`,
    ...(took ? [`from a device's signal to its ticket: ${took}`] : []),
    ...named(missing, missingLine),
    ...named(surplus, surplusLine),
  ]
}

/** The account for people, a line each; the last one is the verdict. */
export function accountLines(account: LoadAccount): string[] {
  const { tally, homes, connectedMost, seconds } = account
  const faults = faultsOf(account)
  return [
    `${count(homes)} homes with ${many(tally.devices, 'device')}; at most ${count(connectedMost)} connected; ${count(seconds)} s`,
    `messages: ${count(tally.sent)} sent (${count(tally.sent / Math.max(1, seconds))} a second), ${count(tally.acknowledged)} acknowledged, ${count(tally.redelivered)} sent again, ${count(tally.refused)} refused, ${count(tally.dropped)} given up, ${count(tally.waiting)} waiting`,
    connectionLine(tally),
    ...ticketLines(account.tickets),
    faults.length === 0 ? 'nothing is lost and the tickets agree' : `failed: ${faults.join('; ')}`,
  ]
}
