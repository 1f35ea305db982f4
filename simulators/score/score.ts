import { isoTime } from '../../domain/clock.ts'
import { type SignalKind, signals, type TicketKind } from '../../domain/signals.ts'
import type { Fact, Truth, TruthHome } from '../truth.ts'
import { type Claim, ownSignals, tolerance } from './match.ts'
import { reporters } from './reporters.ts'
import { type Alarms, alarmsOf, type Finding, type Finds, findingOf, findsOf, rowOf } from './rows.ts'
import { type Counted, counted, type ScoredTicket, type SetAside, unknownDevice } from './scored.ts'

/** Who said something: a kind of device (or `any device`) with a signal; `reason` where it says it for several. */
export type Detector = { device: string; signal: SignalKind; reason?: string }

/** A ticket for nothing; `because`: what was taken for an emergency, or `repeated` for the further ticket of one. */
export type FalseAlarm = {
  ticket: string
  number: number
  home: string
  kind: TicketKind
  opened_at: string
  because: { event: Fact['event'] | 'repeated'; fact: string } | null
}

export type Missed = { fact: string; event: string; home: string; at: string; who?: string; room?: string }

/** The whole score; times in ISO 8601 UTC, as written by `--json`. */
export type Score = {
  run: { seed: number; from: string; until: string; cut_short: boolean; homes: number; residents: number }
  person_weeks: number
  all: Finds & Alarms
  events: ({ event: string } & Finds)[]
  kinds: ({ kind: TicketKind } & Alarms)[]
  detectors: (Detector & Finds & Alarms)[]
  false_alarms: FalseAlarm[]
  missed: Missed[]
  set_aside: SetAside
}

const WEEK = 7 * 86_400_000

/** `fall`, `hazard smoke`: what happened, with the hazard's kind. */
const eventOf = ({ event, kind }: Fact): string => (kind ? `${event} ${kind}` : event)

/** The facts whose fate is known: the run went on long enough after them, or they were found. */
function settled(finding: Finding, until: number): Finding {
  return { ...finding, missed: finding.missed.filter(({ at }) => at <= until - tolerance.lateMs) }
}

/**
 * Sets tickets against what really happened. See docs/Scoring.md for the rule; the functions of match.ts and rows.ts
 * are that rule.
 */
export function scoreOf(truth: Truth, all: readonly ScoredTicket[]): Score {
  const counts = counted(truth, all)
  const { facts, tickets, claims, until, aside } = counts
  const { run } = truth
  const weeksOf = (homes: readonly TruthHome[]) => (residentsOf(homes) * (until - run.from)) / WEEK
  const personWeeks = weeksOf(run.homes)
  const whole = findingOf(facts, claims)
  const known = settled(whole, until)
  return {
    run: {
      seed: run.seed,
      from: isoTime(run.from),
      until: isoTime(until),
      cut_short: truth.end === undefined,
      homes: run.homes.length,
      residents: residentsOf(run.homes),
    },
    person_weeks: personWeeks,
    all: rowOf(known, personWeeks),
    events: eventRows(known),
    kinds: kindRows(whole, tickets, personWeeks),
    detectors: detectorsOf(counts, run.homes).map((detector) => {
      const homes = homesWith(run.homes, detector.device)
      return { ...detector, ...rowOf(detectorFinding(counts, homes, detector), weeksOf(homes)) }
    }),
    false_alarms: falseAlarms(whole, tickets, claims),
    missed: known.missed.map(missedOf),
    set_aside: { ...aside, facts_at_the_very_end: whole.missed.length - known.missed.length },
  }
}

const residentsOf = (homes: readonly TruthHome[]): number =>
  homes.reduce((sum, { residents }) => sum + residents.length, 0)

const homesWith = (homes: readonly TruthHome[], device: string): readonly TruthHome[] =>
  device === anyDevice || device === unknownDevice
    ? homes
    : homes.filter(({ devices }) => devices.some(({ kind }) => kind === device))

const anyDevice = 'any device'

