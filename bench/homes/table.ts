import { quantile } from '../statistics.ts'
import { type Figure, figures } from './figures.ts'
import type { Rhythm } from './rhythm.ts'

/** The comparison as a table of Markdown, which a terminal shows well too. */

const clock = (hours: number): string => {
  const minutes = Math.round(hours * 60) % (24 * 60)
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}

function shown(form: Figure['form'], value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–'
  if (form === 'hour') return clock(value)
  if (form === 'share') return `${(value * 100).toFixed(value < 0.1 ? 1 : 0)} %`
  if (form === 'minutes') return `${value.toFixed(value < 10 ? 1 : 0)} min`
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 })
}

/** Median over the simulated people, and between what eight in ten of them lie. */
function band({ form, of }: Figure, people: readonly Rhythm[]): string {
  const values = people.map(of).filter((value) => value !== undefined)
  const [low, middle, high] = [0.1, 0.5, 0.9].map((share) => shown(form, quantile(values, share)))
  return low === high ? `${middle}` : `${middle} (${low} to ${high})`
}

/** One row a figure, one column a real home, and the simulated people in the last. */
export function comparison(real: readonly Rhythm[], simulated: readonly Rhythm[]): string {
  const head = ['', ...real.map(({ name }) => name), 'simulated: median (10 to 90 %)']
  const rows = figures.map((figure) => [
    figure.label,
    ...real.map((rhythm) => shown(figure.form, figure.of(rhythm))),
    band(figure, simulated),
  ])
  return aligned([head, head.map((_, n) => (n === 0 ? '---' : '---:')), ...rows])
}

function aligned(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const cell = (text: string, column: number): string =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)
  return rows.map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')
}
