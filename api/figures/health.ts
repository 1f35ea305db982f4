import { z } from 'zod'
import { isoTime } from '../../domain/clock.ts'
import { severities } from '../../domain/signals.ts'
import { openFindings } from '../../store/load.ts'
import type { ApiDeps } from '../context.ts'
import { allChecks } from '../ops.ts'

export const Health = z.object({
  ready: z.boolean().describe('every check holds, as /readyz says it'),
  checks: z.array(
    z.object({
      name: z.string(),
      ok: z.boolean(),
      behind: z.number().nullable().describe('records that a consumer has yet to read; null of what is no consumer'),
    }),
  ),
  findings: z
    .array(
      z.object({
        code: z.string().describe('what the auditor found and nobody has closed'),
        severity: z.enum(severities),
        since: z.string(),
        answered: z.boolean(),
      }),
    )
    .describe('graver ones first'),
})

/** How the house itself fares: the checks of /readyz without their sentences, which name machines, and what its auditor found. */
export async function houseHealth(deps: ApiDeps): Promise<z.infer<typeof Health>> {
  const checks = await allChecks(deps)
  const findings = await openFindings(deps.store.db)
  return {
    ready: checks.every(({ ok }) => ok),
    checks: checks.map(({ name, ok, behind }) => ({ name, ok, behind })),
    findings: findings
      .toSorted((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity))
      .map(({ episode, severity, opened_at, answered }) => ({
        code: episode.slice('system:'.length),
        severity,
        since: isoTime(opened_at),
        answered: answered === 1,
      })),
  }
}
