import type { Estimate, Times } from './measures.ts'
import type { Alarms, Finds } from './rows.ts'
import type { Score } from './score.ts'

const lines = (cells: readonly (readonly string[])[]): string[] => {
  const widths = cells[0]?.map((_, n) => Math.max(...cells.map((row) => row[n]?.length ?? 0))) ?? []
  return cells.map((row) =>
    row
      .map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

const none = '–'
const percent = (share: number): string => `${Number((share * 100).toFixed(1))}`
const share = (estimate: Estimate | undefined): string =>
  estimate ? `${percent(estimate.value)} % (${percent(estimate.low)}–${percent(estimate.high)})` : none
const perWeek = (estimate: Estimate | undefined): string => {
  const digits = (value: number) => `${Number(value.toPrecision(2))}`
  return estimate ? `${digits(estimate.value)} (${digits(estimate.low)}–${digits(estimate.high)})` : none
}

/** A duration as people say it: `0.2 s`, `3.5 min`, `2.1 h`. */
export function spoken(ms: number): string {
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  return ms < 3_600_000 ? `${(ms / 60_000).toFixed(1)} min` : `${(ms / 3_600_000).toFixed(1)} h`
}

const times = (all: Times | undefined): string[] =>
  all ? [spoken(all.median), spoken(all.p95), spoken(all.max)] : [none, none, none]
const finds = (row: Finds): string[] => [
  String(row.facts),
  String(row.found),
  String(row.missed),
  share(row.sensitivity),
]
const alarms = (row: Alarms): string[] => [
  String(row.tickets),
  String(row.false),
  share(row.precision),
  perWeek(row.false_per_person_week),
]

const findHeads = ['true', 'found', 'missed', 'sensitivity']
const timeHeads = ['median', 'p95', 'max']
const alarmHeads = ['tickets', 'false', 'precision', 'false/person-week']

/** At most so many single cases are told one by one; all of them are in the JSON. */
const told = 20

function cases<T>(title: string, all: readonly T[], line: (one: T) => string): string[] {
  if (all.length === 0) return []
  const more = all.length > told ? [`  … and ${all.length - told} more: --json has them all.`] : []
  return ['', `${title} (${all.length})`, ...all.slice(0, told).map((one) => `  ${line(one)}`), ...more]
}

const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`

function headOf({ run, person_weeks }: Score): string[] {
  const span = `${run.from} to ${run.until}`
  return [
    [
      `seed ${run.seed}`,
      counted(run.homes, 'home'),
      counted(run.residents, 'resident'),
      `${Number(person_weeks.toPrecision(3))} person-weeks`,
      span,
    ].join(', '),
    ...(run.cut_short ? ['The truth has no end: the run was cut short, and is counted up to its last event.'] : []),
  ]
}

const asideWords: Record<keyof Score['set_aside'], string> = {
  facts_outside_the_run: 'events before or after the run',
  facts_of_other_homes: 'events in homes that are not in the run',
  facts_at_the_very_end: 'events so near the end that nobody could have found them yet',
  tickets_of_other_homes: 'tickets of other homes, or of none',
  tickets_outside_the_run: 'tickets opened before or after the run',
  tickets_of_tests: 'tickets of tests',
}

function asideLines(aside: Score['set_aside']): string[] {
  const some = (Object.keys(asideWords) as (keyof typeof asideWords)[]).filter((key) => aside[key] > 0)
  return some.length === 0 ? [] : ['', 'Not counted', ...some.map((key) => `  ${aside[key]} ${asideWords[key]}`)]
}

/** The score for the terminal; shares and rates with their 95 % confidence interval. */
export function tableOf(score: Score): string[] {
  const { all, events, kinds, detectors } = score
  const detectorName = ({ device, signal, reason }: Score['detectors'][number]) =>
    `${device}: ${signal}${reason ? ` (${reason})` : ''}`
  return [
    ...headOf(score),
    '',
    ...lines([
      ['by what happened', ...findHeads, ...timeHeads],
      ['everything', ...finds(all), ...times(all.time_to_ticket_ms)],
      ...events.map((row) => [row.event, ...finds(row), ...times(row.time_to_ticket_ms)]),
    ]),
    '',
    ...lines([
      ['by ticket', ...alarmHeads],
      ['all tickets', ...alarms(all)],
      ...kinds.map((row) => [row.kind as string, ...alarms(row)]),
    ]),
    '',
    ...lines([
      ['by detector', ...findHeads, ...alarmHeads, ...timeHeads],
      ...detectors.map((row) => [detectorName(row), ...finds(row), ...alarms(row), ...times(row.time_to_ticket_ms)]),
    ]),
    ...cases('False alarms', score.false_alarms, ({ number, home, kind, opened_at, because }) => {
      const why = because ? `${because.event.replaceAll('_', ' ')} (${because.fact})` : 'unexplained'
      return `#${number} ${kind} in ${home}, ${opened_at}: ${why}`
    }),
    ...cases('Missed', score.missed, ({ event, home, at, who, room, fact }) =>
      [`${event} in ${home}`, ...(room ? [room] : []), ...(who ? [who] : []), at, fact].join(', '),
    ),
    ...asideLines(score.set_aside),
  ]
}
