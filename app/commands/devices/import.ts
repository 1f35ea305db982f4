import { z } from 'zod'
import { limits } from '../../../domain/limits.ts'
import { Fault } from '../../fault.ts'
import type { Client } from '../client.ts'
import type { CommandLine } from '../command_line.ts'
import { readGiven } from '../files.ts'
import { type KeepingOptions, openKeeping } from './claim_codes.ts'
import { type Row, readDevices } from './csv.ts'

export type ImportOptions = KeepingOptions & { vendor?: string; claimDays?: number; json?: boolean }

const Imported = z.object({
  items: z.array(
    z.discriminatedUnion('result', [
      z.looseObject({ id: z.string(), result: z.literal('created'), claim_code: z.string(), qr: z.string() }),
      z.looseObject({ id: z.string(), result: z.literal('exists') }),
      z.looseObject({ result: z.literal('refused'), code: z.string(), detail: z.string() }),
    ]),
  ),
})
type Item = z.output<typeof Imported>['items'][number]

/**
 * Registers the devices of a list. Claim codes go where `options` say, else to `print` as CSV; what was not taken is
 * remarked with its line. Gives false where that was any. The same list once more changes nothing.
 */
export async function importDevices(
  api: Client,
  path: string,
  options: ImportOptions,
  { print, remark }: Pick<CommandLine, 'print' | 'remark'>,
): Promise<boolean> {
  const { rows, bad } = readDevices(await readGiven(path))
  const count = { created: 0, exists: 0, refused: bad.length }
  const tellItem = (line: number, item: Record<string, unknown>) => {
    if (options.json) print([JSON.stringify({ line, ...item })])
  }
  for (const { line, reason } of bad) {
    remark([`line ${line}: ${reason}`])
    tellItem(line, { result: 'refused', code: 'request_invalid', detail: reason })
  }
  const keeping = await openKeeping(options, options.json ? undefined : (line) => print([line]))
  let done = 0
  try {
    for await (const { row, item } of importRows(api, rows, options)) {
      if (done > 0 && done % limits.importDevices === 0) remark([`${number(done)} of ${number(rows.length)} …`])
      done += 1
      count[item.result] += 1
      if (item.result === 'created') await keeping.keep(item)
      if (item.result === 'refused') remark([`line ${row.line}: ${row.device.id}: ${item.detail} (${item.code})`])
      tellItem(row.line, item)
    }
  } finally {
    keeping.close()
  }
  remark(summary(count, options))
  return count.refused === 0
}

const number = (n: number): string => n.toLocaleString('en')

/** What became of each row, in the order in which it was asked: gateways before those that they speak for. */
async function* importRows(
  api: Client,
  rows: Row[],
  { vendor, claimDays, qrUrl }: ImportOptions,
): AsyncGenerator<{ row: Row; item: Item }> {
  const sorted = rows.toSorted(byGateway)
  for (let first = 0; first < sorted.length; first += limits.importDevices) {
    const call = sorted.slice(first, first + limits.importDevices)
    const devices = call.map(({ device }) => device)
    const body = { vendor, claim_days: claimDays, url: qrUrl, devices }
    const { items } = await api.post('/devices/import', body, Imported).catch((cause: unknown) => {
      if (!(cause instanceof Fault)) throw cause
      throw new Fault(`${cause.message} Run the same again: what is registered already stays as it is.`, { cause })
    })
    for (const [n, item] of items.entries()) {
      const row = call[n]
      if (row) yield { row, item }
    }
  }
}

const byGateway = (a: Row, b: Row): number => Number(Boolean(a.device.gateway)) - Number(Boolean(b.device.gateway))

const of = (n: number, one: string, many: string): string => (n === 1 ? one : many)

function summary(count: Record<Item['result'], number>, { out, qr }: KeepingOptions): string[] {
  const codes = count.created > 0 && out ? [`Their claim codes are in ${out}: they are told only this once.`] : []
  const pictures = count.created > 0 && qr ? [`Their QR pictures are in ${qr}, one a device.`] : []
  const again = `mend ${of(count.refused, 'it', 'them')} and run the same list again${out ? ' with another --out' : ''}`
  const rest =
    count.refused > 0
      ? [`${number(count.refused)} ${of(count.refused, 'line was', 'lines were')} not taken: ${again}.`]
      : []
  const first = `${number(count.created)} ${of(count.created, 'device is', 'devices are')} registered, ${number(count.exists)} ${of(count.exists, 'was', 'were')} before.`
  return [first, ...codes, ...pictures, ...rest]
}
