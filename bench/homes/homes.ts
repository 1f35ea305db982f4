import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { localDay } from '../../simulators/life/calendar.ts'
import { recordingAt } from '../shared_data.ts'
import { plot } from './plot.ts'
import { readRealHomes } from './real_homes.ts'
import { simulatedHomes } from './simulated_homes.ts'
import { comparison } from './table.ts'

/** Do simulated people live like real ones, as far as simple sensors can tell? */

export type HomesOptions = { people: number; days: number; seed: number; write: boolean }

/** Thursday, 1 January 2026: the same days every time. */
const FIRST_DAY = localDay(Date.UTC(2026, 0, 1))
const docs = fileURLToPath(new URL('../../docs', import.meta.url))

const BEGINS = '<!-- table: npm run bench -- homes --write -->'
const ENDS = '<!-- end of table -->'

/** The page with a new table between its two marks. */
export function withTable(page: string, table: string): string {
  const from = page.indexOf(BEGINS)
  const to = page.indexOf(ENDS)
  if (from < 0 || to < from) throw new Error(`docs/RealLife.md has lost its marks "${BEGINS}" and "${ENDS}".`)
  return `${page.slice(0, from)}${BEGINS}\n\n${table}\n\n${page.slice(to)}`
}

/** Prints the table; with `write` also puts it and the plot into docs/. */
export async function compareHomes({ people, days, seed, write }: HomesOptions): Promise<string> {
  const real = await readRealHomes(recordingAt('homes'))
  const simulated = simulatedHomes(people, days, seed, FIRST_DAY)
  const table = `${comparison(real, simulated)}\n\n${people} simulated people (seeds ${seed} to ${seed + people - 1}), ${days} days each.`
  if (!write) return table
  const page = join(docs, 'RealLife.md')
  await writeFile(page, withTable(await readFile(page, 'utf8'), table))
  await writeFile(join(docs, 'real-life.svg'), await plot(real, simulated))
  return table
}
