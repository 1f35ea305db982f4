import { expect, it } from 'vitest'
import { countOf, summaryOf } from './summary.ts'

const file = (status: string, tests: number) => ({
  status,
  assertionResults: Array.from({ length: tests }, () => ({})),
})
const report = (passed: number, failed: number, ...testResults: object[]) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: 0,
  testResults,
})

it('counts tests, and a file that could not be loaded as a failure', () => {
  expect(countOf(report(7, 2, file('failed', 9)), 1)).toMatchObject({ passed: 7, failed: 2 })
  expect(countOf(report(7, 0, file('passed', 7), file('failed', 0)), 1)).toMatchObject({ passed: 7, failed: 1 })
})

it('is never green where vitest was not', () => {
  expect(countOf(report(7, 0, file('passed', 7)), 1).failed).toBe(1)
  expect(countOf(undefined, 0).failed).toBe(1)
})

it('ends with the count alone on its line, after what was skipped', () => {
  const { lines, failed } = summaryOf(
    [
      { passed: 1, failed: 0 },
      { passed: 40, failed: 2 },
    ],
    ['b (get it)', 'a (get it)'],
    false,
  )
  expect(lines.slice(-3)).toEqual(['skipped: a (get it)', 'skipped: b (get it)', '41 passed, 2 failed'])
  expect(failed).toBe(2)
})

it('takes a skip for a failure where nothing may be skipped, but for data sets that not everybody has', () => {
  const skipped = ['docker is not here', 'falls are not here; VIGIL_SHARED names the folder']
  expect(summaryOf([{ passed: 5, failed: 0 }], skipped, true).lines.at(-1)).toBe('5 passed, 1 failed')
})

it('takes a skip that nobody told of for a failure too', () => {
  const { lines, failed } = summaryOf([{ passed: 5, failed: 0, skipped: 12 }], [], true)
  expect(lines.slice(-2)).toEqual(['skipped: tests that do not say why', '5 passed, 1 failed'])
  expect(failed).toBe(1)
})
