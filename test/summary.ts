import { z } from 'zod'

export type Count = { passed: number; failed: number; skipped?: number }

/** What is used of vitest's JSON report. */
const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
})

/**
 * The count of a run of vitest. A file that could not be loaded has no tests to fail and counts as one failure; so does
 * a run that failed for another reason than its tests, or left no report.
 */
export function countOf(report: unknown, exitCode: number): Count {
  const parsed = Report.safeParse(report)
  if (!parsed.success) return { passed: 0, failed: 1 }
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = parsed.data
  const unloaded = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
  const failed = numFailedTests + unloaded
  return { passed: numPassedTests, failed: failed === 0 && exitCode !== 0 ? 1 : failed, skipped: numPendingTests }
}

/** Where nothing may be skipped, only the data sets may: they are not for everybody to have. */
const mayBeMissing = (skipped: string): boolean => skipped.includes('VIGIL_SHARED')

/** The end of a run: what was skipped and how to get it, one line each, and the count alone on the last line. */
export function summaryOf(
  counts: Count[],
  skipped: string[],
  requireAll: boolean,
): { lines: string[]; failed: number } {
  const untold = skipped.length === 0 && counts.some((count) => (count.skipped ?? 0) > 0)
  const missing = requireAll ? skipped.filter((what) => !mayBeMissing(what)).length + Number(untold) : 0
  const passed = counts.reduce((sum, count) => sum + count.passed, 0)
  const failed = counts.reduce((sum, count) => sum + count.failed, missing)
  const told = (untold ? ['tests that do not say why'] : skipped).toSorted().map((what) => `skipped: ${what}`)
  return { lines: ['', ...told, `${passed} passed, ${failed} failed`], failed }
}
