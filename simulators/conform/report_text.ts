import type { Verdict } from './clauses/clause.ts'
import { type Report, type ReportedClause, trialTitles } from './report.ts'

/** How verdicts and outcomes are called in print. */
export const verdictWords: Record<Verdict, string> = {
  passed: 'passed',
  failed: 'FAILED',
  not_observed: 'not observed',
  not_tested: 'not tested',
  not_applicable: 'not applicable',
}
export const outcomeWords: Record<Report['outcome'], string> = {
  conforms: 'CONFORMS',
  does_not_conform: 'DOES NOT CONFORM',
  incomplete: 'INCOMPLETE: not everything could be seen',
}

const marks: Record<Verdict, string> = {
  passed: '✓',
  failed: '✗',
  not_observed: '?',
  not_tested: '–',
  not_applicable: '·',
}
const colours: Record<Verdict, number> = {
  passed: 32,
  failed: 31,
  not_observed: 33,
  not_tested: 33,
  not_applicable: 90,
}
const outcomeColours: Record<Report['outcome'], number> = { conforms: 32, does_not_conform: 31, incomplete: 33 }

/** Width of the column of ids, and what evidence and mends are indented by. */
const ID_WIDTH = 19
const INDENT = ' '.repeat(4)

/** The report for a terminal. `colour`: whether it understands colours. */
export function textReport(report: Report, colour: boolean): string {
  const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)
  const { clauses, disturbances } = report
  return [
    `Conformance of device ${report.device}${report.simulated ? ` (simulated: ${report.simulated})` : ''}`,
    `${report.began_at} to ${report.ended_at}; ${report.trials.map(({ trial }) => trialTitles[trial] ?? trial).join(', ')}`,
    '',
    ...clauses.flatMap((clause) => clauseLines(clause, paint)),
    '',
    ...disturbances.map((text) => paint(33, `No verdict stands: ${text}`)),
    `${paint(outcomeColours[report.outcome], outcomeWords[report.outcome])} (${tally(clauses)})`,
    '',
  ].join('\n')
}

function clauseLines(
  { id, verdict, title, text, faults, missing, evidence }: ReportedClause,
  paint: (code: number, text: string) => string,
): string[] {
  const head = `${paint(colours[verdict], `${marks[verdict]} ${verdictWords[verdict].padEnd(14)}`)} ${id.padEnd(ID_WIDTH)} ${title}`
  if (verdict === 'passed' || verdict === 'not_applicable')
    return [
      head,
      ...[missing, ...evidence.slice(0, 2)]
        .filter((line) => line !== undefined)
        .map((line) => paint(90, `${INDENT}${line}`)),
    ]
  return [
    head,
    `${INDENT}must: ${text}`,
    ...faults.flatMap((fault) => [`${INDENT}seen: ${fault.seen}`, `${INDENT}mend: ${fault.mend}`]),
    ...(missing ? [`${INDENT}why:  ${missing}`] : []),
    ...evidence.map((line) => paint(90, `${INDENT}      ${line}`)),
  ]
}

/** `14 passed, 4 failed, 1 not tested`. */
export function tally(clauses: readonly ReportedClause[]): string {
  const counts = Map.groupBy(clauses, ({ verdict }) => verdict)
  return (Object.keys(verdictWords) as Verdict[])
    .flatMap((verdict) => {
      const count = counts.get(verdict)?.length
      return count ? [`${count} ${verdictWords[verdict].toLowerCase()}`] : []
    })
    .join(', ')
}
