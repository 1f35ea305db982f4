import type { Series, Telemetry } from '../../ingest/telemetry.ts'
import { type EventTimes, eventTime } from './load_messages.ts'
import type { Acknowledged } from './publisher.ts'

/** Whether what was acknowledged is what arrived: every message by device and sequence number. */
export type Account = {
  acknowledged: number
  /** Messages found in the telemetry store. */
  stored: number
  /** Acknowledged and not stored: must be 0. */
  missing: number
  /** Stored more than once: must be 0. */
  duplicated: number
  /** Stored and never sent, or with another time or value than sent: must be 0. */
  foreign: number
  /** Stored without having been acknowledged: allowed, the acknowledgement was lost or late. */
  unacknowledged: number
  /** Some of what is wrong, for a person to look at. */
  examples: string[]
}

/** The metric that carries the sequence number; see readingsEncoder. */
const METRIC = 'steps'
/** Points of one read; well below limits.telemetryPoints. */
const POINTS = 200_000
const EXAMPLES = 10

const emptyAccount = (): Account => ({
  acknowledged: 0,
  stored: 0,
  missing: 0,
  duplicated: 0,
  foreign: 0,
  unacknowledged: 0,
  examples: [],
})

type Slice = { devices: string[]; fromSeq: number; toSeq: number }

/** Cuts devices × sequence numbers into reads of at most POINTS points. */
function* slices(devices: string[], highest: number): Generator<Slice> {
  const seqs = Math.min(Math.max(1, highest), POINTS)
  const atOnce = Math.min(500, Math.max(1, Math.floor(POINTS / seqs)))
  for (let n = 0; n < devices.length; n += atOnce) {
    for (let fromSeq = 1; fromSeq <= highest; fromSeq += seqs) {
      yield { devices: devices.slice(n, n + atOnce), fromSeq, toSeq: fromSeq + seqs }
    }
  }
}

function complain(account: Account, what: 'missing' | 'duplicated' | 'foreign', example: string): void {
  account[what] += 1
  if (account.examples.length < EXAMPLES) account.examples.push(`${what}: ${example}`)
}

const wasAcked = ({ upTo, beyond }: Acknowledged, seq: number): boolean => seq <= upTo || beyond.includes(seq)

/** Books one device's points of a slice against what it knows to be acknowledged. */
function book(
  account: Account,
  acked: Acknowledged,
  points: Series['points'],
  slice: Slice,
  times: EventTimes,
  device: string,
) {
  const found = new Set<number>()
  for (const [at, seq] of points) {
    if (eventTime(times, seq) !== at) complain(account, 'foreign', `${device} ${seq} at ${at}`)
    else if (found.has(seq)) complain(account, 'duplicated', `${device} ${seq}`)
    else if (!wasAcked(acked, seq)) account.unacknowledged += 1
    found.add(seq)
  }
  account.stored += found.size
  for (let seq = slice.fromSeq; seq < Math.min(slice.toSeq, acked.upTo + 1); seq++) {
    if (!found.has(seq)) complain(account, 'missing', `${device} ${seq}`)
  }
  for (const seq of acked.beyond) {
    if (seq >= slice.fromSeq && seq < slice.toSeq && !found.has(seq)) complain(account, 'missing', `${device} ${seq}`)
  }
}

/**
 * Reads everything that the devices sent back from the telemetry store and compares. `sentMost` is the highest
 * sequence number that any device has sent, so that what was sent without an answer is looked for too.
 */
export async function settleAccount(
  telemetry: Telemetry,
  acknowledged: ReadonlyMap<string, Acknowledged>,
  times: EventTimes,
  sentMost: number,
): Promise<Account> {
  const account = emptyAccount()
  for (const { upTo, beyond } of acknowledged.values()) account.acknowledged += upTo + beyond.length
  for (const slice of slices([...acknowledged.keys()], sentMost)) {
    const { devices, fromSeq, toSeq } = slice
    const span = { from: eventTime(times, fromSeq), to: eventTime(times, toSeq) }
    const series = await telemetry.read({ devices, metric: METRIC, ...span, most: POINTS * 2 })
    const pointsOf = new Map(series.map(({ device, points }) => [device, points]))
    for (const device of devices) {
      book(account, acknowledged.get(device)!, pointsOf.get(device) ?? [], slice, times, device)
    }
  }
  return account
}
