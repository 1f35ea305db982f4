import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type BoundName, boundsWith, boundTable } from './bounds.ts'
import { clauses } from './clauses/clauses.ts'
import { simulatedDevices } from './devices/habits.ts'
import { boundText, makeReport, Report, textOf } from './report.ts'
import { htmlReport } from './report_html.ts'
import { textReport } from './report_text.ts'
import { line, message, minute, readingOf, run, second, status } from './test_seen.ts'

const bounds = boundsWith()

/** A short run of a device that makes one mistake: the keep-alive is off. Its name for a metric would be markup. */
const seen = run(
  [{ at: 0, hello: { keepAliveS: 0, clientId: '<script>alert(1)</script>' } }],
  [
    status(second),
    message({ at: 2 * second, seq: 1 }),
    message({ at: 3 * second, seq: 2, decoded: readingOf('battery', 80) }),
  ],
  { trials: [['watch', 0, 5 * minute]], endedAt: line({ at: 5 * minute }).openedAt },
)
const report = makeReport(seen, bounds, { without: new Set(['signal']) })
const verdictOf = (id: string) => report.clauses.find((clause) => clause.id === id)?.verdict

describe('a report', () => {
  it('has a verdict for each clause, and what is missing has no part in what the device does not have', () => {
    expect(report.clauses.map(({ id }) => id)).toEqual(clauses.map(({ id }) => id))
    expect(verdictOf('keep_alive')).toBe('failed')
    expect(verdictOf('signal')).toBe('not_applicable')
    expect(verdictOf('store_and_forward')).toBe('not_tested')
  })

  it('is what its schema says, and has the bounds put into the texts', () => {
    expect(Report.parse(JSON.parse(JSON.stringify(report)))).toEqual(report)
    expect(report.clauses.map(({ text }) => text).join()).not.toMatch(/\{\w*(Most|Within|PerMinute)\}/)
    expect(report.clauses.find(({ id }) => id === 'message_rate')?.text).toMatch(/^At most 60 messages/)
  })

  it('comes out as a whole: failed, incomplete, conforming; and as nothing where Vigil was away', () => {
    expect(report.outcome).toBe('does_not_conform')
    const nothing = makeReport(run([]), bounds)
    expect(nothing.outcome).toBe('incomplete')
    const disturbed = makeReport({ ...seen, disturbances: ['Vigil was away'] }, bounds)
    expect(disturbed.outcome).toBe('incomplete')
    expect(textReport(disturbed, false)).toContain('No verdict stands: Vigil was away')
  })
})

describe('on the terminal', () => {
  it('tells of a failure what was due, what was seen and what to mend, and how many clauses came out how', () => {
    const text = textReport(report, false)
    expect(text).toMatch(
      /✗ FAILED {9}keep_alive[\s\S]*must: The keep-alive is 1 second[\s\S]*seen: the keep-alive is switched off[\s\S]*mend: Set a keep-alive/,
    )
    expect(text).toMatch(/DOES NOT CONFORM \(\d+ passed, 1 failed, /)
  })

  it('has colour only where it is wanted', () => {
    expect(textReport(report, false)).not.toContain('\u001b')
    expect(textReport(report, true)).toContain('\u001b[31m✗ FAILED')
  })
})

describe('as a page', () => {
  const page = htmlReport(report)

  it('needs nothing else, and tells each clause with its verdict', () => {
    expect(page).not.toMatch(/<(script|link|img|iframe)|url\(|https?:/)
    for (const { id, verdict } of report.clauses) expect(page).toContain(`<section id="${id}" class="${verdict}">`)
    expect(page.indexOf('id="keep_alive"')).toBeLessThan(page.indexOf('id="will"'))
  })

  it('shows what a device says as text, never as markup', () => {
    expect(page).not.toContain('<script>')
    expect(page).toContain('&#60;script&#62;alert(1)')
  })
})

describe('docs/Conformance.md', () => {
  const page = readFileSync(new URL('../../docs/Conformance.md', import.meta.url), 'utf8')
  /** The cells of the rows of the table with this first heading. */
  const rows = (heading: string): string[][] => {
    const lines = page.split('\n')
    const from = lines.findIndex((text) => text.startsWith(`| ${heading} |`)) + 2
    const until = lines.findIndex((text, index) => index >= from && !text.startsWith('|'))
    return lines.slice(from, until).map((text) => text.slice(2, -2).split(' | '))
  }

  it('has every clause, as the code has it', () => {
    expect(rows('clause')).toEqual(clauses.map((clause) => [`\`${clause.id}\``, textOf(clause, bounds), clause.why]))
  })

  it('has every bound, with its reason', () => {
    const named = Object.entries(boundTable).map(([name, { value, why }]) => [
      `\`${name}\``,
      boundText(name as BoundName, value),
      why,
    ])
    expect(rows('bound')).toEqual(named)
  })

  it('tells of every simulated device what it fails', () => {
    const told = Object.entries(simulatedDevices).map(([name, { text, fails }]) => [
      `\`${name}\``,
      text,
      fails.map((id) => `\`${id}\``).join(', ') || 'nothing',
    ])
    expect(rows('simulated device')).toEqual(told)
  })
})
