import type { Bounds } from '../bounds.ts'
import { acceptedLines, counted, inWords, isAccepted, type Line, type Seen, trialOf } from '../seen.ts'
import { type Clause, type Fault, type Finding, notObserved, notTested } from './clause.ts'
import { mostInAMinute } from './messages.ts'
import { medianOf } from './trials.ts'

/** Clauses about coming back: what a device does while nobody lets it in. */

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
