import { parse } from 'csv-parse/sync'
import type { z } from 'zod'
import { DeviceInput } from '../../../domain/registry.ts'
import { Fault } from '../../fault.ts'

/** The columns of a vendor's list of devices, as its first line names them, in any order. */
export const columns = ['id', 'model', 'category', 'home', 'place', 'gateway', 'sos_press'] as const
type Column = (typeof columns)[number]

export type Row = { line: number; device: z.output<typeof Device> }
export type BadLine = { line: number; reason: string }
export type DeviceList = { rows: Row[]; bad: BadLine[] }

/** A list that is read twice must not register twice, so here an id is needed. */
const Device = DeviceInput.required({ id: true })

/**
 * Reads a list of devices as spreadsheets write it: commas, semicolons or tabs, quotes, CRLF, UTF-8 with or without a
 * byte order mark. One line is one device, so that one bad line spoils no other: each is told with its number and its
 * reason. Throws Fault where the whole is no such list.
 */
export function readDevices(bytes: Uint8Array): DeviceList {
  const [header = '', ...lines] = textOf(bytes).split(/\r\n|\r|\n/)
  const delimiter = delimiterOf(header)
  const names = columnsOf(header, delimiter)
  const list: DeviceList = { rows: [], bad: [] }
  const seen = new Map<string, number>()
  for (const [n, text] of lines.entries()) readLine(list, seen, names, { line: n + 2, text, delimiter })
  if (list.rows.length + list.bad.length === 0)
    throw new Fault('The list has no device: the first line names columns, each further line is a device.')
  return list
}

function textOf(bytes: Uint8Array): string {
  try {
    // Takes a byte order mark away.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new Fault('The list is not UTF-8: save it as "CSV UTF-8" in the spreadsheet.', { cause })
  }
}

/** What separates the fields: of the three that spreadsheets use, the one that the first line has most of. */
function delimiterOf(header: string): string {
  const count = (delimiter: string) => header.split(delimiter).length
  return [',', ';', '\t'].toSorted((a, b) => count(b) - count(a))[0] ?? ','
}

function columnsOf(header: string, delimiter: string): Column[] {
  const names = fieldsOf(header, delimiter)?.map((name) => name.toLowerCase()) ?? []
  const stranger = names.find((name) => !columns.includes(name as Column))
  if (stranger !== undefined || !names.includes('id'))
    throw new Fault(
      `The first line must name the columns, id among them: ${columns.join(', ')}${stranger ? `; it has "${stranger}"` : ''}.`,
    )
  const twice = names.find((name, n) => names.indexOf(name) !== n)
  if (twice) throw new Fault(`The first line names the column ${twice} twice: take one of them out.`)
  return names as Column[]
}

/** The fields of one line, without the blanks around them; undefined where its quotes do not fit. */
function fieldsOf(line: string, delimiter: string): string[] | undefined {
  try {
    const [fields = []] = parse(line, { delimiter, trim: true, relax_column_count: true })
    return fields
  } catch {
    return undefined
  }
}

type Line = { line: number; text: string; delimiter: string }

function readLine(list: DeviceList, seen: Map<string, number>, names: Column[], { line, text, delimiter }: Line): void {
  const fields = fieldsOf(text, delimiter)
  if (fields?.every((field) => field === '')) return
  const device = fields
    ? deviceOf(names, fields)
    : 'it has a quotation mark that is not closed, or not at the edge of a field'
  const before = typeof device === 'string' ? undefined : seen.get(device.id)
  if (typeof device === 'string') list.bad.push({ line, reason: device })
  else if (before !== undefined) list.bad.push({ line, reason: `${device.id} stands in line ${before} already` })
  else {
    seen.set(device.id, line)
    list.rows.push({ line, device })
  }
}

/** The device of a line, or why it is none. An empty field is an absent one. */
function deviceOf(names: Column[], fields: string[]): z.output<typeof Device> | string {
  if (fields.length > names.length) return `it has ${fields.length} fields, the first line has ${names.length}`
  const given = names.flatMap((name, n) => (fields[n] ? [[name, fields[n]]] : []))
  const device = Device.safeParse(Object.fromEntries(given))
  if (device.success) return device.data
  const [issue] = device.error.issues
  const column = String(issue?.path[0])
  return given.some(([name]) => name === column) ? `${column}: ${issue?.message}` : `it has no ${column}`
}