/** A detector alone: its claims against the events that it has a word for, in the homes that have it. */
function detectorFinding({ facts, claims, until }: Counted, homes: readonly TruthHome[], detector: Detector): Finding {
  const its = claims.filter((claim) => isOf(claim, detector))
  const kinds = new Map(homes.flatMap(({ devices }) => devices.map(({ id, kind }) => [id, kind])))
  const ids = new Set(homes.map(({ id }) => id))
  const meant = facts.filter(
    (fact) => ids.has(fact.home) && ownSignals(fact).includes(detector.signal) && isOn(fact, detector, kinds),
  )
  return settled(findingOf(meant, its), until)
}

/** Whether it happened on such a device, where it is said on which: no pendant hears what is pressed on a watch. */
const isOn = ({ device }: Fact, detector: Detector, kinds: ReadonlyMap<string, string>): boolean =>
  device === undefined || detector.device === anyDevice || kinds.get(device) === detector.device

const isOf = (claim: Claim, { device, signal, reason }: Detector): boolean =>
  claim.signal === signal &&
  (device === anyDevice || claim.kind === device) &&
  (reason === undefined || claim.reason === reason)

/** Every signal that was needed or came, by any device, by each kind of device and for each of its reasons. */
function detectorsOf({ claims, facts }: Counted, homes: readonly TruthHome[]): Detector[] {
  const needed = new Set(facts.filter(({ needsHelp }) => needsHelp).flatMap(ownSignals))
  const present = new Set(homes.flatMap(({ devices }) => devices.map(({ kind }) => kind)))
  return (Object.keys(signals) as SignalKind[]).flatMap((signal) => {
    const said = claims.filter((claim) => claim.signal === signal)
    if (said.length === 0 && !needed.has(signal)) return []
    const able = [...present].filter((kind) => reporters[kind]?.includes(signal))
    const kinds = [...new Set([...said.map(({ kind }) => kind), ...able])].sort()
    return [
      { device: anyDevice, signal },
      ...kinds.flatMap((device) =>
        withReasons(
          { device, signal },
          said.filter(({ kind }) => kind === device),
        ),
      ),
    ]
  })
}

function withReasons(detector: Detector, claims: readonly Claim[]): Detector[] {
  const reasons = [...new Set(claims.map(({ reason }) => reason))].sort()
  return [detector, ...(reasons.length > 1 ? reasons.map((reason) => ({ ...detector, reason })) : [])]
}

function eventRows({ found, missed }: Finding): Score['events'] {
  const events = [...new Set([...found.map(({ fact }) => fact), ...missed].map(eventOf))].sort()
  return events.map((event) => {
    const its = found.filter(({ fact }) => eventOf(fact) === event)
    const gone = missed.filter((fact) => eventOf(fact) === event)
    return { event, ...findsOf(its, gone) }
  })
}

function kindRows({ wrong }: Finding, tickets: readonly ScoredTicket[], personWeeks: number): Score['kinds'] {
  const isWrong = new Set(wrong)
  const kinds = [...Map.groupBy(tickets, ({ kind }) => kind)].sort(([a], [b]) => a.localeCompare(b))
  return kinds.map(([kind, its]) => {
    const failed = its.filter(({ id }) => isWrong.has(id)).length
    return { kind, ...alarmsOf(its.length, failed, personWeeks) }
  })
}

function falseAlarms(finding: Finding, tickets: readonly ScoredTicket[], claims: readonly Claim[]): FalseAlarm[] {
  const wrong = new Set(finding.wrong)
  const said = Map.groupBy(claims, ({ ticket }) => ticket)
  return tickets
    .filter(({ id }) => wrong.has(id))
    .map(({ id, number, kind, opened_at }) => {
      const its = said.get(id) ?? []
      return { ticket: id, number, home: its[0]?.home ?? '', kind, opened_at, because: becauseOf(its, finding) }
    })
    .sort((a, b) => a.number - b.number)
}

function becauseOf(claims: readonly Claim[], { meaning }: Finding): FalseAlarm['because'] {
  const facts = claims.map((claim) => meaning.get(claim)).filter((fact) => fact !== undefined)
  const fact = facts.find(({ needsHelp }) => needsHelp) ?? facts[0]
  return fact ? { event: fact.needsHelp ? 'repeated' : fact.event, fact: fact.id } : null
}

const missedOf = (fact: Fact): Missed => ({
  fact: fact.id,
  event: eventOf(fact),
  home: fact.home,
  at: isoTime(fact.at),
  ...(fact.who && { who: fact.who }),
  ...(fact.room && { room: fact.room }),
})
