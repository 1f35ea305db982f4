import type { Severity } from '../../domain/signals.ts'

/**
 * What the auditor may find, each a promise that does not hold just now. The code is the reason on the system ticket, in the
 * metric and in the log.
 */
export const findingCodes = {
  no_next_step: { severity: 'critical', text: 'an open ticket has neither a timer nor a holder' },
  timer_overdue: { severity: 'critical', text: 'a timer of an open ticket is overdue and nobody works it' },
  step_missing: { severity: 'critical', text: 'the plan of an open ticket has a next step and no timer for it' },
  lease_missing: { severity: 'critical', text: 'a held ticket has no lease that would lapse' },
  notice_not_sent: { severity: 'critical', text: 'a notice has waited too long to leave the house' },
  outbox_stuck: { severity: 'high', text: 'receipts, replays or partners wait too long to leave the house' },
  worker_silent: { severity: 'critical', text: 'a worker has not been heard of' },
  consumer_stalled: { severity: 'critical', text: 'records wait in the journal and nobody reads on' },
  clock_apart: { severity: 'high', text: 'the clocks of two processes differ' },
} as const satisfies Record<string, { severity: Severity; text: string }>
export type FindingCode = keyof typeof findingCodes

/** `detail`: what and where, for people; `tickets`: ids of those that are to be mended. */
export type Finding = { code: FindingCode; detail: string; tickets?: string[] }

/** Of one code that was found in many places, those that are told. */
const toldMost = 10

/** One finding a code: whoever is called is told of all places at once, and a hundred broken channels are one line. */
export const byCode = (findings: Finding[]): Finding[] =>
  [...Map.groupBy(findings, ({ code }) => code)].map(([code, of]) => ({
    code,
    detail: listed(
      of.map(({ detail }) => detail),
      '; ',
    ),
    tickets: of.flatMap(({ tickets = [] }) => tickets),
  }))

/** The first of them in words, and how many more there are. */
export function listed(all: readonly string[], joint: string): string {
  const named = all.slice(0, toldMost).join(joint)
  const more = all.length - toldMost
  return more > 0 ? `${named} and ${more} more` : named
}
