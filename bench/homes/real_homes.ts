import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Group, Rhythm, Seen, Span } from './rhythm.ts'

/**
 * Three real homes, one person each, as published by Ordóñez (OrdonezA), van Kasteren (houseA) and the MIT (houseD). The
 * files hold local time; the README beside them says GMT, but people there rise, cook and sleep by these hours.
 */

/** The sensors of a home by name, in our groups; what has no match is left out. */
const sensors: Record<string, readonly [Group, RegExp][]> = {
  OrdonezA: [
    ['toilet', /^Toilet$/],
    ['washing', /^(Basin|Shower)$/],
    ['fridge', /^Fridge$/],
    ['cupboard', /^Cupboard$/],
    ['stove', /^Cooktop$/],
    ['front_door', /^Maindoor$/],
  ],
  houseA: [
    ['toilet', /^Toilet Flush$/],
    ['fridge', /^(Fridge|Freezer)$/],
    ['cupboard', /cupboard$/i],
    ['front_door', /^Front door$/],
  ],
  houseD: [
    ['toilet', /^Bathroom,Toilet Flush$/],
    ['washing', /^Bathroom,(Sink|Shower) faucet/],
    ['fridge', /^Kitchen,(Refrigerator|Freezer)/],
    ['cupboard', /^Kitchen,Cabinet/],
    ['stove', /^Kitchen,(Burner|Oven)/],
    ['front_door', /^Foyer,Door$/],
  ],
}

const groupOf = (home: string, sensor: string): Group | undefined =>
  sensors[home]?.find(([, pattern]) => pattern.test(sensor.trim()))?.[0]

const linesOf = async (path: string): Promise<string[]> =>
  (await readFile(path, 'utf8')).split(/\r?\n/).filter((line) => line.trim() !== '')

type Row = Span & { name: string }

/** `2011-11-28 02:27:59`, tabs, the same, tabs, a name. Two heading lines. */
function ordonezRow(line: string): Row {
  const [from = '', to = '', name = ''] = line.split(/\t+/).map((cell) => cell.trim())
  const row = { from: Date.parse(`${from.replace(' ', 'T')}Z`), to: Date.parse(`${to.replace(' ', 'T')}Z`), name }
  if (Number.isNaN(row.from) || Number.isNaN(row.to) || name === '')
    throw new Error(`This row is not understood: ${line}`)
  return row
}

async function ordonezRows(path: string): Promise<Row[]> {
  return (await linesOf(path)).slice(2).map(ordonezRow)
}

/** `start_s length_s id`, and the names of the ids in a file beside it. */
async function numberedRows(path: string, namesPath: string): Promise<Row[]> {
  const names = new Map(
    (await linesOf(namesPath)).map((line) => [line.split('\t')[0]?.trim(), line.split('\t')[1]?.trim()]),
  )
  return (await linesOf(path)).map((line) => {
    const [start, length, id] = line.split(/\s+/)
    const row = { from: Number(start) * 1_000, to: (Number(start) + Number(length)) * 1_000, name: names.get(id) ?? '' }
    if (!(row.from > 0 && row.to >= row.from)) throw new Error(`This row is not understood: ${line}`)
    return row
  })
}

function rhythmOf(name: string, seen: Row[], spans: { inBed?: Row[]; away?: Row[] }): Rhythm {
  const events = seen
    .flatMap(({ from, name: sensor }): Seen[] => {
      const group = groupOf(name, sensor)
      return group ? [{ at: from, group }] : []
    })
    .toSorted((a, b) => a.at - b.at)
  const has = new Set((sensors[name] ?? []).map(([group]) => group))
  const from = Math.min(...seen.map((row) => row.from))
  const to = Math.max(...seen.map((row) => row.from), ...(spans.inBed ?? []).map((row) => row.to))
  return { name, from, to, events, has, ...spans }
}

const named = (rows: Row[], name: string): Row[] => rows.filter((row) => row.name === name)

async function ordonezA(folder: string): Promise<Rhythm> {
  const seen = await ordonezRows(join(folder, 'OrdonezA_Sensors.txt'))
  const done = await ordonezRows(join(folder, 'OrdonezA_ADLs.txt'))
  return rhythmOf('OrdonezA', seen, { inBed: named(seen, 'Bed'), away: named(done, 'Leaving') })
}

const numbered = (folder: string, home: string, what: 'sensor' | 'activity'): Promise<Row[]> =>
  numberedRows(
    join(folder, `${home}.${what === 'sensor' ? 'sensors' : 'activities'}`),
    join(folder, `${home}.${what}_names`),
  )

async function houseA(folder: string): Promise<Rhythm> {
  const done = await numbered(folder, 'houseA', 'activity')
  return rhythmOf('houseA', await numbered(folder, 'houseA', 'sensor'), {
    inBed: named(done, 'go-to-bed'),
    away: named(done, 'leave-house'),
  })
}

const houseD = async (folder: string): Promise<Rhythm> =>
  rhythmOf('houseD', await numbered(folder, 'houseD', 'sensor'), {})

/** The three homes from the folder `data/homes` of the shared data. */
export const readRealHomes = (folder: string): Promise<Rhythm[]> =>
  Promise.all([ordonezA(folder), houseA(folder), houseD(folder)])
