import { stringify } from 'csv-stringify/sync'
import type { Report } from './report.ts'

/** The tables of a report by name, as rows of named cells. */
type Cell = string | number | null
type Row = Record<string, Cell>

export const reportTables = [
  'slots',
  'times',
  'histogram',
  'kinds',
  'severities',
  'outcomes',
  'areas',
  'models',
  'devices',
  'hours',
] as const
export type ReportTable = (typeof reportTables)[number]

function rowsOf(report: Report, table: ReportTable): Row[] {
  if (table === 'times') return timesOf(report)
  if (table === 'hours') return hoursOf(report)
  return report[table]
}

function timesOf({ answering, times }: Report): Row[] {
  const all = { answer: answering.answer, ...times }
  return Object.entries(all).map(([step, spread]) => ({ step, ...spread }))
}

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const hoursOf = ({ hours }: Report): Row[] =>
  hours.map((of, day) => ({ day: weekdays[day] ?? '', ...Object.fromEntries(of.map((n, hour) => [`h${hour}`, n])) }))

/**
 * One table as CSV (RFC 4180) with a line of names. A cell that a spreadsheet would run as a formula is quoted for it, because
 * models and areas are named by others; the mark at the beginning lets it know that this is UTF-8.
 */
export function reportCsv(report: Report, table: ReportTable): string {
  const rows = rowsOf(report, table)
  return stringify(rows, {
    header: true,
    columns: columnsOf(table, rows),
    bom: true,
    escape_formulas: true,
    record_delimiter: 'windows',
  })
}

const quality = ['n', 'false_alarms', 'judged', 'false_alarm_share']
const columns: Partial<Record<ReportTable, string[]>> = {
  kinds: ['kind', ...quality],
  severities: ['severity', ...quality],
  outcomes: ['outcome', 'n'],
  areas: ['place', 'id', 'name', ...quality],
  models: ['model', ...quality],
  devices: ['device', 'model', ...quality],
}

/** Those that may be empty have their columns named here; a file without a first line is none. */
const columnsOf = (table: ReportTable, rows: Row[]): string[] => columns[table] ?? Object.keys(rows[0] ?? {})
