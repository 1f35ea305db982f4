import { counted, inWords, type Message, type Seen, timeOfDay } from '../seen.ts'
import { type Clause, type Fault, notObserved } from './clause.ts'

/** Clauses about time and number: what an entry says of itself. */

/** One entry at its first arrival. Repeats of the same entry are left out: they are what QoS 1 asks for. */
export type Arrival = { message: Message; at?: number; seq?: number; digest: string }

/** Every entry of readings, signals and motion, once, in the order of arrival. */
export function arrivals(seen: Seen): Arrival[] {
  const known = new Set<string>()
  return seen.messages
    .filter(({ decoded }) => decoded.statuses.length === 0)
    .flatMap((message) => message.entries.map((entry) => ({ ...entry, message })))
    .filter(({ digest, message }) => {
      const key = `${message.topic} ${digest}`
      return !known.has(key) && known.add(key)
    })
}

/**
 * How far the device's clock is ahead (ms, negative where behind): the most that an entry's time was ahead of its
 * arrival while the kit only looked on. Messages may be late, none can be early. Undefined where no entry had a time.
 */
export function clockOffset(seen: Seen): number | undefined {
  const ahead = arrivals(seen)
    .filter(({ message }) => message.trial === 'watch' || message.trial === 'signal')
    .flatMap(({ at, message }) => (at === undefined ? [] : [at - message.at]))
  return ahead.length > 0 ? Math.max(...ahead) : undefined
}

export const clockClause: Clause = {
  id: 'clock',
  title: 'Clock',
  text: 'Every entry says when it was (`at`), the clock is right within {skewMost}, and runs forward.',
  why: 'Alerts of several devices are put together by time; a clock that is wrong tears one fall into two tickets.',
  judge(seen, { skewMost, disorderMost }) {
    const all = arrivals(seen)
    const offset = clockOffset(seen)
    if (all.length === 0) return notObserved('The device sent nothing but its status.')
    const timeless = all.filter(({ at }) => at === undefined)
    const faults: Fault[] = []
    const mend = 'Set the clock by NTP (or the network) at each start and once a day, in UTC.'
    if (timeless.length > 0)
      faults.push({
        seen: `${timeless.length} of ${counted(all.length, 'message')} without \`at\``,
        mend: 'Give every entry the time at which it was measured: ISO 8601 with a zone, or epoch milliseconds.',
      })
    if (offset !== undefined && Math.abs(offset) > skewMost)
      faults.push({ seen: `the clock is ${inWords(offset)} ${offset > 0 ? 'ahead' : 'behind'}`, mend })
    const back = stepBack(all, disorderMost)
    if (back) faults.push({ seen: back, mend: 'Never set the clock back in steps; give what is kept its own time.' })
    if (offset === undefined && faults.length === 0)
      return notObserved('No entry with a time came while the line was up.')
    return {
      faults,
      evidence:
        offset === undefined
          ? []
          : [`the freshest entry was ${inWords(offset)} ${offset > 0 ? 'ahead of' : 'before'} its arrival`],
    }
  },
}

/** Where the time of a later number lies before that of an earlier one, in words. */
function stepBack(all: readonly Arrival[], most: number): string | undefined {
  for (const run of runsOf(all)) {
    let latest: Arrival | undefined
    for (const entry of run.toSorted((a, b) => (a.seq ?? 0) - (b.seq ?? 0))) {
      if (entry.at === undefined) continue
      const before = latest?.at
      if (before !== undefined && before - entry.at > most)
        return `seq ${entry.seq} is ${inWords(before - entry.at)} earlier than seq ${latest?.seq}`
      if (before === undefined || entry.at > before) latest = entry
    }
  }
  return undefined
}

/**
 * Numbered entries, divided where the device began to count anew at 0 or 1: after a reboot, so on another connection.
 */
export function runsOf(all: readonly Arrival[]): Arrival[][] {
  const runs: Arrival[][] = []
  let highest = -1
  let line = -1
  for (const entry of all) {
    if (entry.seq === undefined) continue
    const isNew = runs.length === 0 || (entry.seq <= 1 && entry.seq <= highest && entry.message.line !== line)
    if (isNew) runs.push([])
    highest = isNew ? entry.seq : Math.max(highest, entry.seq)
    line = entry.message.line
    runs.at(-1)?.push(entry)
  }
  return runs
}

type Counting = { gaps: [number, number][]; doubles: Arrival[] }

export const sequence: Clause = {
  id: 'sequence',
  title: 'Sequence',
  text: 'Entries carry `seq`, which grows by one, with no gap and no number used twice, but for the same entry sent again. It may count for each topic, and begin anew at 0 or 1 after a reboot.',
  why: 'A gap is the only way to see that something was lost before it came to Vigil.',
  judge(seen) {
    const all = arrivals(seen)
    if (all.length === 0) return notObserved('The device sent nothing but its status.')
    const numbered = all.filter(({ seq }) => seq !== undefined)
    const bare = all.filter(({ seq, message }) => seq === undefined && message.decoded.signals.length === 0)
    const faults: Fault[] = []
    if (bare.length > 0)
      faults.push({
        seen: `${bare.length} of ${counted(all.length, 'message')} without \`seq\``,
        mend: 'Count messages in "seq", from 1, and keep the count until the next reboot.',
      })
    const { gaps, doubles } = fewest([countOf(numbered), countByTopic(numbered)])
    if (gaps.length > 0) faults.push({ seen: gapText(gaps), mend: gapMend })
    const [double] = doubles
    if (double)
      faults.push({
        seen: `${counted(doubles.length, 'number')} used twice for different messages, first seq ${double.seq} at ${timeOfDay(double.message.at)}`,
        mend: 'Give each new message a new number; only the very same message may be sent again.',
      })
    return { faults, evidence: [`${counted(numbered.length, 'number')} in ${counted(runsOf(numbered).length, 'run')}`] }
  },
}

const gapMend = 'Keep each message until it is acknowledged, and give out a number only when a message is kept.'

const lost = (gaps: Counting['gaps']): number => gaps.reduce((sum, [from, to]) => sum + to - from + 1, 0)

function gapText(gaps: Counting['gaps']): string {
  const shown = gaps.slice(0, 3).map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`))
  return `${counted(lost(gaps), 'number')} never came: seq ${shown.join(', ')}${gaps.length > 3 ? ', …' : ''}`
}

/** A device may have one counter, or one for each topic: the reading in its favour is taken. */
function fewest(countings: Counting[]): Counting {
  const [best] = countings.toSorted((a, b) => lost(a.gaps) + a.doubles.length - lost(b.gaps) - b.doubles.length)
  return best ?? { gaps: [], doubles: [] }
}

function countByTopic(numbered: readonly Arrival[]): Counting {
  const each = [...Map.groupBy(numbered, ({ message }) => message.topic).values()].map(countOf)
  return { gaps: each.flatMap(({ gaps }) => gaps), doubles: each.flatMap(({ doubles }) => doubles) }
}

function countOf(numbered: readonly Arrival[]): Counting {
  const counting: Counting = { gaps: [], doubles: [] }
  for (const run of runsOf(numbered)) {
    const sorted = run.toSorted((a, b) => (a.seq ?? 0) - (b.seq ?? 0))
    for (const [index, entry] of sorted.entries()) {
      const step = index === 0 ? 1 : (entry.seq ?? 0) - (sorted[index - 1]?.seq ?? 0)
      if (step === 0) counting.doubles.push(entry)
      if (step > 1) counting.gaps.push([(entry.seq ?? 0) - step + 1, (entry.seq ?? 0) - 1])
    }
  }
  return counting
}
