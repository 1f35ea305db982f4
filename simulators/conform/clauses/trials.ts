import type { Bounds } from '../bounds.ts'
import { acceptedLines, counted, inWords, type Message, type Seen, timeOfDay, trialOf } from '../seen.ts'
import { type Clause, type Fault, notObserved, notTested } from './clause.ts'
import { type Arrival, arrivals, clockOffset } from './order.ts'

/** Clauses that need a trial: the kit does something to the line, and looks at what the device makes of it. */

export const signal: Clause = {
  id: 'signal',
  title: 'SOS until acknowledged',
  text: 'An SOS (or any other signal) is published at QoS 1 and sent again, with the `at` of the first, until it is acknowledged: over {withheld} cut lines, each within {resendWithin} of being back.',
  why: 'The line is cut just when the button is pressed: that SOS is the one that counts.',
  part: 'signal',
  judge(seen, bounds) {
    if (!trialOf(seen, 'signal')) return notTested('The device was not connected when its turn came.')
    const sent = seen.messages.filter(({ trial, decoded }) => trial === 'signal' && decoded.signals.length > 0)
    const [first] = sent
    if (!first) return notObserved(`No signal within ${inWords(bounds.signalWithin)} of being asked for one.`)
    const evidence = sent.slice(0, 6).map(sending)
    if (first.qos === 0) {
      const mend =
        'Publish signals at QoS 1, keep them in memory until PUBACK, and send them again on the next connection.'
      const again =
        sent.length > 1 ? 'the signal went out at QoS 0' : 'the signal went out once, at QoS 0, and never again'
      return { faults: [{ seen: again, mend }], evidence }
    }
    return { faults: resendFaults(first, sent, bounds), evidence }
  },
}

const sending = ({ at, line, dup, qos, withheld, decoded, acknowledgedAt }: Message): string => {
  const fate = withheld ? 'acknowledgement withheld' : acknowledgedAt ? 'acknowledged' : 'not acknowledged'
  return `${timeOfDay(at)} ${decoded.signals[0]?.signal} at QoS ${qos}${dup ? ', DUP' : ''} on connection ${line}: ${fate}`
}

function resendFaults(first: Message, sent: readonly Message[], { withheld }: Bounds): Fault[] {
  const kind = first.decoded.signals[0]?.signal
  const same = sent.filter(({ digest, decoded }) => digest === first.digest || isSameSignal(first, decoded.signals[0]))
  const lines = new Set(same.map(({ line }) => line)).size
  if (lines > withheld && same.some(({ acknowledgedAt }) => acknowledgedAt !== undefined)) return []
  const others = sent.filter(({ decoded }) => decoded.signals[0]?.signal === kind).length - same.length
  if (others > 0)
    return [
      {
        seen: `${kind} came again with another time, so that one press looks like ${others + 1}`,
        mend: 'Send the repeat with the `at` of the first: best the very same bytes.',
      },
    ]
  return [
    {
      seen: `${kind} was sent on ${counted(lines, 'connection')} and given up unacknowledged; ${withheld + 1} were to be seen`,
      mend: 'Keep a signal in memory that outlives the connection until its PUBACK has come, and send it first on the next one.',
    },
  ]
}

const isSameSignal = (first: Message, other: Message['decoded']['signals'][number] | undefined): boolean => {
  const [signalled] = first.decoded.signals
  return (
    other !== undefined && other.signal === signalled?.signal && other.at !== undefined && other.at === signalled.at
  )
}

export const storeAndForward: Clause = {
  id: 'store_and_forward',
  title: 'Store and forward',
  text: 'What is measured while the link is cut arrives within {recovery} of being back, with its own times, in order.',
  why: 'A night without a router must not be a night without a record.',
  judge(seen) {
    const { cut } = seen
    if (!cut) return notTested('The device was not connected when its turn came.')
    const back = acceptedLines(seen).find(({ openedAt }) => openedAt >= cut.to)
    if (!back)
      return { faults: [], evidence: [], missing: { verdict: 'not_observed', why: 'The device did not come back.' } }
    const offset = clockOffset(seen) ?? 0
    const later = arrivals(seen).filter(({ message }) => message.at >= back.openedAt && message.trial === 'cut')
    const kept = later.filter(({ at }) => at !== undefined && at - offset >= cut.from && at - offset < back.openedAt)
    const expected = expectedIn(back.openedAt - cut.from, seen)
    const evidence = [
      `link away from ${timeOfDay(cut.from)} for ${inWords(cut.to - cut.from)}, back at ${timeOfDay(back.openedAt)}`,
      `${counted(kept.length, 'message')} from that time${expected > 0 ? `; the device's rhythm makes about ${expected}` : ''}`,
    ]
    if (kept.length === 0 && expected === 0)
      return notObserved(
        'The device measured nothing meanwhile: cut for longer with --cut, or give it something to measure.',
        evidence,
      )
    return { faults: [...amountFaults(kept.length, expected, later.length), ...orderFaults(kept)], evidence }
  },
}

/** Half of what the rhythm promises must come: a device may measure less often while it is on its own. */
function amountFaults(kept: number, expected: number, later: number): Fault[] {
  if (kept > 0 && kept >= expected / 2) return []
  const mend =
    'Keep what is measured while there is no line, for some hours at least, with its `at`, and send it on return.'
  if (kept === 0 && later > expected)
    return [{ seen: `${counted(later, 'message')} came afterwards, none with a time from the cut`, mend }]
  return [
    {
      seen: kept === 0 ? 'nothing that was measured meanwhile ever came' : `only ${kept} of about ${expected} came`,
      mend,
    },
  ]
}

function orderFaults(kept: readonly Arrival[]): Fault[] {
  const wrong = kept.filter(({ at }, index) => index > 0 && (at ?? 0) < (kept[index - 1]?.at ?? 0))
  const mend = 'Send what is kept from the oldest to the newest.'
  return wrong.length > 0
    ? [{ seen: `${wrong.length} of ${counted(kept.length, 'message')} came out of order`, mend }]
    : []
}

/** Median of the pauses between the times of readings while the kit looked on, ms; undefined where there are too few. */
export function rhythm(seen: Seen): number | undefined {
  const times = arrivals(seen)
    .filter(({ message, at }) => message.trial === 'watch' && message.decoded.readings.length > 0 && at !== undefined)
    .map(({ at }) => at ?? 0)
    .toSorted((a, b) => a - b)
  const pauses = times.slice(1).map((at, index) => at - (times[index] ?? at))
  return pauses.length >= 2 ? medianOf(pauses) : undefined
}

export const medianOf = (values: readonly number[]): number | undefined =>
  values.toSorted((a, b) => a - b)[values.length >> 1]

/** How many messages a stretch of time must hold, one less than the rhythm says: it may begin just after one. */
function expectedIn(ms: number, seen: Seen): number {
  const pause = rhythm(seen)
  return pause ? Math.max(0, Math.floor(ms / pause) - 1) : 0
}
