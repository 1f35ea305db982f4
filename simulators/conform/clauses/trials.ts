import type { Bounds } from '../bounds.ts'
import {
  acceptedLines,
  counted,
  inWords,
  isAccepted,
  type Line,
  type Message,
  type Seen,
  timeOfDay,
  trialOf,
} from '../seen.ts'
import { type Clause, type Fault, type Finding, notObserved, notTested } from './clause.ts'
import { mostInAMinute } from './messages.ts'
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

const medianOf = (values: readonly number[]): number | undefined => values.toSorted((a, b) => a - b)[values.length >> 1]

/** How many messages a stretch of time must hold, one less than the rhythm says: it may begin just after one. */
function expectedIn(ms: number, seen: Seen): number {
  const pause = rhythm(seen)
  return pause ? Math.max(0, Math.floor(ms / pause) - 1) : 0
}

export const backOff: Clause = {
  id: 'back_off',
  title: 'Back-off',
  text: 'While nobody answers, attempts to connect are at most {attemptsPerMinute} in any minute, the pauses grow at least {growth}, chance spreads them by {jitter} or more, and the device is back within {returnWithin}.',
  why: 'After an outage thousands of devices come back at once; without back-off and chance they keep the door shut.',
  judge(seen, bounds) {
    const { cut } = seen
    if (!cut) return notTested('The device was not connected when its turn came.')
    const tried = seen.lines.filter(({ openedAt }) => openedAt >= cut.from).map(({ openedAt }) => openedAt)
    const during = tried.filter((at) => at < cut.to)
    const times = [cut.from, ...during, ...tried.filter((at) => at >= cut.to).slice(0, 1)]
    const pauses = times.slice(1).map((at, index) => at - (times[index] ?? at))
    const first = firstPauses(seen)
    const evidence = [
      `${counted(during.length, 'attempt')} in ${inWords(cut.to - cut.from)}; pauses ${pauses.slice(0, 8).map(inWords).join(', ')}`,
      `first pauses after each cut: ${first.map(inWords).join(', ')}`,
    ]
    const faults = [...hammering(during, bounds), ...growthFaults(pauses, bounds), ...chanceFaults(first, bounds)]
    const isBack = acceptedLines(seen).some(({ openedAt }) => openedAt >= cut.to)
    if (!isBack)
      faults.push({
        seen: `did not come back within ${inWords(bounds.returnWithin)}`,
        mend: 'Never give up connecting: try at least every few minutes, for ever.',
      })
    return { faults, evidence }
  },
}

function hammering(attempts: readonly number[], { attemptsPerMinute }: Bounds): Fault[] {
  const most = mostInAMinute(attempts)
  if (most <= attemptsPerMinute) return []
  return [
    {
      seen: `${counted(most, 'attempt')} to connect in one minute`,
      mend: 'Wait 1 s after the first failure and twice as long after each further one, up to a minute or two.',
    },
  ]
}

function growthFaults(pauses: readonly number[], { growth, calmPause }: Bounds): Fault[] {
  const [first = 0] = pauses
  const isCalm = pauses.length < 3 || pauses.every((pause) => pause >= calmPause)
  if (isCalm || Math.max(...pauses) >= growth * first) return []
  return [
    {
      seen: `the pauses do not grow: ${pauses.slice(0, 5).map(inWords).join(', ')}`,
      mend: 'Double the pause after each failure, up to a minute or two; begin anew once connected.',
    },
  ]
}

/** Two pauses may be alike by chance; three hardly. */
function chanceFaults(first: readonly number[], { jitter }: Bounds): Fault[] {
  if (first.length < 3) return []
  const mean = first.reduce((sum, pause) => sum + pause, 0) / first.length
  if (Math.max(...first) - Math.min(...first) >= jitter * mean) return []
  return [
    {
      seen: `the first pause after a cut is always ${inWords(mean)}`,
      mend: 'Multiply each pause by a random number between 0.5 and 1.5.',
    },
  ]
}

/** From each cut of a line that was up to the next attempt, ms. */
function firstPauses(seen: Seen): number[] {
  const cuts = seen.lines.filter((line) => isAccepted(line) && line.ended?.by === 'kit' && line.ended.at < seen.endedAt)
  return cuts.flatMap((line) => {
    const at = line.ended?.at ?? 0
    const next = seen.lines.find(({ openedAt }) => openedAt >= at)
    return next ? [next.openedAt - at] : []
  })
}

export const refusal: Clause = {
  id: 'refusal',
  title: 'Refused calmly',
  text: 'After CONNACK 3 (server unavailable), {refusals} times in a row, the device waits {refusedPause} or more in the median, and comes back.',
  why: 'A broker that is just starting refuses everybody; devices that ask again at once keep it from getting up.',
  judge(seen, bounds): Finding {
    const refused = seen.lines.filter((line) => line.answer?.by === 'kit')
    if (refused.length === 0)
      return trialOf(seen, 'refuse')
        ? notObserved('The device did not try to connect.')
        : notTested('The device was not connected when its turn came.')
    const pauses = refused.flatMap((line) => pauseAfter(seen, line))
    const median = medianOf(pauses)
    const last = refused.at(-1)?.openedAt ?? 0
    const isBack = acceptedLines(seen).some(({ openedAt }) => openedAt > last)
    const faults: Fault[] = []
    if (median !== undefined && median < bounds.refusedPause)
      faults.push({
        seen: `asked again after ${inWords(median)} in the median`,
        mend: 'Treat CONNACK 3 like no answer at all: the same back-off, the same chance.',
      })
    if (!isBack)
      faults.push({
        seen: `did not come back within ${inWords(bounds.returnWithin)}`,
        mend: 'Go on trying after CONNACK 3: the server says that it is not ready yet.',
      })
    return { faults, evidence: [`${counted(refused.length, 'refusal')}; pauses ${pauses.map(inWords).join(', ')}`] }
  },
}

function pauseAfter(seen: Seen, line: Line): number[] {
  const next = seen.lines.find(({ number }) => number > line.number)
  return next ? [next.openedAt - (line.answer?.at ?? line.openedAt)] : []
}
