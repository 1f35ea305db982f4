import { z } from 'zod'
import { isoTime } from '../../domain/clock.ts'
import { type BoundName, type Bounds, boundTable } from './bounds.ts'
import { type Clause, type Part, verdictOf, verdicts } from './clauses/clause.ts'
import { clauses } from './clauses/clauses.ts'
import { inWords, isAccepted, type Seen } from './seen.ts'

const time = z.string().describe('ISO 8601 UTC with milliseconds')

/** How the whole stands. `incomplete`: nothing failed, but not everything could be seen. */
export const outcomeNames = ['conforms', 'does_not_conform', 'incomplete'] as const

/** The report as `--json` writes it; docs/Conformance.md explains it. */
export const Report = z.strictObject({
  format: z.literal('vigil-conformance-1'),
  device: z.string(),
  simulated: z.string().optional().describe('which simulated device it was; absent for a real one'),
  began_at: time,
  ended_at: time,
  outcome: z.enum(outcomeNames),
  disturbances: z
    .array(z.string())
    .describe('what stood between the kit and Vigil; where there is any, no verdict stands'),
  clauses: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      text: z.string(),
      why: z.string(),
      verdict: z.enum(verdicts),
      faults: z.array(z.strictObject({ seen: z.string(), mend: z.string() })),
      missing: z.string().optional().describe('why there is no verdict'),
      evidence: z.array(z.string()),
    }),
  ),
  bounds: z.array(z.strictObject({ name: z.string(), value: z.number(), unit: z.string(), why: z.string() })),
  trials: z.array(z.strictObject({ trial: z.string(), from: time, to: time })),
  connections: z.array(z.strictObject({ opened_at: time, ended_at: time, tls: z.boolean(), accepted: z.boolean() })),
  messages: z.array(z.strictObject({ at: time, kind: z.enum(['readings', 'signal', 'status']) })),
})
export type Report = z.infer<typeof Report>
export type ReportedClause = Report['clauses'][number]

/** What each trial is called in print. */
export const trialTitles: Readonly<Record<string, string>> = {
  connect: 'connecting',
  watch: 'looking on',
  signal: 'SOS',
  cut: 'link cut',
  refuse: 'connections refused',
  impostor: 'wrong certificates',
  end: 'end',
}

/** Lines and messages drawn in the report; a chatterbox makes thousands, and the picture shows no more than these. */
const DRAWN = 3_000

/** Judges all that was seen. `without`: what the device does not have. */
export function makeReport(
  seen: Seen,
  bounds: Bounds,
  { without = new Set(), simulated }: { without?: ReadonlySet<Part>; simulated?: string | undefined } = {},
): Report {
  const judged = clauses.map((clause) => judge(clause, seen, bounds, without))
  return {
    format: 'vigil-conformance-1',
    device: seen.device,
    ...(simulated && { simulated }),
    began_at: isoTime(seen.beganAt),
    ended_at: isoTime(seen.endedAt),
    outcome: outcomeOf(judged, seen.disturbances),
    disturbances: [...new Set(seen.disturbances)],
    clauses: judged,
    bounds: Object.entries(boundTable).map(([name, { unit, why }]) => ({
      name,
      value: bounds[name as BoundName],
      unit,
      why,
    })),
    ...historyOf(seen),
  }
}

function judge(clause: Clause, seen: Seen, bounds: Bounds, without: ReadonlySet<Part>): ReportedClause {
  const { id, title, why, part } = clause
  const head = { id, title, text: textOf(clause, bounds), why }
  if (part && without.has(part))
    return { ...head, verdict: 'not_applicable', faults: [], missing: `The device has no ${part}.`, evidence: [] }
  const finding = clause.judge(seen, bounds)
  const { faults, evidence, missing } = finding
  const verdict = verdictOf(finding)
  return { ...head, verdict, faults, ...(missing && verdict !== 'failed' && { missing: missing.why }), evidence }
}

/** A clause's text with the bounds put in. */
export const textOf = ({ text }: Pick<Clause, 'text'>, bounds: Bounds): string =>
  text.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    name in boundTable ? boundText(name as BoundName, bounds[name as BoundName]) : whole,
  )

/** A bound for people: `10 s`, `256 KiB`, `10 %`, `2`. */
export function boundText(name: BoundName, value: number): string {
  const { unit } = boundTable[name]
  if (unit === 'ms') return inWords(value)
  if (unit === 's') return `${value} s`
  if (unit === 'bytes') return `${value / 1024} KiB`
  if (unit === 'share') return `${value * 100} %`
  return name === 'growth' ? `${value}-fold` : `${value}`
}

function outcomeOf(judged: readonly ReportedClause[], disturbances: readonly string[]): Report['outcome'] {
  if (disturbances.length > 0) return 'incomplete'
  if (judged.some(({ verdict }) => verdict === 'failed')) return 'does_not_conform'
  const isComplete = judged.every(({ verdict }) => verdict === 'passed' || verdict === 'not_applicable')
  return isComplete ? 'conforms' : 'incomplete'
}

function historyOf(seen: Seen): Pick<Report, 'trials' | 'connections' | 'messages'> {
  const end = seen.endedAt
  return {
    trials: seen.trials.map(({ trial, from, to }) => ({ trial, from: isoTime(from), to: isoTime(Math.min(to, end)) })),
    connections: seen.lines.slice(0, DRAWN).map((line) => ({
      opened_at: isoTime(line.openedAt),
      ended_at: isoTime(line.ended?.at ?? end),
      tls: line.secure,
      accepted: isAccepted(line),
    })),
    messages: seen.messages.slice(0, DRAWN).map(({ at, decoded }) => ({
      at: isoTime(at),
      kind: decoded.statuses.length > 0 ? 'status' : decoded.signals.length > 0 ? 'signal' : 'readings',
    })),
  }
}
