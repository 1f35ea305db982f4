import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DAY, HOUR } from '../../simulators/life/calendar.ts'
import { folderOf, hasRecording } from '../shared_data.ts'
import { readRealHomes } from './real_homes.ts'
import { daysSeen, type Rhythm } from './rhythm.ts'

const folder = folderOf('homes')
const isHere = hasRecording('homes')

const local = (at: number | undefined): string => new Date(at ?? 0).toISOString().slice(0, 19)
const count = ({ events }: Rhythm, group: string): number => events.filter((event) => event.group === group).length

describe.skipIf(!isHere)('the real homes', async () => {
  const homes = isHere ? await readRealHomes(folder) : []
  const named = (name: string): Rhythm => {
    const home = homes.find((one) => one.name === name)
    if (!home) throw new Error(`${name} is missing`)
    return home
  }

  it('are read whole, in local time', () => {
    const ordonez = named('OrdonezA')
    expect([local(ordonez.from), local(ordonez.to)]).toEqual(['2011-11-28T02:27:59', '2011-12-12T07:22:21'])
    expect(ordonez.inBed).toHaveLength(15)
    expect(local(ordonez.away?.[0]?.from)).toBe('2011-11-28T13:09:31')
    expect(named('houseA').inBed).toHaveLength(24)
    expect(named('houseA').away).toHaveLength(33)
    expect(homes.map((home) => Math.round(daysSeen(home)))).toEqual([14, 24, 16])
  })

  it('have their sensors in our groups, counted as in the files', () => {
    const ordonez = named('OrdonezA')
    expect(['toilet', 'washing', 'fridge', 'cupboard', 'stove', 'front_door'].map((g) => count(ordonez, g))).toEqual([
      45, 84, 56, 34, 13, 31,
    ])
    expect(['toilet', 'fridge', 'cupboard', 'front_door'].map((g) => count(named('houseA'), g))).toEqual([
      138, 176, 177, 90,
    ])
    expect(count(named('houseD'), 'toilet')).toBe(79)
    expect(count(named('houseD'), 'front_door')).toBe(72)
    expect(named('houseA').has.has('stove')).toBe(false)
    expect(named('houseD').inBed).toBeUndefined()
  })

  it('are in order of time, and quiet in the early morning', () => {
    for (const { events } of homes) {
      const times = events.map(({ at }) => at)
      expect(times).toEqual([...times].sort((a, b) => a - b))
      const early = times.filter((at) => at % DAY > 2 * HOUR && at % DAY < 5 * HOUR)
      expect(early.length / times.length).toBeLessThan(0.04)
    }
  })

  it('are refused with the row that is not understood', async () => {
    const copy = await mkdtemp(join(tmpdir(), 'vigil-homes-'))
    await cp(folder, copy, { recursive: true })
    const path = join(copy, 'houseD.sensors')
    await writeFile(path, `${await readFile(path, 'utf8')}\n1048747420\tlong\t67\n`)
    await expect(readRealHomes(copy)).rejects.toThrow('This row is not understood: 1048747420\tlong\t67')
    await rm(copy, { recursive: true })
  })
})
