import type { Verdict } from './judging/verdicts.ts'
import type { Played } from './playing/under_way.ts'
import { inWords } from './reading/times.ts'

/** A scenario that was played, and how long that took, ms. */
export type Timed = { played: Played; tookMs: number }

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;' }

/** Text as XML 1.0 can hold it: no control characters, no lone surrogates. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, (char) => (char === '\n' ? char : '\uFFFD'))
    .replaceAll(/[&<>"\n]/g, (char) => entities[char] ?? char)

const attributes = (values: Record<string, string | number>): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('')

/** JUnit XML: a suite a scenario, a case an expectation; known gaps are skipped cases. */
export function junitOf(runs: readonly Timed[]): string {
  const suites = runs.map(suiteOf)
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="vigil scenario">\n${suites.join('')}</testsuites>\n`
}

function suiteOf({ played, tookMs }: Timed): string {
  const { scenario, verdicts } = played
  const of = (...outcomes: Verdict['outcome'][]) => verdicts.filter(({ outcome }) => outcomes.includes(outcome)).length
  const about = attributes({
    name: scenario.name,
    file: scenario.file,
    tests: verdicts.length,
    failures: of('failed', 'closed_gap'),
    skipped: of('known_gap'),
    errors: 0,
    time: (tookMs / 1_000).toFixed(3),
  })
  const cases = verdicts.map((verdict) => caseOf(verdict, played))
  return `  <testsuite${about}>\n    <properties><property name="seed" value="${scenario.seed}"/></properties>\n${cases.join('')}  </testsuite>\n`
}

function caseOf(verdict: Verdict, { scenario }: Played): string {
  const { outcome, text, detail, line, at } = verdict
  const place = line > 0 ? `:${line}` : ''
  const about = attributes({ name: text, classname: `${scenario.file}${place}`, time: 0 })
  const after = `${inWords(at - scenario.start)} after the start`
  if (outcome === 'held') return `    <testcase${about}/>\n`
  if (outcome === 'known_gap')
    return `    <testcase${about}><skipped${attributes({ message: `known gap: ${detail}` })}/></testcase>\n`
  const message = outcome === 'closed_gap' ? `met, though it is marked as a known gap: ${detail}` : detail
  return `    <testcase${about}><failure${attributes({ message: `${message} (${after})` })}/></testcase>\n`
}
